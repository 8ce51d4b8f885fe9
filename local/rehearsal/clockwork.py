"""The driver of one rehearsal: lets the run's clock jump from one stimulus to the next, in the order of their dates.

What is to happen is put in from outside, also while the clock jumps: out of an activity of the run, whose clock waits
for it. What a stimulus does is not known here.
"""

import asyncio
import heapq
from asyncio import FIRST_COMPLETED
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from temporalio.client import Client

from local.rehearsal import skipping
from local.rehearsal.faults import Unplayable

# A stimulus comes a little after its minute has begun: the timers of that minute ring first, every time.
INTO_THE_MINUTE: Final = timedelta(seconds=20)
PATIENCE: Final = 60.0  # seconds of wall time in which the run does nothing: its code fails, or there is no worker
GLANCE: Final = 5.0  # seconds
STUCK: Final = "the run {} makes no progress, see it in Temporal's Web UI"
Act = Callable[[], Awaitable[None]]


@dataclass(order=True)
class _Stimulus:
    at: datetime
    number: int
    act: Act = field(compare=False)


class Clockwork:
    """The clock of one run, and what is to happen when."""

    def __init__(self, client: Client, workflow: str, starts_at: datetime, horizon: datetime) -> None:
        self._client, self._workflow = client, workflow
        self._starts_at, self._horizon = starts_at, horizon
        self._execution = ""
        self._agenda: list[_Stimulus] = []
        self._count = 0
        self._jump = ""
        self._alive = self._quiet = 0
        self._broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._target: datetime | None = None  # of the jump under way
        self._asking = asyncio.Lock()  # one jump is asked for at a time, or the longer could replace the shorter

    def put(self, at: datetime, act: Act) -> None:
        """Let something happen at this date, or as soon as it can if that has passed."""
        self._count += 1
        heapq.heappush(self._agenda, _Stimulus(at, self._count, act))

    async def put_soon(self, at: datetime, act: Act) -> None:
        """The same out of an activity of the run: a jump that would go too far is made shorter."""
        self.put(at, act)
        if self._target is not None and at < self._target:
            await self._begin(at)

    def stop(self, error: Exception) -> None:
        """Something went wrong in an activity of the run: `run` raises this, and does not wait for a clock in vain."""
        if not self._broken.done():
            self._broken.set_exception(error)
            self._broken.exception()  # looked at, also when the clock is not waited for any more

    def alive(self) -> None:
        """The run has asked something of the world: it makes progress."""
        self._alive += 1
        self._quiet = 0

    async def run(self) -> bool:
        """Play to the end of the run or the horizon. True when the run has ended.

        Raises Unplayable when the run makes no progress.
        """
        while True:
            to = min(self._agenda[0].at if self._agenda else self._horizon, self._horizon)
            if not await self._forward(to):
                return True
            reached = max(self._target or to, self._starts_at)
            self._target = None
            while self._agenda and self._agenda[0].at <= reached:
                await heapq.heappop(self._agenda).act()
            if reached >= self._horizon:
                return not (await skipping.standing(self._client, self._workflow)).running

    async def _forward(self, to: datetime) -> bool:
        """Jump to this date, or as far as a shorter jump has put it. False when the run is over."""
        if not await self._begin(to):
            return False
        landing = asyncio.ensure_future(self._landed())
        either: set[asyncio.Future[Any]] = {landing, self._broken}
        try:
            while True:
                alive = self._alive
                done, _ = await asyncio.wait(either, timeout=GLANCE, return_when=FIRST_COMPLETED)
                if self._broken in done:
                    self._broken.result()
                if landing in done:
                    return landing.result()
                if not done and alive == self._alive and await self._looked():
                    return False
        finally:
            landing.cancel()

    async def _looked(self) -> bool:
        """Nothing has moved for a while. True when the run is over, which the server does not always say to who waits
        for its clock. Raises Unplayable when the run's code fails, or after long enough.
        """
        self._quiet += 1
        if not (await skipping.standing(self._client, self._workflow)).running:
            return True
        why = await skipping.fault(self._client, self._workflow)
        if why or self._quiet * GLANCE > PATIENCE:
            raise Unplayable(STUCK.format(self._workflow) + (f": {why}" if why else ""))
        return False

    async def _landed(self) -> bool:
        while True:
            name = self._jump
            ended = await skipping.landed(self._client, self._workflow, name)
            if ended != "replaced":
                return ended == "there"
            if name == self._jump:  # the server has not heard of the shorter one yet
                await asyncio.sleep(0.005)

    async def _begin(self, to: datetime) -> bool:
        """Ask for a jump to this date on the run's own clock, or to what was put in before it meanwhile.

        False when the run is over.
        """
        async with self._asking:
            now = await skipping.standing(self._client, self._workflow)
            if not now.running:
                return False
            if now.execution != self._execution:
                await self._met(now.execution)
            elapsed = now.now - now.began
            to = min(to, self._agenda[0].at) if self._agenda else to
            self._target, self._jump = to, skipping.new_jump()
            span = to - self._starts_at + INTO_THE_MINUTE - elapsed
            await skipping.jump(self._client, self._workflow, self._jump, span)
            return True

    async def _met(self, execution: str) -> None:
        """A run that went on as new has begun its clock anew, at what its input says."""
        if self._execution:
            (given,) = await skipping.first_input(self._client, self._workflow, execution)
            self._starts_at = datetime.fromisoformat(given["starts_at"])
        self._execution = execution
