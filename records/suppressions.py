"""Suppressions: whom we do not contact until lifted, by address, domain, contact or account; per channel and purpose.

Whoever writes one here takes the locks the gate takes, so that no touch begins once the transaction has committed.
What an event suppresses by itself is `stops.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from records.addresses import normal_domain, normal_form
from records.db import address_lock_key, lock_account, lock_address, lock_everyone
from records.erasures import erased_among
from records.tables import Contact, Suppression

SuppressionScope = Literal["address", "domain", "contact", "account"]
SCOPES: Final[tuple[str, ...]] = get_args(SuppressionScope)
BATCH: Final = 500  # in one transaction: each takes a lock, and Postgres has room for some thousands


@dataclass(frozen=True)
class Wanted:
    """One to be placed: of a list, a provider's or a file. `value` is in normal form."""

    scope: SuppressionScope
    value: str
    reason: str
    channel: str | None = None
    purpose: str | None = None
    at: datetime | None = None  # since when it stands on the list; one that was lifted since is not placed again


@dataclass(frozen=True)
class Placed:
    """What became of many: placed now, in force before, lifted by us since they were listed, people we have erased."""

    new: int = 0
    known: int = 0
    lifted: int = 0
    erased: int = 0

    def __add__(self, other: "Placed") -> "Placed":
        return Placed(
            self.new + other.new, self.known + other.known, self.lifted + other.lifted, self.erased + other.erased
        )


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
    purpose: str | None = None,
    event: str | None = None,
) -> Suppression:
    """Suppress, for one channel and purpose or all. One live row of a kind: a second call returns the first."""
    value = normal_value(scope, value)
    await _lock(session, scope, value)
    live = select(Suppression).where(
        Suppression.value == value,
        Suppression.scope == scope,
        Suppression.lifted_at.is_(None),
        Suppression.channel.is_not_distinct_from(channel),
        Suppression.purpose.is_not_distinct_from(purpose),
    )
    found = (await session.scalars(live.limit(1))).one_or_none()
    if found is not None:
        return found
    made = Suppression(
        scope=scope, value=value, channel=channel, purpose=purpose, reason=reason, created_by=by, event=event
    )
    session.add(made)
    await session.flush()
    await session.refresh(made)
    return made


async def place_all(
    session: AsyncSession, wanted: Sequence[Wanted], by: str, *, listed: bool = False, dry_run: bool = False
) -> Placed:
    """`place` for at most BATCH of them in the caller's transaction. `listed`: what we lifted since it was listed stays
    lifted, for ours is the authority. Nobody who was erased is named again.
    """
    values = sorted({one.value for one in wanted})
    if not dry_run:
        await _lock_all(session, wanted)
    erased = await erased_among(session, {one.value for one in wanted if one.scope == "address"})
    rows = list(await session.scalars(select(Suppression).where(Suppression.value.in_(values))))
    live = {_kind_of(one) for one in rows if one.lifted_at is None}
    lifted = {_kind_of(one): one.lifted_at for one in sorted(rows, key=lambda row: row.id) if one.lifted_at is not None}
    done = Placed()
    for one in wanted:
        kind = (one.scope, one.value, one.channel, one.purpose)
        since = lifted.get(kind)
        if one.value in erased:
            done += Placed(erased=1)
        elif kind in live:
            done += Placed(known=1)
        elif listed and since is not None and (one.at is None or one.at <= since):
            done += Placed(lifted=1)
        else:
            done += Placed(new=1)
            live.add(kind)
            if not dry_run:
                session.add(_row(one, by))
    await session.flush()
    return done


def _row(one: Wanted, by: str) -> Suppression:
    return Suppression(
        scope=one.scope, value=one.value, channel=one.channel, purpose=one.purpose, reason=one.reason, created_by=by
    )


def _kind_of(row: Suppression) -> tuple[str, str, str | None, str | None]:
    return row.scope, row.value, row.channel, row.purpose


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


async def _lock_all(session: AsyncSession, wanted: Sequence[Wanted]) -> None:
    """Everyone's lock for domains, then accounts, then addresses: the order of the gate and of events."""
    of = {scope: sorted({one.value for one in wanted if one.scope == scope}) for scope in SCOPES}
    if of["domain"]:
        await lock_everyone(session)
    theirs = await session.scalars(select(Contact.account).where(Contact.id.in_(of["contact"])))
    for account in sorted({*of["account"], *theirs}):
        await lock_account(session, account)
    await session.execute(_LOCK_ADDRESSES, {"keys": [address_lock_key(value) for value in of["address"]]})


_LOCK_ADDRESSES: Final = text(
    "select pg_advisory_xact_lock(key) from unnest(cast(:keys as bigint[])) with ordinality as listed(key, place)"
)


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
