"""When a step is due, and which way a run goes: questions about the future that change nothing."""

import re
from collections.abc import Sequence
from typing import Any

from temporalio import activity

from activities.contracts import DECIDE, PLAN, Decide, Decided, Plan, StepIn
from activities.house import House
from activities.knowledge import facts_of
from activities.planning import plan_of
from activities.scene import Scene, read_scene
from plays.conditions import ConditionError, weigh
from plays.model import ChooseStep
from records import people

_SEEN = re.compile(
    r"\b(touch\['[\w-]+'\]\.(?:outcome|made|replied|state)|event\.\w+|run\.\w+|account\.(?:tier|lifecycle))"
)


class Deciding:
    """The activities that only look."""

    def __init__(self, house: House) -> None:
        self._house = house

    @activity.defn(name=PLAN)
    async def plan(self, asked: StepIn) -> Plan:
        """When a step is due and why then, as things stand now."""
        house = self._house
        async with house.database.begin() as session:
            scene = await read_scene(
                session, house.playbook, house.tenant, asked.run_id, asked.version, asked.event_id, asked.outcomes
            )
            scene.node(asked.step)
            found = await plan_of(session, scene, asked.step, asked.base, asked.occurrence)
        assert found is not None  # noqa: S101 - the step is in the play: scene.node has looked
        return found

    @activity.defn(name=DECIDE)
    async def decide(self, asked: Decide) -> Decided:
        """The first branch or handler whose condition holds. One that cannot be decided does not hold, and says so."""
        house = self._house
        async with house.database.begin() as session:
            scene = await read_scene(
                session, house.playbook, house.tenant, asked.run_id, asked.version, asked.event_id, asked.outcomes
            )
            contact = scene.event.contact if scene.event else None
            person = await people.contact(session, contact) if contact else None
        own, conditions = _conditions(scene, asked.what)
        facts = facts_of(scene, asked.now, person)
        if own is not None and not _holds(own, facts)[0]:
            return Decided(index=None, reason=_holds(own, facts)[1])
        return _first(conditions, facts)


def _conditions(scene: Scene, what: str) -> tuple[str | None, Sequence[str | None]]:
    """The step's own condition, and those it chooses between."""
    kind, of_handlers, event = what.partition("on:")
    if of_handlers and not kind:
        return None, [entry.handler.when for entry in scene.program.handlers.get(event, ())]
    step = scene.node(what).step
    if isinstance(step, ChooseStep):
        return step.when, [branch.when for branch in step.choose]
    return None, [step.when]


def _first(conditions: Sequence[str | None], facts: dict[str, Any]) -> Decided:
    reasons: list[str] = []
    for index, condition in enumerate(conditions):
        if condition is None:
            return Decided(index=index, reason="; ".join([*reasons, "this way without a condition"]))
        holds, reason = _holds(condition, facts)
        if holds:
            return Decided(index=index, reason=reason)
        reasons.append(reason)
    return Decided(index=None, reason="; ".join(reasons) or "there is nothing to choose from")


def _holds(condition: str, facts: dict[str, Any]) -> tuple[bool, str]:
    """Whether it holds, and the condition as written with what it saw of touches, event and run."""
    written = " ".join(condition.split())
    try:
        weighed = weigh(condition, facts)
    except ConditionError as error:
        return False, f"cannot be decided: {error}"
    seen = {name: _value(name, facts) for name in _SEEN.findall(condition)}
    saw = ", ".join(f"{name} is {value}" for name, value in seen.items() if value is not None)
    unknown = f"'{weighed.missing}' is not known" if weighed.missing else ""
    details = "; ".join(filter(None, (saw, unknown)))
    return (
        weighed.holds,
        f"{'holds' if weighed.holds else 'does not hold'}: {written}{f' ({details})' if details else ''}",
    )


def _value(name: str, facts: dict[str, Any]) -> str | None:
    """A value that is a word, number or yes/no, never a text: reasons hold no personal data."""
    value: Any = facts
    for part in re.findall(r"[\w-]+", name):
        value = value.get(part) if isinstance(value, dict) else None
    if isinstance(value, bool | int | float):
        return str(value).lower()
    return f"'{value}'" if isinstance(value, str) and re.fullmatch(r"[a-z0-9._-]{0,40}", value) else None
