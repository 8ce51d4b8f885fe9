"""A real worker that is killed by SIGKILL once so many mails stand at one named moment: `python -m tests.faults.doomed
POINT COUNT SEED`. Everything but the moments themselves is `worker.py` as it runs in production.
"""

import asyncio
import os
import random
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

import worker
from activities.channels.post import Post
from activities.channels.smtp import SmtpDelivery
from activities.channels.transport import Accepted, BeforeDot, Delivery
from activities.settling import Settling
from records.db import Database
from settings import Settings

POINTS: Final = (
    "before-claim", "after-claim", "after-354", "mid-text", "after-mark", "after-dot", "after-250", "after-commit"
)  # fmt: skip
PATIENCE: Final = 45.0  # seconds until it dies with fewer mails there


@dataclass
class Doom:
    """Collects mails at its point; kills this process when enough are there."""

    point: str
    count: int
    chance: random.Random
    there: int = 0
    _never: asyncio.Event = field(default_factory=asyncio.Event)

    async def at(self, point: str) -> None:
        """Stand here, if this is the moment; nobody goes on from it."""
        if point != self.point:
            return
        self.there += 1
        if self.there >= self.count:
            asyncio.get_running_loop().call_later(self.chance.random() * 0.05, die)
        await self._never.wait()


def die() -> None:
    """As `kill -9` does it: no handler, no last word."""
    os.kill(os.getpid(), signal.SIGKILL)


class DoomedPost(Post):
    """The worker's transport, with its moments."""

    doom: Doom

    async def open(self, sender: str, recipient: str) -> Delivery:
        """Sender and recipient are named; nothing is claimed."""
        found = _Delivery(self.doom, await super().open(sender, recipient))
        await self.doom.at("before-claim")
        return found


@dataclass
class _Delivery:
    doom: Doom
    inner: Delivery

    async def begin(self) -> None:
        await self.doom.at("after-claim")
        await self.inner.begin()

    async def finish(self, mime: bytes, before_dot: BeforeDot | None = None) -> Accepted:
        await self.doom.at("after-354")
        if self.doom.point == "mid-text":
            await self._write_a_part(mime)
            await self.doom.at("mid-text")
        said = await self.inner.finish(mime, lambda: self._marked(before_dot))
        await self.doom.at("after-250")
        return said

    async def _marked(self, before_dot: BeforeDot | None) -> None:
        if before_dot is not None:
            await before_dot()
        await self.doom.at("after-mark")
        if self.doom.point == "after-dot":  # the server keeps the mail and stalls: see the test's fault
            asyncio.get_running_loop().call_later(1.5, self._stand)

    def _stand(self) -> None:
        self.doom.there += 1
        if self.doom.there >= self.doom.count:
            die()

    async def _write_a_part(self, mime: bytes) -> None:
        assert isinstance(self.inner, SmtpDelivery)
        protocol = self.inner._line.smtp.protocol
        assert protocol is not None
        protocol.write(mime[: self.doom.chance.randrange(1, len(mime))])
        await asyncio.sleep(0.05)

    async def close(self) -> None:
        await self.inner.close()


def roomy(url: str, **more: Any) -> Database:
    """So that every mail can hold its connection at its moment."""
    return Database(url, pool_size=35, **more)


def after_commit(doom: Doom) -> None:
    """The verdict is committed, the activity's answer is not sent."""
    settle: Callable[..., Awaitable[Any]] = Settling.settle

    async def doomed(self: Settling, *given: Any) -> Any:
        answer = await settle(self, *given)
        await doom.at("after-commit")
        return answer

    Settling.settle = doomed  # type: ignore[method-assign,assignment]


async def main() -> None:
    """Work until the end that was planned."""
    point, count, seed = sys.argv[1:4]
    doom = DoomedPost.doom = Doom(point, int(count), random.Random(seed))
    vars(worker).update(Post=DoomedPost, Database=roomy)
    after_commit(doom)
    asyncio.get_running_loop().call_later(PATIENCE, die)
    await worker.run_worker(Settings(), asyncio.Event())


if __name__ == "__main__":
    worker.configure_logging()
    asyncio.run(main())
