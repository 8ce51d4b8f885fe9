"""A play as a score: cells from left to right, one voice a player, brackets over what belongs together. Pure.

Only what stands where; how it looks is `svg.py` and `mermaid.py`. Days are rough: a business day counts as a day.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from plays.cell_words import detail_of, shortened, title_of, when_of
from plays.conditions_in_words import in_words
from plays.model import (
    AnyStep,
    ChooseStep,
    EndStep,
    GatherStep,
    Play,
    PlayStep,
    RepeatStep,
    StageStep,
    TracksStep,
    WaitStep,
)
from plays.program import Node, Program, lay_out, step_player

STEERING: Final = "the play"  # the voice of waits, choices and ends
ENDLESS: Final = "∞"


@dataclass(frozen=True)
class Cell:
    """One step in the picture."""

    name: str
    kind: str
    voice: str  # a player slot, or STEERING
    title: str  # what it is called, in words
    detail: str  # to whom, for what, until when
    when: str  # `D4`, `+2h`, `renewal - 90d`
    asked: str = ""  # its own condition
    ends: bool = False  # the run is over after it, or goes on elsewhere


@dataclass(frozen=True)
class Bracket:
    """What holds a row of cells together: a stage, a branch, a track, rounds."""

    kind: str  # stage, branch, track, repeat, gather
    words: str
    first: int  # index of its first cell
    last: int
    depth: int  # 0 is outermost


@dataclass
class Score:
    """The whole picture of one list of steps."""

    cells: list[Cell] = field(default_factory=list)
    brackets: list[Bracket] = field(default_factory=list)

    @property
    def voices(self) -> list[str]:
        """Who has a line, in the order in which they first speak; the play itself last."""
        spoken = list(dict.fromkeys(cell.voice for cell in self.cells if cell.voice != STEERING))
        return [*spoken, STEERING]


@dataclass(frozen=True)
class Drawn:
    """The main line, and what is done on events."""

    play: Play
    main: Score
    asides: tuple[tuple[str, Score], ...]  # `on reply`, with what it does


def drawn(play: Play) -> Drawn:
    """The score of a play. Raises Unwalkable for one whose steps cannot be told apart."""
    program = lay_out(play)
    stages = [node.step for node in program.nodes.values() if isinstance(node.step, StageStep)]
    stalls = [(f"{stage.stage} stalls", _stalls(program, stage)) for stage in stages if stage.stall]
    asides = [
        (_aside_words(kind, handler.when), _aside(program, handler.steps, handler.end or "", handler.go or ""))
        for kind, handlers in play.on.items()
        for handler in handlers
    ]
    return Drawn(play, _score(program, play.steps), (*stalls, *asides))


def _stalls(program: Program, stage: StageStep) -> Score:
    """What is done as a stage lasts longer and longer; each first step says when."""
    score = Score()
    for span, steps in stage.stall.items():
        cells = _score(program, steps).cells
        score.cells += [replace(cell, when=str(span), title=f"{span}: {cell.title}") for cell in cells[:1]] + cells[1:]
    return score


def _aside_words(kind: str, when: str | None) -> str:
    return f"on {kind}" + (f" if {shortened(in_words(when), 60)}" if when else "")


def _aside(program: Program, steps: tuple[AnyStep, ...], end: str, go: str) -> Score:
    score = _score(program, steps)
    if end:
        score.cells.append(Cell(f"end-{end}", "end", STEERING, end, "", "", ends=True))
    if go:
        score.cells.append(Cell(f"go-{go}", "go", STEERING, f"back to {go}", "", "", ends=True))
    return score


def _score(program: Program, steps: tuple[AnyStep, ...]) -> Score:
    score = Score()
    _Walk(program, score).walk(steps, timedelta(), 0)
    return score


class _Walk:
    """Goes through the steps in the order of the file and keeps rough time."""

    def __init__(self, program: Program, score: Score) -> None:
        self._program, self._score = program, score
        self._nodes = {id(node.step): node for node in program.nodes.values()}

    def walk(self, steps: tuple[AnyStep, ...], at: timedelta, depth: int) -> timedelta:
        for step in steps:
            at = self._one(self._nodes[id(step)], at, depth)
        return at

    def _one(self, node: Node, at: timedelta, depth: int) -> timedelta:
        step = node.step
        at += step.after.rough if step.after else timedelta()
        match step:
            case ChooseStep():
                return max([at, *(self._ways(step, at, depth))])
            case StageStep():
                return self._stage(step, at, depth)
            case TracksStep(of=tracks):
                return max(
                    self._bracket("track", _asked(name, one.when), one.steps, at, depth) for name, one in tracks.items()
                )
            case RepeatStep(steps=steps):
                return self._bracket("repeat", _rounds(step), steps, at, depth)
            case GatherStep(of=items):
                self._add(node, at)
                return self._bracket("gather", f"gather {step.need}", items, at, depth)
            case WaitStep(wait=span):
                self._add(node, at)
                return at + (span.rough if span and not step.events else timedelta())
            case _:
                self._add(node, at)
                return at

    def _ways(self, step: ChooseStep, at: timedelta, depth: int) -> Iterator[timedelta]:
        for branch in step.choose:
            ended = any(isinstance(one, EndStep) or _hands_over(one) for one in branch.body)
            words = f"if {shortened(in_words(branch.when), 70)}" if branch.when else "else"
            over = self._bracket("branch", words, branch.body, at, depth)
            yield at if ended else over

    def _stage(self, step: StageStep, at: timedelta, depth: int) -> timedelta:
        words = (step.title or step.stage) + (f" (norm {step.norm})" if step.norm else "")
        return self._bracket("stage", words, step.steps, at, depth)

    def _bracket(self, kind: str, words: str, steps: tuple[AnyStep, ...], at: timedelta, depth: int) -> timedelta:
        first = len(self._score.cells)
        over = self.walk(steps, at, depth + 1)
        if len(self._score.cells) > first:
            self._score.brackets.append(Bracket(kind, words, first, len(self._score.cells) - 1, depth))
        return over

    def _add(self, node: Node, at: timedelta) -> None:
        step = node.step
        cell = Cell(
            name=node.name,
            kind=node.kind,
            voice=step_player(step) or STEERING,
            title=title_of(node),
            detail=detail_of(self._program.play, step),
            when=when_of(step, at),
            asked=step.when or "",
            ends=node.kind in ("end", "go") or _hands_over(step),
        )
        self._score.cells.append(cell)


def _hands_over(step: AnyStep) -> bool:
    return isinstance(step, PlayStep) and step.how == "successor"


def _asked(name: str, when: str | None) -> str:
    return f"{name}: if {shortened(in_words(when), 60)}" if when else name


def _rounds(step: RepeatStep) -> str:
    every = ", ".join(str(span) for span in step.every)
    until = f", until {shortened(in_words(step.until), 50)}" if step.until else ""
    return f"{step.repeat}: every {shortened(every, 30)}, {f'{step.most} times' if step.most else ENDLESS}{until}"
