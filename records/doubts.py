"""Mails in doubt: who looks, what was found, what settles them. Asking the transport is `activities/reconciling.py`.

Every look is a row of `decisions` (verdict `look`), so the evidence stays. Callers hold the account's lock, as the
gate does, wherever a state changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import and_, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from plays.events import TouchState
from records import doubt_notices
from records.tables import Decision, Event, Touch

AGAIN_AFTER: Final = timedelta(minutes=1)  # doubled with every look …
AT_MOST: Final = timedelta(hours=6)  # … up to this
GIVEN_UP_AFTER: Final = timedelta(days=7)  # no transport remembers longer
REMEMBERED: Final = timedelta(days=30)
LIVING: Final = timedelta(minutes=11)  # so long after the dot an attempt may still be told 250 (RFC 5321, 4.5.3.2.6)
# What proves that the mail went out, even against our own belief; the weak ones only where nobody knew better.
STRONG: Final = frozenset({"mail.delivered", "mail.opened", "mail.clicked", "reply", "complaint", "unsubscribed"})
log = structlog.get_logger()


@dataclass(frozen=True)
class Standing:
    """A doubt, locked, with what was found so far."""

    touch: Touch
    absent: int  # how often its transport said that it is not there, since it was claimed
    told: bool  # its run was answered and has gone on
    age: timedelta  # since the claim
    quiet: bool  # whoever was sending it cannot be told any more


async def listing(session: AsyncSession, *, limit: int = 100) -> Sequence[Touch]:
    """Mails that may or may not have gone out, oldest first; also those being sent again."""
    again = and_(Touch.state == TouchState.DEFERRED, Touch.doubt_owner.is_not(None))
    doubtful = or_(Touch.state == TouchState.IN_DOUBT, again)
    query = select(Touch).where(doubtful).order_by(Touch.claimed_at, Touch.key).limit(limit)
    return (await session.scalars(query.options(defer(Touch.mime)))).all()


async def told(session: AsyncSession, key: str, at: datetime, reason: str) -> None:
    """Note that the run was answered `in_doubt`: it goes on as if the mail was sent."""
    row = {"touch": key, "at": at, "verdict": "doubt", "rule": "doubt", "reason": reason}
    await session.execute(insert(Decision).values(row))


async def take(session: AsyncSession, limit: int) -> Sequence[str]:
    """Lease the doubts whose next look is due, oldest first; each look is further off than the last. Their keys."""
    pause = func.least(AGAIN_AFTER * func.power(2, func.least(Touch.lookups, 12)), AT_MOST)
    due = (
        select(Touch.key)
        .where(Touch.state == TouchState.IN_DOUBT, Touch.channel == "email")
        .where(or_(Touch.claimed_at > func.now() - GIVEN_UP_AFTER, Touch.doubt_owner.is_(None)))
        .where(or_(Touch.looked_at.is_(None), Touch.looked_at + pause < func.now()))
        .order_by(Touch.claimed_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    lease = update(Touch).where(Touch.key.in_(due.scalar_subquery())).returning(Touch.key)
    return sorted(await session.scalars(lease.values(_LOOK).execution_options(synchronize_session=False)))


_LOOK: Final = {"looked_at": func.now(), "lookups": Touch.lookups + 1}


async def lease(session: AsyncSession, key: str) -> bool:
    """Take one doubt whether its look is due or not; False when there is none under this key."""
    one = update(Touch).where(Touch.key == key, Touch.state == TouchState.IN_DOUBT).values(_LOOK)
    return await session.scalar(one.returning(Touch.key)) is not None


async def look(session: AsyncSession, key: str, found: str, said: str) -> None:
    """Keep what a look found: there, absent, silent."""
    row = {"touch": key, "at": func.now(), "verdict": "look", "rule": found, "reason": said}
    await session.execute(insert(Decision).values(row))


async def looks(session: AsyncSession, key: str) -> Sequence[Decision]:
    """The evidence since the last claim, oldest first."""
    query = select(Decision).where(Decision.touch == key, Decision.id > _last_claim(key)).order_by(Decision.id)
    return (await session.scalars(query)).all()


def _last_claim(key: str) -> Any:
    last = select(func.coalesce(func.max(Decision.id), 0))
    return last.where(Decision.touch == key, Decision.verdict == "now").scalar_subquery()


async def standing(session: AsyncSession, key: str) -> Standing | None:
    """The doubt under this key, its row locked; None when it is none any more."""
    last_dot = func.greatest(Touch.dot_at, Touch.claimed_at)
    query = select(Touch, func.now() - Touch.claimed_at, last_dot < func.now() - LIVING)
    doubtful = query.where(Touch.key == key, Touch.state == TouchState.IN_DOUBT).with_for_update()
    row: Any = (await session.execute(doubtful.execution_options(populate_existing=True))).one_or_none()
    if row is None:
        return None
    touch, age, quiet = row
    found = await looks(session, key)
    return Standing(
        touch=touch,
        absent=sum(one.rule == "absent" for one in found),
        told=any(one.verdict in ("doubt", "already") for one in found),
        age=age,
        quiet=bool(quiet),
    )


def heard_of(touch: Touch) -> str:
    """What came in about it before it was in doubt: a report may be quicker than the server's own answer (C13)."""
    moments = ("delivered_at", "opened_at", "bounced_at", "complained_at", "replied_at")
    return next((name.removesuffix("_at") for name in moments if getattr(touch, name) is not None), "")


