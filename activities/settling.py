"""The verdict about a mail, written however long Postgres is away. What was sent, and how, is `email.py`."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from activities.channels.transport import Accepted, Refusal
from activities.claiming import Claim
from activities.clock import present
from activities.contracts import StepOut
from activities.copies import copied_to, put_copies
from activities.freezing import Ready
from activities.house import House
from activities.refusals import follow_up
from activities.staging import with_others, with_plan
from plays.events import TouchState
from records import doubts, touches
from records.db import lock_account

BACKOFF: Final = tuple(timedelta(minutes=minutes) for minutes in (5, 30, 120, 360, 720, 1440))  # B6: about two days
log = structlog.get_logger()
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Fate:
    """What became of a claimed mail; `ref` is the provider's own id of it."""

    state: TouchState
    reason: str
    server_text: str = ""
    ref: str | None = None

    @classmethod
    def made(cls, said: Accepted, message_id: str) -> "Fate":
        """Accepted. Our Message-ID stays; where the provider sends it under its own (SES), its id is the way to it."""
        theirs = said.message_id if said.message_id and said.message_id != message_id else None
        return cls(TouchState.MADE, "the mail server has accepted it", said.text, said.ref or theirs)


class Settling:
    """Writes what became of a mail, and what follows from it."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def settle(self, ready: Ready, token: str, fate: Fate) -> StepOut:
        """Write the verdict: the server's word is not asked for twice.

        The verdict is one statement and its own transaction; the plan that follows only reads. Copies go with it.
        """
        copies = fate.state is TouchState.MADE and bool(copied_to(ready.cue))

        async def write(session: AsyncSession) -> StepOut:
            at = present(ready.cue.step_in.now)
            key, reason = ready.key, fate.reason
            mine = await touches.settle(session, key, token, fate.state, reason, at, fate.server_text, fate.ref)
            if mine and copies:
                await put_copies(session, self._house, ready.cue, ready.mime)
            if fate.state is TouchState.IN_DOUBT:
                await doubts.told(session, key, at, reason)
            verdict: Any = str(fate.state)
            answer = StepOut(verdict=verdict, reason=reason, contact=ready.contact)
            return await with_plan(session, ready.cue, answer)

        return await self.write(write, None if copies else self._house.database.singly)

    async def refused_early(self, ready: Ready, refusal: Refusal) -> StepOut:
        """The server has said no before anything was claimed."""
        at = present(ready.cue.step_in.now)
        answer = _refusal(ready, refusal)

        async def write(session: AsyncSession) -> StepOut:
            await lock_account(session, ready.cue.scene.run.account)
            if answer.until is not None:
                await touches.put_off(session, ready.key, answer.until, answer.reason, str(refusal.text))
            else:
                await touches.refuse(session, ready.key, answer.reason, at, str(refusal.text))
            await follow_up(session, self._house, ready, refusal, at)
            return await with_plan(session, ready.cue, answer)

        return await self.write(write)

    async def give_back(self, ready: Ready, claim: Claim, refusal: Refusal) -> StepOut:
        """The server has said no to a claimed mail: certainly not accepted."""
        answer = _refusal(ready, refusal)

        async def write(session: AsyncSession) -> StepOut:
            await lock_account(session, ready.cue.scene.run.account)
            at, state, said = present(ready.cue.step_in.now), TouchState.REFUSED, str(refusal.text)
            if answer.until is not None:
                mine = await touches.release(session, ready.key, claim.token, answer.until, answer.reason, said)
            else:
                mine = await touches.settle(session, ready.key, claim.token, state, answer.reason, at, said)
            if mine:
                await follow_up(session, self._house, ready, refusal, at)
            if answer.until is not None:
                return with_others(ready.cue, answer)
            return await with_plan(session, ready.cue, answer)

        return await self.write(write)

    async def release(self, ready: Ready, claim: Claim, why: str) -> None:
        """Certainly nothing went out: the same bytes are claimed again."""
        at = present(ready.cue.step_in.now)
        await self.write(lambda session: touches.release(session, ready.key, claim.token, at, why))

    async def write(
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


def _refusal(ready: Ready, refusal: Refusal) -> StepOut:
    """4xx: later, further off each time, for two days; 5xx and what stays 4xx: refused."""
    if refusal.passing and ready.attempts < len(BACKOFF):
        reason = f"the mail server asked to come again later ({refusal.short})"
        wait = max(BACKOFF[ready.attempts], refusal.after or timedelta())
        until = present(ready.cue.step_in.now) + wait
        return StepOut(verdict="later", reason=reason, until=until, contact=ready.contact)
    ever = f"{ready.attempts + 1} times" if refusal.passing else "for good"
    reason = f"the mail server refused it {ever} ({refusal.short})"
    return StepOut(verdict="refused", reason=reason, contact=ready.contact)
