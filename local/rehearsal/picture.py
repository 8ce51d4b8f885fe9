"""The timeline of a rehearsal as one SVG: a lane for each of ours who acts, one for what happens; time to the right.

Pure text. Long pauses are drawn short, so that a year fits beside a busy week; the dates stand above.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from html import escape
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from local.rehearsal.lines import DAYS, MONTHS, Line, day_and_time
from local.rehearsal.performance import Performance

COLOURS: Final = {
    "email": "#2456c7",
    "survey": "#0b7285",
    "call": "#1d7a46",
    "social": "#7a3fb8",
    "parcel": "#a8590f",
    "ads": "#b8336a",
    "meeting": "#c22f2f",
    "notice": "#8a94a3",
}
OTHER: Final = "#4a5568"
HAPPENING: Final = "what happens"
LEFT, TOP, LANE, RADIUS = 150, 56, 46, 11
NEAREST, FARTHEST, A_DAY = 26, 84, 22  # pixels between two columns, and what a day is worth
_DRAWN: Final = frozenset({"made", "in_doubt", "skipped", "refused", "event", "operator", "rung", "end"})


@dataclass(frozen=True)
class _Column:
    line: Line
    x: int
    number: int  # of the touch, as in the chronology; 0 for what is none


def numbers(found: Performance) -> dict[int, int]:
    """The place of a line in the chronology -> the number of its touch, from 1."""
    made = [place for place, line in enumerate(found.lines) if line.kind in ("made", "in_doubt")]
    return {place: number for number, place in enumerate(made, 1)}


def timeline(found: Performance) -> str:
    """The whole picture. Every text in it is escaped."""
    columns = _columns(found)
    lanes = _lanes(found)
    width = (columns[-1].x if columns else LEFT) + 60
    height = TOP + LANE * len(lanes) + 24
    body = [*_rails(lanes, width), *_dates(found, columns, height), *_pauses(columns, height)]
    body += [_mark(found, column, lanes) for column in columns]
    label = escape(f"Timeline of {found.piece.play.title} at {found.piece.account}: {found.outcome}", quote=True)
    return (
        f'<svg role="img" aria-label="{label}" xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="system-ui, sans-serif" font-size="12">{"".join(body)}</svg>'
    )


def _columns(found: Performance) -> list[_Column]:
    """One column a drawn line; what happens in the same minute in other lanes still gets its own."""
    told = numbers(found)
    columns: list[_Column] = []
    for place, line in enumerate(found.lines):
        if line.kind not in _DRAWN:
            continue
        x = LEFT + 20
        if columns:
            days = (line.at - columns[-1].line.at) / timedelta(days=1)
            x = columns[-1].x + round(min(max(days * A_DAY, NEAREST), FARTHEST))
        columns.append(_Column(line, x, told.get(place, 0)))
    return columns


def _lanes(found: Performance) -> list[str]:
    slots = [slot for line in found.lines if line.kind in _DRAWN and (slot := _lane(line)) != HAPPENING]
    return [*dict.fromkeys(slots), HAPPENING]


def _lane(line: Line) -> str:
    return (
        line.slot.split(",")[0] if line.slot and line.kind in ("made", "in_doubt", "skipped", "refused") else HAPPENING
    )


def _rails(lanes: Sequence[str], width: int) -> Iterator[str]:
    for place, name in enumerate(lanes):
        y = TOP + LANE * place + LANE // 2
        yield f'<line x1="{LEFT}" y1="{y}" x2="{width - 20}" y2="{y}" stroke="#d5dae1"/>'
        yield f'<text x="{LEFT - 12}" y="{y + 4}" text-anchor="end" fill="#1f2733">{escape(name)}</text>'


def _dates(found: Performance, columns: Sequence[_Column], height: int) -> Iterator[str]:
    """A date above the first column of each day, where there is room for it."""
    last_day, free_from = None, 0
    for column in columns:
        here = column.line.at.astimezone(ZoneInfo(found.piece.zone))
        if here.date() == last_day:
            continue
        last_day = here.date()
        yield f'<line x1="{column.x}" y1="{TOP - 8}" x2="{column.x}" y2="{height - 20}" stroke="#eef1f5"/>'
        if column.x >= free_from:
            day, month = DAYS[here.weekday()], MONTHS[here.month - 1]
            yield f'<text x="{column.x}" y="{TOP - 26}" text-anchor="middle" fill="#5b6675">{day}</text>'
            text = f"{here.day} {month}"
            yield f'<text x="{column.x}" y="{TOP - 12}" text-anchor="middle" fill="#1f2733">{text}</text>'
            free_from = column.x + 44


def _pauses(columns: Sequence[_Column], height: int) -> Iterator[str]:
    """Where a pause is drawn shorter than it is, it says how long it was."""
    for one, other in pairwise(columns):
        days = (other.line.at - one.line.at).days
        if days * A_DAY > FARTHEST:
            x = (one.x + other.x) // 2
            yield f'<text x="{x}" y="{height - 4}" text-anchor="middle" fill="#8a94a3">{days} d</text>'


def _mark(found: Performance, column: _Column, lanes: Sequence[str]) -> str:
    line = column.line
    y = TOP + LANE * lanes.index(_lane(line)) + LANE // 2
    told = escape(f"{day_and_time(line.at, found.piece.zone)}: {line.words}" + (f" ({line.why})" if line.why else ""))
    return f"<g><title>{told}</title>{_shape(column, y)}</g>"


def _shape(column: _Column, y: int) -> str:
    line, x = column.line, column.x
    colour = COLOURS.get(line.channel, OTHER)
    match line.kind:
        case "made" | "in_doubt":
            return (
                f'<circle cx="{x}" cy="{y}" r="{RADIUS}" fill="{colour}"/>'
                f'<text x="{x}" y="{y + 4}" text-anchor="middle" fill="#fff" font-size="11">{column.number}</text>'
            )
        case "skipped" | "refused":
            return f'<circle cx="{x}" cy="{y}" r="{RADIUS - 3}" fill="#fff" stroke="{colour}" stroke-dasharray="3 2"/>'
        case "end":
            return f'<rect x="{x - 8}" y="{y - 8}" width="16" height="16" rx="2" fill="#1f2733"/>'
        case "rung":
            return f'<path d="M{x - 7} {y + 6}h14l-7 -13z" fill="#d99a1c"/>'
        case _:
            return f'<path d="M{x} {y - 9}l9 9l-9 9l-9 -9z" fill="#c22f2f"/>'


def legend() -> list[tuple[str, str]]:
    """Channel and colour, for the line under the picture."""
    return [*COLOURS.items(), ("task, form", OTHER)]
