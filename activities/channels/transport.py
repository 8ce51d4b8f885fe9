"""What a mail transport promises: everything that may fail harmlessly comes before `begin`, and after the final dot
it is either known what happened or it is not. Types only; SMTP is `smtp.py`.
"""

from dataclasses import dataclass
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

    code: int
    text: str  # the server's words; they may name the recipient

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


class Delivery(Protocol):
    """One mail whose sender and recipient the server has accepted."""

    async def begin(self) -> None:
        """Ask to send it; returns once the server waits for the text. Raises Refusal, Broken."""

    async def finish(self, mime: bytes) -> str:
        """Send the text and wait, up to ten minutes, for the server's last word, which is returned.

        Raises Broken, Refusal, Unanswered.
        """

    async def close(self) -> None:
        """Done with it, however it ended; anything not begun is dropped."""


class Transport(Protocol):
    """A way for mail to leave."""

    async def open(self, sender: str, recipient: str) -> Delivery:
        """Connect and name sender and recipient. Raises Unreachable, Refusal."""
