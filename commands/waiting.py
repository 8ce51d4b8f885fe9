"""Waits for something to become true, with an end: a sentence says what did not happen."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from commands.failures import Refused

T = TypeVar("T")

WITHIN = 30.0  # seconds
GLANCE = 0.15


async def until(
    check: Callable[[], Awaitable[T | None]], what: str, within: float = WITHIN, every: float = GLANCE
) -> T:
    """The first true answer of `check`, asked every so many seconds. Raises Refused after `within` seconds."""
    deadline = time.monotonic() + within
    while not (found := await check()):
        if time.monotonic() > deadline:
            raise Refused(
                f"Waited {within:.0f} seconds, but not: {what}. Logs: .setpiece/log; `./starter.py runs list`."
            )
        await asyncio.sleep(every)
    return found
