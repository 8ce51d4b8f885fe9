"""Handing out: work, drafts to approve, notices, holds. One local transaction: gate, row, notice in the outbox.

Idempotent under the touch key: asked again, the stored answer comes back. What a task consists of is `assigning.py`.
"""

from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity

from activities.assigning import assign, handed_before, made, stand_in
from activities.contracts import HAND_OUT, StepIn, StepOut
from activities.gate import ask_gate, lock, until_of, write_decision
from activities.holding import place_hold
from activities.house import House
from activities.owners import tell_owner as tell_owner
from activities.rules import Verdict
from activities.staging import Cue, about_whom, ask_of, cue, plan_row, with_others, with_plan
from activities.texts import Unwritten, guide_of
from plays.events import TouchState
from plays.ids import notice_key
from plays.model import HoldStep, NotifyStep
from records import notices, touches


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
            answer = await handed_before(session, found) or await self._through_gate(session, found)
            return await with_plan(session, found, answer)

    async def _through_gate(self, session: AsyncSession, found: Cue) -> StepOut:
        verdict = await self._verdict(session, found)
        await plan_row(session, found)
        await write_decision(session, found.key, verdict, found.now)
        match verdict.word:
            case "later":
                until = until_of(verdict, found.now)
                await touches.defer_until(session, found.key, until, verdict.reason)
                contact = found.contact.id if found.contact else None
                answer = StepOut(verdict="later", reason=verdict.reason, until=until, contact=contact)
                return with_others(found, answer, wide=verdict.wide)
            case "now":
                return await self._hand_out(session, found)
            case _:
                return await self.skip(session, found, verdict)

    async def _verdict(self, session: AsyncSession, found: Cue) -> Verdict:
        subject = found.subject
        if subject.address:
            await lock(session, subject.account, subject.address)
        ask = ask_of(found, draft=found.channel == "email")
        verdict = await ask_gate(session, subject, ask, self._house.playbook)
        if verdict.word == "now" and found.player is None and not isinstance(found.step, NotifyStep | HoldStep):
            return Verdict("never", "nobody", f"nobody holds the role {found.scene.role(found.slot)}")
        return verdict

    async def skip(self, session: AsyncSession, found: Cue, verdict: Verdict) -> StepOut:
        """Settle the touch as skipped; its run's owner hears of what somebody ought to put right."""
        await touches.close(session, found.key, TouchState.SKIPPED, verdict.reason, found.now)
        if verdict.rule in ("nobody", "content"):
            await tell_owner(session, self._house, found, verdict.reason)
        contact = found.contact.id if found.contact else None
        return StepOut(verdict="skipped", reason=verdict.reason, contact=contact)

    async def _hand_out(self, session: AsyncSession, found: Cue) -> StepOut:
        try:
            match found.step:
                case NotifyStep() as step:
                    return await self._notify(session, found, step)
                case HoldStep() as step:
                    return await place_hold(session, found, step)
                case _:
                    return await assign(session, self._house, found)
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
        await made(session, found, reason)
        return StepOut(verdict="made", reason=reason)
