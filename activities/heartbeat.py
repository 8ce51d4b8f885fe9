"""Heartbeats of a long activity, with what a later attempt must know if this one dies."""

import asyncio
from types import TracebackType
from typing import Any, Final, Self

from temporalio import activity

EVERY: Final = 5.0  # seconds


class Heart:
    """Beats while its block runs. `keep` puts something into every beat from now on."""

    def __init__(self) -> None:
        self._kept: dict[str, Any] = {}
        self._beating: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._beating = asyncio.create_task(self._beat())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._beating is not None:
            self._beating.cancel()

    def keep(self, **what: Any) -> None:
        """Say it at once, and again with every beat."""
        self._kept = what
        activity.heartbeat(what)

    def left_behind(self) -> dict[str, Any]:
        """What an earlier attempt of this activity kept."""
        details = activity.info().heartbeat_details
        return dict(details[0]) if details and isinstance(details[0], dict) else {}

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            activity.heartbeat(self._kept)
