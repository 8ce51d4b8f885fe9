"""Referrals (base contract B4): the person somebody named becomes a contact, and both remember the other.

Who was named takes the place of who named them when an audience is resolved: `facts.referred_to`.
"""

import hashlib
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from records.addresses import normal_form
from records.erasures import erased_among
from records.matching import text_of
from records.sheets import cells
from records.sheets.faults import BadCell
from records.tables import Contact, Event

REFERRED: Final = "referred"  # the event's own word for the contact's id; empty while nobody is named
BASIS: Final = "legitimate-interest"  # a colleague named them to us for this matter; country rules still decide
MAX_NAME: Final = 100


async def take_referral(session: AsyncSession, event: Event) -> str | None:
    """Make the person a referring reply names (`referred_email`, `referred_name`) a contact; their id.

    None when nobody is named by an address that can be written to, they belong to another account, or were erased.
    """
    try:
        email = cells.email(text_of(event.data, "referred_email"))
    except BadCell:
        return None
    referrer = await session.get(Contact, event.contact) if event.contact else None
    if not email or event.account is None or await erased_among(session, {normal_form(email)}):
        return None
    known = (await session.scalars(select(Contact).where(Contact.address == normal_form(email)))).all()
    person = next((one for one in known if one.account == event.account), None)
    if person is None:
        if known:
            return None
        person = _new(event, email, referrer)
        session.add(person)
    await session.flush()
    if referrer is not None:
        await refer(session, referrer.id, person.id)
    return person.id


async def refer(session: AsyncSession, referrer: str, person: str) -> None:
    """Both remember it. Nobody refers to themselves."""
    who, whom = await session.get(Contact, referrer), await session.get(Contact, person)
    if who is None or whom is None or referrer == person:
        return
    who.facts = {**who.facts, "referred_to": person}
    whom.facts = {**whom.facts, "referred_by": referrer}
    await session.flush()


def _new(event: Event, email: str, referrer: Contact | None) -> Contact:
    """The id holds nothing personal. What is not known of them is taken from who named them."""
    first, _, last = text_of(event.data, "referred_name")[:MAX_NAME].partition(" ")
    return Contact(
        id=f"ref-{hashlib.sha256(event.id.encode()).hexdigest()[:12]}",
        account=event.account,
        first_name=first,
        last_name=last.strip(),
        title="",
        persona=referrer.persona if referrer else "champion",
        seniority=referrer.seniority if referrer else 0,
        engagement=0,
        email=email,
        address=normal_form(email),
        zone=referrer.zone if referrer else None,
        country=referrer.country if referrer else None,
        locale=referrer.locale if referrer else None,
        consent_basis=BASIS,
        consent_source=f"referral, {event.id}"[:200],
        consent_at=event.occurred_at.date(),
        facts={},
        gone=False,
    )
