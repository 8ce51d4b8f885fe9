"""The domains our mail comes from: whether they may send, since when, why, and what their preflight found.

Findings are data here; they are made by `activities/preflight`. What complaints come to is `breaker.py`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from records.addresses import normal_domain, normal_form
from records.db import domains_lock_key
from records.tables import Player, SendingDomain

UNCHECKED: Final = "unchecked"
ACTIVE: Final = "active"
REFUSED: Final = "refused"
SLOWED: Final = "slowed"
STOPPED: Final = "stopped"


async def lock(session: AsyncSession) -> None:
    """Wait for whoever changes a domain's state, to the end of the transaction. Taken after all other locks."""
    await session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": domains_lock_key()})


async def get(session: AsyncSession, domain: str) -> SendingDomain | None:
    """What is on record of a domain, as it stands now."""
    return await session.get(SendingDomain, normal_domain(domain), populate_existing=True)


async def listing(session: AsyncSession) -> Sequence[SendingDomain]:
    """Every domain on record, by name."""
    return (await session.scalars(select(SendingDomain).order_by(SendingDomain.domain))).all()


async def in_use(session: AsyncSession) -> dict[str, list[str]]:
    """The domains of our players' mailboxes, by name, each with its mailboxes in normal form."""
    found: dict[str, list[str]] = {}
    for mailbox in sorted({normal_form(one) for one in await session.scalars(select(Player.mailbox))}):
        found.setdefault(mailbox.rpartition("@")[2], []).append(mailbox)
    return dict(sorted(found.items()))


async def keep_findings(session: AsyncSession, domain: str, findings: list[dict[str, Any]], at: datetime) -> None:
    """Keep what a preflight found; the domain's state stays what it is."""
    values = {"findings": findings, "checked_at": at}
    row = insert(SendingDomain).values(domain=normal_domain(domain), state=UNCHECKED, since=at, **values)
    await session.execute(row.on_conflict_do_update(index_elements=[SendingDomain.domain], set_=values))


async def activate(session: AsyncSession, domain: str, by: str, at: datetime) -> SendingDomain:
    """Its preflight was passed: it may send. One that is slowed or stopped stays so until it is lifted."""
    found = await changing(session, domain, at)
    found.activated_at = found.activated_at or at
    if found.state not in (ACTIVE, SLOWED, STOPPED):
        change(found, ACTIVE, "passed its preflight", by, at)
    await session.flush()
    return found


async def refuse(session: AsyncSession, domain: str, reason: str, by: str, at: datetime) -> SendingDomain:
    """Its preflight was not passed. One that sends already goes on: only whoever runs the check knows what changed."""
    found = await changing(session, domain, at)
    if found.activated_at is None and found.state != STOPPED:
        change(found, REFUSED, reason, by, at)
    await session.flush()
    return found


async def lift(session: AsyncSession, domain: str, reason: str, by: str, at: datetime) -> SendingDomain | None:
    """Let a slowed or stopped domain send in full again; complaints count anew from here. None: it was neither."""
    await lock(session)
    found = await get(session, domain)
    if found is None or found.state not in (SLOWED, STOPPED):
        return None
    found.counts_from = at
    change(found, ACTIVE if found.activated_at else UNCHECKED, reason, by, at)
    await session.flush()
    return found


async def changing(session: AsyncSession, domain: str, at: datetime) -> SendingDomain:
    """The domain's row, made if need be, under the lock."""
    await lock(session)
    new = insert(SendingDomain).values(domain=normal_domain(domain), state=UNCHECKED, since=at)
    await session.execute(new.on_conflict_do_nothing(index_elements=[SendingDomain.domain]))
    return await session.get_one(SendingDomain, normal_domain(domain), populate_existing=True)


def change(found: SendingDomain, state: str, reason: str, by: str, at: datetime) -> None:
    """Write another state with who, when and why."""
    found.state, found.reason, found.changed_by, found.since = state, reason, by, at
