"""What a run hears of events: ids and small facts, never texts or addresses; and what came before it was open."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.contracts import Heard
from records.tables import Event

MISSED_AT_MOST: Final = 50
# Facts with a meaning of ours; anything else a sender adds is told only if it cannot be a text or an address.
_KNOWN: Final = frozenset({"kind", "until", "drop_pct", "metric", "task", "outcome", "at"})
_ABOUT: Final = frozenset(
    {"account", "contact", "email", "message_id", "text", "note", "referred_email", "referred_name"}
)
_WORD: Final = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.:+-]{0,63}$")
_MOST: Final = 30


async def came_since(
    session: AsyncSession, account: str, since: datetime, kinds: Sequence[str], but: str | None
) -> Sequence[Event]:
    """Events of these kinds at the account received since then, in the order they came, without the one named."""
    query = (
        select(Event)
        .where(Event.account == account, Event.received_at >= since, Event.kind.in_(kinds), Event.id != (but or ""))
        .order_by(Event.received_at, Event.id)
        .limit(MISSED_AT_MOST)
    )
    return list(await session.scalars(query))


async def halted_by(session: AsyncSession, account: str, at: datetime) -> Sequence[Event]:
    """The replies with which a run of the account was halted at this instant."""
    query = select(Event).where(Event.account == account, Event.kind == "reply", Event.occurred_at == at)
    return list(await session.scalars(query.order_by(Event.id)))


def heard_of(event: Event) -> Heard:
    """The event as a run hears of it."""
    return Heard(
        id=event.id, kind=event.kind, contact=event.contact, at=event.occurred_at, data=small_facts(event.data)
    )


def small_facts(data: dict[str, Any]) -> dict[str, str | int | float | bool | None]:
    """Facts with a meaning of ours first; others only if they cannot be a text or an address."""
    told = [(name, value) for name, value in data.items() if name not in _ABOUT and _tellable(name, value)]
    return dict(sorted(told, key=lambda pair: pair[0] not in _KNOWN)[:_MOST])


def _tellable(name: str, value: Any) -> bool:
    if len(name) > 64:
        return False
    return isinstance(value, bool | int | float) or (isinstance(value, str) and bool(_WORD.match(value)))
