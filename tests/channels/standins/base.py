"""A stand-in for a provider: accepts, refuses and misbehaves as its documentation says, and counts what it accepted."""

import asyncio
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from types import TracebackType
from typing import Any, ClassVar, Literal, Self

from settings import Provider
from tests.channels.standins.http import HangUp, HttpServer, Reply, Request

Trouble = Literal["busy", "no-key", "failing", "closed", "drop-unkept", "drop-kept", "stall-kept", "lost", "nonsense"]


@dataclass(frozen=True)
class Arrived:
    """A mail the provider has taken, as its recipient would see it."""

    send_key: str
    ref: str
    sender: str
    recipient: str
    subject: str
    text: str
    html: str
    message_id: str
    list_unsubscribe: str
    list_unsubscribe_post: str
    references: str = ""


class StandIn(ABC):
    """The frame. A provider says how its requests look and what it answers; `async with` it."""

    kind: ClassVar[str]
    send_path: ClassVar[str]
    key: ClassVar[str] = "key-of-the-stand-in-0123456789"

    def __init__(self, *, key_life: float | None = None) -> None:
        """`key_life` is the seconds its idempotency keys live, where it has such; None: as documented."""
        self.mails: list[Arrived] = []
        self.lost: list[Arrived] = []  # answered with a yes, never sent
        self.requests: list[Request] = []
        self.refused: set[str] = set()  # recipients it does not write to
        self._trouble: list[Trouble] = []
        self._key_life, self._keys = key_life, dict[str, tuple[float, bytes, str]]()
        self._released = asyncio.Event()
        self._server = HttpServer(self._handle)

    async def __aenter__(self) -> Self:
        await self._server.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._server.stop()

    async def stop(self) -> None:
        """Nobody listens there any more."""
        await self._server.stop()

    @property
    def url(self) -> str:
        """For `Provider.url`."""
        return self._server.url

    def provider(self, **more: Any) -> Provider:
        """The settings of an account here."""
        return Provider.model_validate({"kind": self.kind, "key": self.key, "url": self.url, **self.account(), **more})

    def account(self) -> dict[str, Any]:
        """What else the settings of an account need."""
        return {}

    def plan(self, *troubles: Trouble) -> None:
        """Misbehave so in the next sends, one after the other."""
        self._trouble = list(troubles)

    @property
    def counted(self) -> Counter[str]:
        """How many mails were accepted per send key."""
        return Counter(one.send_key for one in self.mails)

    # --- a provider's holes ------------------------------------------------------------------------------------------

    @abstractmethod
    def is_let_in(self, request: Request) -> bool:
        """Whether the key is right."""

    @abstractmethod
    def arrived(self, request: Request, ref: str) -> Arrived:
        """The mail in a request."""

    @abstractmethod
    def yes(self, arrived: Arrived) -> Reply:
        """The answer to an accepted mail."""

    @abstractmethod
    def error(self, trouble: str, recipient: str = "") -> Reply:
        """Its documented answer to `busy`, `no-key`, `failing`, `closed`, `recipient`, `unknown`."""

    @abstractmethod
    def new_ref(self) -> str:
        """An id as it gives them."""

    def asked(self, request: Request) -> Reply:
        """The answer to anything that is no sending."""
        return self.error("unknown")

    def idempotency_key(self, request: Request) -> str | None:
        """The idempotency key of a request, for those that know such."""
        return None

    def again(self, arrived: Arrived, same: bool) -> Reply:
        """The answer to a key it has seen; `same` says whether the request is the one of then."""
        return self.yes(arrived)

    # --- what all do alike -------------------------------------------------------------------------------------------

    async def _handle(self, request: Request) -> Reply:
        if not self.is_let_in(request):
            return self.error("no-key")
        if request.method != "POST" or request.path != self.send_path:
            return self.asked(request)
        self.requests.append(request)
        trouble = self._trouble.pop(0) if self._trouble else None
        if trouble == "drop-unkept":
            raise HangUp
        if trouble in ("busy", "no-key", "failing", "closed"):
            return self.error(trouble)
        seen = self._seen(request)
        if seen is not None:
            return seen
        arrived = self.arrived(request, self.new_ref())
        if arrived.recipient in self.refused:
            return self.error("recipient", arrived.recipient)
        return await self._accept(request, arrived, trouble)

    async def _accept(self, request: Request, arrived: Arrived, trouble: Trouble | None) -> Reply:
        if trouble == "lost":
            self.lost.append(arrived)
            return self.yes(arrived)
        self.mails.append(arrived)
        key = self.idempotency_key(request)
        if key is not None:
            self._keys[key] = (time.monotonic(), request.body, arrived.ref)
        if trouble == "drop-kept":
            raise HangUp
        if trouble == "stall-kept":
            await self._released.wait()
        return Reply(200, "what is this") if trouble == "nonsense" else self.yes(arrived)

    def _seen(self, request: Request) -> Reply | None:
        key = self.idempotency_key(request)
        at, body, ref = self._keys.get(key or "", (0.0, b"", ""))
        if not ref or (self._key_life is not None and time.monotonic() - at >= self._key_life):
            return None
        arrived = next(one for one in self.mails if one.ref == ref)
        return self.again(arrived, body == request.body)


def of_mime(mime: bytes, send_key: str, ref: str, recipient: str) -> Arrived:
    """A mail that came as raw MIME."""
    message = message_from_bytes(mime, policy=policy.default)
    plain, rich = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert rich is not None
    return Arrived(
        send_key,
        ref,
        str(message["From"]),
        recipient,
        str(message["Subject"]),
        str(plain.get_content()).replace("\r\n", "\n"),
        str(rich.get_content()).replace("\r\n", "\n"),
        str(message["Message-ID"]),
        str(message["List-Unsubscribe"] or ""),
        str(message["List-Unsubscribe-Post"] or ""),
        str(message["References"] or ""),
    )


def of_headers(headers: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The headers of an Arrived among these."""
    wanted = {
        "message-id": "message_id",
        "list-unsubscribe": "list_unsubscribe",
        "list-unsubscribe-post": "list_unsubscribe_post",
        "references": "references",
    }
    found = {wanted[name.lower()]: value for name, value in headers if name.lower() in wanted}
    return {"list_unsubscribe": "", "list_unsubscribe_post": "", **found}
