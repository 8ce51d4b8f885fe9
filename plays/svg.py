"""The score of a play as SVG: lanes by player, time to the right, wrapped like lines of music. Pure text, all escaped.

Made to be read at a glance on a projector: large letters, one colour a channel, conditions as bands over what they
decide. Nothing outside the picture is referred to.
"""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Final

from plays.cell_words import shortened
from plays.conditions_in_words import in_words
from plays.drawing import Bracket, Cell, Drawn, Score
from plays.icons import BANDS, COLOURS, ICONS
from plays.model import Play

PITCH, BOX, LANE, BAND, LABEL, MARGIN = 156, 142, 74, 24, 148, 24
PER_LINE: Final = range(8, 17)  # cells; the picture takes what fits a projector best
PROJECTOR: Final = 16 / 9
ASIDE, PER_ASIDE = 46, 162  # height of a row, width of a cell
_FONT: Final = "font-family='Inter, Segoe UI, Helvetica, Arial, sans-serif'"


@dataclass(frozen=True)
class _Line:
    """One line of the score: which cells, which voices, which bands."""

    cells: tuple[tuple[int, Cell], ...]
    voices: tuple[str, ...]
    bands: tuple[Bracket, ...]

    @property
    def first(self) -> int:
        return self.cells[0][0]

    @property
    def last(self) -> int:
        return self.cells[-1][0]

    @property
    def depths(self) -> tuple[int, ...]:
        """The depths that are there, outermost first; nothing is drawn for one that is not."""
        return tuple(sorted({band.depth for band in self.bands}))

    @property
    def height(self) -> int:
        return len(self.depths) * BAND + len(self.voices) * LANE + 26


