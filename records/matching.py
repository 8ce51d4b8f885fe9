"""Whom an event is about: Message-ID first, then contact, address, account, domain. Never the subject of a mail.

Reads only. What follows from a match is `stops.py` and the router.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from records.accounts import account_by_domain
from records.addresses import normal_form
from records.tables import Account, Contact, Task, Touch


@dataclass(frozen=True)
class Match:
    """Ids of whom and what an event is about, and the addresses (normal form) it speaks of."""

    account: str | None = None
    contact: str | None = None
    touch: str | None = None
    addresses: tuple[str, ...] = ()


async def match(session: AsyncSession, data: Mapping[str, Any]) -> Match:
    """Find account, contact and touch from an event's `message_id`, `contact`, `email`, `account` or `task`.

    The sender may be a colleague of the person written to: the touch says which conversation, the address who.
    """
    email = normal_form(text_of(data, "email")) if text_of(data, "email") else ""
    touch = await _touch(session, text_of(data, "message_id"))
    contact = await _contact(session, data, email, touch)
    account = touch.account if touch else contact.account if contact else await _account(session, data, email)
    return Match(
        account=account,
        contact=contact.id if contact else None,
        touch=touch.key if touch else None,
        addresses=_addresses(email, contact, touch),
    )


def text_of(data: Mapping[str, Any], key: str) -> str:
    """The text under this key, stripped; empty when there is none or it is no text."""
    value = data.get(key)
    return value.strip() if isinstance(value, str) else ""


async def _touch(session: AsyncSession, message_id: str) -> Touch | None:
    if not message_id:
        return None
    named = f"<{message_id.strip('<>')}>"
    return (await session.scalars(select(Touch).where(Touch.message_id == named))).one_or_none()


async def _contact(session: AsyncSession, data: Mapping[str, Any], email: str, touch: Touch | None) -> Contact | None:
    if named := text_of(data, "contact"):
        known = await session.get(Contact, named)
        if known:
            return known
    if email:
        near = touch.account if touch else text_of(data, "account")
        query = (
            select(Contact)
            .where(Contact.address == email)
            .order_by((Contact.account == near).desc(), Contact.gone, Contact.engagement.desc(), Contact.id)
            .limit(1)
        )
        # Somebody who answers from an address we do not know is the person written to only if no address was given.
        return (await session.scalars(query)).one_or_none()
    return await session.get(Contact, touch.contact) if touch and touch.contact else None


async def _account(session: AsyncSession, data: Mapping[str, Any], email: str) -> str | None:
    named = text_of(data, "account")
    if named and await session.get(Account, named) is not None:
        return named
    if isinstance(task := data.get("task"), int):
        return await session.scalar(select(Task.account).where(Task.id == task))
    if "@" in email:
        owner = await account_by_domain(session, email.rpartition("@")[2])
        return owner.id if owner else None
    return None


def _addresses(email: str, contact: Contact | None, touch: Touch | None) -> tuple[str, ...]:
    """The addresses that belong to the person: the one given, the contact's, the one the touch went to."""
    found = {email, contact.address if contact else None}
    if touch and not email and (contact is None or contact.id == touch.contact):
        found.add(touch.address)
    return tuple(sorted(address for address in found if address))
