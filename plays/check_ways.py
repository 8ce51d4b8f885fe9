"""Rules about the ways through a play: every way ends, nothing stands where none leads, none comes round in no time."""

from collections.abc import Iterator
from typing import Final

from plays.check_names import Rule
from plays.checked import Checked, FilePath, Placed
from plays.faults import Fault
from plays.model import ChooseStep, GoStep, Handler, RepeatStep, StageStep
from plays.program import Program
from plays.ways import Ways, all_take_time, cycle_without_time, leads_on, positive


def every_way_ends(checked: Checked) -> Iterator[Fault]:
    """Base contract B10: every way through the main line comes to an `end`; nothing stands behind one."""
    program = checked.program
    if program is None:
        return
    ways = Ways.of(program)
    yield from _never_reached(checked, ways)
    if ways.runs_out:
        play = checked.source.play
        last = checked.by_identity[id(play.steps[-1])]
        place = f"after '{ways.runs_out[0]}' " if ways.runs_out[0] != last.name else ""
        message = f"the play has no exit: a way through it runs out {place}without an `end`"
        hint = "close the `choose` with an `else:` that ends, or add a last step `- end: silence`"
        yield checked.fault("no-exit", last.path, message, hint, step=last)


def _never_reached(checked: Checked, ways: Ways) -> Iterator[Fault]:
    """The first of the steps in each list that no way leads to; not those inside it or behind it."""
    lost = {placed.path: placed for placed in checked.steps if placed.name not in ways.reached}
    for path, placed in lost.items():
        if (*path[:-1], int(path[-1]) - 1) in lost or any(path[:end] in lost for end in range(1, len(path))):
            continue
        message = "never reached: the run has ended or gone elsewhere before"
        hint = "lead to it by `go:`, or remove it" if placed.kind == "stage" else "remove it"
        yield checked.fault("never-reached", path, message, hint, step=placed)


def branches_can_be_taken(checked: Checked) -> Iterator[Fault]:
    """`else` comes last."""
    for placed in checked.steps:
        if not isinstance(placed.step, ChooseStep):
            continue
        for index, branch in enumerate(placed.step.choose[:-1]):
            if branch.otherwise is not None:
                message = "`else` comes last: the branches after it are never taken"
                path = (*placed.path, "choose", index)
                yield checked.fault("never-reached", path, message, "move it to the end", step=placed)


def handlers_do_something(checked: Checked) -> Iterator[Fault]:
    """A handler has steps or a way out, and can be asked."""
    program = checked.program
    for event, handlers in checked.source.play.on.items():
        for index, handler in enumerate(handlers):
            path: FilePath = ("on", event, index)
            if not handler.steps and handler.end is None and handler.go is None and handler.when is None:
                message = "this handler does nothing, and hides those after it"
                yield checked.fault("empty-handler", path, message, "give it `steps:` or `end:`")
            elif handler.when is None and index + 1 < len(handlers):
                message = "the handlers after this one are never asked: it has no `when`"
                yield checked.fault("never-reached", path, message, "move it to the end, or give it a `when:`")
            if program is not None:
                yield from _way_out(checked, program, event, index, handler)


def _way_out(checked: Checked, program: Program, event: str, index: int, handler: Handler) -> Iterator[Fault]:
    key = "end" if handler.end is not None else "go"
    if getattr(handler, key) is not None and not leads_on(program, program.handlers[event][index].first):
        message = f"the handler's steps end the run before its own `{key}`"
        yield checked.fault("never-reached", ("on", event, index, key), message, "remove one of them")


def no_way_comes_round_in_no_time(checked: Checked) -> Iterator[Fault]:
    """A cycle without a wait, a task or a positive `after` would spin for ever."""
    program = checked.program
    for placed in checked.steps:
        if isinstance(placed.step, GoStep):
            yield from _jump(checked, program, placed)
        if isinstance(placed.step, RepeatStep):
            yield from _rounds(checked, placed)
        if isinstance(placed.step, StageStep):
            for span in placed.step.stall:
                if not positive(span):
                    path = (*placed.path, "stall", str(span))
                    yield checked.fault("stall", path, "a stage stalls at once after no time", "`5d:`", step=placed)


def _jump(checked: Checked, program: Program | None, placed: Placed) -> Iterator[Fault]:
    path = (*placed.path, "go")
    if placed.place.track is not None:
        message = f"a jump out of the track '{placed.place.track}': what goes on beside it would go on without end"
        hint = "let the track end, and jump after `tracks:`"
        yield checked.fault("go-from-track", path, message, hint, step=placed)
        return
    cycle = cycle_without_time(program, program.nodes[placed.name]) if program is not None else None
    if cycle is not None:
        shown = cycle if len(cycle) < 8 else [*cycle[:4], "…", *cycle[-3:]]
        message = f"a cycle without a wait: {' -> '.join([*shown, cycle[0]])}; the run would spin for ever"
        hint = "put a `wait:`, a task or an `after:` on the way"
        yield checked.fault("cycle", path, message, hint, step=placed)


def _rounds(checked: Checked, placed: Placed) -> Iterator[Fault]:
    step = placed.step
    assert isinstance(step, RepeatStep)  # noqa: S101  # asked for one
    if step.most is None and not positive(step.every[-1]) and not all_take_time(step.steps):
        message = "its rounds take no time and have no number: the run would spin for ever"
        yield checked.fault("cycle", (*placed.path, "every"), message, "`every: 1d`, or `most: 3`", step=placed)


way_rules: Final[tuple[Rule, ...]] = (
    every_way_ends,
    branches_can_be_taken,
    handlers_do_something,
    no_way_comes_round_in_no_time,
)
