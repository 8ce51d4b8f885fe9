"""Counting what a mailbox has sent, in rolling windows, and spreading those who wait for a place.

Counted under a lock of the mailbox, which whoever claims a mail has taken with the gate's other locks: of two workers
who want the last place, the second sees the first. Notices to our own people are no touches and are not counted.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.ext.asyncio import AsyncSession

from activities.mailboxes import Limit, Sender
from records.db import mailbox_lock_key

MINUTE: Final = timedelta(minutes=1)
DAY: Final = timedelta(hours=24)
# Those who wait come back over so long a time after a place is free, each at a moment of its own; over as long as the
# places for all of them take, if that is longer, but within a day.
OVER_MINUTES: Final = timedelta(minutes=5)
OVER_HOURS: Final = timedelta(hours=2)
LONGEST: Final = DAY


@dataclass(frozen=True)
class Taken:
    """Why a mailbox may not send now, and when a place becomes free."""

    most: int
    span: str  # in words
    free_at: datetime
    over: timedelta  # how long those who wait are spread
    why: str = ""  # the quota is less than the full one


# One index entry is looked for in each window: the one that must fall out of it before there is a place.
_WINDOW: Final = """
    (select m.settled_at from touches m where m.mailbox = :mailbox and m.mailbox is not null
      and m.state in ('made', 'in_doubt')
      and m.settled_at > cast(:now as timestamptz) - cast(:{span} as interval)
      and m.settled_at < cast(:now as timestamptz) + cast(:{span} as interval)
      order by m.settled_at desc offset greatest(:a_{span} - under_way.mails - 1, 0) limit 1) as {span}
"""
_TAKEN: Final = text(
    f"""
    with found as materialized (
      select under_way.mails, {_WINDOW.format(span="day")}, {_WINDOW.format(span="minute")}
      from (select count(*) as mails from touches c
        where c.state = 'claimed' and c.mailbox = :mailbox and c.key <> :key) under_way)
    select found.*, case when found.day is null and found.minute is null and found.mails < least(:a_day, :a_minute)
      then 0 else (select count(*) from touches w where w.player = :player and w.state = 'deferred'
        and w.channel = 'email' and w.until > :now and w.key <> :key) end as waiting
    from found
    """  # noqa: S608 - from the lines above
).bindparams(bindparam("now", type_=TIMESTAMP(timezone=True)))


async def taken(session: AsyncSession, sender: Sender, limit: Limit, key: str, now: datetime) -> Taken | None:
    """What the mailbox waits for; None when it may send. Mails on their way count as sent now.

    `now` is the run's clock; windows are half open: what was sent exactly 24 hours ago counts no more.
    """
    asked = {
        "mailbox": sender.mailbox,
        "player": sender.player,
        "key": key,
        "now": now,
        "day": DAY,
        "minute": MINUTE,
        "a_day": limit.a_day,
        "a_minute": limit.a_minute,
    }
    row = (await session.execute(_TAKEN, asked)).one()
    day = row.day or (now if row.mails >= limit.a_day else None)
    if day is not None:
        over = max(OVER_HOURS, row.waiting * DAY / limit.a_day)
        return Taken(limit.a_day, "24 hours", day + DAY, min(over, LONGEST), limit.why)
    minute = row.minute or (now if row.mails >= limit.a_minute else None)
    if minute is not None:
        over = max(OVER_MINUTES, row.waiting * MINUTE / limit.a_minute)
        return Taken(limit.a_minute, "a minute", minute + MINUTE, min(over, LONGEST), limit.why)
    return None


async def wait_for(session: AsyncSession, mailbox: str) -> None:
    """Take the mailbox's lock to the end of the transaction, where it was not taken with the others."""
    await session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": mailbox_lock_key(mailbox)})


def moment_of(key: str, free_at: datetime, over: timedelta) -> timedelta:
    """Where in `over` a touch comes back: always the same for the same touch and day, another for another touch.

    The day is part of it, so that nobody stands last every time.
    """
    digest = hashlib.sha256(f"{key} {free_at:%Y-%m-%d}".encode()).digest()
    return over * (int.from_bytes(digest[:6], "big") / 2**48)
