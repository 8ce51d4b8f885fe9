"""The run's clock: every module of the interpreter reads the time here and nowhere else.

Live runs read the server's. A rehearsal begins at any date, past or to come, and its clock goes on from there.
"""

from datetime import datetime, timedelta
from typing import Final

from temporalio import workflow

MILLISECOND: Final = timedelta(milliseconds=1)  # what the server's timers count in
MINUTE: Final = timedelta(minutes=1)


class Clock:
    """What time it is for a run. Made when the run's execution begins, or goes on as new."""

    def __init__(self, starts_at: datetime | None = None) -> None:
        """`starts_at`: what a rehearsal's clock reads now; None for a live run."""
        self.starts_at = starts_at
        self._began = workflow.now()

    def now(self) -> datetime:
        """UTC. A rehearsal's clock goes by whole minutes: what the machine took for a step must not move a touch."""
        if self.starts_at is None:
            return workflow.now()
        return self.starts_at + (workflow.now() - self._began) // MINUTE * MINUTE

    def until(self, instant: datetime) -> timedelta:
        """How long a timer to `instant` runs, rounded up: it must not ring before this clock reads it."""
        if self.starts_at is None:
            return _up(instant - workflow.now(), MILLISECOND)
        passed = workflow.now() - self._began
        return _up(_up(instant - self.starts_at, MINUTE) - passed, MILLISECOND)

    def began(self, accepted: datetime) -> datetime:
        """When the server `accepted` the start, by this clock."""
        return accepted if self.starts_at is None else self.starts_at


def _up(span: timedelta, tick: timedelta) -> timedelta:
    return -(-span // tick) * tick
