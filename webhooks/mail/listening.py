"""Everything that listens to mailboxes, in the webhooks' lifespan: a watcher for each, and the reader of all mail."""

import asyncio
import contextlib
from types import TracebackType

import structlog
from sqlalchemy.exc import SQLAlchemyError

from records import mailbox_places
from records.db import Database
from settings import Settings
from webhooks.logs import origin
from webhooks.mail.guard import Guard
from webhooks.mail.places import BadPlace, where
from webhooks.mail.reader import Reader, Understand
from webhooks.mail.watcher import POLL, Watcher
from webhooks.router import Router

log = structlog.get_logger(__name__)


class Listening:
    """Runs while its context is open. What is wrong with one mailbox is said, and the others are watched."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        router: Router,
        *,
        understand: Understand | None = None,
        poll: float = POLL,
    ) -> None:
        self._settings, self._database, self._poll = settings, database, poll
        self.reader = Reader(database, settings, router, understand)
        self._guard = Guard(database)
        self._watchers: dict[Watcher, asyncio.Task[None]] = {}
        self._complaining: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Listening":
        await self.reader.__aenter__()
        wrong: dict[str, str] = {}
        for address, mailbox in self._settings.mailboxes.items():
            try:
                place = where(address, mailbox)
            except BadPlace as error:
                wrong[address] = str(error)
                continue
            if place is not None:
                watcher = Watcher(self._database, self._guard, place, self.reader.wake, poll=self._poll)
                self._watchers[watcher] = asyncio.create_task(watcher.run())
        if wrong:
            self._complaining = asyncio.create_task(self._complain(wrong))
        if self._watchers:
            log.info("mailboxes are watched", mailboxes=len(self._watchers))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """What is being stored is stored; nothing is left half done."""
        for watcher in self._watchers:
            await watcher.close()
        for task in [*self._watchers.values(), *([self._complaining] if self._complaining else [])]:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await self._guard.__aexit__(kind, error, at)
        await self.reader.__aexit__(kind, error, at)

    async def _complain(self, wrong: dict[str, str]) -> None:
        """A setting that cannot be used stands in `starter.py mail boxes` too."""
        for address, sentence in wrong.items():
            log.warning("a mailbox cannot be watched", why=sentence)
            try:
                async with self._database.begin() as session:
                    await mailbox_places.trouble(session, address, "INBOX", sentence)
            except (SQLAlchemyError, OSError) as error:
                log.warning("that could not be noted", at=origin(error))