@dataclass(frozen=True)
class _Page:
    """How wide the picture is, and its lines."""

    per_line: int
    lines: tuple[_Line, ...]
    asides: tuple[tuple[str, Score], ...]

    @property
    def width(self) -> int:
        return MARGIN * 2 + LABEL + self.per_line * PITCH

    @property
    def in_a_row(self) -> int:
        return (self.width - 2 * MARGIN - 440) // PER_ASIDE

    @property
    def height(self) -> int:
        asides = sum(self.aside_height(score) for _, score in self.asides)
        return 96 + sum(line.height for line in self.lines) + (asides + 30 if asides else 0) + MARGIN

    def aside_height(self, score: Score) -> int:
        """Of what is done on one event."""
        return ASIDE * -(-max(len(score.cells), 1) // self.in_a_row) + 8


def svg(drawn: Drawn) -> str:
    """The whole picture as one SVG document."""
    pages = [_Page(number, tuple(_lines(drawn.main, number)), drawn.asides) for number in PER_LINE]
    page = min(pages, key=lambda one: abs(one.width / one.height - PROJECTOR))
    y = 96
    body: list[str] = []
    for line in page.lines:
        body += _line(drawn.play, page, line, y)
        y += line.height
    if page.asides:
        body.append(_text(MARGIN, y + 14, "Whenever it happens", 18, weight=700))
        y += 30
    for words, score in page.asides:
        body += _aside(page, words, score, y)
        y += page.aside_height(score)
    return "\n".join([*_opening(drawn.play, page), *_heading(drawn.play), *body, "</svg>"])


def _opening(play: Play, page: _Page) -> Iterator[str]:
    yield (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {page.width} {page.height}' role='img' {_FONT}"
        f" aria-label='{escape(play.title, quote=True)}'>"
    )
    yield f"<rect width='{page.width}' height='{page.height}' fill='#ffffff'/>"
    yield (
        "<defs><marker id='tip' viewBox='0 0 8 8' refX='7' refY='4' markerWidth='7' markerHeight='7' orient='auto'>"
        "<path d='M0 0L8 4L0 8z' fill='#9aa3af'/></marker></defs>"
    )


def _heading(play: Play) -> Iterator[str]:
    start = ", ".join(play.start.on) or "by hand"
    facts = (f"starts on {start}", play.stage, f"owner {play.owner}", play.measure or play.success or "")
    yield _text(MARGIN, 46, play.title, 32, weight=700)
    yield _text(MARGIN, 74, shortened(" · ".join(filter(None, facts)), 150), 16, "#4b5563")


def _lines(score: Score, per_line: int) -> Iterator[_Line]:
    numbered = list(enumerate(score.cells))
    for begin in range(0, len(numbered), per_line):
        cells = tuple(numbered[begin : begin + per_line])
        voices = tuple(voice for voice in score.voices if any(cell.voice == voice for _, cell in cells))
        bands = tuple(one for one in score.brackets if one.first <= cells[-1][0] and one.last >= cells[0][0])
        yield _Line(cells, voices, bands)


def _line(play: Play, page: _Page, line: _Line, y: int) -> Iterator[str]:
    top = y + len(line.depths) * BAND
    for number, voice in enumerate(line.voices):
        yield from _lane(play, voice, top + number * LANE, page.width, number)
    for band in line.bands:
        yield from _band(line, band, y)
    for before, after in zip(line.cells, line.cells[1:], strict=False):
        if not before[1].ends and not _begins_another_way(line, before[0], after[0]):
            yield _arrow(_spot(line, before, top), _spot(line, after, top))
    for cell in line.cells:
        yield from _box(cell[1], *_spot(line, cell, top))


def _lane(play: Play, voice: str, y: int, width: int, number: int) -> Iterator[str]:
    fill = "#f7f8fa" if number % 2 == 0 else "#ffffff"
    yield f"<rect x='{MARGIN}' y='{y}' width='{width - 2 * MARGIN}' height='{LANE}' fill='{fill}'/>"
    role = play.players[voice].role if voice in play.players else ""
    yield _text(MARGIN + 10, y + 34, voice.replace("-", " "), 17, weight=600)
    if role and role != voice:
        yield _text(MARGIN + 10, y + 53, role.replace("-", " "), 12, "#6b7280")


def _band(line: _Line, band: Bracket, y: int) -> Iterator[str]:
    """A band from its first to its last cell of this line; open at the side where it goes on."""
    row = line.depths.index(band.depth)
    first, last = max(band.first, line.first), min(band.last, line.last)
    x = MARGIN + LABEL + (first - line.first) * PITCH + 2
    width = (last - first + 1) * PITCH - 8
    words = band.words if band.first >= line.first else f"… {band.words}"
    below = line.height - 26 - row * BAND
    yield (
        f"<rect x='{x}' y='{y + row * BAND}' width='{width}' height='{below}' rx='6' fill='{BANDS[band.kind]}'"
        " fill-opacity='0.55'/>"
    )
    yield f"<rect x='{x}' y='{y + row * BAND}' width='{width}' height='{BAND - 3}' rx='6' fill='{BANDS[band.kind]}'/>"
    yield _text(x + 8, y + row * BAND + 15, shortened(words, max(8, width // 8)), 13, "#374151")


def _begins_another_way(line: _Line, before: int, after: int) -> bool:
    """True where the next cell is another branch or track: the run does not go from the one to the other."""
    ways = [band for band in line.bands if band.kind in ("branch", "track") and band.first == after]
    siblings = [one for band in ways for one in line.bands if one.last == before and one.depth == band.depth]
    return bool(siblings)


def _spot(line: _Line, cell: tuple[int, Cell], top: int) -> tuple[int, int]:
    index, one = cell
    return MARGIN + LABEL + (index - line.first) * PITCH + 5, top + line.voices.index(one.voice) * LANE + 8


def _box(cell: Cell, x: int, y: int) -> Iterator[str]:
    colour = COLOURS[cell.kind]
    dashed = " stroke-dasharray='5 4'" if cell.asked else ""
    fill = colour if cell.ends else "#ffffff"
    ink = "#ffffff" if cell.ends else "#111827"
    tip = f"{cell.kind} {cell.name}" + (f", if {in_words(cell.asked)}" if cell.asked else "")
    yield f"<g><title>{escape(tip)}</title>"
    yield (
        f"<rect x='{x}' y='{y}' width='{BOX}' height='{LANE - 16}' rx='8' fill='{fill}' stroke='{colour}'"
        f" stroke-width='2'{dashed}/>"
    )
    yield _icon(cell.kind, x + 8, y + 7, ink if cell.ends else colour)
    yield _text(x + BOX - 7, y + 18, shortened(cell.when, 14), 11, ink if cell.ends else "#6b7280", anchor="end")
    for number, row in enumerate(textwrap.wrap(cell.title, 16, max_lines=2, placeholder="…")):
        yield _text(x + 8, y + 36 + number * 15, row, 14, ink, weight=600)
    if len(cell.title) <= 16 and cell.detail:
        yield _text(x + 8, y + 51, shortened(cell.detail, 22), 11.5, ink if cell.ends else "#4b5563")
    yield "</g>"


def _icon(kind: str, x: int, y: int, colour: str) -> str:
    return (
        f"<path transform='translate({x} {y})' d='{ICONS[kind]}' fill='none' stroke='{colour}' stroke-width='1.5'"
        " stroke-linejoin='round' stroke-linecap='round'/>"
    )


def _arrow(before: tuple[int, int], after: tuple[int, int]) -> str:
    x1, y1 = before[0] + BOX, before[1] + (LANE - 16) // 2
    x2, y2 = after[0], after[1] + (LANE - 16) // 2
    middle = (x1 + x2) // 2
    way = f"M{x1} {y1}H{middle}V{y2}H{x2}"
    return f"<path d='{way}' fill='none' stroke='#9aa3af' stroke-width='2' marker-end='url(#tip)'/>"


def _aside(page: _Page, words: str, score: Score, y: int) -> Iterator[str]:
    yield _text(MARGIN, y + 23, shortened(words, 50), 15, "#111827", weight=600)
    for index, cell in enumerate(score.cells):
        x = MARGIN + 440 + (index % page.in_a_row) * PER_ASIDE
        row = y + (index // page.in_a_row) * ASIDE
        colour = COLOURS[cell.kind]
        fill, ink = (colour, "#ffffff") if cell.ends else ("#ffffff", "#111827")
        look = f"fill='{fill}' stroke='{colour}' stroke-width='1.5'"
        yield f"<rect x='{x}' y='{row}' width='150' height='36' rx='7' {look}/>"
        yield _icon(cell.kind, x + 8, row + 10, ink if cell.ends else colour)
        yield _text(x + 30, row + 23, shortened(cell.title, 16), 13, ink)


def _text(
    x: float, y: float, words: str, size: float, colour: str = "#111827", *, weight: int = 400, anchor: str = "start"
) -> str:
    return (
        f"<text x='{x}' y='{y}' font-size='{size}' fill='{colour}' font-weight='{weight}' text-anchor='{anchor}'>"
        f"{escape(words)}</text>"
    )
