"""The inbox: the one way in for every event, from webhooks, from `starter.py signal` and from closed tasks.

Accepting stores, matches and stops in one transaction; routing to runs comes after and is `webhooks/router.py`.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from plays import ids
from plays.events import is_event_kind
from records.effects import Done, apply_effects
from records.inbox_rows import anchors_of, store_all
from records.matching import Match, match, match_all
from records.offers import STOPPING
from records.offers import Offer as Offer
from records.stops import apply_stops, lock
from records.tables import Event

NOBODY: Final = "nobody here by this message, contact, address, account or domain; matched again when you import them"


@dataclass(frozen=True)
class Accepted:
    """The event's id; `new` is False for a second copy, which changes nothing. `state` as stored.

    `raised` are the ids of events that followed from it: a meeting that was held closes the task of the meeting.
    """

    id: str
    new: bool
    state: str = ""
    raised: tuple[str, ...] = ()

    @property
    def to_route(self) -> tuple[str, ...]:
        """The ids of what is to be routed now, in order."""
        return ((self.id,) if self.new and self.state == "received" else ()) + self.raised


async def accept(
    session: AsyncSession,
    source: str,
    external_id: str,
    kind: str,
    data: dict[str, Any],
    occurred_at: datetime,
    raw: bytes,
    *,
    parked: str = "",
) -> Accepted:
    """Store an event once, match it and write what it stops, in the caller's transaction."""
    (accepted,) = await accept_all(session, [Offer(source, external_id, kind, data, occurred_at, raw, parked)])
    return accepted


async def accept_all(session: AsyncSession, offers: Sequence[Offer]) -> list[Accepted]:
    """`accept` for many events by a handful of statements. The same event twice among them counts once."""
    matches = await match_all(session, [offer.data for offer in offers])
    rows = [_row(offer, found) for offer, found in zip(offers, matches, strict=True)]
    await lock(session, [(offer.kind, found) for offer, found in zip(offers, matches, strict=True)])
    new = await store_all(session, rows)
    accepted = []
    for offer, row, found in zip(offers, rows, matches, strict=True):
        anchors = new.pop(row["id"], None)
        first = anchors is not None
        raised = await _act(session, Event(**row), found, anchors) if first and not offer.parked else ()
        accepted.append(Accepted(row["id"], first, row["state"] if first else "", raised))
    return accepted


def _row(offer: Offer, found: Match) -> dict[str, Any]:
    state, reason = _first_state(offer, found)
    return {
        "id": ids.event_id(offer.source, offer.external_id),
        "source": offer.source,
        "external_id": offer.external_id,
        "kind": offer.kind,
        "data": offer.data,
        "raw": offer.raw,
        "sha256": hashlib.sha256(offer.raw).hexdigest(),
        "occurred_at": offer.occurred_at,
        "account": found.account,
        "contact": found.contact,
        "touch": found.touch,
        "state": state,
        "reason": reason,
    }


def _first_state(offer: Offer, found: Match) -> tuple[str, str]:
    if offer.parked:
        return "parked", offer.parked
    if not is_event_kind(offer.kind):
        return "parked", f"'{offer.kind}' is no kind of event that plays know"
    if found.rivals:
        rivals = " and ".join(found.rivals)
        return "unmatched", f"the sender's domain is claimed by {rivals}: take it from one of them, or match it by hand"
    return ("received", "") if found.account else ("unmatched", NOBODY)


async def act_on(session: AsyncSession, event: Event, found: Match) -> tuple[str, ...]:
    """Write what a stored event stops and changes, once it has found its place; ids of the events that follow."""
    return await _act(session, event, found, await anchors_of(session, event.id))


