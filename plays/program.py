"""A play laid out flat: every step with its name and what follows it. What the interpreter walks.

Positions are step names, so that they survive continue-as-new and a newer version of the play. Pure and memoised:
a thousand runs of one version share one Program.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain

from plays.model import AnyStep, ChooseStep, GatherStep, Play, RepeatStep, StageStep, TracksStep
from plays.nodes import OWN_NAME as OWN_NAME
from plays.nodes import REACHING as REACHING
from plays.nodes import HandlerEntry as HandlerEntry
from plays.nodes import Node as Node
from plays.nodes import Program as Program
from plays.nodes import Stall as Stall
from plays.nodes import Unwalkable as Unwalkable
from plays.nodes import every_step as every_step
from plays.nodes import inner_lists as inner_lists
from plays.nodes import step_kind as step_kind
from plays.nodes import step_name as step_name
from plays.nodes import step_player as step_player


@dataclass(frozen=True)
class _Place:
    """What a list of steps stands in."""

    on: str | None = None
    stage: str | None = None
    track: str | None = None
    gather: str | None = None


class _Layout:
    def __init__(self, everything: Iterator[AnyStep]) -> None:
        self.nodes: dict[str, Node] = {}
        self.stalls: dict[str, tuple[Stall, ...]] = {}
        self._names: dict[int, str] = {}  # by identity: two waits of a play may be equal
        numbers: dict[str, int] = {}
        taken: set[str] = set()
        for step in everything:
            given = step_name(step)
            if given is None:
                kind = step_kind(step)
                numbers[kind] = numbers.get(kind, 0) + 1
                given = f"{kind}-{numbers[kind]}"
            if given in taken:
                raise Unwalkable(given)
            taken.add(given)
            self._names[id(step)] = given

    def lay(self, steps: tuple[AnyStep, ...], follows: str | None, place: _Place) -> str | None:
        """Place the steps so that the last leads to `follows`; return the name of the first."""
        names = [self._names[id(step)] for step in steps]
        for index, (name, step) in enumerate(zip(names, steps, strict=True)):
            after = names[index + 1] if index + 1 < len(names) else follows
            here = replace(place, stage=name) if isinstance(step, StageStep) else place
            branches = self._inside(name, step, after, here)
            self.nodes[name] = Node(
                name, step_kind(step), step, after, branches, here.on, here.stage, here.track, here.gather
            )
        return names[0] if names else follows

    def _inside(self, name: str, step: AnyStep, after: str | None, place: _Place) -> tuple[str | None, ...]:
        match step:
            case ChooseStep():
                return tuple(self.lay(branch.body, after, place) for branch in step.choose)
            case RepeatStep():
                return (self.lay(step.steps, name, place),)
            case StageStep():
                self.stalls[name] = self._stalls(step, place)
                return (self.lay(step.steps, after, place),)
            case TracksStep():
                tracks = step.of.items()
                return tuple(self.lay(one.steps, None, replace(place, track=f"{name}.{key}")) for key, one in tracks)
            case GatherStep():
                return tuple(self.lay((one,), None, replace(place, gather=name)) for one in step.of)
            case _:
                return ()

    def _stalls(self, step: StageStep, place: _Place) -> tuple[Stall, ...]:
        aside = replace(place, on="stall")
        found = [Stall(span, self.lay(steps, None, aside)) for span, steps in step.stall.items()]
        return tuple(sorted(found, key=lambda one: one.span.rough))


def lay_out(play: Play) -> Program:
    """Flatten a play. Raises Unwalkable when two steps share a name."""
    handler_steps = (step for of_kind in play.on.values() for one in of_kind for step in every_step(one.steps))
    layout = _Layout(chain(every_step(play.steps), handler_steps))
    first = layout.lay(play.steps, None, _Place())
    handlers = {
        kind: tuple(HandlerEntry(one, layout.lay(one.steps, None, _Place(on=kind))) for one in of_kind)
        for kind, of_kind in play.on.items()
    }
    return Program(play, layout.nodes, first or "", handlers, layout.stalls)


@lru_cache(maxsize=256)
def program_of(definition: str) -> Program:
    """The program of a published definition (`Play` as JSON). Pure: the same text gives the same program."""
    return lay_out(Play.model_validate_json(definition))
