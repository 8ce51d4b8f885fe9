"""One mailbox, watched: what is new in its folders is stored with the place it was read up to, in one transaction.

The IMAP itself is `imap.py`, in a thread of its own; what a mail means is `reader.py`. Never deletes, never marks.
"""

import asyncio
import contextlib
import hashlib
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Final, TypeVar

import structlog
from imap_tools.errors import MailboxFolderSelectError
from sqlalchemy.exc import SQLAlchemyError

from records import mailbox_places, mails
from records.db import Database
from records.mailbox_places import UNSEEN, Place
from records.mails import Arrival
from webhooks.logs import origin
from webhooks.mail.access import Access
from webhooks.mail.faults import in_words
from webhooks.mail.guard import Guard
from webhooks.mail.imap import KEPT, Box, Fetched, Folder
from webhooks.mail.places import Where

SOURCE: Final = "imap"
POLL: Final = 60.0  # seconds between looks, also where the server tells us of new mail
LOOK_BACK: Final = timedelta(days=14)  # of a mailbox that was never read
FARTHEST_BACK: Final = timedelta(days=90)  # of one whose numbers have changed while nobody watched
SLACK: Final = timedelta(days=2)  # INTERNALDATE is compared by days, in the server's zone
FIRST_PAUSE: Final = 2.0  # seconds after a failure, twice as long each time; servers lock out who knocks too often
LONGEST_PAUSE: Final = 300.0
STAND_BY: Final = 10.0  # seconds between looks whether another process has let the mailbox go
LAST_WORDS: Final = 5.0  # seconds a thread may take to end
log = structlog.get_logger(__name__)
Answer = TypeVar("Answer")


