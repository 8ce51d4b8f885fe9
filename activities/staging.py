"""A step on its way to a person: who makes it, whom it reaches, under which key, and what is asked of the gate.

Shared by everything that touches people. The world is not touched here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from activities.audience import resolve
from activities.consent import lacks_consent
from activities.contracts import Plan, StepIn, StepOut
from activities.gate import Subject
from activities.knowledge import facts_of
from activities.playbook import Playbook
from activities.rules import Ask, back_at
from activities.scene import Scene, Tenant, absent, read_scene
from activities.timing import channel_of, due_at, hours_of, place_of, working_hours
from plays.calendar import add
from plays.conditions import ConditionError, weigh
from plays.events import TouchState
from plays.ids import touch_key
from plays.model import Touch as TouchStep
from plays.program import Node, Program, every_step, step_name, step_player
from records import touches
from records.tables import Contact, Player, Touch


@dataclass(frozen=True)
class Cue:
    """One step about to be made."""

    scene: Scene
    node: Node
    step_in: StepIn
    now: datetime
    channel: str
    contact: Contact | None
    why_nobody: str
    player: Player | None
    slot: str  # of the player
    key: str

    @property
    def step(self) -> TouchStep:
        """The step as the play says it."""
        assert isinstance(self.node.step, TouchStep)  # noqa: S101 - `cue` makes no other
        return self.node.step

    @property
    def subject(self) -> Subject:
        """Which touch the gate is asked about."""
        run, contact = self.scene.run, self.contact
        return Subject(
            key=self.key,
            run=run.id,
            play=run.play,
            lane=run.lane,
            account=run.account,
            contact=contact.id if contact else None,
            address=contact.address if contact else None,
            channel=self.channel,
            event_id=self.step_in.event_id,
        )


async def cue(session: AsyncSession, playbook: Playbook, tenant: Tenant, step_in: StepIn, now: datetime) -> Cue:
    """Find out who speaks to whom. Raises ApplicationError for what is not in Postgres or not in the play."""
    step = step_in
    scene = await read_scene(session, playbook, tenant, step.run_id, step.version, step.event_id, step.outcomes)
    node = scene.node(step.step)
    channel = channel_of(node)
    reached = await resolve(session, scene, node, step.occurrence, channel)
    slot = step_player(node.step)
    return Cue(
        scene=scene,
        node=node,
        step_in=step,
        now=now,
        channel=channel,
        contact=reached.contact,
        why_nobody=reached.why_not,
        player=scene.player(slot),
        slot=slot,
        key=touch_key(step.run_id, step.step, step.occurrence, reached.contact.id if reached.contact else None),
    )


async def about_whom(session: AsyncSession, given: Cue) -> Cue:
    """With the person of the event, where a handler's step speaks to nobody of theirs: who replied is named to the
    player who answers. For texts and tasks only; the touch and the gate know nobody, as nobody is reached."""
    event = given.scene.event
    if given.contact is not None or event is None or event.contact is None:
        return given
    return replace(given, contact=await session.get(Contact, event.contact))


def ask_of(cue: Cue, *, draft: bool = False) -> Ask:
    """What is asked of the gate. A draft is asked for in its sender's working hours and counts against no cap."""
    scene, contact = cue.scene, cue.contact
    zone, country = place_of(scene, contact)
    sender = cue.player if cue.channel == "email" else None
    hours = (working_hours(scene, cue.player),) if draft else hours_of(scene, cue.node, contact, cue.player)
    away = absent(sender, cue.now, scene.tenant) if sender else None
    today = cue.now.astimezone(ZoneInfo(zone)).date()
    return Ask(
        channel=cue.channel,
        now=cue.now,
        caps=scene.program.play.caps,
        hours=hours,
        contact=contact is not None,
        handler=cue.node.name in handler_steps(scene.program),
        draft=draft,
        hurry=cue.step_in.hurry,
        expires_at=_expires_at(cue, zone, country),
        unmet=_unmet(cue),
        unconsented=lacks_consent(contact, country, today) if contact and cue.channel == "email" else "",
        back_at=back_at(away, sender.zone or scene.tenant.zone) if sender and away else None,
        unreachable=cue.why_nobody,
    )


def handler_steps(program: Program) -> frozenset[str]:
    """The names of the steps that stand under `on:`: the run's answers to events, which a halt does not stop."""
    return frozenset(_handler_steps(program))


def _handler_steps(program: Program) -> Iterator[str]:
    for of_kind in program.handlers.values():
        for entry in of_kind:
            yield from filter(None, map(step_name, every_step(entry.handler.steps)))


def _expires_at(cue: Cue, zone: str, country: str | None) -> datetime | None:
    planned = cue.step_in.planned
    return add(planned, cue.step.expires, zone, country) if cue.step.expires and planned else None


def _unmet(cue: Cue) -> str:
    """Why the step's condition does not hold; a condition that cannot be decided does not hold."""
    condition = cue.step.when
    if condition is None:
        return ""
    try:
        weighed = weigh(condition, facts_of(cue.scene, cue.now, cue.contact, cue.player))
    except ConditionError as error:
        return f"its condition cannot be decided: {error}"
    if weighed.holds:
        return ""
    unknown = f", '{weighed.missing}' is not known" if weighed.missing else ""
    return f"its condition does not hold: {condition.strip()}{unknown}"


async def plan_row(session: AsyncSession, cue: Cue, **more: Any) -> None:
    """Write the touch as planned, if it is not in the ledger yet; `more` are other columns of a new row."""
    if cue.scene.touch_of(cue.node.name, cue.step_in.occurrence) is not None:
        return
    row = {
        "key": cue.key,
        "run": cue.scene.run.id,
        "account": cue.scene.run.account,
        "contact": cue.contact.id if cue.contact else None,
        "player": cue.player.id if cue.player else None,
        "step": cue.node.name,
        "occurrence": cue.step_in.occurrence,
        "channel": cue.channel,
        "state": TouchState.PLANNED,
        "planned_at": cue.step_in.planned,
        "created_at": cue.now,
        "address": cue.contact.address if cue.contact else None,
        **more,
    }
    await touches.plan(session, row)
    cue.scene.touches.append(Touch(**row))  # what follows is planned with this one in mind


async def plan_of(
    session: AsyncSession, scene: Scene, step: str | None, base: datetime, occurrence: int = 1
) -> Plan | None:
    """When a step that follows at `base` is due and why. The person may be another one when it comes to it."""
    if step is None or step not in scene.program.nodes:
        return None
    node = scene.program.nodes[step]
    reaches = isinstance(node.step, TouchStep)
    reached = await resolve(session, scene, node, occurrence, channel_of(node)) if reaches else None
    contact = reached.contact if reached else None
    slot = step_player(node.step)
    opening = due_at(scene, node, base, contact, scene.player(slot))
    who = contact.persona if contact else scene.role(slot) if slot else ""
    return Plan(step=step, due=opening.at, why=opening.why, who=who)


async def with_plan(session: AsyncSession, cue: Cue, answer: StepOut) -> StepOut:
    """The answer, with the plan of the step that follows for certain."""
    if cue.step_in.then is None or answer.verdict == "later":
        return answer
    return answer.model_copy(update={"plan": await plan_of(session, cue.scene, cue.step_in.then, cue.now)})
