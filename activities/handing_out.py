"""Handing out: calls, tasks, drafts to approve, notices. One local transaction: gate, task, notice in the outbox.

Idempotent under the touch key: asked again, the stored answer comes back.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity

from activities.contracts import HAND_OUT, RungDue, StepIn, StepOut
from activities.gate import ask_gate, lock, until_of, write_decision
from activities.house import House
from activities.letters import handed_out, words
from activities.rules import Verdict
from activities.scene import Tenant, absent
from activities.staging import Cue, about_whom, ask_of, cue, plan_row, with_plan
from activities.texts import Unwritten, guide_of, mail_of
from activities.timing import rungs_of
from plays.content import Guide
from plays.events import APPROVAL_OUTCOMES, CALL_OUTCOMES, SETTLED, TaskState, TouchState
from plays.ids import notice_key
from plays.model import CallStep, EmailStep, HandedOut, NotifyStep, TaskStep
from records import notices, people, touches
from records.tables import Player, Task, Touch

log = structlog.get_logger()


class HandingOut:
    """The activity that gives work and notices to players."""

    def __init__(self, house: House) -> None:
        self._house = house

    @activity.defn(name=HAND_OUT)
    async def hand_out(self, asked: StepIn) -> StepOut:
        """Ask the gate and hand the step out, or say why not and whether to ask again."""
        house = self._house
        async with house.database.begin() as session:
            account = asked.run_id.split("/")[1]
            await lock(session, account, None)
            found = await cue(session, house.playbook, house.tenant, asked, asked.now)
            answer = await stored_answer(session, found) or await self._through_gate(session, found)
            return await with_plan(session, found, answer)

    async def _through_gate(self, session: AsyncSession, found: Cue) -> StepOut:
        house = self._house
        subject = found.subject
        if subject.address:
            await lock(session, subject.account, subject.address)
        ask = ask_of(found, draft=found.channel == "email")
        verdict = await ask_gate(session, subject, ask, house.playbook)
        if verdict.word == "now" and found.player is None and not isinstance(found.step, NotifyStep):
            verdict = Verdict("never", "nobody", f"nobody holds the role {found.scene.role(found.slot)}")
        await plan_row(session, found)
        await write_decision(session, found.key, verdict, found.now)
        match verdict.word:
            case "later":
                until = until_of(verdict, found.now)
                await touches.defer_until(session, found.key, until, verdict.reason)
                return StepOut(verdict="later", reason=verdict.reason, until=until, contact=subject.contact)
            case "now":
                return await self._hand_out(session, found)
            case _:
                return await self.skip(session, found, verdict)

    async def skip(self, session: AsyncSession, found: Cue, verdict: Verdict) -> StepOut:
        """Settle the touch as skipped; its run's owner hears of what somebody ought to put right."""
        await touches.close(session, found.key, TouchState.SKIPPED, verdict.reason, found.now)
        if verdict.rule in ("nobody", "content"):
            await tell_owner(session, self._house, found, verdict.reason)
        contact = found.contact.id if found.contact else None
        return StepOut(verdict="skipped", reason=verdict.reason, contact=contact)

    async def _hand_out(self, session: AsyncSession, found: Cue) -> StepOut:
        try:
            if isinstance(found.step, NotifyStep):
                return await self._notify(session, found, found.step)
            return await self._task(session, found)
        except Unwritten as error:
            return await self.skip(session, found, Verdict("never", "content", str(error)))

    async def _notify(self, session: AsyncSession, found: Cue, step: NotifyStep) -> StepOut:
        told: list[str] = []
        for slot in step.to:
            player = found.scene.player(slot)
            if player is None:
                continue
            reader = await stand_in(session, player, found.now, found.scene.tenant)
            guide = guide_of(await about_whom(session, found), reader)
            key = notice_key(found.key, reader.id)
            draft = notices.Draft(key, reader.id, guide.title, guide.text + "\n", run=found.scene.run.id)
            await notices.put(session, draft, self._house.settings.mail_domain)
            told.append(slot)
        if not told:
            roles = " or ".join(found.scene.role(slot) for slot in step.to)
            return await self.skip(session, found, Verdict("never", "nobody", f"nobody holds the role {roles}"))
        reason = f"told the {' and the '.join(told)}"
        await _make(session, found, reason)
        return StepOut(verdict="made", reason=reason)

    async def _task(self, session: AsyncSession, found: Cue) -> StepOut:
        first = found.player
        assert first is not None  # noqa: S101 - the gate has seen to it
        player = await stand_in(session, first, found.now, found.scene.tenant)
        draft = isinstance(found.step, EmailStep)
        told = await about_whom(session, found)
        title, guide, kept = _draft(found, player) if draft else (*_guide(told, player), {})
        due, rungs = rungs_of(found.scene, _due_map(found), found.now, player)
        task = Task(
            touch=found.key,
            run=found.scene.run.id,
            account=found.scene.run.account,
            contact=told.contact.id if told.contact else None,
            step=found.node.name,
            kind="approval" if draft else found.node.kind,
            title=title,
            guide=guide,
            outcomes=list(_outcomes(found)),
            player=player.id,
            first_player=first.id,
            state=TaskState.OPEN,
            draft=kept,
            handed_at=found.now,
            due_at=due,
        )
        session.add(task)
        await session.flush()
        body = handed_out(found.scene, task, player, told.contact, rungs)
        notice = notices.Draft(notice_key("task", str(task.id)), player.id, title, body, task.run, task.id)
        await notices.put(session, notice, self._house.settings.mail_domain)
        reason = _handed_to(found, first, player)
        if not draft:
            await _make(session, found, reason)
        reached = found.contact.id if found.contact else None
        return StepOut(verdict="made", reason=reason, contact=reached, task=task.id, rungs=rungs)


