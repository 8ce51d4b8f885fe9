"""The page of a play in `docs/playbook/`: what it is for, its picture, every touch, every exit. Pure Markdown text."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from plays.conditions_in_words import in_words
from plays.drawing import Cell, Drawn, Score, drawn
from plays.model import Play
from plays.program import Node, lay_out

_ENDING: Final = ("end", "play", "go")


def page(play: Play, rehearsals: Sequence[tuple[str, str]] = ()) -> str:
    """The page as Markdown. `rehearsals`: title and outcome of each."""
    found = drawn(play)
    nodes = lay_out(play).nodes
    rows = [
        f"# {_cell(play.title)}",
        "",
        _cell(play.purpose),
        "",
        f"![{_cell(play.title)}: who does what, when]({play.play}.svg)",
        "",
        *_facts(play),
        "",
        "## Touches",
        "",
        *_table(found, nodes),
        *_events(found),
        *_craft(play),
        *_rehearsals(play, rehearsals),
    ]
    return "\n".join(rows) + "\n"


def index(plays: Sequence[Play]) -> str:
    """The page that lists all plays, most important first."""
    rows = [
        "# The playbook",
        "",
        "Every play of `plays/catalog/`, made from the files by `starter.py plays pages`. When several want one",
        "account, the one that stands higher here wins.",
        "",
        "| play | for | starts on | touches | lane | priority |",
        "|---|---|---|---|---|---|",
    ]
    for play in sorted(plays, key=lambda one: (-one.priority, one.play)):
        start = ", ".join(f"`{kind}`" for kind in play.start.on) or "by hand"
        touches = lay_out(play).touches
        rows.append(
            f"| [{play.title}]({play.play}.md) | {play.stage} | {start} | {touches} | {play.lane} | {play.priority} |"
        )
    return "\n".join(rows) + "\n"


def _facts(play: Play) -> Iterator[str]:
    start = " or ".join(f"`{kind}`" for kind in play.start.on) or f"by hand: `starter.py start {play.play} --account …`"
    yield f"- **Starts on** {start}" + (f", when {in_words(play.start.when)}" if play.start.when else "")
    if play.start.once_per:
        yield f"- **At most** once per {play.start.once_per} at an account"
    slots = (
        f"{slot} ({one.role}{f', else {one.otherwise}' if one.otherwise else ''})" for slot, one in play.players.items()
    )
    yield f"- **Players** {', '.join(slots)}; {play.owner} owns it"
    if play.parameters:
        named = (f"`{name}` ({one.type}, {one.default})" for name, one in play.parameters.items())
        yield f"- **Parameters** {', '.join(named)}"
    if play.anchors:
        yield f"- **Dated by** {', '.join(f'`{name}` from {source}' for name, source in play.anchors.items())}"
    if play.success:
        yield f"- **Success** `{play.success}`"
    if play.measure:
        yield f"- **Measured by** {play.measure}"
    yield f"- **Ladder** {', '.join(f'due + {span}: {rung}' for span, rung in play.ladder.items())}"


def _table(found: Drawn, nodes: Mapping[str, Node]) -> Iterator[str]:
    yield "| when | who | what | reason or condition |"
    yield "|---|---|---|---|"
    for index, cell in enumerate(found.main.cells):
        depth = sum(1 for band in found.main.brackets if band.first <= index <= band.last)
        for band in (one for one in found.main.brackets if one.first == index):
            yield f"| | | *{_cell(band.words)}* | |"
        yield _row(cell, nodes, depth)


def _row(cell: Cell, nodes: Mapping[str, Node], depth: int) -> str:
    step = nodes[cell.name].step if cell.name in nodes else None
    reason = getattr(step, "reason", None) or ""
    asked = f"if {in_words(cell.asked)}" if cell.asked else ""
    what = f"{cell.kind} **{_cell(cell.title)}** {_cell(cell.detail)}".strip()
    indent = "&emsp;" * depth
    return f"| {cell.when} | {cell.voice} | {indent}{what} | {_cell('; '.join(filter(None, (reason, asked))))} |"


def _events(found: Drawn) -> Iterator[str]:
    if not found.asides:
        return
    yield from ("", "## Whenever it happens", "")
    for words, score in found.asides:
        yield f"- **{_cell(words)}**: {_cell(_in_a_row(score)) or 'nothing more'}"


def _in_a_row(score: Score) -> str:
    return ", then ".join(
        f"{cell.kind} {cell.title}" + (f" ({cell.detail})" if cell.detail else "") for cell in score.cells
    )


def _craft(play: Play) -> Iterator[str]:
    if play.craft:
        yield from ("", "## Done differently, and why", "")
        yield from (f"- **{code}**: {why}" for code, why in play.craft.items())


def _rehearsals(play: Play, rehearsals: Sequence[tuple[str, str]]) -> Iterator[str]:
    if rehearsals:
        yield from ("", "## Rehearsed", "", f"`starter.py rehearse {play.play} --all` plays these:", "")
        yield from (f"- {title} → {outcome}" for title, outcome in rehearsals)


def _cell(words: str) -> str:
    """Text inside a Markdown table."""
    return words.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
