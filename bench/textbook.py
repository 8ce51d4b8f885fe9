"""The measure: what one would write by hand from Temporal's textbook.

One timer and one activity a touch, no gate, no ledger.
"""

import contextlib
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage

from temporalio import activity, workflow

with workflow.unsafe.imports_passed_through():
    import aiosmtplib
    import asyncpg


@dataclass
class Sequence:
    """So many touches, so far apart, to one address."""

    touches: int
    gap_seconds: float
    address: str
    smtp_host: str = ""
    smtp_port: int = 0
    effect: bool = True


@dataclass
class Mail:
    """One touch."""

    address: str
    number: int
    smtp_host: str
    smtp_port: int


class Effects:
    """The touch as a tutorial writes it: send the mail, insert a row."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool

    @activity.defn
    async def touch(self, mail: Mail) -> str:
        """Send one mail over a connection of its own, then log it."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = (
            "adr@setpiece.example",
            mail.address,
            f"Touch {mail.number}",
        )
        message.set_content("Hello, this is a touch of about the usual length.\n" * 8)
        await aiosmtplib.send(message, hostname=mail.smtp_host, port=mail.smtp_port, start_tls=False)
        await self._pool.execute(
            "insert into textbook_log (address, number) values ($1, $2)", mail.address, mail.number
        )
        return "sent"


@workflow.defn
class Textbook:
    """Sleep, touch, sleep, touch; a reply ends it."""

    def __init__(self) -> None:
        self._replied = False

    @workflow.run
    async def run(self, sequence: Sequence) -> str:
        """Go through the touches until the last or a reply."""
        for number in range(1, sequence.touches + 1):
            with contextlib.suppress(TimeoutError):
                await workflow.wait_condition(lambda: self._replied, timeout=timedelta(seconds=sequence.gap_seconds))
            if self._replied:
                return "replied"
            if sequence.effect:
                mail = Mail(sequence.address, number, sequence.smtp_host, sequence.smtp_port)
                await workflow.execute_activity_method(
                    Effects.touch, mail, start_to_close_timeout=timedelta(minutes=15)
                )
        return "done"

    @workflow.signal
    def reply(self, event: dict[str, str]) -> None:
        """Somebody answered."""
        self._replied = True
