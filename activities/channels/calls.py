"""What making a `webhook` step's call promises. Types only; HTTP is `http.py`, the step itself `../calling.py`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


class Forbidden(Exception):
    """The address may not be called: not public, not encrypted, or no web address. Nothing was sent."""


class Unreached(Exception):
    """No answer that could be read: nobody there, too slow, cut off. It may have arrived; the same id is sent again."""


@dataclass(frozen=True)
class Call:
    """One POST."""

    url: str
    body: bytes
    headers: Mapping[str, str]
    private: bool = False  # the address may lie in a private network
    plain: bool = False  # http will do


class Caller(Protocol):
    """Makes calls."""

    async def post(self, call: Call) -> int:
        """The status of the answer; redirects are not followed. Raises Forbidden, Unreached."""
