"""Ghosts in place of what reaches the world: a mail server that keeps nothing and is nowhere, a book of what was done.

The activities themselves are the real ones; here they are only surrounded.
"""

import base64
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import SecretStr
from temporalio import activity

from activities.channels.calls import Call
from activities.channels.transport import Accepted, BeforeDot, Delivery, Found, Look, Sought
from activities.clock import STANDS_STILL
from settings import Endpoint

A_SECRET: Final = "whsec_" + base64.b64encode(b"a secret of ghosts, which opens nothing").decode()

Played = Callable[[Any], Awaitable[Any]]
Failed = Callable[[str, Exception], None]
After = Callable[[str, Any, Any], Awaitable[Any]]  # name, what was asked, what was answered: what the run is told


class GhostDelivery:
    """A mail that goes nowhere."""

    async def begin(self) -> None:
        """Nothing is asked."""

    async def finish(self, mime: bytes, before_dot: BeforeDot | None = None) -> Accepted:
        """The server's last word, were there one."""
        if before_dot is not None:
            await before_dot()
        return Accepted("250 accepted by nobody: this is a rehearsal")

    async def close(self) -> None:
        """Nothing was open."""


class GhostTransport:
    """Takes every mail and opens no connection."""

    @property
    def name(self) -> str:
        """As the ledger has it."""
        return "ghost"

    async def open(self, sender: str, recipient: str) -> Delivery:
        """As if there were a server."""
        return GhostDelivery()

    async def look_up(self, sought: Sought) -> Found:
        """There is nobody to ask."""
        return Found(Look.SILENT)

    async def close(self) -> None:
        """Nothing was open."""


class GhostCaller:
    """Takes every call of a webhook and makes none."""

    async def post(self, call: Call) -> int:
        """As if it had been accepted."""
        return 200


class AnyEndpoint(dict[str, Endpoint]):
    """Every name that a `webhook` step may call, whatever the settings here name."""

    def get(self, name: str, default: object = None) -> Endpoint:
        """An endpoint that is nowhere."""
        return Endpoint(url=f"https://{name}.invalid", secret=SecretStr(A_SECRET))


@dataclass(frozen=True)
class Entry:
    """One thing that was asked of the world, and its answer; or something that happened."""

    name: str  # of the activity, or `event`, `answer`, `operator`
    asked: Any
    answer: Any = None


@dataclass
class Book:
    """Everything that was asked and answered in a rehearsal, in order."""

    entries: list[Entry] = field(default_factory=list)

    def write(self, name: str, asked: Any, answer: Any = None) -> None:
        """Add a line. A local activity that is asked again, word for word, has only been repeated by Temporal."""
        entry = Entry(name, asked, answer)
        if not self.entries or self.entries[-1] != entry:
            self.entries.append(entry)


def name_of(played: Played) -> str:
    """Under which name Temporal knows an activity."""
    return str(activity._Definition.must_from_callable(played).name)


def surrounded(
    real: Mapping[str, Played], choose: Callable[[], Mapping[str, Played]], after: After, failed: Failed
) -> list[Callable[..., Any]]:
    """Activities by the names and types of `real`; `choose` says whose are played, `after` has the last word."""
    return [_around(name, one, choose, after, failed) for name, one in real.items()]


def _around(
    name: str, real: Played, choose: Callable[[], Mapping[str, Played]], after: After, failed: Failed
) -> Callable[..., Any]:
    definition = activity._Definition.must_from_callable(real)
    (argument,) = definition.arg_types or [object]

    async def played(asked: Any) -> Any:
        STANDS_STILL.set(True)
        try:
            answer = await choose()[name](asked)
        except Exception as error:
            failed(name, error)
            raise
        return await after(name, asked, answer)

    played.__annotations__ = {"asked": argument, "return": definition.ret_type}
    return activity.defn(name=name)(played)


EVENT: Final = "event"
ANSWER: Final = "answer"
OPERATOR: Final = "operator"
