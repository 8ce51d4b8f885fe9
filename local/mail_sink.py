"""The mail sink: an SMTP server that delivers to a folder, with the inbox page beside it. Nothing leaves the machine.

`python -m local.mail_sink --dir DIR --port 1025 --page-port 8025`; tests use `MailSink` in their own process too.
"""

import argparse
import asyncio
import contextlib
import logging
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session, syntax

from local.inbox_page import inbox
from local.mail_faults import Attempt, Fault, Faults, Verb
from local.mail_store import MailStore, peek

LOOPBACK = "127.0.0.1"


class _Connection(SMTP):
    """One SMTP connection, which notes when a DATA command begins and when its message is lost."""

    sink: "MailSink"
    attempt: Attempt

    async def misbehave(self, at: Verb, recipients: list[str]) -> str | None:
        """Do what is planned for this moment: wait, go away; the answer to give instead of the usual one."""
        fault = self.sink.faults.take(at, recipients)
        if fault is None:
            return None
        await asyncio.sleep(fault.delay)
        if fault.drop:
            self.drop()
            return "421 4.3.0 connection dropped"
        return fault.reply

    @syntax("EHLO hostname")
    async def smtp_EHLO(self, hostname: str) -> None:
        if answer := await self.misbehave("EHLO", []):
            await self.push(answer)
            return
        await super().smtp_EHLO(hostname)

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:
        envelope = self.envelope
        if envelope is None or not envelope.rcpt_tos or arg:
            await super().smtp_DATA(arg)  # which refuses it
            return
        if answer := await self.misbehave("DATA", envelope.rcpt_tos):
            await self.push(answer)
            return
        fault = self.sink.faults.take("TEXT", envelope.rcpt_tos)
        if fault:
            asyncio.get_running_loop().call_later(fault.delay, self.drop)
        attempt = self.attempt = self.sink.faults.began(envelope.mail_from or "", list(envelope.rcpt_tos))
        try:
            await super().smtp_DATA(arg)
        finally:
            if attempt.verdict == "open":  # too big, or the client went away in the middle
                _end(attempt, "lost")

    def connection_lost(self, error: Exception | None) -> None:
        """Forget the connection."""
        self.sink.connections.discard(self)
        super().connection_lost(error)

    def drop(self) -> None:
        """Close the connection without a word."""
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()


class MailSink:
    """An SMTP server on 127.0.0.1 that keeps what it gets; `faults` says how it misbehaves and what it counted."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.store = MailStore(folder)
        self.faults = Faults()
        self.port = port
        self._server: asyncio.Server | None = None
        self.connections: set[_Connection] = set()

    @property
    def url(self) -> str:
        """For SMTP_URL."""
        return f"smtp://{LOOPBACK}:{self.port}"

    async def start(self) -> None:
        """Listen; port 0 becomes a free one."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._connect, LOOPBACK, self.port)
        listening: socket.socket = self._server.sockets[0]
        self.port = listening.getsockname()[1]

    async def stop(self) -> None:
        """Close the port and the connections; what was accepted is on disk."""
        if self._server:
            self._server.close()
        for connection in list(self.connections):
            connection.drop()
        if self._server:
            await self._server.wait_closed()
        self.store.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def _connect(self) -> _Connection:
        connection = _Connection(
            self,
            hostname="sink.setpiece.invalid",
            ident="Setpiece mail sink",
            enable_SMTPUTF8=True,
            loop=asyncio.get_running_loop(),
        )
        connection.sink = self
        self.connections.add(connection)
        return connection

    # aiosmtpd calls the handle_ methods; the string they return is the answer to the client.

    async def handle_MAIL(
        self, server: _Connection, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := await server.misbehave("MAIL", []):
            return answer
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: _Connection, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := await server.misbehave("RCPT", [address]):
            return answer
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: _Connection, session: Session, envelope: Envelope) -> str:
        attempt, content = server.attempt, envelope.original_content or b""
        attempt.message_id = peek(content).get("message-id") or None
        fault = self.faults.take("DOT", attempt.rcpt_tos) or Fault()
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.reply:
            return _end(attempt, "refused", fault.reply)
        if fault.drop == "unkept":
            server.drop()
            return _end(attempt, "dropped")
        kept = self.store.keep(attempt.mail_from, attempt.rcpt_tos, content)
        attempt.kept = True
        await asyncio.sleep(fault.stall)
        if fault.drop == "before-250":
            server.drop()
            return _end(attempt, "dropped")
        if fault.drop == "after-250":
            asyncio.get_running_loop().call_later(0.05, server.drop)
        return _end(attempt, "kept", f"250 2.0.0 OK kept as {kept.id}")


def _end(attempt: Attempt, verdict: str, reply: str = "421 4.3.0 connection dropped") -> str:
    attempt.ended, attempt.verdict = time.time(), verdict
    return reply


class _Page(uvicorn.Server):
    """The page's server, which leaves the signals to the sink."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


async def serve(folder: Path, port: int, page_port: int, *, faults: bool) -> None:
    """Run the sink and its page until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with MailSink(folder, port) as sink:
        page = inbox(sink.store, sink.faults if faults else None)
        config = uvicorn.Config(
            page, host=LOOPBACK, port=page_port, log_level="warning", lifespan="off", server_header=False
        )
        server = _Page(config)
        serving = asyncio.create_task(server.serve())
        await stop.wait()
        server.should_exit = server.force_exit = True
        await serving


def main(argv: list[str] | None = None) -> None:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m local.mail_sink", description=__doc__)
    parser.add_argument("--dir", type=Path, required=True, help="where messages are kept")
    parser.add_argument("--port", type=int, default=1025, help="SMTP")
    parser.add_argument("--page-port", type=int, default=8025, help="the inbox page")
    parser.add_argument("--faults", action="store_true", help="let tests plan faults through PUT /api/faults")
    given: Any = parser.parse_args(argv)
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd names every connection otherwise
    asyncio.run(serve(given.dir, given.port, given.page_port, faults=given.faults))


if __name__ == "__main__":
    main()