async def _act(
    session: AsyncSession, event: Event, found: Match, anchors: dict[str, list[str]] | None
) -> tuple[str, ...]:
    """The stops first: nothing that follows may come before them."""
    stopped = await apply_stops(session, event, found.addresses) if event.kind in STOPPING else []
    changed = await apply_effects(session, event, anchors) if event.account else Done()
    if said := [*stopped, *changed.sentences]:
        reason = "; ".join(filter(None, [event.reason, *said]))
        await session.execute(update(Event).where(Event.id == event.id).values(reason=reason))
    return tuple(one.id for one in await accept_all(session, changed.raised)) if changed.raised else ()


async def rematch(session: AsyncSession, limit: int = 500) -> int:
    """Try the unmatched events again, oldest first, after people were imported. Returns how many found their place."""
    query = (
        select(Event)
        .where(Event.state == "unmatched")
        .order_by(Event.received_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    matched = 0
    for event in await session.scalars(query):
        found = await match(session, event.data)
        if not found.account:
            continue
        await lock(session, [(event.kind, found)])
        event.account, event.contact, event.touch = found.account, found.contact, found.touch
        event.state, event.reason = "received", "matched later"
        event.next_try_at = event.received_at
        await session.flush()
        await act_on(session, event, found)
        matched += 1
    return matched


async def events(
    session: AsyncSession, *, state: str | None = None, account: str | None = None, limit: int = 50
) -> Sequence[Event]:
    """What came in, newest first."""
    query = select(Event).order_by(Event.received_at.desc(), Event.id).limit(limit)
    if state is not None:
        query = query.where(Event.state == state)
    if account is not None:
        query = query.where(Event.account == account)
    return (await session.scalars(query)).all()


async def event(session: AsyncSession, event_id: str) -> Event | None:
    """One event by its id, `source:external-id`."""
    return await session.get(Event, event_id)


async def due(session: AsyncSession, limit: int) -> Sequence[str]:
    """Ids of events to route now, oldest first; of each account only the oldest, so that order is kept."""
    query = (
        select(Event.id)
        .where(Event.state.in_(("received", "held")), Event.next_try_at <= func.now())
        .where(~_behind(Event))
        .order_by(Event.received_at, Event.id)
        .limit(limit)
    )
    return (await session.scalars(query)).all()


def _behind(one: type[Event]) -> Any:
    """True where an older event of the same account waits to be routed. A held one does not stand in the way."""
    older = Event.__table__.alias("older")
    return (
        select(older.c.id)
        .where(older.c.account == one.account, older.c.state == "received")
        .where(older.c.received_at < one.received_at, one.state == "received")
        .exists()
    )


async def claim(session: AsyncSession, event_id: str, lease: timedelta) -> Event | None:
    """Take an event for routing until the lease is over; None if it is taken, settled, not due or behind another.

    One statement: a reply waits for it.
    """
    one = aliased(Event)
    free = (
        select(one.id)
        .where(one.id == event_id, one.state.in_(("received", "held")), one.next_try_at <= func.now())
        .where(~_behind(one))
        .with_for_update(skip_locked=True, of=one)
    )
    taken = (
        update(Event)
        .where(Event.id == free.scalar_subquery())
        .values(attempts=Event.attempts + 1, next_try_at=func.clock_timestamp() + lease)
        .returning(Event)
        .execution_options(synchronize_session=False)
    )
    return (await session.scalars(taken)).one_or_none()


async def settle(
    session: AsyncSession, event_id: str, state: str, sentences: Sequence[str], *, held_until: datetime | None = None
) -> None:
    """Write what routing came to. A held event is due again at `held_until`."""
    said = func.concat_ws("; ", func.nullif(Event.reason, ""), *sentences)
    values: dict[str, Any] = {"state": state, "reason": said, "routed_at": func.now(), "held_until": held_until}
    if held_until is not None:
        values["next_try_at"] = held_until
    await session.execute(update(Event).where(Event.id == event_id).values(**values))


async def put_back(session: AsyncSession, event_id: str, wait: timedelta) -> None:
    """Routing could not be done now: it is due again after `wait`."""
    later = func.clock_timestamp() + wait
    await session.execute(update(Event).where(Event.id == event_id).values(next_try_at=later))
