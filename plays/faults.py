"""One fault of a play: where it is, what is wrong, what would be right."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Fault:
    """One fault. Lines and columns count from 1; 0 where there is no line, e.g. of a file that is not there.

    `code` is for scripts and never changes its meaning; `message` and `suggestion` are for people.
    """

    file: str
    line: int
    column: int
    step: str | None
    field: str
    code: str
    message: str
    suggestion: str = ""
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        step = f" (step {self.step})" if self.step else ""
        hint = f"; {self.suggestion}" if self.suggestion else ""
        return f"{where}: {self.severity}: {self.message}{step}{hint}"


class PlayFaults(Exception):  # a list of faults, not one error
    """The play cannot be read. `faults` has at least one error."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(str(fault) for fault in faults))
