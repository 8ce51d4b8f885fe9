"""What conditions may know of an account and of a contact, as `plays/facts.py` declares it: plain values, no names.

Texts see more of a contact; that is `activities/knowledge.py`.
"""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from records.tables import Account, Contact


def account_facts(one: Account, contacts: int) -> dict[str, Any]:
    """`account` in conditions; `contacts` is how many people there we know."""
    return {
        "id": one.id,
        "name": one.name,
        "tier": one.tier,
        "segment": one.segment,
        "lifecycle": one.lifecycle,
        "country": one.country or "",
        "locale": one.locale or "",
        "facts": one.facts,
        "anchors": one.anchors,
        "contacts": contacts,
    }


def contact_facts(one: Contact) -> dict[str, Any]:
    """`contact` in conditions."""
    return {
        "id": one.id,
        "persona": one.persona,
        "title": one.title,
        "seniority": one.seniority,
        "engagement": one.engagement,
        "country": one.country or "",
        "locale": one.locale or "",
        "facts": one.facts,
    }


async def contacts_at(session: AsyncSession, account: str) -> int:
    """How many people of the account we know who have not left it."""
    query = select(func.count()).select_from(Contact).where(Contact.account == account, Contact.gone.is_(False))
    return await session.scalar(query) or 0
