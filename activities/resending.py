"""Sends a mail of a settled doubt once more: the frozen bytes, the same Message-ID, through the gate as ever.

Never on its own but for plays that say `in_doubt: send-again`; else a person says so (`starter.py doubts settle`).
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.exceptions import ApplicationError

from activities.channels.transport import Transport
from activities.contracts import StepIn, StepOut
from activities.email import Emailing
from activities.freezing import Ready, prepare
from activities.heartbeat import Heart
from activities.house import House
from plays.events import TouchState
from records import doubts, touches
from records.db import lock_account
from records.tables import Run, Touch


class NotAgain(Exception):
    """It cannot be sent again; the touch is as it was. The message says why."""


@dataclass(frozen=True)
class _Before:
    """What the touch was, for the way back."""

    state: str
    reason: str
    token: str | None
    settled_at: datetime | None


class _Still(Heart):
    """No activity is there to beat for."""

    def keep(self, **what: Any) -> None:
        """Nothing outlives this."""

    def left_behind(self) -> dict[str, Any]:
        """There was no attempt before."""
        return {}


class Resending:
    """Sends again what was in doubt, or certainly not sent."""

    def __init__(self, house: House, transport: Transport) -> None:
        self._house, self._emailing = house, Emailing(house, transport)

    async def again(self, key: str, why: str) -> StepOut:
        """Send it now. Raises NotAgain where it may not be, ApplicationError where the server cannot be reached."""
        before = await self._free(key, why)
        try:
            answer = await self._through(key)
        except (NotAgain, ApplicationError):
            await self._restore(key, before)
            raise
        if answer.verdict in ("later", "skipped"):
            await self._restore(key, before)
            raise NotAgain(f"it is not sent again now: {answer.reason}")
        return answer

    async def _free(self, key: str, why: str) -> _Before:
        """Make it one that can be claimed; it stays listed among the doubts meanwhile."""
        async with self._house.database.begin() as session:
            touch = await touches.get(session, key)
            if touch is None:
                raise NotAgain(f"there is no touch {key}")
            await lock_account(session, touch.account)
            await session.refresh(touch)
            if not _open_to_doubt(touch):
                raise NotAgain(f"it is {touch.state} ({touch.reason}), and neither in doubt nor certainly unsent")
            before = _Before(touch.state, touch.reason, touch.claim_token, touch.settled_at)
            touch.doubt_owner = touch.doubt_owner or touch.player or "ops"
            await doubts.free(session, touch, f"is sent again: {why}")
            return before

    async def _through(self, key: str) -> StepOut:
        async with self._house.database.begin() as session:
            found = await prepare(session, self._house, await self._step(session, key), datetime.now(UTC))
            _same(found, key)  # an error undoes what was prepared for somebody else
        if isinstance(found, StepOut):
            return found
        if found.claimed is not None:
            raise NotAgain("somebody else is sending it at this moment")
        return await self._emailing.send_prepared(found, _Still())

    async def _step(self, session: AsyncSession, key: str) -> StepIn:
        """What the run would ask, now, without waiting for a window."""
        touch = await touches.get(session, key)
        run = await session.get(Run, touch.run) if touch else None
        if touch is None or run is None:
            raise NotAgain(f"the run of {key} is not on record any more")
        now = datetime.now(UTC)
        return StepIn(
            run_id=run.id,
            version=run.version,
            step=touch.step,
            occurrence=touch.occurrence,
            now=now,
            base=now,
            planned=None,
            hurry=True,
        )

    async def _restore(self, key: str, before: _Before) -> None:
        """Back to what it was, whatever the gate or the server has made of it."""
        values = {"state": before.state, "reason": before.reason, "until": None, "settled_at": before.settled_at}
        unsent = (TouchState.DEFERRED, TouchState.PLANNED, TouchState.SKIPPED)
        ours = update(Touch).where(Touch.key == key, Touch.state.in_(unsent))
        async with self._house.database.begin() as session:
            await session.execute(ours.values(**values, claim_token=before.token))


def _open_to_doubt(touch: Touch) -> bool:
    return touch.state == TouchState.IN_DOUBT or (touch.state == TouchState.REFUSED and touch.lookups > 0)


def _same(found: Ready | StepOut, key: str) -> None:
    contact = key.rpartition("/")[2]
    reached = found.key if isinstance(found, Ready) else key if found.contact in (contact, None) else ""
    if reached != key:
        raise NotAgain("its step would reach somebody else by now")
