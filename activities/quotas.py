"""Quotas of steps: so many touches of one step in a time, over all runs of its play.

Counted under a lock of the quota's own, taken last and held to the end of the transaction that makes or claims the
touch: of two workers who want the last place, the second sees the first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.ext.asyncio import AsyncSession

from plays.calendar import add, subtract
from plays.spans import Span
from records.db import quota_lock_key


@dataclass(frozen=True)
class Limit:
    """A quota where it counts: at most so many touches of the step in any such time, for one player, contact …"""

    play: str
    step: str
    of: str
    whose: str
    most: int
    per: Span
    zone: str  # in which `per` is read

    def free_at(self, made: Sequence[datetime]) -> datetime:
        """When the first of the last `most` touches falls out of the time."""
        return add(sorted(made)[-self.most], self.per, self.zone, None)


_WHOSE: Final = {
    "player": "m.player = :whose",
    "contact": "m.contact = :whose",
    "account": "m.account = :whose",
    "play": "true",
}
# Of made touches only what their index holds is read; the one that is asked about is not made yet.
_TAKEN: Final = {
    of: text(
        f"""
        select made from (
          (select m.settled_at as made from touches m
            where m.step = :step and m.state in ('made', 'in_doubt')
              and m.settled_at > :since and m.settled_at < :before
              and split_part(m.run, '/', 1) = :play and {whose}
            order by m.settled_at desc limit :most)
          union all
          select :now from touches m
            where m.state = 'claimed' and m.step = :step and split_part(m.run, '/', 1) = :play
              and m.key <> :key and {whose}) taken
        order by made desc limit :most
        """  # noqa: S608 - from the table above
    ).bindparams(*(bindparam(name, type_=TIMESTAMP(timezone=True)) for name in ("since", "before", "now")))
    for of, whose in _WHOSE.items()
}


async def taken(session: AsyncSession, limit: Limit, key: str, now: datetime) -> Sequence[datetime]:
    """When the newest touches under the quota were made but the one with this key, at most as many as it allows.

    Those on their way count as made now. Waits for whoever counts under the same quota.
    """
    lock = {"key": quota_lock_key(f"{limit.play}/{limit.step}/{limit.of}/{limit.whose}")}
    await session.execute(text("select pg_advisory_xact_lock(:key)"), lock)
    asked = {
        "step": limit.step,
        "play": limit.play,
        "key": key,
        "most": limit.most,
        "now": now,
        "since": subtract(now, limit.per, limit.zone, None),
        "before": add(now, limit.per, limit.zone, None),
    }
    whose = {} if limit.of == "play" else {"whose": limit.whose}
    return list((await session.scalars(_TAKEN[limit.of], asked | whose)).all())
