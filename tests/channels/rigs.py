"""One face for every way mail leaves, so that one suite of tests holds all of them to the same contract."""

from abc import ABC, abstractmethod
from contextlib import AsyncExitStack
from email import message_from_bytes, policy
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from activities.channels.post import Post
from local.mail_faults import Fault
from local.mail_sink import MailSink
from settings import Settings
from tests.channels.letters import SENDER
from tests.channels.standins import STAND_INS, Arrived, StandIn
from tests.channels.standins.base import of_mime

Plan = Literal["busy", "refused", "drop-unkept", "drop-kept", "stall-kept"]
KINDS = ("smtp", *STAND_INS)
WITHIN = 20.0  # seconds an answer may take here, on a machine that does other things too


class Rig(ABC):
    """A server, and the post that sends to it."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._open = AsyncExitStack()
        self.settings: dict[str, Any] = {}
        self.post: Post

    @abstractmethod
    async def start(self) -> dict[str, Any]:
        """Start the server; the settings that lead to it."""

    async def __aenter__(self) -> Self:
        self.settings = await self.start()
        self.post = post_of(**self.settings)
        return self

    def hurry(self) -> None:
        """Wait no longer than half a second for an answer from now on."""
        self.post = Post(settings_of(**self.settings), within=0.5)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.post.close()
        await self._open.aclose()

    @abstractmethod
    def plan(self, plan: Plan, recipient: str = "") -> None:
        """Misbehave so the next time."""

    @property
    @abstractmethod
    def arrived(self) -> list[Arrived]:
        """The mails that were accepted."""

    @abstractmethod
    async def lose(self) -> None:
        """The server goes away, with its connections."""


class SmtpRig(Rig):
    """The real thing: our own mail sink."""

    def __init__(self, folder: Path) -> None:
        super().__init__("smtp")
        self.sink = MailSink(folder)

    async def start(self) -> dict[str, Any]:
        await self._open.enter_async_context(self.sink)
        return {"SMTP_URL": self.sink.url}

    def plan(self, plan: Plan, recipient: str = "") -> None:
        self.sink.faults.plan(
            {
                "busy": Fault(reply="451 4.7.0 too many, come again", times=1),
                "refused": Fault(at="RCPT", reply="550 5.1.1 no such user", times=1),
                "drop-unkept": Fault(drop="unkept", times=1),
                "drop-kept": Fault(drop="before-250", times=1),
                "stall-kept": Fault(drop="before-250", delay=0.1, times=1),
            }[plan]
        )

    @property
    def arrived(self) -> list[Arrived]:
        raw = [self.sink.store.raw(one.id) for one in self.sink.store.newest()]
        return [of_mime(one, "", "", str(message_from_bytes(one, policy=policy.default)["To"])) for one in raw]

    async def lose(self) -> None:
        await self.sink.stop()


class ApiRig(Rig):
    """A provider's stand-in, reached through `provider:` of the sender's mailbox."""

    def __init__(self, kind: str, **more: Any) -> None:
        super().__init__(kind)
        self.server: StandIn = STAND_INS[kind](**more)

    async def start(self) -> dict[str, Any]:
        await self._open.enter_async_context(self.server)
        return {"mailboxes": {SENDER: {"send": "provider:theirs"}}, "providers": {"theirs": self.server.provider()}}

    def plan(self, plan: Plan, recipient: str = "") -> None:
        if plan == "refused":
            self.server.refused.add(recipient)
        else:
            self.server.plan(plan)

    @property
    def arrived(self) -> list[Arrived]:
        return self.server.mails

    async def lose(self) -> None:
        await self.server.stop()


def rig_of(kind: str, folder: Path) -> Rig:
    """The rig of this transport."""
    return SmtpRig(folder) if kind == "smtp" else ApiRig(kind)


def settings_of(**more: Any) -> Settings:
    """Settings that no environment changes."""
    return Settings.model_validate(
        {"environment": "test", "SMTP_URL": "smtp://127.0.0.1:1", "mailboxes": {}, "providers": {}, **more}
    )


def post_of(**more: Any) -> Post:
    """A post that waits no longer than a test wants to."""
    return Post(settings_of(**more), within=WITHIN)
