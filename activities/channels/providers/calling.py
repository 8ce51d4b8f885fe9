"""One HTTP request to a provider, and how much is certain when it goes wrong. What is in it and what the answer means
is `api.py` and the provider's own file.
"""

import asyncio
import json
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache, cached_property
from typing import Any, Final

import httpx

from activities.channels.transport import BeforeDot, Broken, Unanswered

CONNECT: Final = 15.0  # seconds to connect and secure
LAST_WORD: Final = 120.0  # for the answer once the request is written; giving up earlier makes doubts
LOOK: Final = 30.0  # for a question whose answer may be missing
MOST: Final = 256 * 1024  # bytes read of an answer
LONGEST_AFTER: Final = timedelta(days=1)  # a longer wish to wait is not believed
AGENT: Final = "Setpiece"  # Resend answers 403 to a caller without a name


@dataclass(frozen=True)
class Ask:
    """One request, ready to be written."""

    method: str
    path: str  # below the API's address, with its query
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Answer:
    """What came back, read to its end or to the limit."""

    status: int
    headers: Mapping[str, str]  # lower case
    body: bytes = b""

    @cached_property
    def json(self) -> dict[str, Any]:
        """The object in the body; empty where there is none."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def text(self) -> str:
        """The body as text on one line."""
        return " ".join(self.body.decode("utf-8", "replace").split())

    @property
    def after(self) -> timedelta | None:
        """How long it asks us to wait: Retry-After as seconds or a date (RFC 9110, 10.2.3)."""
        asked = self.headers.get("retry-after", "").strip()
        try:
            wait = timedelta(seconds=float(asked))
        except (ValueError, OverflowError):
            wait = _until(asked)
        return min(wait, LONGEST_AFTER) if wait > timedelta() else None


def _until(date: str) -> timedelta:
    try:
        at = parsedate_to_datetime(date)
    except (TypeError, ValueError):
        return timedelta()
    return (at if at.tzinfo else at.replace(tzinfo=UTC)) - datetime.now(UTC)


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates that are believed, read once: reading them costs more than a request."""
    return httpx.create_ssl_context(trust_env=False)


class _Progress:
    """How far a request has come: until its first byte is written, certainly nothing was accepted."""

    def __init__(self, before_dot: BeforeDot | None, limit: asyncio.Timeout, within: float) -> None:
        self._before_dot, self._limit, self._within = before_dot, limit, within
        self.written = False
        self.stopped: BaseException | None = None

    async def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Called by httpcore at each stage."""
        if event != "http11.send_request_headers.started" or self.written:
            return
        try:
            if self._before_dot is not None:
                self._limit.reschedule(None)  # its time is not the provider's
                await self._before_dot()
        except BaseException as error:
            self.stopped = error
            raise
        self.written = True
        self._limit.reschedule(asyncio.get_running_loop().time() + self._within)


class Caller:
    """Makes requests to one API. Each has a connection of its own: one kept open and closed by the provider in the
    very moment would leave a doubt. No redirects, no proxy, no cookies.
    """

    def __init__(self, base: str, secrets: Sequence[str], within: float = LAST_WORD) -> None:
        self._base, self._within = base.rstrip("/"), within
        self._secrets = [one for one in secrets if len(one) > 3]

    async def write(self, ask: Ask, before_dot: BeforeDot | None = None) -> Answer:
        """Write a request that may have an effect, once. Raises Broken, Unanswered, and what `before_dot` raises."""
        try:
            async with asyncio.timeout(CONNECT * 2) as limit:
                progress = _Progress(before_dot, limit, self._within)
                return await self._exchange(ask, self._within, progress)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError) as error:
            if progress.stopped is not None:
                raise progress.stopped from None
            if progress.written:
                raise Unanswered("the provider's answer was lost after the request was written") from error
            kind = type(error).__name__
            raise Broken(f"the provider could not be reached ({kind})") from error

    async def read(self, ask: Ask) -> Answer | None:
        """Ask something that changes nothing; None when there was no answer."""
        try:
            async with asyncio.timeout(LOOK):
                return await self._exchange(ask, LOOK, None)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError):
            return None

    async def _exchange(self, ask: Ask, within: float, progress: _Progress | None) -> Answer:
        limits = httpx.Timeout(within, connect=CONNECT)
        extensions = {"trace": progress.trace} if progress is not None else {}
        async with (
            httpx.AsyncClient(follow_redirects=False, trust_env=False, timeout=limits, verify=_trusted()) as client,
            client.stream(
                ask.method,
                self._base + ask.path,
                content=ask.content or None,
                headers={"user-agent": AGENT, "connection": "close", **ask.headers},
                extensions=extensions,
            ) as response,
        ):
            body = bytearray()
            async for chunk in response.aiter_bytes(16 * 1024):
                body += chunk
                if len(body) > MOST:
                    break
            return Answer(response.status_code, dict(response.headers.items()), bytes(body[:MOST]))

    def without_secrets(self, text: str) -> str:
        """The text on one line, short, with no secret of ours in it."""
        for secret in self._secrets:
            text = text.replace(secret, "…")
        return " ".join(text.split())[:400]
