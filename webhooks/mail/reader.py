"""Reads the mails that came in, by whatever way: what each means, and the events it gives rise to, once.

A mail that cannot be read is listed for a person and never stands in the way of the next (C10).
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Final

import structlog
from sqlalchemy import text as sql
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from records import doubts, mails
from records.db import Database, lock_account
from records.inbox import Accepted, accept_all
from records.tables import Mail
from settings import Settings
from webhooks.logs import origin
from webhooks.mail.apart import Apart, ReaderLost, Unreadable
from webhooks.mail.deciding import Ruling, decide, offers
from webhooks.mail.knowledge import Ours
from webhooks.mail.ours import look
from webhooks.mail.wording import clean, evidence_of
from webhooks.meaning.model import Meaning
from webhooks.router import Router

EVERY: Final = 1.0  # seconds between looks where nobody wakes the reader
LEASE: Final = timedelta(minutes=2)  # a mail taken and not settled by then is taken again
ATTEMPTS: Final = 5  # that ended badly; then it is listed
AGAIN: Final = timedelta(seconds=5)  # after Postgres or a lock did not give way; longer each time
LOCKS: Final = "5s"  # a mail on its way to the same person is waited for so long; the other mails do not wait longer
LONGEST: Final = 30.0
LAST_WORDS: Final = 5.0  # seconds a mail under way may still take when the reader is to end
_FOR_GOOD: Final = ("22", "23", "42")
Understand = Callable[[bytes, datetime], Awaitable[Meaning]]
log = structlog.get_logger(__name__)


class Reader:
    """Reads while its context is open; `wake` says that something came."""

    def __init__(
        self, database: Database, settings: Settings, router: Router, understand: Understand | None = None
    ) -> None:
        self._database, self._settings, self._router = database, settings, router
        self._apart = Apart()
        self._understand = understand or self._apart.understand
        self._news, self._over = asyncio.Event(), False
        self._task: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Look at once."""
        self._news.set()

    async def __aenter__(self) -> "Reader":
        self._task = asyncio.create_task(self._work())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """Finish the mail under way; one that takes longer is read again after the next start."""
        self._over = True
        self.wake()
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=LAST_WORDS)
            self._apart.abandon()
            await self._task
        await self._apart.close()

    async def read_due(self) -> int:
        """Read what is due, one after the other; how many."""
        count = 0
        while not self._over:
            async with self._database.begin() as session:
                taken = await mails.claim(session, LEASE)
            if not taken:
                break
            await self._read(taken[0])
            count += 1
        return count

    async def _work(self) -> None:
        failures = 0
        while not self._over:
            self._news.clear()
            try:
                await self.read_due()
                failures = 0
            except Exception as error:
                failures += 1
                log.warning("mails could not be read", error=type(error).__name__, at=origin(error))
            with contextlib.suppress(TimeoutError):
                pause = min(EVERY * 2**failures, LONGEST) if failures else EVERY
                await asyncio.wait_for(self._news.wait(), pause)

    # --- one mail ----------------------------------------------------------------------------------------------------

    async def _read(self, mail: Mail) -> None:
        if mail.attempts > ATTEMPTS:
            await self._list(mail, f"it could not be read {ATTEMPTS} times")
            return
        try:
            meaning = clean(await self._understand(mail.raw, mail.received_at))
        except Unreadable as error:
            await self._list(mail, f"it could not be read: {error}")
            return
        except ReaderLost as error:
            await self._put_back(mail, error)
            return
        try:
            async with self._database.begin() as session:
                await session.execute(sql(f"set local lock_timeout to '{LOCKS}'"))
                accepted = await self._act(session, mail, meaning)
        except (SQLAlchemyError, OSError) as error:
            await self._put_back(mail, error)
            return
        for event in (one for accept in accepted for one in accept.to_route):
            self._router.kick(event)

    async def _put_back(self, mail: Mail, error: Exception) -> None:
        """Read it again later. Only what may be the mail's own fault counts: a reply waits for Postgres for ever."""
        log.warning("a mail is read again later", mail=mail.id[:12], error=type(error).__name__, at=origin(error))
        async with self._database.begin() as session:
            await mails.put_back(session, mail.id, AGAIN * mail.attempts, counted=_its_fault(error))

    async def _act(self, session: AsyncSession, mail: Mail, meaning: Meaning) -> list[Accepted]:
        """Events, what they stop, and the mail's own verdict: one transaction."""
        ours = await look(session, self._settings, meaning, mail.id)
        ruling = decide(meaning, ours)
        accepted = await accept_all(session, offers(ruling, mail.id, mail.received_at.astimezone(UTC)))
        if ruling.state == "own":
            await _settle_doubt(session, ours, mail.received_at)
        state, reason = _for_a_person(mail, ruling)
        await mails.settle(
            session, mail.id, state,
            kind=meaning.kind, evidence=evidence_of(meaning), reason=reason,
            message_id=meaning.message_id, events=[one.id for one in accepted],
        )  # fmt: skip
        log.info("a mail was read", mail=mail.id[:12], kind=meaning.kind, state=state, events=len(accepted))
        return accepted

    async def _list(self, mail: Mail, reason: str) -> None:
        log.warning("a mail is listed", mail=mail.id[:12], why=reason)
        async with self._database.begin() as session:
            await mails.settle(session, mail.id, "listed", kind="unclear", reason=reason)


def _its_fault(error: Exception) -> bool:
    """By SQLSTATE: data and statements that Postgres will not take another time either."""
    state = getattr(getattr(error, "orig", None), "sqlstate", None) or ""
    return isinstance(error, ReaderLost) or state.startswith(_FOR_GOOD)


def _for_a_person(mail: Mail, ruling: Ruling) -> tuple[str, str]:
    """A mail that was cut off is looked at by a person, whatever was made of its beginning."""
    if mail.reason and ruling.state == "read":
        return "listed", mail.reason
    return ruling.state, "; ".join(filter(None, [mail.reason, ruling.reason]))


async def _settle_doubt(session: AsyncSession, ours: Ours, at: datetime) -> None:
    """Our own copy of a mail proves that it went out."""
    if ours.itself is not None:
        await lock_account(session, ours.itself.account)
        await doubts.evidence(session, key=ours.itself.key, what="mail.sent", at=at)
