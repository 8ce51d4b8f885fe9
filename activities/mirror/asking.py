"""Asks a provider's API for pages of a list: time limits, waits it asks for, bounded answers, no other host.

Which pages there are and what is in them is `lists.py`.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

TIMES: Final = 6  # that one page is asked for
LONGEST: Final = 60.0  # seconds one wait may last
MOST: Final = 128 * 1024 * 1024  # bytes of an answer: Postmark gives its list in one
PAGES: Final = 20_000
_LATER: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
Headers = Callable[[str], Mapping[str, str]]  # of a request for this address; SES signs each


class ListError(RuntimeError):
    """A list cannot be read; the message says why, and holds no key and no address."""


@dataclass
class Asking:
    """One API, with how its requests are proven. Use as a context."""

    base: str
    headers: Headers = field(repr=False)
    pause: float = 1.0  # seconds, doubled with every try the provider names no wait for

    def __post_init__(self) -> None:
        limits = httpx.Timeout(60.0, connect=15.0)
        self._http = httpx.AsyncClient(timeout=limits, follow_redirects=False, trust_env=False)
        self._asked: set[str] = set()

    async def __aenter__(self) -> "Asking":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def page(self, path: str) -> Any:
        """The JSON at this path below the base, or at this whole address of the same host. Raises ListError."""
        url = path if "://" in path else self.base.rstrip("/") + path
        if urlsplit(url)[:2] != urlsplit(self.base)[:2]:
            raise ListError("its next page lies on another host; the key is not sent there")
        if url in self._asked or len(self._asked) >= PAGES:
            raise ListError("its pages go round in a circle")
        self._asked.add(url)
        for tried in range(1, TIMES + 1):
            answer = await self._ask(url, last=tried == TIMES)
            if isinstance(answer, float):
                await asyncio.sleep(answer or min(self.pause * 2 ** (tried - 1), LONGEST))
            else:
                return answer[0]
        raise ListError("it was asked too often")  # not reached: the last try raises

    async def _ask(self, url: str, *, last: bool) -> float | tuple[Any]:
        """The answer, or how many seconds to wait before asking again (0: it does not say)."""
        try:
            async with self._http.stream("GET", url, headers=dict(self.headers(url))) as response:
                body = await _read(response)
        except (httpx.HTTPError, OSError) as error:
            if last:
                raise ListError(f"it does not answer ({type(error).__name__}); nothing was lost") from error
            return 0.0
        if response.status_code in _LATER and not last:
            return _wait(response.headers)
        if response.status_code in (401, 403):
            raise ListError(f"it refuses the key ({response.status_code}): may it read suppressions?")
        if response.status_code != 200:
            raise ListError(f"it answers {response.status_code}; nothing was lost")
        try:
            return (json.loads(body),)
        except (ValueError, RecursionError) as error:
            raise ListError("its answer is no JSON; nothing was lost") from error


async def _read(response: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes(256 * 1024):
        body += chunk
        if len(body) > MOST:
            raise ListError(f"its answer is longer than {MOST // 1024 // 1024} MB")
    return bytes(body)


def _wait(headers: httpx.Headers) -> float:
    """Retry-After as seconds or a date (RFC 9110, 10.2.3), or SendGrid's and Brevo's moment of the next allowance."""
    asked, reset = headers.get("retry-after", "").strip(), headers.get("x-ratelimit-reset", "").strip()
    now = datetime.now(UTC).timestamp()
    try:
        wait = float(asked) if asked else float(reset or 0) - now
    except ValueError:
        wait = _date(asked) - now
    return min(max(wait, 0.0), LONGEST)


def _date(text: str) -> float:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError):
        return 0.0
