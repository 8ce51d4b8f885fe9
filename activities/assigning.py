"""What a handed-out step becomes: a task with its guide, questions, outcomes, due time and ladder, and its notice.

Whether it may be handed out now is the gate's word; closing it is `records/tasks.py`.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from activities.contracts import RungDue, StepOut
from activities.house import House
from activities.letters import handed_out, words
from activities.scene import Tenant, absent
from activities.staging import Cue, about_whom
from activities.texts import guide_of, mail_of
from activities.timing import rungs_of
from plays.events import APPROVAL_OUTCOMES, CALL_OUTCOMES, SETTLED, TaskState, TouchState
from plays.ids import notice_key
from plays.model import CallStep, EmailStep, FormStep, HandedOut
from records import notices, people
from records.tables import Player, Task, Touch


async def assign(session: AsyncSession, house: House, found: Cue) -> StepOut:
    """Hand the step to its player, or to who stands in for them. Raises Unwritten for a guide with a hole."""
    first = found.player
    assert first is not None  # noqa: S101 - the gate has seen to it
    player = await stand_in(session, first, found.now, found.scene.tenant)
    told = await about_whom(session, found)
    due, rungs = rungs_of(found.scene, _due_map(found), found.now, player)
    task = await _task(session, found, told, first, player, due)
    body = handed_out(found.scene, task, player, told.contact, rungs)
    notice = notices.Draft(notice_key("task", str(task.id)), player.id, task.title, body, task.run, task.id)
    await notices.put(session, notice, house.settings.mail_domain)
    reason = _handed_to(found, first, player)
    if not _is_draft(found):
        await made(session, found, reason)
    reached = found.contact.id if found.contact else None
    return StepOut(verdict="made", reason=reason, contact=reached, task=task.id, rungs=rungs)


async def made(session: AsyncSession, found: Cue, reason: str) -> None:
    """The touch is made: handed out, announced, placed."""
    values = {"state": TouchState.MADE, "reason": reason, "settled_at": found.now, "until": None}
    await session.execute(update(Touch).where(Touch.key == found.key).values(**values))


async def handed_before(session: AsyncSession, found: Cue) -> StepOut | None:
    """What was answered before under this key; None while it is not settled."""
    touch = found.touch
    if touch is None or touch.key != found.key:
        return None
    task = (await session.scalars(select(Task).where(Task.touch == touch.key))).one_or_none()
    if touch.state not in SETTLED and task is None:
        return None
    rungs = await _rungs_again(session, found, task) if task and task.state == TaskState.OPEN else ()
    verdict = "made" if touch.state not in SETTLED else str(touch.state)
    return StepOut(
        verdict=verdict,  # the settled states are the verdicts' words
        reason=touch.reason or (f"the draft is task {task.id}" if task else ""),
        contact=touch.contact,
        task=task.id if task else None,
        rungs=rungs,
        outcome=touch.outcome,
    )


async def stand_in(session: AsyncSession, player: Player, now: datetime, tenant: Tenant) -> Player:
    """The player, or their cover while they are away; themselves when there is no cover who is here."""
    seen = {player.id}
    one = player
    while absent(one, now, tenant) and one.cover and one.cover not in seen:
        seen.add(one.cover)
        cover = await people.player(session, one.cover)
        if cover is None:
            break
        one = cover
    return player if absent(one, now, tenant) else one


async def _task(
    session: AsyncSession, found: Cue, told: Cue, first: Player, player: Player, due: datetime | None
) -> Task:
    draft = _is_draft(found)
    title, guide, kept = _draft(found, player) if draft else (*_guide(told, player), {})
    task = Task(
        touch=found.key,
        run=found.scene.run.id,
        account=found.scene.run.account,
        contact=told.contact.id if told.contact else None,
        step=found.node.name,
        kind="approval" if draft else found.node.kind,
        title=title,
        guide=guide,
        outcomes=list(outcomes_of(found.step)),
        player=player.id,
        first_player=first.id,
        state=TaskState.OPEN,
        draft=kept,
        ask=_ask(found),
        handed_at=found.now,
        due_at=due,
    )
    session.add(task)
    await session.flush()
    return task


def outcomes_of(step: object) -> tuple[str, ...]:
    """How a handed-out step may end; of an email, its draft."""
    match step:
        case CallStep():
            return CALL_OUTCOMES
        case EmailStep():
            return APPROVAL_OUTCOMES
        case _:
            return tuple(getattr(step, "outcomes", ("done",)))


def _ask(found: Cue) -> dict[str, Any]:
    """The questions as the play has them; JSON knows no tuples."""
    if not isinstance(found.step, FormStep):
        return {}
    return {name: kind if isinstance(kind, str) else list(kind) for name, kind in found.step.ask.items()}


def _is_draft(found: Cue) -> bool:
    return isinstance(found.step, EmailStep)


def _guide(found: Cue, player: Player) -> tuple[str, str]:
    guide = guide_of(found, player)
    return guide.title, guide.text


def _draft(found: Cue, player: Player) -> tuple[str, str, dict[str, Any]]:
    """The text is kept as it will be sent: what was approved is what goes out."""
    written = mail_of(found)
    kept = {"subject": written.text.subject, "text": written.text.text, "html": written.text.html}
    to = found.scene.account.name
    title = f"{words(player.locale)['approve']}: {found.node.name}, {to}"
    guide = f"{words(player.locale)['subject']}: {written.text.subject}\n\n{written.text.text}"
    return title, guide, kept | {"language": written.language}


def _due_map(found: Cue) -> Any:
    step = found.step
    return step.approve if isinstance(step, EmailStep) else step.due if isinstance(step, HandedOut) else None


def _handed_to(found: Cue, first: Player, player: Player) -> str:
    role = found.scene.role(found.slot)
    return f"handed to the {role}" if first.id == player.id else f"handed to the {role}'s cover, who stands in"


async def _rungs_again(session: AsyncSession, found: Cue, task: Task) -> tuple[RungDue, ...]:
    """The rungs as they were worked out when the task was handed out."""
    player = await people.player(session, task.player)
    if player is None:
        return ()
    again = replace(found, now=task.handed_at)
    return rungs_of(again.scene, _due_map(again), task.handed_at, player)[1]
