"""Ctrl-C, SIGTERM and a closed terminal, turned into one orderly end; a second one into a quick end."""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Iterator
from types import TracebackType
from typing import Self

from local.errors import LocalError

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(LocalError):
    """The operator has stopped it while it was still starting."""


class Stopping:
    """Listens to the stop signals inside a `with`. The first one cancels the task, or wakes it if it is in `wait`."""

    def __init__(self, force: Callable[[], Awaitable[None]]) -> None:
        self._force = force
        self._asked = asyncio.Event()
        self._waiting, self._cancels, self._cancelled = False, True, False
        self._forcing: asyncio.Task[None] | None = None

    def __enter__(self) -> Self:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        for number in SIGNALS:
            self._loop.add_signal_handler(number, self._heard)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number in SIGNALS:
            self._loop.remove_signal_handler(number)

    @property
    def asked(self) -> bool:
        """Whether a stop signal has come."""
        return self._asked.is_set()

    async def wait(self) -> None:
        """Return at the first stop signal."""
        self._waiting = True
        try:
            await self._asked.wait()
        finally:
            self._waiting = False

    def no_longer_cancels(self) -> None:
        """From now on we are stopping: a signal must not interrupt that."""
        self._cancels = False

    @contextlib.contextmanager
    def ends_quietly(self) -> Iterator[None]:
        """Swallow the cancellation that a signal has caused; anybody else's goes on."""
        try:
            yield
        except asyncio.CancelledError:
            if not self._uncancel():
                raise

    @contextlib.contextmanager
    def refuses_to_start(self) -> Iterator[None]:
        """Turn the cancellation that a signal has caused into Stopped."""
        try:
            yield
        except asyncio.CancelledError:
            if not self._uncancel():
                raise
            raise Stopped("Stopped before everything was running. Nothing was lost.") from None

    def _uncancel(self) -> bool:
        ours, self._cancelled = self._cancelled, False
        return ours and self._task is not None and self._task.uncancel() == 0

    def _heard(self) -> None:
        if self.asked:
            self._forcing = self._forcing or asyncio.ensure_future(self._force())
            return
        self._asked.set()
        if self._cancels and not self._waiting and self._task is not None:
            self._cancelled = self._task.cancel()
