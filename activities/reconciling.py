"""Doubts: asks the transport whether a mail went out, and settles what its answer proves (reliability.md section 2).

A loop beside the outbox, and `starter.py doubts look`. What a doubt is and what events prove: `records/doubts.py`.
"""

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.exceptions import ApplicationError

from activities.channels.transport import Found, Look, Sought, Transport
from activities.gate import lock
from activities.house import House
from activities.mail import recipient_of
from activities.resending import NotAgain, Resending
from plays.touch_steps import InDoubt, Written
from records import doubt_notices, doubts, touches
from records.db import lock_account
from records.doubts import Standing
from records.stopped import stopped
from records.tables import Run, Touch

POLL: Final = 5.0  # seconds between looks for doubts whose time has come
BATCH: Final = 20
TROUBLE_PAUSE: Final = 5.0
ASK_LIMIT: Final = 60.0  # seconds a transport may take to answer
REPEAT_LIMIT: Final = 20.0  # … while stops wait for it
TIMES: Final = 3  # so often a mail of the policy `send-again` is sent; then a person decides
log = structlog.get_logger()


@dataclass(frozen=True)
class Looked:
    """What one look came to."""

    key: str
    look: str  # there, absent, silent; `gone` where it was no doubt any more
    said: str
    state: str  # of the touch afterwards
    reason: str


class Reconciler:
    """Looks doubts up and settles them."""

    def __init__(self, house: House, transport: Transport) -> None:
        self._house, self._transport = house, transport
        self._resending = Resending(house, transport)

    async def run(self, stop: asyncio.Event) -> None:
        """Look until `stop`. Outlives outages of Postgres and of the transport."""
        while not stop.is_set():
            pause = POLL
            try:
                await self.look_due()
            except (SQLAlchemyError, OSError) as error:
                log.warning("doubts wait for Postgres", error=type(error).__name__)
                pause = TROUBLE_PAUSE
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)

    async def look_due(self) -> list[Looked]:
        """Look up what is due now, a batch at most. Two workers never take the same."""
        async with self._house.database.begin() as session:
            keys = await doubts.take(session, BATCH)
        return [await self._look(key) for key in keys]

    async def look(self, key: str) -> Looked:
        """Look one up now, due or not."""
        async with self._house.database.begin() as session:
            await doubts.lease(session, key)
        return await self._look(key)

    async def _look(self, key: str) -> Looked:
        async with self._house.database.begin() as session:
            touch = await touches.get(session, key)
        if touch is None or touch.state != "in_doubt":
            return Looked(key, "gone", "", touch.state if touch else "", touch.reason if touch else "")
        found, again = await (self._repeating(touch) if _repeats(touch) else self._reading(touch))
        if again:
            await self._again(key)
        async with self._house.database.begin() as session:
            after = await touches.get(session, key)
        state, reason = (after.state, after.reason) if after else ("", "")
        return Looked(key, found.look.value, found.said, state, reason)

    async def _reading(self, touch: Touch) -> tuple[Found, bool]:
        """Ask where asking changes nothing, then conclude under the account's lock."""
        found = await self._ask(touch, ASK_LIMIT, repeat=False)
        async with self._house.database.begin() as session:
            await lock_account(session, touch.account)
            return found, await self._conclude(session, touch.key, found)

    async def _repeating(self, touch: Touch) -> tuple[Found, bool]:
        """An API may be asked by the same request again, which is the one mail if the first never arrived: that is a
        mail about to begin, so it takes the gate's locks, and no stop may stand against it (I2).
        """
        async with self._house.database.begin() as session:
            await lock(session, touch.account, touch.address)
            found = await self._ask(touch, REPEAT_LIMIT, repeat=not await stopped(session, touch))
            return found, await self._conclude(session, touch.key, found)

    async def _ask(self, touch: Touch, limit: float, *, repeat: bool) -> Found:
        """The transport's answer; one that fails to give any is silent."""
        sought = Sought(
            message_id=touch.message_id or "",
            sender=touch.mailbox or "",
            recipient=recipient_of(touch.mime or b"") or touch.address or "",
            claimed_at=touch.claimed_at or datetime.now(UTC),
            mime=touch.mime or b"",
            ref=touch.transport_ref,
            transport=touch.transport,
            repeat=repeat,
        )
        try:
            async with asyncio.timeout(limit):
                return await self._transport.look_up(sought)
        except TimeoutError:
            return Found(Look.SILENT, "it did not answer in time")

    async def _conclude(self, session: AsyncSession, key: str, found: Found) -> bool:
        """Keep what was found and settle what it proves; True when the mail is to be sent again."""
        doubt = await doubts.standing(session, key)
        if doubt is None:
            return False
        await doubts.look(session, key, found.look.value, found.said)
        if heard := doubts.heard_of(doubt.touch):
            await doubts.made(session, doubt.touch, f"it went out: {heard} before its verdict was written", found.ref)
            return False
        policy = await self._policy(session, doubt.touch)
        if found.look is Look.THERE:
            said = f": {found.said}" if found.said else ""
            await doubts.made(session, doubt.touch, f"its transport has it{said}", found.ref)
            return False
        if found.look is Look.ABSENT and doubt.absent >= 1 and doubt.quiet and doubt.age >= found.lag:
            return await self._proven(session, doubt, policy)
        if policy == "send-again" and doubt.quiet and doubt.touch.lookups >= 2 and doubt.touch.attempts < TIMES:
            return True
        await self._own(session, doubt, policy)
        return False

    async def _proven(self, session: AsyncSession, doubt: Standing, policy: InDoubt) -> bool:
        """Certainly not sent. A run that was not answered yet claims it again; one that has gone on does not."""
        touch = doubt.touch
        why = f"its transport, asked {doubt.absent + 1} times, does not have it"
        if not doubt.told:
            await doubts.free(session, touch, f"certainly not sent: {why}")
            return False
        if policy == "send-again" and touch.attempts < TIMES:
            return True
        owner = await doubt_notices.owner_of(session, touch, datetime.now(UTC).date())
        await doubts.unsent(session, touch, why)
        if owner is not None:
            await doubt_notices.absent(session, touch, owner, why)
        return False

    async def _own(self, session: AsyncSession, doubt: Standing, policy: InDoubt) -> None:
        """Name somebody who settles it: at once where the play says `ask`, else after so many hours (I4)."""
        patience = timedelta() if policy == "ask" else timedelta(hours=self._house.settings.doubt_hours)
        if doubt.touch.doubt_owner is not None or doubt.age < patience:
            return
        owner = await doubt_notices.owner_of(session, doubt.touch, datetime.now(UTC).date())
        if owner is None:
            log.warning("nobody could be named for a doubt", touch=doubt.touch.key)
            return
        await doubts.own(session, doubt.touch, owner)

    async def _policy(self, session: AsyncSession, touch: Touch) -> InDoubt:
        run = await session.get(Run, touch.run)
        if run is None:
            return "assume-sent"
        edition = await self._house.playbook.edition(session, run.play, run.version)
        node = edition.program.nodes.get(touch.step)
        said = node.step.in_doubt if node is not None and isinstance(node.step, Written) else None
        return said or "assume-sent"

    async def _again(self, key: str) -> None:
        try:
            await self._resending.again(key, "the play says so")
        except (NotAgain, ApplicationError) as error:
            log.warning("a mail in doubt was not sent again", touch=key, why=str(error))


def _repeats(touch: Touch) -> bool:
    """Whether its transport is an API; SMTP and what belongs to it only read."""
    return touch.transport not in (None, "smtp")
