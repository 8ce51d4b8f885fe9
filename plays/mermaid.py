"""A play as Mermaid text, for a README: a flowchart from top to bottom with its conditions on the arrows. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from plays.cell_words import shortened
from plays.conditions_in_words import in_words
from plays.labels import step_words
from plays.model import ChooseStep, EndStep, GoStep, Play, PlayStep, TracksStep
from plays.program import Node, Program, lay_out

_SHAPES: Final = {"email": ("[", "]"), "choose": ("{", "}"), "tracks": ("{{", "}}"), "end": ("([", "])")}
_OVER: Final = "over"


@dataclass
class _Chart:
    program: Program
    numbers: dict[str, str] = field(default_factory=dict)

    def id(self, name: str) -> str:
        """A name Mermaid takes."""
        return self.numbers.setdefault(name, f"s{len(self.numbers) + 1}")


def mermaid(play: Play) -> str:
    """The flowchart's text. Raises Unwalkable for a play whose steps cannot be told apart."""
    chart = _Chart(lay_out(play))
    rows = ["flowchart TD", f"  start((start)) --> {chart.id(chart.program.first)}"]
    for node in chart.program.nodes.values():
        rows += [f"  {row}" for row in _rows(chart, node)]
    for kind, entries in chart.program.handlers.items():
        for index, entry in enumerate(entries):
            rows += [f"  {row}" for row in _handler(chart, kind, index, entry.first, entry.handler.end)]
    return "\n".join(rows) + "\n"


def _rows(chart: _Chart, node: Node) -> Iterator[str]:
    mine = chart.id(node.name)
    opening, closing = _SHAPES.get(node.kind, ("[", "]"))
    yield f'{mine}{opening}"{_said(step_words(chart.program.play, node))}"{closing}'
    step = node.step
    match step:
        case ChooseStep():
            for branch, first in zip(step.choose, node.branches, strict=True):
                yield _arrow(chart, mine, first, in_words(branch.when) or "else")
            if step.choose[-1].otherwise is None:
                yield _arrow(chart, mine, node.follows, "none of these")
        case TracksStep():
            for (name, _), first in zip(step.of.items(), node.branches, strict=True):
                yield _arrow(chart, mine, first, name)
            yield _arrow(chart, mine, node.follows, "then")
        case GoStep():
            yield _arrow(chart, mine, chart.program.target(step.go), "")
        case EndStep():
            return
        case PlayStep(how="successor"):
            return
        case _:
            yield from _onward(chart, node)


def _onward(chart: _Chart, node: Node) -> Iterator[str]:
    mine = chart.id(node.name)
    for first in node.branches:
        yield _arrow(chart, mine, first, {"repeat": "each round", "gather": "asks for"}.get(node.kind, ""))
    if node.gather is None and (node.kind not in ("stage",) or not node.branches):
        yield _arrow(chart, mine, node.follows, "then" if node.branches else "")


def _arrow(chart: _Chart, mine: str, target: str | None, words: str) -> str:
    there = chart.id(target) if target is not None else f"{_OVER}(( ))"
    said = f'|"{_said(shortened(words, 60))}"|' if words else ""
    return f"{mine} -->{said} {there}"


def _handler(chart: _Chart, kind: str, index: int, first: str | None, end: str | None) -> Iterator[str]:
    mine = f"on{re.sub(r'[^a-z0-9]', '', kind)}{index}"
    yield f'{mine}>"on {kind}"]'
    if first is not None:
        yield f"{mine} -.-> {chart.id(first)}"
    if end is not None:
        yield f'{mine} -.->|"{end}"| {_OVER}(( ))'


def _said(words: str) -> str:
    """Text inside a Mermaid label: quotes and brackets would end it."""
    return re.sub(r'["<>{}\[\]|#;]', " ", words).strip()
