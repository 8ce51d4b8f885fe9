"""When a step is due, and which way a run goes: questions about the future that change nothing."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.audience import persons
from activities.contracts import DECIDE, PLAN, Decide, Decided, Plan, StepIn
from activities.house import House
from activities.knowledge import facts_of
from activities.planning import plan_of
from activities.scene import Scene, read_scene
from plays.conditions import ConditionError, weigh
from plays.model import AnyStep, ChooseStep, RepeatStep, Track, TracksStep, WaitStep
from records import people

_SEEN = re.compile(
    r"\b(touch\['[\w-]+'\]\.(?:outcome|made|replied|state|opened|clicked|variant)|event\.\w+|run\.\w+|param\.\w+"
    r"|account\.(?:tier|lifecycle|contacts)|anchor\['\w+'\]|form\['[\w-]+'\]\.\w+)"
)
Kind = TypeVar("Kind")


class Deciding:
    """The activities that only look."""

    def __init__(self, house: House) -> None:
        self._house = house

    @activity.defn(name=PLAN)
    async def plan(self, asked: StepIn) -> Plan:
        """When a step is due and why then, as things stand now."""
        async with self._house.database.begin() as session:
            scene = await self._scene(session, asked)
            scene.node(asked.step)
            found = await plan_of(session, scene, asked.step, asked.base, asked.occurrence)
        assert found is not None  # noqa: S101 - the step is in the play: scene.node has looked
        return found

    @activity.defn(name=DECIDE)
    async def decide(self, asked: Decide) -> Decided:
        """The first branch or handler whose condition holds. One that cannot be decided does not hold, and says so."""
        async with self._house.database.begin() as session:
            scene = await self._scene(session, asked)
            contact = scene.event.contact if scene.event else None
            person = await people.contact(session, contact) if contact else None
            facts = facts_of(scene, asked.now, person)
            kind, colon, name = asked.what.partition(":")
            match kind if colon else "":
                case "for":
                    return await _fits(session, scene, name, facts, asked.now)
                case "until":
                    return _first([_step(scene, name, RepeatStep).until or "false"], facts)
                case "on":
                    return _first([one.handler.when for one in scene.program.handlers.get(name, ())], facts)
                case _:
                    return _way(scene.node(asked.what).step, facts)

    async def _scene(self, session: AsyncSession, asked: StepIn | Decide) -> Scene:
        house, it = self._house, asked
        return await read_scene(
            session, house.playbook, house.tenant, it.run_id, it.version, it.event_id, it.outcomes, it.stage, it.round
        )


def _way(step: AnyStep, facts: dict[str, Any]) -> Decided:
    """Which way a step goes; every other step than a choose and tracks goes one way, when its condition holds."""
    match step:
        case ChooseStep(choose=branches):
            own = _first([step.when], facts)
            return own if own.index is None else _first([branch.when for branch in branches], facts)
        case TracksStep(of=tracks):
            own = _first([step.when], facts)
            return own if own.index is None else _tracks(list(tracks.values()), facts)
        case _:
            return _first([step.when], facts)


def _tracks(tracks: Sequence[Track], facts: dict[str, Any]) -> Decided:
    """Those whose conditions hold; `index` says that the tracks are entered at all."""
    held = [_holds(one.when, facts) if one.when is not None else (True, "") for one in tracks]
    taken = tuple(index for index, (holds, _) in enumerate(held) if holds)
    reasons = "; ".join(reason for _, reason in held if reason)
    return Decided(index=0, indices=taken, reason=reasons or "every track is taken")


async def _fits(session: AsyncSession, scene: Scene, name: str, facts: dict[str, Any], now: datetime) -> Decided:
    """Whether the event is one that the wait is for: of its person, and as its `where` says."""
    step = _step(scene, name, WaitStep)
    if step.to is not None:
        who = scene.event.contact if scene.event else None
        if who is None or who not in await persons(session, scene, step.to, now):
            return Decided(index=None, reason=f"the event is not of the {step.to} whom '{name}' waits for")
    return _first([step.where], facts)


def _step(scene: Scene, name: str, kind: type[Kind]) -> Kind:
    """The step of this kind. Raises ApplicationError, which no retry mends."""
    step = scene.node(name).step
    if isinstance(step, kind):
        return step
    raise ApplicationError(
        f"'{name}' of '{scene.run.play}' is another kind of step; nothing was decided",
        type="UnknownStep",
        non_retryable=True,
    )


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
    """A value that is a word, number or yes/no, never a text: reasons hold no personal data. What somebody has typed
    into a form may be a name, however short.
    """
    value: Any = facts
    for part in re.findall(r"[\w-]+", name):
        value = value.get(part) if isinstance(value, dict) else None
    if isinstance(value, bool | int | float):
        return str(value).lower()
    if name.startswith("form["):
        return None
    return f"'{value}'" if isinstance(value, str) and re.fullmatch(r"[a-z0-9._-]{0,40}", value) else None
