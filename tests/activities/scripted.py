"""A transport that sends by the test's mail server and does, at one moment, what the test says."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from activities.channels.smtp import SmtpTransport
from activities.channels.transport import Accepted, BeforeDot, Delivery, Found, Look, Sought

ABSENT, THERE, SILENT = Look.ABSENT, Look.THERE, Look.SILENT


async def nothing() -> None:
    """Do nothing."""


@dataclass
class Moments:
    """What happens at the moments of one mail."""

    before_mark: Callable[[], Awaitable[None]] = nothing
    after_mark: Callable[[], Awaitable[None]] = nothing
    after_250: Callable[[], Awaitable[None]] = nothing


@dataclass
class Scripted:
    """`found` are the answers to being asked, the last one for ever; `sought` is what was asked."""

    url: str
    name: str = "smtp"
    found: list[Found] = field(default_factory=lambda: [Found(SILENT, "nobody knows")])
    accepted: Accepted | None = None
    moments: Moments = field(default_factory=Moments)
    sought: list[Sought] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._smtp = SmtpTransport(self.url)

    async def open(self, sender: str, recipient: str) -> Delivery:
        """By SMTP."""
        return _Delivery(self, await self._smtp.open(sender, recipient))

    async def look_up(self, sought: Sought) -> Found:
        """The next answer."""
        self.sought.append(sought)
        return self.found.pop(0) if len(self.found) > 1 else self.found[0]

    async def close(self) -> None:
        """Let go."""
        await self._smtp.close()


@dataclass
class _Delivery:
    script: Scripted
    inner: Delivery

    async def begin(self) -> None:
        await self.inner.begin()

    async def finish(self, mime: bytes, before_dot: BeforeDot | None = None) -> Accepted:
        moments = self.script.moments

        async def marked() -> None:
            await moments.before_mark()
            if before_dot is not None:
                await before_dot()
            await moments.after_mark()

        said = await self.inner.finish(mime, marked)
        await moments.after_250()
        return self.script.accepted or said

    async def close(self) -> None:
        await self.inner.close()


def gate() -> tuple[asyncio.Event, asyncio.Event, Callable[[], Awaitable[None]]]:
    """A moment that says that it has come, and waits until it may go on."""
    come, go = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        come.set()
        await go.wait()

    return come, go, wait
