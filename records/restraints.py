"""Rows that hold or suppress because of an event: one per event and scope, placed in the event's own transaction.

Which of them an event calls for is `stops.py`; listing and lifting them is `holds.py` and `suppressions.py`.
"""

from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from plays.calendar import add
from plays.places import country_of, zone_of
from plays.spans import Span
from records.matching import text_of
from records.tables import Account, Contact, Event, Hold, Suppression

LAST_RESORT_ZONE: Final = "UTC"
FARTHEST: Final = timedelta(days=3 * 365)  # a date beyond this is a slip of the pen, not a wish


async def date_said(session: AsyncSession, event: Event, then: Span | None) -> datetime | None:
    """`data.until`, a day or an instant, plus `then`, as an instant. A day begins at midnight in the person's zone.

    None when there is no date, or none that a person could mean.
    """
    try:
        until = datetime.fromisoformat(text_of(event.data, "until"))
    except ValueError:
        return None
    if not event.occurred_at.year - 1 <= until.year <= event.occurred_at.year + FARTHEST.days // 365:
        return None
    contact = await session.get(Contact, event.contact) if event.contact else None
    account = await session.get(Account, event.account) if event.account else None
    phone = contact.phone if contact else None
    zone = zone_of(contact.zone if contact else None, phone, account.zone if account else None, LAST_RESORT_ZONE)
    if until.tzinfo is None:
        until = datetime.combine(until.date(), time(), ZoneInfo(zone))
    country = country_of(contact.country if contact else None, phone, account.country if account else None)
    until = until.astimezone(UTC)
    return add(until, then, zone, country) if then else until


async def hold(
    session: AsyncSession,
    event: Event,
    scope: str,
    value: str,
    until: datetime,
    cause: str,
    play: str | None = None,
    *,
    except_play: str | None = None,
) -> list[str]:
    """One hold per event, scope and play; an end that has passed by the time of the event holds nothing."""
    same = select(Hold.id).where(
        Hold.event == event.id,
        Hold.scope == scope,
        Hold.value == value,
        Hold.play.is_not_distinct_from(play),
        Hold.except_play.is_not_distinct_from(except_play),
    )
    if until <= event.occurred_at or (await session.scalars(same)).first() is not None:
        return []
    session.add(
        Hold(
            scope=scope,
            value=value,
            play=play,
            except_play=except_play,
            until=until,
            cause=cause,
            event=event.id,
            created_by=event.source,
        )
    )
    await session.flush()
    only = f", {play} only," if play else f", every play but {except_play}," if except_play else ""
    what = f"{scope} {value}{only}"
    return [f"{what} held until {until:%Y-%m-%d %H:%M} UTC: {cause}"]


async def suppress(
    session: AsyncSession, event: Event, scope: str, value: str, channel: str | None, reason: str
) -> list[str]:
    """For every purpose: an objection is absolute. One live suppression is enough."""
    live = select(Suppression.id).where(
        Suppression.scope == scope,
        Suppression.value == value,
        Suppression.lifted_at.is_(None),
        Suppression.channel.is_not_distinct_from(channel),
        Suppression.purpose.is_(None),
    )
    if (await session.scalars(live)).first() is not None:
        return []
    session.add(
        Suppression(scope=scope, value=value, channel=channel, reason=reason, event=event.id, created_by=event.source)
    )
    await session.flush()
    named = "the address" if scope == "address" else f"{scope} {value}"  # an address is personal: not in sentences
    return [f"{named} suppressed for {channel or 'every channel'}: {reason}"]
