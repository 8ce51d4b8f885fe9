"""A play laid out flat: every step with its name and what follows it. What the interpreter walks.

Positions are step names, so that they survive continue-as-new and a newer version of the play. Pure and memoised:
a thousand runs of one version share one Program.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Final

from plays.model import AnyStep, CallStep, ChooseStep, EmailStep, EndStep, Handler, NotifyStep, Play, TaskStep, WaitStep

REACHING: Final = ("email", "call", "task", "notify")


@dataclass(frozen=True)
class Node:
    """One step in its place. Where a branch is over, `follows` is what stands after its `choose`."""

    name: str
    kind: str
    step: AnyStep
    follows: str | None  # the step after this one; None: the list it stands in is over
    branches: tuple[str | None, ...] = ()  # of a choose: first step of each branch, None for an empty one
    on: str | None = None  # the event whose handler it belongs to; None in the main line

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
class Program:
    """A play ready to be walked."""

    play: Play
    nodes: dict[str, Node]
    first: str
    handlers: dict[str, tuple[HandlerEntry, ...]]

    @property
    def touches(self) -> int:
        """How many steps of the main line, all its branches together, reach a person; the N of "touch 4 of N"."""
        return sum(1 for node in self.nodes.values() if node.reaches and node.on is None)


class Unwalkable(ValueError):
    """Two steps share a name: conditions and the ledger could not tell them apart."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"two steps are called '{name}'; give each step of a play its own name")


def step_name(step: AnyStep) -> str | None:
    """The name a step was given, None for waits, chooses and ends that were given none."""
    match step:
        case EmailStep():
            return step.email
        case CallStep():
            return step.call
        case TaskStep():
            return step.task
        case NotifyStep():
            return step.notify
        case WaitStep() | ChooseStep() | EndStep():
            return step.name


def step_kind(step: AnyStep) -> str:
    """`email`, `call`, `task`, `notify`, `wait`, `choose` or `end`."""
    return type(step).__name__.removesuffix("Step").lower()


def step_player(step: AnyStep) -> str:
    """The player slot that makes a step; empty for one that nobody makes."""
    match step:
        case EmailStep():
            return step.sender
        case CallStep() | TaskStep():
            return step.by
        case NotifyStep():
            return step.to[0]
        case _:
            return ""


def every_step(steps: tuple[AnyStep, ...]) -> Iterator[AnyStep]:
    """The steps and all steps inside their branches, in the order of the file."""
    for step in steps:
        yield step
        if isinstance(step, ChooseStep):
            for branch in step.choose:
                yield from every_step(branch.body)


class _Layout:
    """Names the steps in the order of the file, then links them."""

    def __init__(self, everything: Iterator[AnyStep]) -> None:
        self.nodes: dict[str, Node] = {}
        self._names: dict[int, str] = {}  # by identity: two waits of a play may be equal
        numbers: dict[str, int] = {}
        for step in everything:
            given = step_name(step)
            if given is None:
                kind = step_kind(step)
                numbers[kind] = numbers.get(kind, 0) + 1
                given = f"{kind}-{numbers[kind]}"
            if given in self._names.values():
                raise Unwalkable(given)
            self._names[id(step)] = given

    def lay(self, steps: tuple[AnyStep, ...], follows: str | None, on: str | None = None) -> str | None:
        """Place the steps so that the last leads to `follows`; return the name of the first. `on`: whose handler."""
        names = [self._names[id(step)] for step in steps]
        for index, (name, step) in enumerate(zip(names, steps, strict=True)):
            after = names[index + 1] if index + 1 < len(names) else follows
            branches: tuple[str | None, ...] = ()
            if isinstance(step, ChooseStep):
                branches = tuple(self.lay(branch.body, after, on) for branch in step.choose)
            self.nodes[name] = Node(name, step_kind(step), step, after, branches, on)
        return names[0] if names else follows


def lay_out(play: Play) -> Program:
    """Flatten a play. Raises Unwalkable when two steps share a name."""
    handler_steps = (step for of_kind in play.on.values() for one in of_kind for step in every_step(one.steps))
    layout = _Layout(chain(every_step(play.steps), handler_steps))
    first = layout.lay(play.steps, None)
    handlers = {
        kind: tuple(HandlerEntry(handler, layout.lay(handler.steps, None, kind)) for handler in of_kind)
        for kind, of_kind in play.on.items()
    }
    return Program(play, layout.nodes, first or "", handlers)


@lru_cache(maxsize=256)
def program_of(definition: str) -> Program:
    """The program of a published definition (`Play` as JSON). Pure: the same text gives the same program."""
    return lay_out(Play.model_validate_json(definition))
