"""What an accepted event stops at once: suppressions, holds, halted runs. In the transaction that accepts it.

Nothing here waits for Temporal: once a webhook was answered 2xx, the gate says no. What a run then does about the
event (answer it, look for an address, end) is its handlers' affair. Rules: playbook.md B1-B6, GDPR art. 21(2)-(3).
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from plays.events import TouchState
from plays.spans import Span
from records.answering import REFERRAL_HOLD as REFERRAL_HOLD
from records.answering import REPLY_HOLD as REPLY_HOLD
from records.answering import answer_first, referred
from records.answering import runs_spoken_to as runs_spoken_to
from records.answering import said as said
from records.bounce_scores import bounced
from records.db import account_lock_key, address_lock_key
from records.matching import Match, text_of
from records.offers import STOPPING as STOPPING
from records.restraints import date_said, hold, suppress
from records.tables import Activity, Event, Touch

_LOCKS: Final = text("select pg_advisory_xact_lock(key) from unnest(cast(:keys as bigint[])) as asked(key)")
LATER: Final = "asked us to come back later"
AWAY_WITHOUT_DATE: Final = timedelta(days=14)  # B2
LATER_WITHOUT_DATE: Final = timedelta(days=30)  # B3 names a date; without one, next month is what people mean


async def lock(session: AsyncSession, events: Iterable[tuple[str, Match]]) -> None:
    """Take the locks the gate takes, in its order: accounts, then addresses. Held to the end of the transaction.

    Each sort in one order everywhere, so that two batches never wait for each other. One trip for a whole batch.
    """
    pairs = list(events)
    accounts = sorted({found.account for _, found in pairs if found.account})
    addresses = sorted({one for kind, found in pairs if kind in STOPPING for one in found.addresses})
    keys = [*map(account_lock_key, accounts), *map(address_lock_key, addresses)]
    if keys:
        await session.execute(_LOCKS, {"keys": keys})


async def apply_stops(session: AsyncSession, event: Event, addresses: Iterable[str] = ()) -> list[str]:
    """Write what this event forbids from now on; the caller holds `lock` and has stored the event.

    Returns what was done as sentences without personal data. Applying an event twice changes nothing more.
    """
    match event.kind, said(event):
        case ("unsubscribed" | "complaint", _) | ("reply", "unsubscribe" | "not_interested"):
            return await _replied(session, event) + await _leave_alone(session, event, addresses)
        case "reply", "ooo":
            return await _away(session, event)
        case "reply", "defer":
            return await _replied(session, event) + await _later(session, event)
        case "reply", "referral":
            return await _replied(session, event) + await referred(session, event)
        case "reply", _:
            return await _replied(session, event) + await answer_first(session, event)
        case "bounce", _:
            return await bounced(session, event, addresses)
        case _:
            return []


async def _away(session: AsyncSession, event: Event) -> list[str]:
    """B2: this person's touches move to one business day after the return; others go on."""
    if not event.contact:
        return []
    until = await date_said(session, event, Span(1, "bd"))
    return await hold(
        session, event, "contact", event.contact, until or event.occurred_at + AWAY_WITHOUT_DATE, "out of office"
    )


async def _later(session: AsyncSession, event: Event) -> list[str]:
    """B3: they named a date; the run that asked sleeps until then, and nobody else writes to the person."""
    until = await date_said(session, event, None) or event.occurred_at + LATER_WITHOUT_DATE
    done: list[str] = []
    if event.contact:
        done += await hold(session, event, "contact", event.contact, until, LATER)
    for run in await runs_spoken_to(session, event) if event.account else []:
        done += await hold(session, event, "account", run.account, until, LATER, play=run.play)
    return done


async def _leave_alone(session: AsyncSession, event: Event, addresses: Iterable[str]) -> list[str]:
    """B5. The objection to direct marketing is absolute: all channels, at once (GDPR art. 21)."""
    why = "complained of our mail" if event.kind == "complaint" else "unsubscribed"
    why = "not interested" if said(event) == "not_interested" else why
    done = [sentence for one in addresses for sentence in await suppress(session, event, "address", one, None, why)]
    if event.contact:
        done += await suppress(session, event, "contact", event.contact, None, why)
    return done


async def _replied(session: AsyncSession, event: Event) -> list[str]:
    """Mark the touch that was answered, or the person's last one, and log the reply."""
    if event.kind != "reply" or not event.account:
        return []
    key = event.touch or await _last_touch(session, event)
    if key:
        unanswered = update(Touch).where(Touch.key == key, Touch.replied_at.is_(None))
        await session.execute(unanswered.values(replied_at=event.occurred_at))
    session.add(
        Activity(
            at=event.occurred_at,
            account=event.account,
            contact=event.contact,
            kind="reply",
            outcome=said(event),
            note=text_of(event.data, "text")[:4000],
        )
    )
    return []


async def _last_touch(session: AsyncSession, event: Event) -> str | None:
    if not event.contact:
        return None
    query = (
        select(Touch.key)
        .where(Touch.contact == event.contact, Touch.state.in_((TouchState.MADE, TouchState.IN_DOUBT)))
        .order_by(Touch.settled_at.desc())
        .limit(1)
    )
    return (await session.scalars(query)).one_or_none()
