"""One email, at most once by our decision: freeze, connect, gate and claim, DATA, settle (reliability.md section 2).

What is certain and what is not: before the final dot is written nothing was accepted; after it only the server's
answer says. The dot is announced in Postgres: a claim left behind without that mark is claimed again, one with it is
in doubt and never sent again on its own.
"""

import asyncio
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.channels.transport import Broken, Delivery, Refusal, Transport, Unanswered, Unreachable
from activities.claiming import Claim, TakenOver, Unmarked, begin, mark
from activities.clock import present
from activities.contracts import SEND_EMAIL, StepIn, StepOut
from activities.freezing import Ready, prepare
from activities.heartbeat import Heart
from activities.house import House
from activities.settling import Fate, Settling
from activities.staging import with_plan
from plays.events import TouchState
from records import doubts, touches

PATIENCE: Final = timedelta(seconds=3)  # how long another attempt's claim is watched before it is judged
log = structlog.get_logger()


class Emailing:
    """The activity that sends a mail."""

    def __init__(self, house: House, transport: Transport) -> None:
        self._house, self._transport = house, transport
        self._settling = Settling(house)

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

    async def send_prepared(self, ready: Ready, heart: Heart) -> StepOut:
        """Send what is prepared, outside a run's step: a mail that a doubt was settled about (`resending.py`)."""
        return await self._send(ready, heart)

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
            return await self._settling.refused_early(ready, refusal)
        try:
            claim = await self._claim(ready, delivery)
            if not isinstance(claim, Claim):
                return claim
            return await self._deliver(ready, claim, delivery, heart)
        finally:
            await delivery.close()

    async def _claim(self, ready: Ready, delivery: Delivery) -> Claim | StepOut:
        """Gate, claim and DATA under the person's lock; what goes wrong here is certainly not sent."""
        claim = Claim.new(ready.key, named(self._transport, ready.mailbox))
        try:
            return await begin(self._house, ready, claim, delivery)
        except Refusal as refusal:
            return await self._settling.give_back(ready, claim, refusal)
        except Broken as error:
            raise await self._unsent(ready, claim, error) from error
        except SQLAlchemyError:
            # Nobody knows whether the claim was committed; DATA was not begun or is dropped with the connection.
            await self._settling.release(ready, claim, "Postgres was lost while claiming")
            raise

    async def _deliver(self, ready: Ready, claim: Claim, delivery: Delivery, heart: Heart) -> StepOut:
        try:
            said = await delivery.finish(ready.mime, lambda: mark(self._house, claim))
            fate = Fate.made(said, ready.message_id)
        except TakenOver as error:
            raise ApplicationError(f"{error}; nothing was sent by this attempt", type="TakenOver") from error
        except (Broken, Unmarked) as error:
            raise await self._unsent(ready, claim, error) from error
        except Refusal as refusal:
            return await self._settling.give_back(ready, claim, refusal)
        except Unanswered as error:
            fate = Fate(TouchState.IN_DOUBT, str(error))
        heart.keep(token=claim.token, state=fate.state, reason=fate.reason, server_text=fate.server_text, ref=fate.ref)
        return await self._settling.settle(ready, claim.token, fate)

    async def _unsent(self, ready: Ready, claim: Claim, why: Exception) -> ApplicationError:
        """Give the claim back; what Temporal is told, which tries again."""
        await self._settling.release(ready, claim, str(why))
        return ApplicationError(f"{why}; nothing was sent", type="MailServerUnreachable")

    # --- an earlier attempt's claim ----------------------------------------------------------------------------------

    async def _after_claim(self, ready: Ready, token: str, heart: Heart) -> StepOut:
        """The mail was claimed by an attempt before this one: its verdict counts, wherever it was left."""
        left = heart.left_behind()
        if left.get("token") == token:
            said, ref = str(left["server_text"]), left.get("ref")
            return await self._settling.settle(
                ready, token, Fate(TouchState(left["state"]), str(left["reason"]), said, ref)
            )
        watched = asyncio.get_running_loop().time() + PATIENCE.total_seconds()
        while asyncio.get_running_loop().time() < watched:
            again = await self._prepare(ready.cue.step_in)
            if isinstance(again, StepOut) or again.claimed is None:
                return again if isinstance(again, StepOut) else await self._send(again, heart)
            await asyncio.sleep(0.2)
        return await self._judge(ready, token) or await self._once_more(ready, heart)

    async def _judge(self, ready: Ready, token: str) -> StepOut | None:
        """None when the claim was taken back, since no dot was announced; else it is in doubt."""
        reason = "an earlier attempt claimed it and left no verdict: it may have gone out, and is not sent again"

        async def write(session: AsyncSession) -> StepOut | None:
            if await touches.take_back(session, ready.key, token, "an earlier attempt ended before the mail was sent"):
                return None
            at = present(ready.cue.step_in.now)
            if not await touches.doubt(session, ready.key, token, at, reason):
                return None
            await doubts.told(session, ready.key, at, reason)
            log.warning("a mail is in doubt", run=ready.cue.scene.run.id, touch=ready.key)
            answer = StepOut(verdict="in_doubt", reason=reason, contact=ready.contact)
            return await with_plan(session, ready.cue, answer)

        return await self._settling.write(write)

    async def _once_more(self, ready: Ready, heart: Heart) -> StepOut:
        again = await self._prepare(ready.cue.step_in)
        if isinstance(again, StepOut):
            return again
        if again.claimed is not None:
            return await self._after_claim(again, again.claimed, heart)
        return await self._send(again, heart)


def named(transport: Transport, mailbox: str) -> str:
    """The name of the transport that carries this mailbox's mail, as the ledger keeps it."""
    of_mailbox = getattr(transport, "named", None)
    return str(of_mailbox(mailbox)) if of_mailbox is not None else transport.name
