"""What is wrong with a file, a row or a cell, said to the person who can mend it."""

import re
from dataclasses import dataclass

_SHOWN = 60
_UNSEEN = re.compile(r"[^\x20-\x7e\u00a0-\ud7ff\ue000-\ufffc]|[\u200b-\u200f\u2028-\u202e\u2060-\u206f]")


class Unusable(ValueError):
    """The file as a whole cannot be taken; the message says why and what to do. Nothing was written."""


class BadCell(ValueError):
    """One cell cannot be taken: the reason, and what would be right."""

    def __init__(self, reason: str, right: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.right = right


@dataclass(frozen=True, order=True)
class Fault:
    """Why a row was refused. `field` is empty when the row as a whole is wrong."""

    file: str
    line: int
    field: str
    reason: str
    right: str

    @property
    def sentence(self) -> str:
        """One line for the terminal."""
        where = f"{self.file} line {self.line}" + (f", {self.field}" if self.field else "")
        return f"{where}: {self.reason}. {self.right}"


def shown(text: str) -> str:
    """The text in quotes, short, with what a terminal would obey made visible."""
    short = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return "'" + _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", short) + "'"
