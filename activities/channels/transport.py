"""What a mail transport promises: everything that may fail harmlessly comes before `begin`, and after the final dot
it is either known what happened or it is not. Types only; SMTP is `smtp.py`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol


class Unreachable(Exception):
    """The server cannot be reached or does not let us in. Nothing was accepted; try again."""


class Broken(Exception):
    """The connection ended before the final dot was written. Certainly nothing was accepted; try again."""


class Unanswered(Exception):
    """The final dot was written and no answer came. Nobody knows whether the mail was accepted (RFC 1047)."""


@dataclass
class Refusal(Exception):
    """The server said no in words. Certainly nothing was accepted."""

    code: int  # of SMTP; an HTTP API's answer is given the SMTP code that means the same
    text: str  # the server's words; they may name the recipient
    after: timedelta | None = None  # how long it asked us to wait
    ours: bool = False  # for good, and said of the sender before the recipient was named: never the recipient's doing

    def __post_init__(self) -> None:
        super().__init__(f"{self.code}")

    @property
    def passing(self) -> bool:
        """True for 4xx: the same mail may be accepted later."""
        return 400 <= self.code < 500

    @property
    def short(self) -> str:
        """The codes without the server's words: `550 5.1.1`."""
        first = self.text.split(maxsplit=1)[0] if self.text.split() else ""
        enhanced = first if first.count(".") == 2 and first.replace(".", "").isdigit() else ""
        return f"{self.code} {enhanced}".strip()


@dataclass(frozen=True)
class Accepted:
    """The server has taken the mail."""

    text: str  # its last word
    ref: str | None = None  # its own id of the mail, where it gave one
    message_id: str | None = None  # the Message-ID it goes out under, where the server replaces ours (SES)


class Look(Enum):
    """What a transport found of a mail that is in doubt."""

    THERE = "there"  # it went out
    ABSENT = "absent"  # not there; two such answers after the transport's lag prove that nothing went out
    SILENT = "silent"  # this transport cannot tell, or cannot be asked now


@dataclass(frozen=True)
class Sought:
    """A mail in doubt, as its transport can know it."""

    message_id: str
    sender: str
    recipient: str
    claimed_at: datetime
    mime: bytes
    ref: str | None = None
    transport: str | None = None  # by which it went, as the ledger has it: another one knows nothing of it
    repeat: bool = True  # the identical request may be made again under its idempotency key; False once a stop came


@dataclass(frozen=True)
class Found:
    """What came of looking a mail up; `lag` is how long after the claim the transport's absence means nothing yet."""

    look: Look
    said: str = ""
    ref: str | None = None
    lag: timedelta = timedelta(minutes=15)


BeforeDot = Callable[[], Awaitable[None]]


class Delivery(Protocol):
    """One mail whose sender and recipient the server has accepted."""

    async def begin(self) -> None:
        """Ask to send it; returns once the server waits for the text. Raises Refusal, Broken."""

    async def finish(self, mime: bytes, before_dot: BeforeDot | None = None) -> Accepted:
        """Send the text and wait, up to ten minutes, for the server's last word.

        `before_dot` is awaited at the last moment at which certainly nothing was accepted; what it raises ends the
        attempt there. Raises Broken, Refusal, Unanswered.
        """

    async def close(self) -> None:
        """Done with it, however it ended; anything not begun is dropped."""


class Transport(Protocol):
    """A way for mail to leave."""

    @property
    def name(self) -> str:
        """smtp, or the provider's kind; kept with every touch."""

    async def open(self, sender: str, recipient: str) -> Delivery:
        """Connect and name sender and recipient. Raises Unreachable, Refusal."""

    async def look_up(self, sought: Sought) -> Found:
        """Ask whether a mail in doubt went out. Never raises for an absent or silent server: that is SILENT."""

    async def close(self) -> None:
        """Let go of connections."""
