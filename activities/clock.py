"""The run's clock inside an activity. Rules never look at the wall clock alone: a run may live under a skipped one."""

from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import Final

from temporalio import activity

# In a rehearsal an activity takes no time: what the machine needs for it must not move a touch.
STANDS_STILL: Final[ContextVar[bool]] = ContextVar("stands_still", default=False)


def present(now: datetime) -> datetime:
    """The run's present moment (UTC): `now`, the moment the workflow asked, and what has passed since on the wall.

    Local activities run at once, so for them `now` is the present; a regular one may be tried again much later.
    """
    if STANDS_STILL.get() or not activity.in_activity() or activity.info().is_local:
        return now
    waited = datetime.now(UTC) - activity.info().scheduled_time
    return now + max(waited, timedelta())
