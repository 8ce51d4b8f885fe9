"""The main way through a play with its times: the touches a person of theirs gets if nobody answers. Roughly, in days.

A business day counts as a day, a task as done at once, a `when` as true, a wait as waited to its end. Good enough to
judge the pace of a play; the real instants are made by `calendar.py`, touch by touch.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from plays.model import (
    AnyStep,
    ChooseStep,
    EndStep,
    GatherStep,
    GoStep,
    Moment,
    PlayStep,
    RepeatStep,
    StageStep,
    TracksStep,
    WaitStep,
)
from plays.program import step_kind

THEIRS: Final = frozenset({"email", "survey", "call", "social", "parcel", "meeting"})  # kinds that reach a customer
_MOST_WAYS: Final = 32  # kept at a fork; a play with more is judged by those with most touches
_MOST_ROUNDS: Final = 30
_FAR: Final = timedelta(days=120)  # rounds after this are not looked at
_NONE: Final = timedelta(0)


@dataclass(frozen=True)
class At:
    """A touch and when it comes, counted from the start of the run."""

    time: timedelta
    step: AnyStep


@dataclass(frozen=True)
class Way:
    """One way through the steps so far."""

    now: timedelta = _NONE
    touches: tuple[At, ...] = ()
    over: bool = False
    anchor: str | None = None  # the anchor the last `at` hung on,
    offset: timedelta = _NONE  # how far from it that was,
    since: timedelta = _NONE  # and when that was on this way


def main_way(steps: tuple[AnyStep, ...]) -> tuple[At, ...]:
    """The touches of the way with most of them, in the order of their times."""
    ways = _walk(steps, [Way()])
    longest = max(ways, key=lambda way: len(way.touches))
    return tuple(sorted(longest.touches, key=lambda one: one.time))


def _walk(steps: tuple[AnyStep, ...], ways: list[Way]) -> list[Way]:
    for step in steps:
        ways = [after for way in ways for after in ([way] if way.over else _after(step, way))]
        if len(ways) > _MOST_WAYS:
            ways = sorted(ways, key=lambda way: (way.over, -len(way.touches)))[:_MOST_WAYS]
    return ways


def _after(step: AnyStep, way: Way) -> list[Way]:
    way = _due(step, way)
    if step_kind(step) in THEIRS:
        return [replace(way, touches=(*way.touches, At(way.now, step)))]
    match step:
        case WaitStep():
            return [_waited(step, way)]
        case EndStep() | GoStep():
            return [replace(way, over=step.when is None)]
        case PlayStep(how=how):
            return [replace(way, over=how == "successor" and step.when is None)]
        case GatherStep(of=of, within=within):
            gathered = _walk(of, [way])
            return gathered if of or within is None else [replace(way, now=way.now + within.rough)]
        case ChooseStep(choose=branches):
            taken = [after for branch in branches for after in _walk(branch.body, [way])]
            return taken if branches[-1].otherwise is not None else [*taken, way]
        case StageStep(steps=inner):
            return _walk(inner, [way])
        case TracksStep():
            return [_side_by_side(step, way)]
        case RepeatStep():
            return [_rounds(step, way)]
        case _:
            return [way]


def _due(step: AnyStep, way: Way) -> Way:
    """The way at the moment a step is due."""
    if step.after is not None:
        return replace(way, now=way.now + step.after.rough)
    return way if step.at is None or isinstance(step, WaitStep) else _moment(step.at, way)


def _moment(at: Moment, way: Way) -> Way:
    """The way at a moment: known in relation to the moment before that hung on the same anchor."""
    offset = (at.span.rough if at.span is not None else _NONE) * (-1 if at.sign == "-" else 1)
    if at.anchor != way.anchor:
        return replace(way, anchor=at.anchor, offset=offset, since=way.now)
    now = max(way.now, way.since + offset - way.offset)
    return replace(way, now=now, offset=offset, since=now)


def _waited(step: WaitStep, way: Way) -> Way:
    ends = [way.now + step.wait.rough] if step.wait is not None else []
    at = _moment(step.at, way) if step.at is not None else way
    ends += [at.now] if step.at is not None else []
    return replace(at, now=min(ends)) if ends else way


def _side_by_side(step: TracksStep, way: Way) -> Way:
    """All tracks from the same moment; they join when all are over, or (`need: any`) the one with most touches is."""
    found = [_longest(_walk(track.steps, [replace(way, touches=())])) for track in step.of.values()]
    touches = tuple(one for each in found for one in each.touches)
    joined = max(each.now for each in found) if step.need == "all" else _longest(found).now
    kept = tuple(one for one in touches if one.time <= joined)
    return replace(way, now=joined, touches=(*way.touches, *kept), over=any(each.over for each in found))


def _rounds(step: RepeatStep, way: Way) -> Way:
    for number in range(min(step.most or _MOST_ROUNDS, _MOST_ROUNDS)):
        begun = way.now
        way = _longest(_walk(step.steps, [way]))
        gap = step.every[min(number, len(step.every) - 1)].rough
        if way.over or way.now > _FAR:
            return way
        way = replace(way, now=max(way.now, begun + gap))
    return replace(way, over=way.over or (step.most is None and step.until is None))


def _longest(ways: list[Way]) -> Way:
    return max(ways, key=lambda way: len(way.touches))
