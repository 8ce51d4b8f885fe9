"""The outbox: mails notices to our own players, at least once, always the same bytes under the same Message-ID.

Also turns claims whose worker died into doubts, since it is the loop that is always there.
"""

import asyncio
import contextlib
import html
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from activities.channels.transport import Broken, Refusal, Transport, Unanswered, Unreachable
from activities.mail import Letter, frozen
from plays.content import ContentError, EmailText
from records import touches
from records.db import Database
from records.tables import Notice, Player
from settings import Settings

POLL: Final = 0.25  # seconds between looks into an empty outbox
BATCH: Final = 8  # sent side by side
LEASE: Final = timedelta(minutes=2)  # a notice taken and not sent by then is taken again
LAST_WORD: Final = 60.0  # seconds: a notice sent twice does no harm, so nobody waits ten minutes
LONGEST_PAUSE: Final = timedelta(minutes=10)
SWEEP: Final = 60.0  # seconds
TROUBLE_PAUSE: Final = 1.0
log = structlog.get_logger()


class Outbox:
    """Sends what stands in `notices`."""

    def __init__(self, database: Database, transport: Transport, settings: Settings) -> None:
        self._database, self._transport, self._settings = database, transport, settings

    async def run(self, stop: asyncio.Event) -> None:
        """Send what comes until `stop`. Outlives outages of Postgres and of the mail server."""
        swept = 0.0
        clock = asyncio.get_running_loop().time
        while not stop.is_set():
            pause = POLL
            try:
                if clock() - swept >= SWEEP:
                    await self.sweep()
                    swept = clock()
                pause = 0.0 if await self.send_due() else POLL
            except (SQLAlchemyError, OSError) as error:
                log.warning("the outbox waits for Postgres", error=type(error).__name__)
                pause = TROUBLE_PAUSE
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause or 0.001)

    async def send_due(self) -> int:
        """Send what is due now, a batch at most; how many were taken."""
        taken = await self._take()
        await asyncio.gather(*(self._send(notice, player) for notice, player in taken))
        return len(taken)

    async def sweep(self) -> Sequence[str]:
        """Turn claims without a verdict into doubts, or give them back where no dot was announced; the doubts' keys."""
        async with self._database.begin() as session:
            back = await touches.take_back_stale(session)
            keys = await touches.doubt_stale(session)
        for key in back:
            log.warning("a claim was given back: nothing had been sent", touch=key)
        for key in keys:
            log.warning("a mail is in doubt", touch=key)
        return keys

    async def _take(self) -> Sequence[tuple[Notice, Player | None]]:
        """Lease the oldest due ones. Two workers never take the same, and none waits for the other."""
        due = (
            select(Notice.id)
            .where(Notice.sent_at.is_(None), Notice.next_try_at <= func.now())
            .order_by(Notice.next_try_at)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
        lease = update(Notice).where(Notice.id.in_(due.scalar_subquery())).returning(Notice)
        values = {"next_try_at": func.now() + LEASE, "attempts": Notice.attempts + 1}
        async with self._database.begin() as session:
            leased = list(await session.scalars(lease.values(values).execution_options(synchronize_session=False)))
            ids = {one.player for one in leased}
            known = (
                {one.id: one for one in await session.scalars(select(Player).where(Player.id.in_(ids)))} if ids else {}
            )
        return [(one, known.get(one.player)) for one in sorted(leased, key=lambda one: one.id)]

    async def _send(self, notice: Notice, player: Player | None) -> None:
        if player is None:
            await self._failed(notice, "its player is not on record any more")
            return
        try:
            mime = frozen(self._letter(notice, player))
            await self._deliver(player.email, mime)
        except ContentError as error:
            await self._failed(notice, str(error))
        except Refusal as refusal:
            await self._failed(notice, f"the mail server said {refusal.short}")
        except (Unreachable, Broken, Unanswered, OSError) as error:
            await self._failed(notice, type(error).__name__)
        else:
            await self._write(update(Notice).where(Notice.id == notice.id).values(sent_at=func.now(), error=None))

    def _letter(self, notice: Notice, player: Player) -> Letter:
        markup = f"<pre>{html.escape(notice.body)}</pre>"
        return Letter(
            sender_name="Setpiece",
            sender=f"setpiece@{self._settings.mail_domain}",
            recipient=player.email,
            text=EmailText(" ".join(notice.subject.split()), notice.body, markup),
            language=(player.locale or self._settings.tenant_locale).replace("_", "-").split("-")[0],
            message_id=notice.message_id,
            date=notice.created_at,
            automatic=True,
        )

    async def _deliver(self, recipient: str, mime: bytes) -> None:
        delivery = await self._transport.open(f"setpiece@{self._settings.mail_domain}", recipient)
        try:
            await delivery.begin()
            await asyncio.wait_for(delivery.finish(mime), LAST_WORD)
        finally:
            await delivery.close()

    async def _failed(self, notice: Notice, why: str) -> None:
        """Try again, further off each time; for ever, since somebody must hear of it."""
        pause = min(timedelta(seconds=2) * 2 ** min(notice.attempts - 1, 20), LONGEST_PAUSE)
        log.warning("a notice was not sent", notice=notice.id, attempt=notice.attempts, why=why)
        mine = update(Notice).where(Notice.id == notice.id, Notice.sent_at.is_(None))
        await self._write(mine.values(next_try_at=func.now() + pause, error=why))

    async def _write(self, statement: object) -> None:
        async with self._database.begin() as session:
            await session.execute(text("set local synchronous_commit to on"))
            await session.execute(statement)  # type: ignore[call-overload]
