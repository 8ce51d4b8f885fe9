"""A step on its way to a person: who makes it, whom it reaches, under which key and with which text.

Shared by everything that touches people. The world is not touched here. What is asked of the gate: `asks.py`; when
steps are due: `planning.py`.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from activities.asks import ask_of as ask_of
from activities.audience import everyone_of, resolve
from activities.contracts import StepIn, StepOut
from activities.cues import Cue as Cue
from activities.everyone import Known
from activities.groups import PUT_OFF
from activities.libraries import next_text
from activities.planning import plan_of
from activities.playbook import Playbook
from activities.scene import Tenant, read_scene
from activities.timing import channel_of
from plays.events import TouchState
from plays.ids import touch_key
from plays.model import EmailStep, HandedOut
from plays.program import step_player
from records import touches
from records.tables import Contact, Touch


async def cue(
    session: AsyncSession, playbook: Playbook, tenant: Tenant, step_in: StepIn, now: datetime, *, sending: bool = False
) -> Cue:
    """Find out who speaks to whom; `sending`: a mail goes out now, no draft of it. Raises ApplicationError for what is
    not in Postgres or not in the play.
    """
    step = step_in
    scene = await read_scene(
        session, playbook, tenant, step.run_id, step.version, step.event_id, step.outcomes, step.stage, step.round
    )
    node = scene.node(step.step)
    channel = channel_of(node)
    approved = sending and isinstance(node.step, EmailStep) and node.step.approve is not None
    known = Known(step.tasks if isinstance(node.step, HandedOut) else None, approved)
    reached = await resolve(session, scene, node, step.occurrence, channel, now, known)
    slot = step_player(node.step)
    found = Cue(
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
        others=reached.others,
        approved=approved,
    )
    await _drop_others(session, found, alone=not everyone_of(scene, node))
    return await _with_text(session, playbook, found)


async def _with_text(session: AsyncSession, playbook: Playbook, found: Cue) -> Cue:
    """With the name of the text, where it is not the step's own: a shared one, or the next of a library."""
    step, contact = found.step, found.contact
    if not isinstance(step, EmailStep) or not step.library or contact is None:
        return replace(found, template=step.text)
    template = await next_text(session, playbook, found.scene, step.library, contact.id, found.key)
    if template is not None:
        return replace(found, template=template)
    return replace(found, exhausted="the person has been sent every text of its library")


async def _drop_others(session: AsyncSession, found: Cue, alone: bool) -> None:
    """The step was planned for somebody else before, who has named the person it reaches now."""
    for one in found.scene.touches_of(found.node.name, found.step_in.occurrence) if alone else ():
        if one.key != found.key and one.state in PUT_OFF:
            await touches.close(session, one.key, TouchState.SKIPPED, "another person is spoken to now", found.now)


async def about_whom(session: AsyncSession, given: Cue) -> Cue:
    """With the person of the event, where a handler's step speaks to nobody of theirs: who replied is named to the
    player who answers. For texts and tasks only; the touch and the gate know nobody, as nobody is reached."""
    event = given.scene.event
    if given.contact is not None or event is None or event.contact is None:
        return given
    return replace(given, contact=await session.get(Contact, event.contact))


async def plan_row(session: AsyncSession, cue: Cue, **more: Any) -> None:
    """Write the touch as planned, if it is not in the ledger yet; `more` are other columns of a new row."""
    if cue.touch is not None:
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
        "template": cue.template,
        "variant": cue.variant,
        **more,
    }
    await touches.plan(session, row)
    cue.scene.touches.append(Touch(**row))  # what follows is planned with this one in mind


async def with_plan(session: AsyncSession, cue: Cue, answer: StepOut) -> StepOut:
    """The answer, with what is to come: others of an "all of" audience, else the plan of the step after."""
    answer = with_others(cue, answer)
    if cue.step_in.then is None or answer.verdict == "later" or answer.more:
        return answer
    return answer.model_copy(update={"plan": await plan_of(session, cue.scene, cue.step_in.then, cue.now)})


def with_others(cue: Cue, answer: StepOut, *, wide: bool = False) -> StepOut:
    """Of an "all of" audience: whether others are still to be reached, and when to ask again. Nobody who is put off
    keeps the others waiting, unless what puts them off binds all of them (`wide`), or the run has the approval of this
    draft in hand.
    """
    if not cue.others or answer.more:
        return answer
    if answer.verdict != "later" or cue.approved or wide:
        return answer.model_copy(update={"more": True})
    until = max(min(until or cue.now for until in cue.others), cue.now)
    return answer.model_copy(update={"more": True, "until": min(until, answer.until or until)})
