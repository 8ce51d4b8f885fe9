"""One email, at most once by our decision: freeze, connect, gate and claim, DATA, settle (reliability.md section 2).

What is certain and what is not: before the final dot is written nothing was accepted; after it only the server's
answer says. A claim without an answer is in doubt and is never sent again on its own.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.channels.transport import Broken, Delivery, Refusal, Transport, Unanswered, Unreachable
from activities.claiming import Claim, begin
from activities.clock import present
from activities.contracts import SEND_EMAIL, StepIn, StepOut
from activities.copies import copied_to, put_copies
from activities.freezing import Ready, prepare
from activities.heartbeat import Heart
from activities.house import House
from activities.staging import with_others, with_plan
from plays.events import TouchState
from records import touches

PATIENCE: Final = timedelta(seconds=3)  # how long another attempt's claim is watched before it is a doubt
BACKOFF: Final = tuple(timedelta(minutes=minutes) for minutes in (5, 30, 120, 360, 720, 1440))  # B6: about two days
log = structlog.get_logger()
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Fate:
    """What became of a claimed mail."""

    state: TouchState
    reason: str
    server_text: str = ""


class Emailing:
    """The activity that sends a mail."""

    def __init__(self, house: House, transport: Transport) -> None:
        self._house, self._transport = house, transport

    @activity.defn(name=SEND_EMAIL)
    async def send_email(self, asked: StepIn) -> StepOut:
        """Send the mail of a step, or say why not and when to ask again.

        Raises ApplicationError MailServerUnreachable, which Temporal tries again: nothing was sent.
        """
        async with Heart() as heart:
            found = await self._prepare(asked)
            if isinstance(found, StepOut):
                return found
            if found.claimed is not None:
                return await self._after_claim(found, found.claimed, heart)
            sending = asyncio.ensure_future(self._send(found, heart))
            try:
                return await asyncio.shield(sending)
            except asyncio.CancelledError:
                return await sending  # a mail half sent would be in doubt; nothing here takes longer than it must

    async def _prepare(self, asked: StepIn) -> Ready | StepOut:
        async with self._house.database.begin() as session:
            return await prepare(session, self._house, asked, present(asked.now))

    # --- sending -----------------------------------------------------------------------------------------------------

    async def _send(self, ready: Ready, heart: Heart) -> StepOut:
        try:
            delivery = await self._transport.open(ready.sender, ready.recipient)
        except Unreachable as error:
            raise ApplicationError(str(error), type="MailServerUnreachable") from error
        except Refusal as refusal:
            return await self._refused_early(ready, refusal)
        try:
            claim = await self._claim(ready, delivery)
            if not isinstance(claim, Claim):
                return claim
            return await self._deliver(ready, claim, delivery, heart)
        finally:
            await delivery.close()

    async def _claim(self, ready: Ready, delivery: Delivery) -> Claim | StepOut:
        """Gate, claim and DATA under the person's lock; what goes wrong here is certainly not sent."""
        claim = Claim.new(ready.key)
        try:
            return await begin(self._house, ready, claim, delivery)
        except Refusal as refusal:
            return await self._give_back(ready, claim, refusal)
        except Broken as error:
            await self._release(ready, claim, str(error))
            raise ApplicationError(f"{error}; nothing was sent", type="MailServerUnreachable") from error
        except SQLAlchemyError:
            # Nobody knows whether the claim was committed; DATA was not begun or is dropped with the connection.
            await self._release(ready, claim, "Postgres was lost while claiming")
            raise

    async def _deliver(self, ready: Ready, claim: Claim, delivery: Delivery, heart: Heart) -> StepOut:
        try:
            said = await delivery.finish(ready.mime)
            fate = Fate(TouchState.MADE, "the mail server has accepted it", said.text)
        except Broken as error:
            await self._release(ready, claim, str(error))
            raise ApplicationError(f"{error}; nothing was sent", type="MailServerUnreachable") from error
        except Refusal as refusal:
            return await self._give_back(ready, claim, refusal)
        except Unanswered as error:
            fate = Fate(TouchState.IN_DOUBT, str(error))
        heart.keep(token=claim.token, state=fate.state, reason=fate.reason, server_text=fate.server_text)
        return await self._settle(ready, claim.token, fate)

    async def _settle(self, ready: Ready, token: str, fate: Fate) -> StepOut:
        """Write the verdict, however long Postgres is away: the server's word is not asked for twice.

        The verdict is one statement and its own transaction; the plan that follows only reads. Copies go with it.
        """
        copies = fate.state is TouchState.MADE and bool(copied_to(ready.cue))

        async def write(session: AsyncSession) -> StepOut:
            at = present(ready.cue.step_in.now)
            mine = await touches.settle(session, ready.key, token, fate.state, fate.reason, at, fate.server_text)
            if mine and copies:
                await put_copies(session, self._house, ready.cue, ready.mime)
            verdict: Any = str(fate.state)
            answer = StepOut(verdict=verdict, reason=fate.reason, contact=ready.contact)
            return await with_plan(session, ready.cue, answer)

        return await self._write(write, None if copies else self._house.database.singly)

    # --- not accepted ------------------------------------------------------------------------------------------------

    async def _refused_early(self, ready: Ready, refusal: Refusal) -> StepOut:
        """The server has said no before anything was claimed."""
        at = present(ready.cue.step_in.now)
        answer = self._refusal(ready, refusal)

        async def write(session: AsyncSession) -> StepOut:
            if answer.until is not None:
                await touches.put_off(session, ready.key, answer.until, answer.reason, str(refusal.text))
            else:
                await touches.refuse(session, ready.key, answer.reason, at, str(refusal.text))
            return await with_plan(session, ready.cue, answer)

        return await self._write(write)

    async def _give_back(self, ready: Ready, claim: Claim, refusal: Refusal) -> StepOut:
        """The server has said no to a claimed mail: certainly not accepted."""
        answer = self._refusal(ready, refusal)

        async def write(session: AsyncSession) -> StepOut:
            if answer.until is not None:
                await touches.release(session, ready.key, claim.token, answer.until, answer.reason, str(refusal.text))
                return with_others(ready.cue, answer)
            at, state = present(ready.cue.step_in.now), TouchState.REFUSED
            await touches.settle(session, ready.key, claim.token, state, answer.reason, at, str(refusal.text))
            return await with_plan(session, ready.cue, answer)

        return await self._write(write)

    def _refusal(self, ready: Ready, refusal: Refusal) -> StepOut:
        """4xx: later, further off each time, for two days; 5xx and what stays 4xx: refused."""
        if refusal.passing and ready.attempts < len(BACKOFF):
            reason = f"the mail server asked to come again later ({refusal.short})"
            until = present(ready.cue.step_in.now) + BACKOFF[ready.attempts]
            return StepOut(verdict="later", reason=reason, until=until, contact=ready.contact)
        ever = f"{ready.attempts + 1} times" if refusal.passing else "for good"
        reason = f"the mail server refused it {ever} ({refusal.short})"
        return StepOut(verdict="refused", reason=reason, contact=ready.contact)

    async def _release(self, ready: Ready, claim: Claim, why: str) -> None:
        at = present(ready.cue.step_in.now)
        await self._write(lambda session: touches.release(session, ready.key, claim.token, at, why))

    # --- an earlier attempt's claim ----------------------------------------------------------------------------------

    async def _after_claim(self, ready: Ready, token: str, heart: Heart) -> StepOut:
        """The mail was claimed by an attempt before this one. It is not sent again, whatever became of it."""
        left = heart.left_behind()
        if left.get("token") == token:
            fate = Fate(TouchState(left["state"]), str(left["reason"]), str(left["server_text"]))
            return await self._settle(ready, token, fate)
        watched = asyncio.get_running_loop().time() + PATIENCE.total_seconds()
        while asyncio.get_running_loop().time() < watched:
            again = await self._prepare(ready.cue.step_in)
            if isinstance(again, StepOut) or again.claimed is None:
                return again if isinstance(again, StepOut) else await self._send(again, heart)
            await asyncio.sleep(0.2)
        reason = "an earlier attempt claimed it and left no verdict: it may have gone out, and is not sent again"

        async def write(session: AsyncSession) -> StepOut:
            await touches.doubt(session, ready.key, present(ready.cue.step_in.now), reason)
            answer = StepOut(verdict="in_doubt", reason=reason, contact=ready.contact)
            return await with_plan(session, ready.cue, answer)

        log.warning("a mail is in doubt", run=ready.cue.scene.run.id, touch=ready.key)
        return await self._write(write)

    async def _write(
        self,
        write: Callable[[AsyncSession], Awaitable[Answer]],
        opened: Callable[[], AbstractAsyncContextManager[AsyncSession]] | None = None,
    ) -> Answer:
        """Write to Postgres, again and again while it is away; the activity's own time limit ends it."""
        pause = 0.2
        while True:
            try:
                async with (opened or self._house.database.begin)() as session:
                    return await write(session)
            except (SQLAlchemyError, OSError) as error:
                log.warning("a verdict waits for Postgres", error=type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5.0)
