"""Keeps a process running: starts it again after it ended by itself, later each time, and says so."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from local.child import Child, how
from local.errors import LocalError

Announce = Callable[[str], None]

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0  # seconds between an end and the next start
STEADY_AFTER = 60.0  # seconds alive after which the next end counts as the first again
GLANCE = 0.1


def next_pause(pause: float, alive: float) -> float:
    """How long to wait before the next start, after one that stayed `alive` seconds (all in seconds)."""
    return FIRST_PAUSE if alive >= STEADY_AFTER or not pause else min(pause * 2, LONGEST_PAUSE)


class Supervised:
    """One process that is wanted until `stop`. `start` brings it up and returns its child."""

    def __init__(self, name: str, start: Callable[[], Awaitable[Child]], announce: Announce) -> None:
        self.name = name
        self.child: Child | None = None
        self._start, self._announce = start, announce
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start it, and from now on again whenever it ends by itself.

        Raises:
            LocalError: the first start failed; it is not tried again.
        """
        self.child = await self._start()
        self._task = asyncio.create_task(self._keep(), name=f"keep {self.name}")

    async def stop(self) -> None:
        """End it cleanly and for good."""
        await self.release()
        if self.child:
            await self.child.stop()

    async def release(self) -> None:
        """No longer bring it back; it goes on as it is."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _keep(self) -> None:
        pause = 0.0
        while True:
            child = self.child
            if child is not None:
                while (code := child.ended()) is None:  # noqa: ASYNC110 - see child.py
                    await asyncio.sleep(GLANCE)
                pause = next_pause(pause, time.monotonic() - child.started)
                self._announce(f"{self.name} stopped ({how(code)}), starting again in {pause:g} s")
            await asyncio.sleep(pause)
            try:
                self.child = await self._start()
                self._announce(f"{self.name} started again")
            except LocalError as error:
                self.child, pause = None, next_pause(pause, 0.0)
                self._announce(f"{self.name} did not start, next attempt in {pause:g} s: {error}")
