"""What a good rep would object to in the order and pace of touches. Warnings, each named in `craft.py` with its reason.

A play that has it so on purpose answers under `craft:` by the warning's name, and is not told again.
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Final

from plays.check_names import Rule
from plays.check_people import audience_of, groups
from plays.checked import Checked, Placed
from plays.craft import CRAFT, days
from plays.faults import Fault
from plays.model import Audience, HandedOut, Play, Touch
from plays.program import step_player
from plays.suggestions import did_you_mean
from plays.timeline import THEIRS

_FEWEST, _MOST = 7, 15
_GAP: Final = timedelta(days=6)
_FIRST_WEEKS: Final = timedelta(weeks=3)
_SECOND: Final = timedelta(hours=12)
_SOMEBODY_ELSE: Final = frozenset({"cover", "manager", "executive"})


def _captures(play: Play) -> bool:
    return (play.stage, play.lane, play.success) == ("sales", "sales", "meeting.booked")


def as_many_touches_as_it_takes(checked: Checked) -> Iterator[Fault]:
    """Seven to fifteen touches to a first meeting."""
    count = len(checked.main_way)
    if _captures(checked.source.play) and not _FEWEST <= count <= _MOST:
        few = count < _FEWEST
        message = (
            f"{count} touch{'' if count == 1 else 'es'} on the main way to a meeting; {_FEWEST} to {_MOST} are usual"
        )
        hint = "most answers come after the fifth" if few else "after the fifteenth it is a siege"
        yield checked.warn("few-touches" if few else "many-touches", ("steps",), message, hint)


def no_long_silence(checked: Checked) -> Iterator[Fault]:
    """No six days without a touch in the first three weeks."""
    for before, after in pairwise(checked.main_way):
        silent = min(after.time, _FIRST_WEEKS) - before.time
        if silent >= _GAP:
            placed = checked.by_identity[id(after.step)]
            told = checked.by_identity[id(before.step)]
            length = days(round((after.time - before.time).total_seconds() / 86400, 1))
            message = f"{length} of silence after '{told.name}', in the first three weeks"
            yield checked.warn("gap", placed.path, message, "bring it nearer, or put a touch between", step=placed)


def a_second_touch_soon(checked: Checked) -> Iterator[Fault]:
    """Twelve hours after the first email at most."""
    way = checked.main_way
    first = next((index for index, one in enumerate(way) if checked.by_identity[id(one.step)].kind == "email"), None)
    if first is None or checked.source.play.lane == "retention":
        return
    after = way[first + 1] if first + 1 < len(way) else None
    if after is None or after.time - way[first].time > _SECOND:
        placed = checked.by_identity[id(way[first].step)]
        how = "nothing follows" if after is None else f"'{checked.by_identity[id(after.step)].name}' comes later"
        message = f"no second touch within 12 hours of the first email: {how}"
        yield checked.warn(
            "second-touch", placed.path, message, "a call, a connection or a short second mail", step=placed
        )


def voices_alternate(checked: Checked) -> Iterator[Fault]:
    """In shake-the-tree the next voice is another one."""
    if not checked.source.play.play.startswith("shake-the-tree"):
        return
    for before, after in pairwise(checked.main_way):
        one, two = checked.by_identity[id(before.step)], checked.by_identity[id(after.step)]
        if (step_player(one.step), one.kind) == (step_player(two.step), two.kind):
            message = f"the same sender and channel as '{one.name}' before it"
            yield checked.warn("same-voice", two.path, message, "let somebody else speak, or another way", step=two)


def touches_have_reasons(checked: Checked) -> Iterator[Fault]:
    """Base contract B9: no touch without something new; the same reason twice running is not new."""
    last: str | None = None
    for placed in checked.steps:
        step = placed.step
        if not isinstance(step, Touch):
            continue
        if step.reason is None and placed.kind in THEIRS:
            message = f"this {placed.kind} has no `reason`: what is new that makes it worth their time?"
            yield checked.fault("no-reason", placed.path, message, "add `reason:`", step=placed)
        if step.reason is not None and step.reason == last:
            message = "the same reason as the touch before it"
            yield checked.warn("same-reason", (*placed.path, "reason"), message, "what is new this time?", step=placed)
        last = step.reason


def channels_are_mixed(checked: Checked) -> Iterator[Fault]:
    """People take things in by different routes: read, hear, hold."""
    kinds = [placed.kind for placed in checked.steps if placed.on is None and placed.kind in {*THEIRS, "task"}]
    if len(kinds) > 2 and len(set(kinds)) == 1:
        message = f"the whole play is one channel: {kinds[0]}"
        yield checked.warn("one-channel", ("steps",), message, "mix in a call, a parcel or a meeting")


def staff_have_their_nights(checked: Checked) -> Iterator[Fault]:
    """Only top management is touched at night or at weekends."""
    for placed in checked.steps:
        step = placed.step
        if (
            placed.on is None
            and isinstance(step, Touch)
            and step.window in ("any", "management")
            and placed.kind != "call"
        ):
            audience = checked.source.play.audience.get(audience_of(step) or "")
            if audience is not None and not _only_economic(audience):
                message = f"`window: {step.window}` lets it reach staff at night and at weekends"
                yield checked.warn("no-window", (*placed.path, "window"), message, "remove it", step=placed)


def _only_economic(audience: Audience) -> bool:
    personas = {persona for group in groups(audience) for persona in (*group.persona, *group.otherwise)}
    return personas == {"economic-buyer"}


def escalations_reach_somebody(checked: Checked) -> Iterator[Fault]:
    """What is waited for is watched, and by more than whoever forgot it."""
    play = checked.source.play
    if play.ladder and not _SOMEBODY_ELSE & set(play.ladder.values()):
        message = f"the ladder says {', '.join(play.ladder.values())}: nobody but the player hears of it"
        yield checked.warn("nobody-to-escalate", ("ladder",), message, "`2d: cover`, `3d: manager` or `5d: executive`")
    for placed in checked.steps:
        if isinstance(placed.step, HandedOut) and placed.step.due is None and not placed.step.go_on:
            yield _unwatched(checked, placed)


def _unwatched(checked: Checked, placed: Placed) -> Fault:
    message = "the play waits for it, and without `due:` nobody hears that it is not done"
    return checked.warn("nobody-to-escalate", placed.path, message, "`due: 24h`", step=placed)


def answers_are_known(checked: Checked) -> Iterator[Fault]:
    """`craft:` answers warnings there are."""
    for name in checked.source.play.craft:
        if name not in CRAFT:
            message = f"there is no warning called '{name}'"
            hint = did_you_mean(name, CRAFT) or f"there are {', '.join(CRAFT)}"
            yield checked.fault("unknown-craft", ("craft", name), message, hint)


craft_rules: Final[tuple[Rule, ...]] = (
    as_many_touches_as_it_takes,
    no_long_silence,
    a_second_touch_soon,
    voices_alternate,
    touches_have_reasons,
    channels_are_mixed,
    staff_have_their_nights,
    escalations_reach_somebody,
    answers_are_known,
)
