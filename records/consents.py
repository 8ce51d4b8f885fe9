"""On what ground we may write to a person, per purpose: recorded, withdrawn, listed. The newest record counts.

Where there is none, what their list said (`contacts.consent_*`) stands for marketing. Which ground is enough where is
`activities/consent.py`. Recording takes the locks of the gate: a withdrawal that has committed is seen by every mail.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, get_args

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from plays.places import country_of
from records.db import lock_account, lock_address
from records.sheets import cells
from records.sheets.faults import BadCell
from records.sheets.kinds import CONSENTS
from records.tables import Account, Consent, Contact

Purpose = Literal["marketing", "service"]
PURPOSES: Final[tuple[str, ...]] = get_args(Purpose)
WITHDRAWN: Final = "none"
_SOURCE: Final = cells.text_up_to(200)


@dataclass(frozen=True)
class Standing:
    """The ground that counts for one person and purpose, with where it comes from and where they are."""

    contact: str
    account: str
    country: str | None
    purpose: str
    basis: str | None
    source: str
    at: date | None
    until: date | None


async def record(
    session: AsyncSession,
    contact: Contact,
    purpose: Purpose,
    basis: str,
    source: str,
    at: date,
    until: date | None,
    by: str,
) -> Consent:
    """Write down a ground. Raises BadCell for a basis that is none, a source that is empty and dates out of order."""
    basis = cells.one_of(CONSENTS)(basis.strip())
    if not source.strip():
        raise BadCell("the source is empty", "Say where it was given: a form, a fair, a contract")
    if until is not None and until < at:
        raise BadCell(f"{until} is before {at}", "Check both dates")
    return await _add(session, contact, purpose, basis, _SOURCE(source.strip()), at, until, by)


async def withdraw(
    session: AsyncSession, contact: Contact, purpose: Purpose, source: str, at: date, by: str
) -> Consent:
    """They have taken it back. A second time on the same day changes nothing. Raises BadCell for an odd source."""
    newest = await newest_of(session, contact.id, purpose)
    if newest is not None and (newest.basis, newest.at) == (WITHDRAWN, at):
        return newest
    return await _add(session, contact, purpose, WITHDRAWN, _SOURCE(source.strip()), at, None, by)


async def newest_of(session: AsyncSession, contact: str, purpose: str) -> Consent | None:
    """The record that counts."""
    query = select(Consent).where(Consent.contact == contact, Consent.purpose == purpose)
    return (await session.scalars(query.order_by(Consent.id.desc()).limit(1))).one_or_none()


async def history(session: AsyncSession, contact: str) -> Sequence[Consent]:
    """Everything recorded of the person, the newest first."""
    return (await session.scalars(select(Consent).where(Consent.contact == contact).order_by(Consent.id.desc()))).all()


async def standing(session: AsyncSession, contact: Contact, purpose: str) -> Standing:
    """The ground that counts for the person now."""
    account = await session.get(Account, contact.account)
    return _standing(contact, account, purpose, await newest_of(session, contact.id, purpose))


async def every_standing(session: AsyncSession) -> list[Standing]:
    """The marketing ground of everybody who is still there and can be mailed."""
    last = select(func.max(Consent.id)).where(Consent.purpose == "marketing").group_by(Consent.contact)
    newest = select(Consent).where(Consent.id.in_(last))
    recorded = {one.contact: one for one in await session.scalars(newest)}
    people = select(Contact, Account).join(Account, Account.id == Contact.account)
    people = people.where(Contact.gone.is_(False), Contact.address.is_not(None)).order_by(Contact.id)
    rows = (await session.execute(people)).all()
    return [_standing(contact, account, "marketing", recorded.get(contact.id)) for contact, account in rows]


def _standing(contact: Contact, account: Account | None, purpose: str, newest: Consent | None) -> Standing:
    country = country_of(contact.country, contact.phone, account.country if account else None)
    about = (contact.id, contact.account, country, purpose)
    if newest is not None:
        return Standing(*about, newest.basis, newest.source, newest.at, newest.until)
    if purpose != "marketing":
        return Standing(*about, None, "", None, None)
    return Standing(
        *about, contact.consent_basis, contact.consent_source or "", contact.consent_at, contact.consent_until
    )


async def _add(
    session: AsyncSession,
    contact: Contact,
    purpose: str,
    basis: str,
    source: str,
    at: date,
    until: date | None,
    by: str,
) -> Consent:
    await lock_account(session, contact.account)
    if contact.address:
        await lock_address(session, contact.address)
    made = Consent(contact=contact.id, purpose=purpose, basis=basis, source=source, at=at, until=until, created_by=by)
    session.add(made)
    await session.flush()
    await session.refresh(made)
    return made
