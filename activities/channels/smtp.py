"""Mail out by SMTP: connect, MAIL, RCPT first; DATA and the text on their own, so that a claim fits in between.

Connections are kept and used again. Time limits are RFC 5321's (4.5.3.2), except for 354, while which locks are held.
"""

import asyncio
import contextlib
import re
from dataclasses import dataclass
from typing import Final

import aiosmtplib
from aiosmtplib.protocol import normalize_message_line_endings

from activities.channels.connecting import GREETING_LIMIT, Login, connected
from activities.channels.envelope import envelope
from activities.channels.places import Place as Place
from activities.channels.sent import SentFolder
from activities.channels.transport import (
    Accepted,
    BeforeDot,
    Broken,
    Found,
    Look,
    Refusal,
    Sought,
    Unanswered,
    Unreachable,
)

ENVELOPE_LIMIT: Final = 120.0  # for MAIL and RCPT each; RFC 5321 says 5 minutes, a worker's slot is dearer
BEGIN_LIMIT: Final = 30.0  # for 354: shorter than RFC 5321's 2 minutes, nothing has been sent and stops are waiting
TEXT_LIMIT: Final = 180.0  # for the text to be taken: RFC 5321's for one block of it
NOTICED: Final = 3  # turns of the event loop after which a connection that was reset is known to be
LAST_WORD_LIMIT: Final = 600.0  # for the answer to the final dot: giving up earlier makes duplicates (RFC 1047)
IDLE_LIMIT: Final = 20.0  # a kept connection older than this is not used again
USES: Final = 100
KEPT: Final = 20

_LINE_START_DOT: Final = re.compile(rb"(?m)^\.")


@dataclass
class _Line:
    """An open connection."""

    smtp: aiosmtplib.SMTP
    used: int = 0
    idle_since: float = 0.0


class SmtpTransport:
    """The mail server of SMTP_URL, or that of one mailbox."""

    def __init__(
        self,
        url: str,
        hostname: str = "setpiece.invalid",
        *,
        login: Login | None = None,
        sent: SentFolder | None = None,
    ) -> None:
        """`login` and `sent` are a mailbox's own; `sent` is where a mail in doubt is looked for."""
        called = "`send` of a mailbox" if login else "SMTP_URL"
        self.place = Place.read(url, called, login=bool(login and login.tokens))
        self._hostname, self._login, self._sent = hostname, login, sent
        self._idle: list[_Line] = []

    async def open(self, sender: str, recipient: str) -> "SmtpDelivery":
        """Connect, or take a kept connection, and name sender and recipient. Raises Unreachable, Refusal.

        An address outside ASCII needs SMTPUTF8 (RFC 6531); where the server lacks it the mail is refused, not mangled.
        """
        sender, recipient = envelope(sender), envelope(recipient)
        kept = self._take()
        if kept is not None:
            with contextlib.suppress(aiosmtplib.SMTPServerDisconnected):  # it had gone stale
                return await self._address(kept, sender, recipient)
        return await self._address(_Line(await connected(self.place, self._hostname, self._login)), sender, recipient)

    @property
    def name(self) -> str:
        """As the ledger has it."""
        return "smtp"

    async def look_up(self, sought: Sought) -> Found:
        """SMTP cannot be asked what became of a mail; its mailbox's Sent folder can, where one is set."""
        if self._sent is None:
            return Found(Look.SILENT, "plain SMTP cannot be asked")
        return await self._sent.find(sought.message_id)

    async def close(self) -> None:
        """Say goodbye on the kept connections."""
        idle, self._idle = self._idle, []
        for line in idle:
            await _end(line.smtp)

    def _take(self) -> _Line | None:
        now = asyncio.get_running_loop().time()
        while self._idle:
            line = self._idle.pop()
            if (
                line.smtp.is_connected
                and line.smtp.loop is asyncio.get_running_loop()
                and now - line.idle_since < IDLE_LIMIT
            ):
                return line
            line.smtp.close()
        return None

    async def _address(self, line: _Line, sender: str, recipient: str) -> "SmtpDelivery":
        smtp, unicode = line.smtp, not (sender + recipient).isascii()
        try:
            if unicode and not await _offers_utf8(smtp):
                await self.give_back(line)
                raise Refusal(550, "5.6.7 the address needs SMTPUTF8, which the mail server does not offer")
            options, encoding = (["SMTPUTF8"], "utf-8") if unicode else ([], "ascii")
            await smtp.mail(sender, options=options, encoding=encoding, timeout=ENVELOPE_LIMIT)
            await smtp.rcpt(recipient, encoding=encoding, timeout=ENVELOPE_LIMIT)
        except aiosmtplib.SMTPResponseException as error:
            await self.give_back(line)
            at_mail = isinstance(error, aiosmtplib.SMTPSenderRefused)
            raise Refusal(error.code, error.message, ours=at_mail and error.code >= 500) from error
        except aiosmtplib.SMTPServerDisconnected:
            if line.used:
                raise  # a kept connection; the caller makes a new one
            raise Unreachable("the mail server hung up before it knew the recipient; nothing was sent") from None
        except aiosmtplib.SMTPTimeoutError as error:
            raise Unreachable("the mail server did not answer in time; nothing was sent") from error
        except ValueError as error:
            await self.give_back(line)
            raise Refusal(553, "5.1.3 the address cannot be written in SMTP") from error
        return SmtpDelivery(self, line)

    async def give_back(self, line: _Line, *, clear: bool = True) -> None:
        """Keep a connection whose mail is over, its envelope cleared where one is open; close one that is spent."""
        smtp = line.smtp
        line.used += 1
        if not smtp.is_connected or line.used >= USES or len(self._idle) >= KEPT:
            await _end(smtp)
            return
        try:
            if clear:
                await smtp.rset(timeout=GREETING_LIMIT)
        except (aiosmtplib.SMTPException, OSError):
            smtp.close()
            return
        line.idle_since = asyncio.get_running_loop().time()
        self._idle.append(line)


