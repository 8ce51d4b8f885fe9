"""GET from the web pages of this machine's stack: health of the webhooks, the inbox page's JSON."""

import asyncio
import json
import urllib.error
import urllib.request
from typing import Any


def _get(url: str, timeout: float) -> Any:
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"'{url}' is no web address")
    with urllib.request.urlopen(url, timeout=timeout) as answer:  # noqa: S310  # checked above
        return json.loads(answer.read() or b"null")


async def fetch(url: str, timeout: float = 5.0) -> Any:
    """The JSON at this address. Raises OSError when nobody answers or the answer is an error."""
    return await asyncio.to_thread(_get, url, timeout)