async def made(session: AsyncSession, touch: Touch, why: str, ref: str | None = None) -> None:
    """It went out. `settled_at` stays: it is when."""
    touch.state, touch.reason, touch.doubt_owner = TouchState.MADE, why, None
    touch.transport_ref = ref or touch.transport_ref
    await session.flush()


async def unsent(session: AsyncSession, touch: Touch, why: str) -> None:
    """It certainly did not go out, and its run has gone on: it is not sent later without a person."""
    touch.state, touch.reason, touch.doubt_owner = TouchState.REFUSED, f"certainly not sent: {why}", None
    touch.lookups = max(touch.lookups, 1)
    await session.flush()


async def free(session: AsyncSession, touch: Touch, why: str) -> None:
    """It certainly did not go out, and its run waits for it: the next attempt claims it again."""
    touch.state, touch.reason, touch.claim_token, touch.settled_at = TouchState.DEFERRED, why, None, None
    await session.flush()


async def own(session: AsyncSession, touch: Touch, owner: str) -> bool:
    """Name who settles it, once, and tell them with the evidence (I4); False when somebody was named before."""
    if touch.doubt_owner is not None:
        return False
    touch.doubt_owner = owner
    await session.flush()
    await doubt_notices.ask(session, touch, owner, await looks(session, touch.key))
    return True


async def evidence(session: AsyncSession, *, key: str, what: str, at: datetime, ref: str | None = None) -> bool:
    """An event that proves that a mail went out: a doubt is settled by it, also one we had settled the other way.

    `what` is the event's kind. True when it changed what we believed. The caller holds the account's lock.
    """
    touch = await _row(session, key)
    if touch is None:
        return False
    why = f"settled by {what} of {at:%Y-%m-%d %H:%M} UTC"
    if touch.state == TouchState.IN_DOUBT:
        await made(session, touch, why, ref)
        return True
    if not _believed_unsent(touch, what):
        return False
    log.warning("a mail that was held for not sent went out", touch=key, what=what)
    before = touch.reason
    await made(session, touch, why, ref)
    touch.settled_at = touch.settled_at or at
    await doubt_notices.alarm(session, touch, what, before)
    return True


def _believed_unsent(touch: Touch, what: str) -> bool:
    """Whether we hold it for not sent, having once begun to send it, and `what` is enough to know better."""
    if touch.claimed_at is None:
        return False
    looked = touch.lookups > 0
    if touch.state == TouchState.DEFERRED:  # given back after a doubt: sent again it would be there twice
        return looked
    return touch.state == TouchState.REFUSED and (looked or what in STRONG)


async def rejected(session: AsyncSession, *, key: str, why: str) -> bool:
    """The provider had accepted it and did not pass it on; True when the touch is refused by this. Its sender hears.

    What has been delivered, or bounced where it went, is past rejecting: events come in any order (B5).
    """
    touch = await _row(session, key)
    if touch is None or touch.state not in (TouchState.MADE, TouchState.IN_DOUBT):
        return False
    if any((touch.delivered_at, touch.bounced_at, touch.complained_at, touch.opened_at, touch.replied_at)):
        return False
    touch.state, touch.reason = TouchState.REFUSED, f"the provider did not send it: {why}"
    await session.flush()
    await doubt_notices.rejected(session, touch, why)
    return True


async def _row(session: AsyncSession, key: str) -> Touch | None:
    query = select(Touch).where(Touch.key == key).options(defer(Touch.mime)).with_for_update()
    return (await session.scalars(query.execution_options(populate_existing=True))).one_or_none()


async def by_hand(session: AsyncSession, key: str, *, sent: bool, reason: str, by: str) -> Touch | None:
    """A person has looked: it went out, or it did not. None when there is nothing under this key to settle.

    What was settled as not sent may still be called sent. The caller holds the account's lock.
    """
    touch = await _row(session, key)
    if touch is None or not (touch.state == TouchState.IN_DOUBT or (sent and _believed_unsent(touch, ""))):
        return None
    found = await looks(session, key)
    row = {"touch": key, "at": func.now(), "verdict": "settled", "rule": "sent" if sent else "not-sent"}
    await session.execute(insert(Decision).values(**row, reason=f"{by}: {reason}"))
    if sent:
        await made(session, touch, f"{by} says that it went out: {reason}")
    elif any(one.verdict in ("doubt", "already") for one in found):
        await unsent(session, touch, f"{by} says so: {reason}")
    else:
        await free(session, touch, f"certainly not sent: {by} says so: {reason}")
    return touch


async def unheard(session: AsyncSession, transports: Sequence[str], after: timedelta, limit: int) -> Sequence[Touch]:
    """Mails that a provider has accepted so long ago and reported nothing of since, oldest first: was it ever sent?

    Only for transports whose provider reports (`transports`). Wall clock; not further back than 30 days.
    """
    nothing = (Touch.delivered_at, Touch.bounced_at, Touch.complained_at, Touch.opened_at, Touch.replied_at)
    reported = select(Event.id).where(
        Event.account == Touch.account, Event.touch == Touch.key, Event.kind.in_(("mail.sent", "mail.deferred"))
    )
    query = (
        select(Touch)
        .where(Touch.state == TouchState.MADE, Touch.channel == "email", Touch.transport.in_(transports))
        .where(Touch.claimed_at < func.now() - after, Touch.claimed_at > func.now() - REMEMBERED)
        .where(*(moment.is_(None) for moment in nothing), ~reported.exists())
        .order_by(Touch.claimed_at, Touch.key)
        .limit(limit)
        .options(defer(Touch.mime))
    )
    return (await session.scalars(query)).all()
