"""The table of why mail comes back, as `bounce_words.toml` has it. How it is applied is `bounce_reasons.py`."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final


@dataclass(frozen=True)
class Reason:
    """A reason for a bounce."""

    word: str
    hard: bool = False  # nobody can be reached at this address
    blames_sender: bool = False  # policy, content, reputation, authentication: the person is not suppressed for it
    words: re.Pattern[str] | None = None
    links: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()  # decide at this reason's place in the table
    hints: tuple[str, ...] = ()  # decide only when no words of any reason fitted


def _table() -> tuple[Reason, ...]:
    table = tomllib.loads(Path(__file__).with_name("bounce_words.toml").read_text("utf-8"))
    names = {f"<{name}>": pattern for name, pattern in table.items() if isinstance(pattern, str)}
    return tuple(_reason(row, names) for row in table["reason"])


def _reason(row: dict[str, Any], names: dict[str, str]) -> Reason:
    words = "|".join(row.get("words", ()))
    for name, pattern in names.items():
        words = words.replace(name, pattern)
    return Reason(
        word=row["word"],
        hard=row.get("hard", False),
        blames_sender=row.get("blames_sender", False),
        words=re.compile(words) if words else None,
        links=tuple(row.get("links", ())),
        statuses=tuple(row.get("statuses", ())),
        hints=tuple(row.get("hints", ())),
    )


REASONS: Final = _table()
BY_WORD: Final = {reason.word: reason for reason in reversed(REASONS)}
FILTERED: Final = BY_WORD["filtered"]  # the person's own filter, or a server that looks them up only after the mail
UNDEFINED: Final = Reason("undefined")  # nothing says why
