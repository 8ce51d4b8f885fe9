"""The second pair of hands: routes what could not be routed at once, what other processes put in the inbox, what was
held, and what nobody could be matched to until people were imported.
"""

import asyncio
from types import TracebackType
from typing import Final

import structlog

from records.db import Database
from records.inbox import rematch
from webhooks.logs import origin
from webhooks.router import Router

EVERY: Final = 1.0  # seconds between looks at the inbox
REMATCH_EVERY: Final = 60  # looks between tries to match the unmatched
LONGEST: Final = 30.0
log = structlog.get_logger(__name__)


class Sweeper:
    """Runs while its context is open."""

    def __init__(self, database: Database, router: Router, every: float = EVERY) -> None:
        self._database, self._router, self._every = database, router, every
        self._task: asyncio.Task[None] | None = None
        self._over = asyncio.Event()

    async def __aenter__(self) -> "Sweeper":
        self._task = asyncio.create_task(self._sweep())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """Finish what is under way."""
        self._over.set()
        if self._task is not None:
            await self._task
        await self._router.close()

    async def _sweep(self) -> None:
        looks, failures = 0, 0
        while not self._over.is_set():
            try:
                await self._router.route_due()
                if looks % REMATCH_EVERY == 0:
                    await self._rematch()
                failures = 0
            except Exception as error:
                failures += 1
                log.warning("the inbox could not be looked at", error=type(error).__name__, at=origin(error))
            looks += 1
            await self._pause(min(self._every * 2**failures, LONGEST) if failures else self._every)

    async def _rematch(self) -> None:
        async with self._database.begin() as session:
            matched = await rematch(session)
        if matched:
            log.info("events found their account", events=matched)

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._over.wait(), seconds)
        except TimeoutError:
            return
