"""Rules about gathers, repeats and quotas: what is asked for can come, and what is limited can still be done."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from plays.check_names import Rule, known_words
from plays.checked import Checked, Placed
from plays.events import is_event_kind
from plays.faults import Fault
from plays.model import Audience, GatherStep, HandedOut, RepeatStep, Touch
from plays.program import step_kind, step_name

GATHERED: Final = ("call", "social", "parcel", "meeting", "task", "form")


def gathers_can_be_complete(checked: Checked) -> Iterator[Fault]:
    """A gather hands out work of players and awaits events; what it needs is not more than it asks for."""
    for placed in checked.steps:
        if isinstance(placed.step, GatherStep):
            yield from _items(checked, placed, placed.step)
            yield from _needed(checked, placed, placed.step)


def _items(checked: Checked, placed: Placed, step: GatherStep) -> Iterator[Fault]:
    if not step.of and not step.events:
        message = "it gathers nothing: say `of:` with steps, or `for:` with events"
        yield checked.fault("gather", (*placed.path, "gather"), message, "`of:` or `for:`", step=placed)
    for index, one in enumerate(step.of):
        kind, path = step_kind(one), (*placed.path, "of", index)
        inner = checked.by_identity[id(one)]
        if kind not in GATHERED:
            message, hint = f"a gather does not hand out a {kind}", f"it hands out {', '.join(GATHERED)}"
            yield checked.fault("gather", (*path, kind), message, hint, step=inner)
        elif one.after is not None or one.at is not None:
            key = "after" if one.after is not None else "at"
            message = "what a gather hands out is handed out at once"
            yield checked.fault("gather", (*path, key), message, f"move `{key}:` to the gather", step=inner)
        elif isinstance(one, HandedOut) and one.go_on:
            message = "a gather waits for what it hands out; `optional:` names what it does not wait for"
            yield checked.fault("gather", (*path, "go_on"), message, "`optional: [name]` on the gather", step=inner)


def _needed(checked: Checked, placed: Placed, step: GatherStep) -> Iterator[Fault]:
    items = [str(step_name(one)) for one in step.of] + list(step.events)
    for name in step.optional:
        if name not in items:
            message, hint = f"the gather asks for nothing called '{name}'", known_words(name, items, "it asks for")
            yield checked.fault("gather", (*placed.path, "optional"), message, hint, step=placed)
    required = [name for name in items if name not in step.optional]
    if isinstance(step.need, int) and step.need > len(items):
        message = f"{step.need} are needed and {len(items)} asked for: it would never be complete"
        yield checked.fault("gather", (*placed.path, "need"), message, f"at most {len(items)}", step=placed)
    elif items and not required:
        message = "everything is optional: it would be complete at once"
        yield checked.fault("gather", (*placed.path, "optional"), message, "leave out what is waited for", step=placed)
    if step.events and step.within is None and step.need != "any" and _waits_for_events(step):
        message = "without `within:` it waits for ever if the event never comes"
        yield checked.warn("no-within", (*placed.path, "for"), message, "`within: 14d`", step=placed)


def _waits_for_events(step: GatherStep) -> bool:
    return any(is_event_kind(kind) and kind not in step.optional for kind in step.events)


_LONGEST: Final = timedelta(days=366)


def quotas_can_be_met(checked: Checked) -> Iterator[Fault]:
    """A quota leaves room for what the play itself does."""
    for placed in checked.steps:
        step = placed.step
        if not isinstance(step, Touch) or step.quota is None:
            continue
        path, quota = (*placed.path, "quota"), step.quota
        if not quota.per.count:
            yield checked.fault("quota", (*path, "per"), "a quota counts in some time", "`per: 1w`", step=placed)
            continue
        if placed.kind in ("hold", "webhook"):
            yield checked.fault("quota", path, f"a {placed.kind} has no quota", "remove it", step=placed)
        if step.expires is not None and step.expires.rough < quota.per.rough and quota.of in ("contact", "account"):
            continue
        yield from _room(checked, placed, step)


def _room(checked: Checked, placed: Placed, step: Touch) -> Iterator[Fault]:
    assert step.quota is not None  # noqa: S101  # asked for one
    quota, path = step.quota, (*placed.path, "quota")
    rounds = _rounds_within(checked, placed, quota.per.rough)
    people = _people(checked, getattr(step, "to", None))
    if quota.of in ("contact", "account") and rounds * (people if quota.of == "account" else 1) > quota.most:
        message = (
            f"its own repeat makes it {rounds} times in {quota.per}, and the quota lets {quota.most} through: "
            "the others wait, round after round"
        )
        yield checked.warn("quota", path, message, "a larger `most:`, or longer gaps in `every:`", step=placed)
    elif quota.of == "account" and people > quota.most:
        message = f"it goes to {people} people of the account, and the quota lets {quota.most} through"
        yield checked.warn("quota", path, message, "a larger `most:`, or `of: contact`", step=placed)


def _rounds_within(checked: Checked, placed: Placed, per: timedelta) -> int:
    """How often the innermost repeat around the step makes it in such a time."""
    if not placed.place.repeats:
        return 1
    step = next(one.step for one in checked.steps if one.name == placed.place.repeats[-1])
    assert isinstance(step, RepeatStep)  # noqa: S101  # only repeats repeat
    gap = min((span.rough for span in step.every if span.count), default=timedelta(0))
    if not gap:
        return step.most or 1
    return max(1, min(-(-per // gap), step.most or 10_000))


def _people(checked: Checked, to: object) -> int:
    found = checked.source.play.audience.get(to) if isinstance(to, str) else None
    return (found.most or 1) if isinstance(found, Audience) and found.everyone else 1


gather_rules: Final[tuple[Rule, ...]] = (gathers_can_be_complete, quotas_can_be_met)