class SmtpDelivery:
    """One mail whose sender and recipient were accepted."""

    def __init__(self, transport: SmtpTransport, line: _Line) -> None:
        self._transport, self._line = transport, line
        self._usable, self._open = True, True

    async def begin(self) -> None:
        """Send DATA; returns on 354. Raises Refusal, Broken."""
        try:
            response = await self._line.smtp.execute_command(b"DATA", timeout=BEGIN_LIMIT)
        except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError) as error:
            self._usable = False
            raise Broken("the mail server was lost before the text was sent") from error
        if response.code != aiosmtplib.SMTPStatus.start_input:
            raise Refusal(response.code, response.message)
        self._usable = False  # until the last word has come

    async def finish(self, mime: bytes, before_dot: BeforeDot | None = None) -> Accepted:
        """Send the text, dot-stuffed and with CRLF alone, then the final dot; wait for the last word.

        Raises Broken while the dot is unwritten, Unanswered after it, Refusal when the server says no.
        """
        protocol = self._line.smtp.protocol
        if protocol is None:
            raise Broken("the mail server was lost before the text was sent")
        text = _LINE_START_DOT.sub(b"..", normalize_message_line_endings(mime))
        try:
            protocol.write(text)
            await self._written()
            if before_dot is not None:
                await before_dot()
            protocol.write(b".\r\n")
        except aiosmtplib.SMTPServerDisconnected as error:
            raise Broken("the mail server was lost while the text was sent") from error
        try:
            response = await protocol.read_response(timeout=LAST_WORD_LIMIT)
        except (aiosmtplib.SMTPException, OSError) as error:
            self._line.smtp.close()
            raise Unanswered("the mail server was lost after the whole mail was sent") from error
        self._usable, self._open = response.code != aiosmtplib.SMTPStatus.domain_unavailable, False
        if response.code != aiosmtplib.SMTPStatus.completed:
            raise Refusal(response.code, response.message)
        return Accepted(f"{response.code} {response.message}")

    async def _written(self) -> None:
        """Wait until the text has left us, so that a loss is noticed while it is harmless. Raises Broken."""
        transport, clock = self._line.smtp.transport, asyncio.get_running_loop().time
        until = clock() + TEXT_LIMIT
        while isinstance(transport, asyncio.WriteTransport) and transport.get_write_buffer_size():
            if clock() >= until:
                self._line.smtp.close()
                raise Broken("the mail server took no more of the text")
            await asyncio.sleep(0.005)
        for _ in range(NOTICED):
            await asyncio.sleep(0)

    async def close(self) -> None:
        """Keep the connection if it is in order, else close it."""
        if self._usable:
            await self._transport.give_back(self._line, clear=self._open)
        else:
            self._line.smtp.close()


async def _offers_utf8(smtp: aiosmtplib.SMTP) -> bool:
    if smtp.is_ehlo_or_helo_needed:
        await smtp.ehlo()
    return smtp.supports_extension("smtputf8")


async def _end(smtp: aiosmtplib.SMTP) -> None:
    with contextlib.suppress(aiosmtplib.SMTPException, OSError):
        await smtp.quit(timeout=2)
    smtp.close()
