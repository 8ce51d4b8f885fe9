"""Reads of accounts. Writing them is `importing.py`; the people at them are in `people.py`."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from records.addresses import normal_domain
from records.tables import Account


async def account(session: AsyncSession, account_id: str) -> Account | None:
    """The account with this external id."""
    return await session.get(Account, account_id)


async def accounts(session: AsyncSession, *, segment: str | None = None) -> Sequence[Account]:
    """All accounts, or those of one segment, in the order of their ids."""
    query = select(Account).order_by(Account.id)
    if segment is not None:
        query = query.where(Account.segment == segment)
    return (await session.scalars(query)).all()


async def segments(session: AsyncSession) -> Sequence[str]:
    """Every segment that some account has, for a "did you mean"."""
    query = select(Account.segment).where(Account.segment != "").distinct().order_by(Account.segment)
    return (await session.scalars(query)).all()


async def account_ids(session: AsyncSession) -> Sequence[str]:
    """Every account's id, for a "did you mean"."""
    return (await session.scalars(select(Account.id).order_by(Account.id))).all()


async def account_by_domain(session: AsyncSession, domain: str) -> Account | None:
    """The account that owns this domain or the nearest domain above it (`eu.mail.acme.example` -> `acme.example`).

    None when two accounts claim the domain: a guess would halt or start a play at the wrong firm.
    """
    owners = await claimants(session, domain)
    return owners[0] if len(owners) == 1 else None


async def claimants(session: AsyncSession, domain: str) -> Sequence[Account]:
    """The accounts, two at most, that name this domain or the nearest one above it that anybody names."""
    labels = normal_domain(domain).split(".")
    for first in range(max(len(labels) - 1, 1)):
        candidate = ".".join(labels[first:])
        query = select(Account).where(Account.domains.contains([candidate])).order_by(Account.id).limit(2)
        owners = (await session.scalars(query)).all()
        if owners:
            return owners
    return []
