"""Reads of people: contacts of theirs, players of ours, and who of ours holds which role at which account."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from records.addresses import normal_form
from records.tables import AccountRole, Contact, Player


async def contact(session: AsyncSession, contact_id: str) -> Contact | None:
    """The contact with this external id, also when they left the firm (`gone`)."""
    return await session.get(Contact, contact_id)


async def contacts_of(session: AsyncSession, account: str) -> Sequence[Contact]:
    """The people at the account who are still there, in the order of their ids."""
    query = select(Contact).where(Contact.account == account, Contact.gone.is_(False)).order_by(Contact.id)
    return (await session.scalars(query)).all()


async def find_contact_by_address(session: AsyncSession, address: str) -> Contact | None:
    """The contact whose email has this normal form. Of several, one who has not left, then the most engaged."""
    query = (
        select(Contact)
        .where(Contact.address == normal_form(address))
        .order_by(Contact.gone, Contact.engagement.desc(), Contact.id)
        .limit(1)
    )
    return (await session.scalars(query)).one_or_none()


async def contacts(session: AsyncSession) -> Sequence[Contact]:
    """Everybody at every account, also those who left, in the order of account and id."""
    return (await session.scalars(select(Contact).order_by(Contact.account, Contact.id))).all()


async def contact_ids(session: AsyncSession) -> Sequence[str]:
    """Every contact's id, for a "did you mean"."""
    return (await session.scalars(select(Contact.id).order_by(Contact.id))).all()


async def player(session: AsyncSession, player_id: str) -> Player | None:
    """The player with this id."""
    return await session.get(Player, player_id)


async def players(session: AsyncSession) -> Sequence[Player]:
    """All our players, in the order of their ids."""
    return (await session.scalars(select(Player).order_by(Player.id))).all()


async def role_holder(session: AsyncSession, account: str, role: str) -> Player | None:
    """Who holds the role at the account; without an entry there, the first player (by id) who may hold it anywhere."""
    held = (
        select(Player)
        .join(AccountRole, AccountRole.player == Player.id)
        .where(AccountRole.account == account, AccountRole.role == role)
    )
    holder = (await session.scalars(held)).one_or_none()
    if holder is not None:
        return holder
    able = select(Player).where(Player.roles.contains([role])).order_by(Player.id).limit(1)
    return (await session.scalars(able)).one_or_none()
