"""What is to be said of a rehearsal: warnings for the writer of the play, each with what would mend it. Pure."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from local.rehearsal.lines import Line, day_and_time
from local.rehearsal.performance import Performance
from plays.calendar import holiday_name
from plays.spans import Span

GAP: Final = timedelta(days=6)  # design.md section 8: in the first three weeks this is a hole
DENSE: Final = timedelta(days=21)
# Skips that the play itself means are no fault of anybody.
_MEANT: Final = frozenset({"when", "audience", "library", "again", "halted", "ended", "expired", "settled", ""})
_REMEDY: Final = {
    "content": "the text names something this account does not have: give it a default, or the account the fact",
    "nobody": "give the role to somebody, or the audience an `else`",
    "unreachable": "the contact lacks an address or a number: add it, or reach somebody else",
    "suppressed": "the person is suppressed; that stands whatever the play says",
    "consent": "no consent basis on record allows this mail",
    "gone": "the contact has left the firm",
}


def warnings_of(found: Performance) -> list[str]:
    """Sentences, the gravest first. None: nothing to say against it."""
    said = [*_refusal(found), *_not_made(found), *_put_off(found), *_holidays(found), *_gaps(found), *_open(found)]
    return list(dict.fromkeys(said))


def _refusal(found: Performance) -> Iterator[str]:
    if found.outcome in ("refused", "merged"):
        yield f"the run would not have been admitted: {found.reason}"


def _not_made(found: Performance) -> Iterator[str]:
    for line in found.skipped:
        if line.rule not in _MEANT or line.kind == "refused":
            remedy = _REMEDY.get(line.rule, "")
            yield f"{_place(found, line)} was not made: {line.why}{f' ({remedy})' if remedy else ''}"


def _put_off(found: Performance) -> Iterator[str]:
    for line in found.lines:
        if line.kind == "later" and line.rule in ("cap", "quota", "lane"):
            until = f" until {day_and_time(line.until, found.piece.zone)}" if line.until else ""
            yield f"{_place(found, line)} was put off{until}: {line.why}"


def _holidays(found: Performance) -> Iterator[str]:
    for line in found.touches:
        day = line.at.astimezone(ZoneInfo(line.zone or found.piece.zone)).date()
        name = holiday_name(day, found.piece.country) if line.contact and found.piece.country else None
        if name:
            yield f"{_place(found, line)} falls on a holiday there: {name}"


def _gaps(found: Performance) -> Iterator[str]:
    """Silence of six days or more within the first three weeks, between touches that reach somebody of theirs."""
    reaching = [line for line in found.touches if line.contact]
    dense = [line for line in reaching if line.at - reaching[0].at <= DENSE]
    for one, other in pairwise(dense):
        if other.at - one.at >= GAP and not _heard_between(found.lines, one, other):
            days = (other.at - one.at).days
            yield f"{days} days without a touch between {one.step} and {other.step}, within the first three weeks"


def _heard_between(lines: Sequence[Line], one: Line, other: Line) -> bool:
    """Something happened: the pause has its reason."""
    return any(line.kind in ("event", "operator") and one.at <= line.at <= other.at for line in lines)


def _open(found: Performance) -> Iterator[str]:
    if found.open and not found.ended:
        yield f"still open at the end: {', '.join(found.open)}"
    if not found.ended and found.piece.scenario.until == Span(400, "d"):
        yield f"the run has not ended after {found.piece.scenario.until}: it {found.reason}"


def _place(found: Performance, line: Line) -> str:
    return f"{line.step} ({day_and_time(line.at, found.piece.zone)})"
