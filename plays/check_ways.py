"""Rules about the ways through a play: every way ends, and nothing stands where no way leads."""

from collections.abc import Iterator
from typing import Final

from plays.check_names import Rule
from plays.checked import Checked
from plays.faults import Fault
from plays.model import AnyStep, ChooseStep, EndStep, GoStep, PlayStep, RepeatStep, StageStep, Step, TracksStep


def every_way_ends(checked: Checked) -> Iterator[Fault]:
    """Base contract B10: every way through the main line comes to an `end`; nothing stands behind one."""
    play = checked.source.play
    yield from _behind_an_end(checked, play.steps, ("steps",))
    for event, handlers in play.on.items():
        for index, handler in enumerate(handlers):
            yield from _behind_an_end(checked, handler.steps, ("on", event, index, "steps"))
            if handler.end is not None and _always_ends(handler.steps):
                message = "the handler's steps end the run before its own `end`"
                yield checked.fault("never-reached", ("on", event, index, "end"), message, "remove one of them")
            if not handler.steps and handler.end is None and handler.go is None and handler.when is None:
                message = "this handler does nothing, and hides those after it"
                yield checked.fault("empty-handler", ("on", event, index), message, "give it `steps:` or `end:`")
    if not _always_ends(play.steps):
        last = play.steps[-1]
        message = "the play has no exit: a way through it runs out without an `end`"
        hint = "close the `choose` with an `else:` that ends, or add a last step `- end: silence`"
        path = ("steps", len(play.steps) - 1)
        at = next((placed for placed in checked.steps if placed.step is last), None)
        yield checked.fault("no-exit", path, message, hint, step=at)


def _behind_an_end(checked: Checked, steps: tuple[AnyStep, ...], path: tuple[str | int, ...]) -> Iterator[Fault]:
    ended = False
    for index, step in enumerate(steps):
        here = (*path, index)
        if ended:
            placed = next((one for one in checked.steps if one.path == here), None)
            yield checked.fault(
                "never-reached", here, "never reached: the run has ended before", "remove it", step=placed
            )
            return
        if isinstance(step, ChooseStep):
            for branch_index, branch in enumerate(step.choose):
                key = "steps" if branch.otherwise is None else "else"
                yield from _behind_an_end(checked, branch.body, (*here, "choose", branch_index, key))
                if branch.otherwise is not None and branch_index + 1 < len(step.choose):
                    message = "`else` comes last: the branches after it are never taken"
                    yield checked.fault("never-reached", (*here, "choose", branch_index), message, "move it to the end")
        ended = _ends(step)


def _always_ends(steps: tuple[AnyStep, ...]) -> bool:
    return any(_ends(step) for step in steps)


def _ends(step: Step) -> bool:
    """True if no way leads on from this step: the run is over, jumps away, or repeats for ever."""
    if step.when is not None:
        return False
    match step:
        case EndStep() | GoStep():
            return True
        case PlayStep(how=how):
            return how == "successor"
        case ChooseStep(choose=branches):
            return branches[-1].otherwise is not None and all(_always_ends(branch.body) for branch in branches)
        case RepeatStep(until=None, most=None):
            return True
        case RepeatStep() | StageStep():
            return _always_ends(step.steps)
        case TracksStep(of=tracks, need=need):
            ending = [track.when is None and _always_ends(track.steps) for track in tracks.values()]
            return all(ending) if need == "any" else any(ending)
        case _:
            return False


way_rules: Final[tuple[Rule, ...]] = (every_way_ends,)