class Watcher:
    """Runs while its task runs; `wake` is called when mails were stored."""

    def __init__(
        self, database: Database, guard: Guard, where: Where, wake: Callable[[], None], *, poll: float = POLL
    ) -> None:
        self._database, self._guard, self._where, self._wake, self._poll = database, guard, where, wake, poll
        self._access = Access(where.oauth) if where.oauth else None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="mailbox")
        self._box: Box | None = None
        self._good, self._failures = False, 0
        self._stop = threading.Event()
        self._over = asyncio.Event()

    async def run(self) -> None:
        """Watch until `close`; outlives whatever the mail server and Postgres do."""
        try:
            while not self._over.is_set():
                if await self._guard.holds(self._where.address):
                    await self._try_to_watch()
                else:
                    await self._pause(STAND_BY)
        finally:
            self._thread.shutdown(wait=False, cancel_futures=True)

    async def close(self) -> None:
        """End the watch; what is being stored is stored."""
        self._over.set()
        self._stop.set()
        if self._box is not None:
            asyncio.get_running_loop().call_later(LAST_WORDS, self._box.abandon)

    async def _try_to_watch(self) -> None:
        try:
            await self._watch()
        except Exception as error:
            self._failures = 0 if self._good else self._failures + 1
            await self._report(error, self._where.folders)
            await self._pause(min(FIRST_PAUSE * 2 ** min(self._failures, 20), LONGEST_PAUSE))
        finally:
            await self._leave()

    # --- one connection ----------------------------------------------------------------------------------------------

    async def _watch(self) -> None:
        """Over one connection: look into every folder, wait for news, look again."""
        self._good = False
        self._box = box = await self._in_thread(lambda: Box(self._where, self._access))
        while not self._over.is_set() and await self._guard.holds(self._where.address):
            there = [folder for folder in self._where.folders if await self._is_there(box, folder)]
            for folder in there:
                await self._look(box, folder)
            self._good = True
            await self._wait(box, there[:1])

    async def _wait(self, box: Box, first: list[str]) -> None:
        """For news in the first folder; the others are looked into with each poll."""
        if first:
            await self._in_thread(lambda: box.select(first[0]))
        await self._in_thread(lambda: box.wait(self._poll, self._stop, idle=bool(first)))

    async def _is_there(self, box: Box, name: str) -> bool:
        """A folder whose name is misspelt does not keep the others from being read."""
        try:
            await self._in_thread(lambda: box.select(name))
        except MailboxFolderSelectError as error:
            await self._report(error, (name,))
            return False
        return True

    async def _look(self, box: Box, name: str) -> None:
        folder = await self._in_thread(lambda: box.select(name))
        async with self._database.begin() as session:
            place = await mailbox_places.read(session, self._where.address, name)
        after, since = _start(place, folder, datetime.now(UTC))
        uids = await self._in_thread(lambda: box.uids(after, since))
        batches = box.batches(uids, self._stop)
        read = after
        while (batch := await self._in_thread(lambda: next(batches, None))) is not None:
            if batch:
                await self._store(folder, batch)
                read = batch[-1].listed.uid
        if self._stop.is_set():
            return
        await self._arrive(folder, place, max(read, folder.uid_next - 1, uids[-1] if uids else 0))

    async def _store(self, folder: Folder, batch: list[Fetched]) -> None:
        """The mails and how far we are: both or neither."""
        arrivals = [_arrival(self._where.address, folder, one) for one in batch]
        async with self._database.begin() as session:
            new = await mails.keep(session, arrivals)
            last = batch[-1].listed.uid
            await mailbox_places.move(session, self._where.address, folder.name, folder.uid_validity, last)
        if new:
            log.info("mail came in", mailbox=_whose(self._where), mails=len(new), known=len(batch) - len(new))
            self._wake()

    async def _arrive(self, folder: Folder, place: Place, last: int) -> None:
        """All there was has been read, also where none of it was new."""
        async with self._database.begin() as session:
            if (place.uid_validity, place.last_uid) == (folder.uid_validity, last):
                await mailbox_places.reached(session, self._where.address, folder.name)
            else:
                await mailbox_places.move(session, self._where.address, folder.name, folder.uid_validity, last)

    # --- when it does not work ---------------------------------------------------------------------------------------

    async def _report(self, error: Exception, folders: Iterable[str]) -> None:
        """For `starter.py mail boxes`, and one line in the log."""
        if isinstance(error, SQLAlchemyError):
            log.warning("a mailbox waits for Postgres", mailbox=_whose(self._where), error=type(error).__name__)
            return
        if self._access is not None:
            self._access.forget()
        sentence = in_words(self._where, error)
        log.warning("a mailbox cannot be read", mailbox=_whose(self._where), why=sentence, at=origin(error))
        with contextlib.suppress(SQLAlchemyError, OSError):
            async with self._database.begin() as session:
                for folder in folders:
                    await mailbox_places.trouble(session, self._where.address, folder, sentence)

    async def _leave(self) -> None:
        box, self._box = self._box, None
        if box is not None:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(self._in_thread(box.close), LAST_WORDS)

    async def _in_thread(self, work: Callable[[], Answer]) -> Answer:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), seconds)


def _start(place: Place, folder: Folder, now: datetime) -> tuple[int, date | None]:
    """The last UID that is known, and the day to look back to where none is.

    New numbers (UIDVALIDITY) say nothing about what was read: the folder is read again from before the last look, and
    what is known already is recognised by its id.
    """
    if place.uid_validity == folder.uid_validity:
        return place.last_uid, None
    back = now - LOOK_BACK
    if place.uid_validity != UNSEEN and place.looked_at is not None:
        back = max(min(back, place.looked_at - SLACK), now - FARTHEST_BACK)
    return 0, back.date()


def _arrival(mailbox: str, folder: Folder, one: Fetched) -> Arrival:
    """A mail for `mails`. When it came is the server's word, if that can be."""
    now = datetime.now(UTC)
    came = one.listed.came_at
    if came is not None and not now - FARTHEST_BACK <= came <= now:
        came = None
    return Arrival(
        source=SOURCE,
        mailbox=mailbox,
        external_id=f"{folder.name}/{folder.uid_validity}/{one.listed.uid}",
        raw=one.raw,
        received_at=came,
        note=f"too large: {one.listed.size} bytes, of which the first {KEPT} were taken" if one.cut else "",
    )


def _whose(where: Where) -> str:
    """A name for the log: the address is personal, and `starter.py mail boxes` shows it."""
    return hashlib.sha256(where.address.encode()).hexdigest()[:8]
