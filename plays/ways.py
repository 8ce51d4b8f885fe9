"""The ways through a play: what can follow what, where they run out, and which come round without any time passing.

Pure structure: conditions are taken as true or false at will, so every way that is found could be gone.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from plays.model import (
    AnyStep,
    ChooseStep,
    EmailStep,
    EndStep,
    GatherStep,
    GoStep,
    HandedOut,
    PlayStep,
    RepeatStep,
    StageStep,
    TracksStep,
    WaitStep,
)
from plays.program import Node, Program
from plays.spans import Span


@dataclass
class Ways:
    """What can be reached in a program, and the steps of its main line after which nothing is left."""

    program: Program
    reached: set[str] = field(default_factory=set)
    runs_out: list[str] = field(default_factory=list)
    handlers_run_out: set[str] = field(default_factory=set)  # steps of handlers after which the handler is over
    _tracks_over: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, program: Program) -> "Ways":
        """Go every way from the beginning and from every handler."""
        ways = cls(program)
        firsts = [entry.first for entries in program.handlers.values() for entry in entries]
        firsts += [
            program.target(entry.handler.go)
            for found in program.handlers.values()
            for entry in found
            if entry.handler.go
        ]
        ways._go([program.first, *firsts])
        return ways

    def _go(self, names: "list[str | None]") -> None:
        todo = deque(name for name in names if name is not None and name in self.program.nodes)
        while todo:
            name = todo.popleft()
            if name in self.reached:
                continue
            self.reached.add(name)
            todo.extend(one for one in self._from(self.program.nodes[name]) if one is not None)

    def _from(self, node: Node) -> Iterator[str | None]:
        if isinstance(node.step, StageStep):
            yield from (stall.first for stall in self.program.stalls.get(node.name, ()))
        if isinstance(node.step, GatherStep):
            yield from node.branches
        for name in onward(self.program, node):
            if name in self.program.nodes:
                yield name
            elif name is None:
                yield from self._over(node)

    def _over(self, node: Node) -> Iterator[str | None]:
        """The list that the node ends is over."""
        if node.gather is not None:
            return
        if node.track is not None:
            self._tracks_over.add(node.track)
            yield from self._joined(node.track)
        elif node.on is not None:
            self.handlers_run_out.add(node.name)
        else:
            self.runs_out.append(node.name)

    def _joined(self, track: str) -> Iterator[str | None]:
        """What comes after the tracks, once enough of them are over."""
        name = track.rpartition(".")[0]
        node = self.program.nodes[name]
        step = node.step
        assert isinstance(step, TracksStep)  # noqa: S101  # only tracks have tracks
        needed = [f"{name}.{key}" in self._tracks_over for key, one in step.of.items() if one.when is None]
        if step.need == "any" or all(needed):
            yield from self._after(node)

    def _after(self, node: Node) -> Iterator[str | None]:
        if node.follows is None:
            yield from self._over(node)
        else:
            yield node.follows


def onward(program: Program, node: Node) -> list[str | None]:
    """The steps that can come next; None where the list the step stands in is over. What joins tracks is not here."""
    found = _next(program, node)
    if node.step.when is not None and not isinstance(node.step, ChooseStep):
        found.append(node.follows)
    return found


def _next(program: Program, node: Node) -> list[str | None]:
    match node.step:
        case ChooseStep(choose=branches):
            open_end = branches[-1].otherwise is None or node.step.when is not None
            return [*node.branches, *([node.follows] if open_end else [])]
        case RepeatStep(until=until, most=most):
            return [*node.branches, *([node.follows] if until or most else [])]
        case StageStep() | TracksStep():
            return [*node.branches]
        case GoStep(go=target):
            return [program.target(target)]
        case EndStep():
            return []
        case PlayStep(how=how) if how == "successor":
            return []
        case _:
            return [node.follows]


def leads_on(program: Program, first: str | None) -> bool:
    """True if a list of steps of a handler can run out, so that what stands after the list happens."""
    if first is None:
        return True
    ways = Ways(program)
    ways._go([first])
    return bool(ways.handlers_run_out)


def cycle_without_time(program: Program, go: Node) -> list[str] | None:
    """The way from where a `go` leads back to it on which no time need pass; None if there is none."""
    assert isinstance(go.step, GoStep)  # noqa: S101
    came = reached_at_once(program, program.target(go.step.go))
    if go.name not in came or takes_time(go.step):
        return None
    way: list[str] = []
    at: str | None = go.name
    while at is not None:
        way.append(at)
        at = came[at]
    return way[::-1]


def reached_at_once(program: Program, first: str) -> dict[str, str | None]:
    """Every step that may be reached from one with no time passing, each with the step before it."""
    came: dict[str, str | None] = {first: None}
    todo = deque([first])
    while todo:
        node = program.nodes.get(todo[0])
        name = todo.popleft()
        if node is None or takes_time(node.step):
            continue
        for after in _at_once(program, node):
            if after is not None and after not in came:
                came[after] = name
                todo.append(after)
    return {name: before for name, before in came.items() if name in program.nodes}


def _at_once(program: Program, node: Node) -> Iterator[str | None]:
    """Like `onward`, and over tracks; not past what has a part that takes time on every way through it."""
    step = node.step
    slow = _slow_inside(step)
    for name in onward(program, node):
        if name != node.follows or not (slow and step.when is None):
            yield name
    if isinstance(step, TracksStep) and not slow:
        yield node.follows
    if node.follows is None and node.track is not None:
        tracks = program.nodes[node.track.rpartition(".")[0]]
        if not _slow_inside(tracks.step):
            yield tracks.follows


def takes_time(step: AnyStep) -> bool:
    """True if this step waits, asks a person, or comes so long after the one before.

    A `when` is taken as true: steps that exclude one another (`mode == "full"`, `mode == "light"`) take time together.
    """
    if positive(step.after):
        return True
    match step:
        case WaitStep(wait=span, at=at, events=events):
            return at is None and (positive(span) if span is not None else bool(events))
        case HandedOut(go_on=go_on):
            return not go_on
        case EmailStep(approve=approve):
            return bool(approve)
        case GatherStep(of=of, events=events, within=within):
            return bool(of or events) and (within is None or positive(within))
        case _:
            return False


def _slow_inside(step: AnyStep) -> bool:
    """True if a repeat or tracks never come to their end in no time."""
    match step:
        case RepeatStep(until=None, steps=steps):
            return all_take_time(steps)
        case TracksStep(of=tracks, need=need):
            slow = [all_take_time(track.steps) for track in tracks.values()]
            return all(slow) if need == "any" else any(slow)
        case _:
            return False


def all_take_time(steps: tuple[AnyStep, ...]) -> bool:
    """True if no way through the steps passes in no time; a way that leaves them is none through them."""
    return any(takes_time(step) or _slow_inside(step) or _slow_list(step) or _leaves(step) for step in steps)


def _slow_list(step: AnyStep) -> bool:
    match step:
        case ChooseStep(choose=branches):
            return branches[-1].otherwise is not None and all(all_take_time(branch.body) for branch in branches)
        case StageStep(steps=steps):
            return all_take_time(steps)
        case _:
            return False


def _leaves(step: AnyStep) -> bool:
    away = isinstance(step, EndStep | GoStep) or (isinstance(step, PlayStep) and step.how == "successor")
    return away and step.when is None


def positive(span: Span | None) -> bool:
    """True if the span has any length."""
    return span is not None and span.count > 0
