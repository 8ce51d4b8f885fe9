"""What a play laid out flat consists of, and what a step is called. How it is laid out: `program.py`."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from plays.model import (
    KINDS,
    AnyStep,
    ChooseStep,
    GatherStep,
    HandedOut,
    Handler,
    NotifyStep,
    Play,
    RepeatStep,
    StageStep,
    TracksStep,
    Written,
)
from plays.spans import Span

REACHING: Final = frozenset(
    {"email", "survey", "call", "social", "parcel", "ads", "meeting", "task", "form", "notify", "hold", "webhook"}
)
OWN_NAME: Final = frozenset({*REACHING, "gather", "repeat", "stage", "tracks"})  # the kind's key is the step's name
START: Final = "start"  # where `go` leads when it names no stage
_KIND_OF: Final = {step: kind for kind, step in KINDS.items()}


@dataclass(frozen=True)
class Node:
    """One step in its place. Where a branch is over, `follows` is what stands after its `choose`.

    The first steps inside it are `branches`: of a choose those of each branch (None for an empty one), of tracks those
    of each track in order, of a stage and a repeat that of its list, of a gather every step it hands out. The last step
    of a repeat is followed by the repeat itself, the last of a track by nothing.
    """

    name: str
    kind: str
    step: AnyStep
    follows: str | None  # the step after this one; None: the list it stands in is over
    branches: tuple[str | None, ...] = ()
    on: str | None = None  # the event whose handler it belongs to, or `stall`; None in the main line
    stage: str | None = None  # the stage it stands in; a stage's own step stands in it
    track: str | None = None  # the track it stands in: `tracks-name.track`
    gather: str | None = None  # the gather that hands it out

    @property
    def reaches(self) -> bool:
        """True if it is a touch: somebody of theirs or ours is reached."""
        return self.kind in REACHING


@dataclass(frozen=True)
class HandlerEntry:
    """A handler and the first of its steps."""

    handler: Handler
    first: str | None


@dataclass(frozen=True)
class Stall:
    """What is done when a stage has lasted so long."""

    span: Span
    first: str | None


@dataclass(frozen=True)
class Program:
    """A play ready to be walked."""

    play: Play
    nodes: dict[str, Node]
    first: str
    handlers: dict[str, tuple[HandlerEntry, ...]]
    stalls: dict[str, tuple[Stall, ...]] = field(default_factory=dict)  # by stage, in the order they come

    @property
    def touches(self) -> int:
        """How many steps of the main line, all its branches together, reach a person; the N of "touch 4 of N"."""
        return sum(1 for node in self.nodes.values() if node.reaches and node.on is None)

    def target(self, go: str) -> str:
        """The step a `go` leads to."""
        return self.first if go == START and START not in self.nodes else go


class Unwalkable(ValueError):
    """Two steps share a name: conditions and the ledger could not tell them apart."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"two steps are called '{name}'; give each step of a play its own name")


def step_kind(step: AnyStep) -> str:
    """`email`, `call`, `wait` …: the key a step begins with."""
    return _KIND_OF[type(step)]


def step_name(step: AnyStep) -> str | None:
    """The name a step was given, None for waits, chooses, ends … that were given none."""
    kind = step_kind(step)
    named = getattr(step, kind if kind in OWN_NAME else "name")
    return named if isinstance(named, str) else None


def step_player(step: AnyStep) -> str:
    """The player slot that makes a step; empty for one that nobody makes."""
    match step:
        case Written():
            return step.sender
        case HandedOut():
            return step.by
        case NotifyStep():
            return step.to[0]
        case _:
            return ""


def inner_lists(step: AnyStep) -> Iterator[tuple[tuple[str | int, ...], tuple[AnyStep, ...]]]:
    """The lists of steps inside a step, each with its path in the file, in the order of the file."""
    match step:
        case ChooseStep():
            for index, branch in enumerate(step.choose):
                yield ("choose", index, "steps" if branch.otherwise is None else "else"), branch.body
        case GatherStep():
            yield ("of",), step.of
        case RepeatStep():
            yield ("steps",), step.steps
        case StageStep():
            for span, steps in step.stall.items():
                yield ("stall", str(span)), steps
            yield ("steps",), step.steps
        case TracksStep():
            for name, track in step.of.items():
                yield ("of", name, "steps"), track.steps


def every_step(steps: tuple[AnyStep, ...]) -> Iterator[AnyStep]:
    """The steps and all steps inside them, in the order of the file."""
    for step in steps:
        yield step
        for _, inner in inner_lists(step):
            yield from every_step(inner)
