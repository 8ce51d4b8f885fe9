"""Rules about conditions: each can be read, is true or false, and names what is there."""

from collections.abc import Iterator
from typing import Final

from plays import condition_faults, conditions
from plays.check_names import Rule
from plays.checked import Checked, FilePath
from plays.faults import Fault
from plays.model import AnyStep, Audience, ChooseStep, RepeatStep, TracksStep, WaitStep

Found = tuple[str, FilePath, str | None]  # a condition, its path, the step it belongs to


def conditions_of(checked: Checked) -> Iterator[Found]:
    """Every condition of the play with its path and the step it belongs to."""
    play = checked.source.play
    if play.start.when is not None:
        yield play.start.when, ("start", "when"), None
    for event, handlers in play.on.items():
        for index, handler in enumerate(handlers):
            if handler.when is not None:
                yield handler.when, ("on", event, index, "when"), None
    for name, audience in play.audience.items():
        yield from _of_audience(audience, ("audience", name))
    for placed in checked.steps:
        for text, inner in _of_step(placed.step):
            if text is not None:
                yield text, (*placed.path, *inner), placed.name


def _of_step(step: AnyStep) -> Iterator[tuple[str | None, FilePath]]:
    yield step.when, ("when",)
    match step:
        case ChooseStep(choose=branches):
            yield from ((branch.when, ("choose", index, "when")) for index, branch in enumerate(branches))
        case WaitStep(where=where):
            yield where, ("where",)
        case RepeatStep(until=until):
            yield until, ("until",)
        case TracksStep(of=tracks):
            yield from ((track.when, ("of", name, "when")) for name, track in tracks.items())


def _of_audience(audience: Audience, path: FilePath) -> Iterator[Found]:
    if audience.when is not None:
        yield audience.when, (*path, "when"), None
    for index, one in enumerate(audience.first):
        yield from _of_audience(one, (*path, index))


def conditions_are_sound(checked: Checked) -> Iterator[Fault]:
    """Every condition type-checks and names fields and steps that exist."""
    for text, path, step in conditions_of(checked):
        for found in conditions.faults(text, checked.names):
            yield _fault(checked, text, path, step, found)


def _fault(
    checked: Checked, text: str, path: FilePath, step: str | None, found: condition_faults.ConditionFault
) -> Fault:
    line, column = place_in(checked, text, path, found.line, found.column)
    message, hint = found.message, found.suggestion
    return Fault(str(checked.source.path), line, column, step, str(path[-1]), "condition", message, hint)


def place_in(checked: Checked, text: str, path: FilePath, line: int, column: int) -> tuple[int, int]:
    """Where in the file: exact for a condition on one line, plain or quoted; the value's beginning otherwise."""
    spot = checked.source.spot.find(path)
    row = checked.source.text.splitlines()[spot.line - 1][spot.column - 1 :]
    start = row.find(text.strip())
    return (spot.line, spot.column + start + column - 1) if start in (0, 1) else (spot.line, spot.column)


condition_rules: Final[tuple[Rule, ...]] = (conditions_are_sound,)
