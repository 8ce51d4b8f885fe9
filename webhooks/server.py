"""The HTTP server: uvicorn with bounds that it lacks. A head that does not come ends the connection (slow loris)."""

import asyncio
import contextlib
import signal
from collections.abc import Iterator
from typing import Any, Final

import h11
import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS: Final = 10.0
HEAD_BYTES: Final = 16 * 1024
IDLE_SECONDS: Final = 15
CONNECTIONS: Final = 2000
STOP_SECONDS: Final = 10


class PunctualProtocol(H11Protocol):
    """Uvicorn's own, with a clock on the request's head. The body's is in `reading.py`."""

    head_seconds = HEAD_SECONDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock with the connection."""
        super().connection_made(transport)
        self._watch_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._stop_clock()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Each head has its own time; one that is complete stops the clock."""
        super().handle_events()
        self._watch_head()

    def _watch_head(self) -> None:
        waiting = self.cycle is None or self.cycle.response_complete
        if not waiting:
            self._stop_clock()
        elif self._head_timer is None and not self.transport.is_closing():
            self._head_timer = self.loop.call_later(self.head_seconds, self._too_late)

    def _stop_clock(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _too_late(self) -> None:
        self._head_timer = None
        if self.transport.is_closing():
            return
        if self.conn.our_state is h11.IDLE and self.cycle is None:
            head = h11.Response(
                status_code=408, headers=[("content-length", "0"), ("connection", "close")], reason=b"Request Timeout"
            )
            self.transport.write(self.conn.send(head) or b"")
        self.transport.close()


class Server(uvicorn.Server):
    """Stops cleanly on SIGINT and SIGTERM, with exit code 0."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Uvicorn's own raises the signal again after the stop, which turns a clean stop into a killed process."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)


def configured(app: FastAPI, host: str, port: int) -> uvicorn.Config:
    """How the server is run everywhere. `port` 0 takes a free one."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=PunctualProtocol,
        ws="none",
        loop="asyncio",
        server_header=False,
        access_log=False,
        log_config=None,
        proxy_headers=False,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
        limit_concurrency=CONNECTIONS,
        h11_max_incomplete_event_size=HEAD_BYTES,
    )
