"""One line of a rehearsal's chronology."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from local.rehearsal.texts import Kept, Text

Kind = Literal[
    "made", "skipped", "refused", "in_doubt", "later", "drafted", "event", "answer", "rung", "branch", "operator", "end"
]
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Line:
    """What happened at a moment of the run's clock, in words."""

    at: datetime
    kind: Kind
    words: str  # what, who to whom
    why: str = ""
    step: str = ""
    occurrence: int = 1
    channel: str = ""
    contact: str | None = None
    persona: str = ""
    slot: str = ""
    zone: str = ""  # of the person reached
    until: datetime | None = None  # of `later`
    rule: str = ""  # of the gate, where it spoke
    kept: Kept | None = None

    @property
    def text(self) -> Text | None:
        """What is read, where there is a text."""
        return self.kept.read() if self.kept is not None else None

    def having(self, until: datetime | None) -> "Line":
        """The same, put off until then."""
        return replace(self, until=until)


def day_and_time(at: datetime, zone: str) -> str:
    """`Mon 30 Nov 09:00`, the same in every locale of the machine."""
    here = at.astimezone(ZoneInfo(zone))
    return f"{DAYS[here.weekday()]} {here.day} {MONTHS[here.month - 1]} {here:%H:%M}"
