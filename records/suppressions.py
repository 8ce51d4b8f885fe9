"""Suppressions: whom we do not contact until lifted, by address, domain, contact or account.

Whoever writes one here takes the locks the gate takes, so that no touch begins once the transaction has committed.
What an event suppresses by itself is `stops.py`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal, get_args

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from records.addresses import normal_domain, normal_form
from records.db import lock_account, lock_address, lock_everyone
from records.tables import Contact, Suppression

SuppressionScope = Literal["address", "domain", "contact", "account"]
SCOPES: Final[tuple[str, ...]] = get_args(SuppressionScope)


def normal_value(scope: SuppressionScope, value: str) -> str:
    """The value as it is stored and compared: normal form of an address or domain, an id as it is."""
    match scope:
        case "address":
            return normal_form(value)
        case "domain":
            return normal_domain(value.strip().lstrip("@"))
        case _:
            return value.strip()


async def place(
    session: AsyncSession,
    scope: SuppressionScope,
    value: str,
    reason: str,
    by: str,
    *,
    channel: str | None = None,
    event: str | None = None,
) -> Suppression:
    """Suppress, for one channel or all. One live row per scope, value and channel: a second call returns the first."""
    value = normal_value(scope, value)
    await _lock(session, scope, value)
    live = select(Suppression).where(
        Suppression.value == value,
        Suppression.scope == scope,
        Suppression.lifted_at.is_(None),
        Suppression.channel.is_not_distinct_from(channel),
    )
    found = (await session.scalars(live.limit(1))).one_or_none()
    if found is not None:
        return found
    made = Suppression(scope=scope, value=value, channel=channel, reason=reason, created_by=by, event=event)
    session.add(made)
    await session.flush()
    return made


async def lift(session: AsyncSession, suppression_id: int, by: str, at: datetime) -> Suppression | None:
    """End a suppression; None when there is no live one with this number. The row stays, with who lifted it."""
    found = await session.get(Suppression, suppression_id, with_for_update=True)
    if found is None or found.lifted_at is not None:
        return None
    found.lifted_at, found.lifted_by = at, by
    return found


async def listing(
    session: AsyncSession, *, scope: SuppressionScope | None = None, value: str | None = None, lifted: bool = False
) -> Sequence[Suppression]:
    """The newest first; only those in force unless `lifted`."""
    query = select(Suppression).order_by(Suppression.id.desc())
    if not lifted:
        query = query.where(Suppression.lifted_at.is_(None))
    if scope is not None:
        query = query.where(Suppression.scope == scope)
        value = normal_value(scope, value) if value is not None else None
    if value is not None:
        query = query.where(Suppression.value == value)
    return (await session.scalars(query)).all()


async def _lock(session: AsyncSession, scope: SuppressionScope, value: str) -> None:
    match scope:
        case "address":
            await lock_address(session, value)
        case "domain":
            await lock_everyone(session)
        case "contact":
            account = await session.scalar(select(Contact.account).where(Contact.id == value))
            await lock_account(session, account or value)
        case "account":
            await lock_account(session, value)
