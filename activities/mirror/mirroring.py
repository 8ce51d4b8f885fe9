"""Copies the providers' lists into our suppressions: adds only, lifts nothing, asks again without harm.

By `starter.py suppress mirror`, and by every worker each six hours where a provider with lists is configured.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

import structlog
from sqlalchemy import text

from activities.mirror.asking import Asking, ListError
from activities.mirror.lists import SOURCES, Cause, Entry, Source
from records.addresses import normal_form
from records.db import Database
from records.erasures import NoErasureKey
from records.suppressions import BATCH, Placed, Wanted, place_all
from settings import Provider, Settings

EVERY: Final = timedelta(hours=6)
FIRST_AFTER: Final = timedelta(minutes=1)
_LOCK: Final = 0x5E7B1ED1  # advisory: one worker at a time
_CHANNEL: Final[dict[Cause, str | None]] = {"bounced": "email", "blocked": "email"}  # the others: every channel (B5)
_SAID: Final[dict[Cause, str]] = {"complained": "complained of our mail", "blocked": "blocked by hand"}
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Mirrored:
    """What became of one provider's lists. `error` is empty when all were read; what was read before it is kept."""

    provider: str
    kind: str
    listed: int = 0
    placed: Placed = field(default_factory=Placed)
    unreadable: int = 0  # entries without an address
    error: str = ""


def has_lists(provider: Provider) -> bool:
    """True if this kind of provider has lists that can be read."""
    return provider.kind in SOURCES


async def mirror(
    database: Database, name: str, provider: Provider, *, dry_run: bool = False, pause: float = 1.0
) -> Mirrored:
    """Add whoever stands on the lists of the provider that the settings call `name`. Never raises for the provider."""
    done = Mirrored(name, provider.kind)
    source = SOURCES.get(provider.kind)
    if source is None:
        return replace(done, error="it has no lists that can be read; its webhooks tell us")
    try:
        base = provider.url or source.base.format(region=provider.region or "")
        async with Asking(base, source.proof(provider, base), pause) as ask:
            async for batch in _batches(source, provider, ask):
                done = await _take(database, done, batch, dry_run)
    except (ListError, NoErasureKey) as error:
        return replace(done, error=str(error))
    return done


async def _batches(source: Source, provider: Provider, ask: Asking) -> AsyncIterator[list[Entry]]:
    batch: list[Entry] = []
    async for entry in source.entries(provider, ask):
        batch.append(entry)
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch


async def _take(database: Database, done: Mirrored, batch: list[Entry], dry_run: bool) -> Mirrored:
    named = [entry for entry in batch if entry.address.count("@") == 1 and entry.address.isprintable()]
    wanted = [_wanted(done.provider, entry) for entry in named]
    async with database.begin() as session:
        placed = await place_all(session, wanted, f"mirror:{done.provider}", listed=True, dry_run=dry_run)
    return replace(
        done,
        listed=done.listed + len(batch),
        placed=done.placed + placed,
        unreadable=done.unreadable + len(batch) - len(named),
    )


def _wanted(name: str, entry: Entry) -> Wanted:
    since = f" since {entry.at:%Y-%m-%d}" if entry.at else ""
    reason = f"{_SAID.get(entry.cause, entry.cause)}, on the list of {name}{since}"
    return Wanted("address", normal_form(entry.address), reason, _CHANNEL.get(entry.cause), None, entry.at)


class Mirroring:
    """Every six hours, in one worker at a time."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._providers = {
            name: one for name, one in settings.providers.items() if one.key is not None and has_lists(one)
        }

    async def run(self, stop: asyncio.Event, first: timedelta = FIRST_AFTER, every: timedelta = EVERY) -> None:
        """Until `stop` is set. What goes wrong is logged and tried again the next time."""
        wait = first
        while self._providers and not await _stopped(stop, wait):
            wait = every
            try:
                await self.once()
            except Exception as error:  # whatever it is: the worker's mails do not wait for lists
                log.warning("the providers' lists are read again later", error=type(error).__name__)

    async def once(self) -> list[Mirrored]:
        """Mirror them all; nothing while another worker is at it."""
        engine = self._database.engine.execution_options(isolation_level="AUTOCOMMIT")
        asked: dict[str, Any] = {"key": _LOCK}
        async with engine.connect() as guard:
            if not await guard.scalar(text("select pg_try_advisory_lock(:key)"), asked):
                return []
            try:
                return [await self._one(name, provider) for name, provider in self._providers.items()]
            finally:
                await guard.execute(text("select pg_advisory_unlock(:key)"), asked)

    async def _one(self, name: str, provider: Provider) -> Mirrored:
        done = await mirror(self._database, name, provider)
        if done.error:
            log.warning("a provider's lists could not be read", provider=name, why=done.error)
        else:
            log.info("a provider's lists were mirrored", provider=name, listed=done.listed, new=done.placed.new)
        return done


async def _stopped(stop: asyncio.Event, wait: timedelta) -> bool:
    try:
        async with asyncio.timeout(wait.total_seconds()):
            await stop.wait()
    except TimeoutError:
        return False
    return True