async def stored_answer(session: AsyncSession, found: Cue) -> StepOut | None:
    """What was answered before under this key; None while it is not settled."""
    touch = found.scene.touch_of(found.node.name, found.step_in.occurrence)
    if touch is None:
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


async def tell_owner(session: AsyncSession, house: House, found: Cue, reason: str) -> None:
    """A notice to the run's owner: a step was not made because of something that can be put right."""
    owner = found.scene.player(found.scene.program.play.owner)
    if owner is None:
        log.warning("nobody could be told of a skipped step", run=found.scene.run.id, step=found.node.name)
        return
    body = (
        f"The step '{found.node.name}' of {found.scene.run.id} was skipped: {reason}.\n\n"
        f"The run goes on with its next step. What was skipped is not made up for by itself; to see it all:\n"
        f"    starter.py runs show {found.scene.run.workflow_id}\n"
    )
    draft = notices.Draft(
        key=notice_key("skipped", found.key),
        player=owner.id,
        subject=f"Skipped: {found.node.name} at {found.scene.account.name}",
        body=body,
        run=found.scene.run.id,
    )
    await notices.put(session, draft, house.settings.mail_domain)


def _guide(found: Cue, player: Player) -> tuple[str, str]:
    guide: Guide = guide_of(found, player)
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


def _outcomes(found: Cue) -> tuple[str, ...]:
    match found.step:
        case CallStep():
            return CALL_OUTCOMES
        case TaskStep(outcomes=outcomes):
            return outcomes
        case _:
            return APPROVAL_OUTCOMES


def _handed_to(found: Cue, first: Player, player: Player) -> str:
    role = found.scene.role(found.slot)
    return f"handed to the {role}" if first.id == player.id else f"handed to the {role}'s cover, who stands in"


async def _make(session: AsyncSession, found: Cue, reason: str) -> None:
    """The touch is made: handed out or announced."""
    values = {"state": TouchState.MADE, "reason": reason, "settled_at": found.now, "until": None}
    await session.execute(update(Touch).where(Touch.key == found.key).values(**values))


async def _rungs_again(session: AsyncSession, found: Cue, task: Task) -> tuple[RungDue, ...]:
    """The rungs as they were worked out when the task was handed out."""
    player = await people.player(session, task.player)
    if player is None:
        return ()
    again = replace(found, now=task.handed_at)
    return rungs_of(again.scene, _due_map(again), task.handed_at, player)[1]
