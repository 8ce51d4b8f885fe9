"""One person added by hand: held to what a row of an import is held to. Many come by `importing.py`."""

import uuid
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from plays.events import PERSONAS
from records.addresses import normal_form
from records.db import lock_address
from records.erasures import ASKED_US, erased_among
from records.sheets import cells
from records.sheets.faults import BadCell
from records.tables import Account, Contact

_NAME = cells.text_up_to(200)
BASIS = "legitimate-interest"


async def add(
    session: AsyncSession, account: Account, name: str, persona: str, email: str, phone: str, title: str, source: str
) -> Contact:
    """A new contact of the account. Raises BadCell for what cannot be taken, and for an address that is known there."""
    first, _, last = _NAME(name).strip().partition(" ")
    address = cells.email(email.strip()) if email.strip() else None
    if address is not None:
        await _refuse_erased(session, address)
        await _refuse_known(session, account, address)
    made = Contact(
        id=f"c-{uuid.uuid4().hex[:12]}",
        account=account.id,
        first_name=first,
        last_name=last.strip(),
        title=_NAME(title),
        persona=cells.one_of(PERSONAS)(persona.strip()),
        email=address,
        address=normal_form(address) if address else None,
        phone=cells.phone(phone.strip(), account.country) if phone.strip() else None,
        consent_basis=BASIS,
        consent_source=_NAME(source),
        consent_at=datetime.now(UTC).date(),
    )
    session.add(made)
    await session.flush()
    await session.refresh(made)
    return made


async def _refuse_erased(session: AsyncSession, email: str) -> None:
    await lock_address(session, normal_form(email))  # an erasure holds it
    if await erased_among(session, {normal_form(email)}):
        raise BadCell(ASKED_US, "They are not to be contacted again")


async def _refuse_known(session: AsyncSession, account: Account, email: str) -> None:
    same = select(Contact.id).where(Contact.account == account.id, Contact.address == normal_form(email))
    if (known := (await session.scalars(same)).first()) is not None:
        raise BadCell(f"a contact of {account.id} has this address already: {known}", "Use that one")
