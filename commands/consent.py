"""`starter.py contacts consent …`: on what ground we may write to a person. What it is weighed by is
`activities/consent.py`; docs/consent.md says what to do when.
"""

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.output import Json, row_of, say, show_json, show_list

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from records.consents import Standing
    from records.tables import Consent, Contact

WARNED = 30  # days before a ground runs out
HISTORY = {
    "purpose": "purpose",
    "basis": "basis",
    "source": "source",
    "at": "from",
    "until": "until",
    "created_by": "by",
    "created_at": "recorded",
}
EXPIRING = {
    "contact": "contact",
    "account": "account",
    "country": "country",
    "basis": "basis",
    "at": "from",
    "ends": "ends",
    "days": "days left",
}


def consent(
    contact: Annotated[str | None, typer.Argument(metavar="[CONTACT]", help="The contact's id.")] = None,
    basis: Annotated[
        str | None, typer.Option(help="consent, existing-business, enquiry, legitimate-interest or published.")
    ] = None,
    source: Annotated[str, typer.Option(help="Where it was given or taken back: a form, a fair, a call.")] = "",
    at: Annotated[str | None, typer.Option(help="Its day, 2026-11-30; today without it.")] = None,
    until: Annotated[str | None, typer.Option(help="The last day it holds.")] = None,
    purpose: Annotated[str, typer.Option(help="marketing or service.")] = "marketing",
    withdraw: Annotated[bool, typer.Option("--withdraw", help="They have taken it back.")] = False,
    expiring: Annotated[bool, typer.Option("--expiring", help="Whose ground runs out soon, or has run out.")] = False,
    within: Annotated[int, typer.Option(min=0, max=3650, help="For --expiring: in how many days.")] = WARNED,
    by: Annotated[str, typer.Option(help="Who records it.")] = "ops",
    as_json: Json = False,
) -> None:
    """Show, record or withdraw the ground for writing to a person. In force when this returns."""
    from commands.failures import Wrong

    if expiring:
        _list_expiring(within, as_json)
    elif contact is None:
        raise Wrong("Name a contact, or say --expiring. Nothing was changed.")
    elif withdraw and basis is not None:
        raise Wrong("--withdraw needs no --basis: say one of the two. Nothing was changed.")
    elif withdraw or basis is not None:
        _write(contact, purpose, None if withdraw else basis, source, (at, until), by, as_json)
    else:
        _show(contact, as_json)


def _write(
    contact: str,
    purpose: str,
    basis: str | None,
    source: str,
    days: tuple[str | None, str | None],
    by: str,
    as_json: bool,
) -> None:
    from commands.connections import with_records
    from commands.failures import Wrong
    from records import consents
    from records.sheets.cells import iso_date
    from records.sheets.faults import BadCell

    async def work(session: "AsyncSession") -> "Consent":
        person = await _person(session, contact)
        try:
            first = iso_date(days[0]) if days[0] else datetime.now(UTC).date()
            last = iso_date(days[1]) if days[1] else None
            if basis is None:
                return await consents.withdraw(session, person, _purpose(purpose), source or "asked us", first, by)
            return await consents.record(session, person, _purpose(purpose), basis, source, first, last, by)
        except BadCell as fault:
            raise Wrong(f"{fault.reason}. {fault.right}. Nothing was changed.") from fault

    made = with_records(work)
    if as_json:
        show_json(made)
    elif basis is None:
        say(f"{contact} has withdrawn their consent to {purpose} mail: none goes out from now on.")
        say(f"They object to more than mail? ./starter.py suppress add --contact {contact} --reason 'asked us'")
    else:
        end = f" until {made.until}" if made.until else ""
        say(f"{contact} may be sent {purpose} mail on the ground '{made.basis}' from {made.at}{end}, where it counts.")


def _show(contact: str, as_json: bool) -> None:
    from activities.consent import Ground, Writing, lacks_consent, last_day
    from commands.connections import with_records
    from records import consents

    async def work(session: "AsyncSession") -> "tuple[list[Consent], Standing]":
        person = await _person(session, contact)
        return list(await consents.history(session, contact)), await consents.standing(session, person, "marketing")

    rows, stands = with_records(work)
    ground = Ground(stands.basis, stands.at, stands.until)
    lacking = lacks_consent(ground, Writing("marketing", stands.country, datetime.now(UTC).date()))
    if as_json:
        ends = last_day(ground, stands.country)
        about = row_of(stands) | {"may_be_mailed": not lacking, "why_not": lacking, "ends": ends}
        show_json({"marketing": about, "history": [row_of(one) for one in rows]})
        return
    where = stands.country or "an unknown country"
    say(f"{contact} in {where}: {lacking or 'marketing mail may go out'}.")
    if not rows and stands.basis:
        say(f"The ground is '{stands.basis}', as their list said ({stands.source or 'no source given'}).")
    empty = "Nothing was recorded by hand."
    show_list([row_of(one) for one in rows], HISTORY, as_json=False, title="Consent", empty=empty)


def _list_expiring(within: int, as_json: bool) -> None:
    from commands.connections import with_records
    from records import consents

    today = datetime.now(UTC).date()
    found = with_records(consents.every_standing)
    rows = sorted(filter(None, (_ending(one, today, within) for one in found)), key=lambda row: row["days"])
    empty = f"No ground runs out within {within} days."
    show_list(rows, EXPIRING, as_json=as_json, title="Grounds that run out", empty=empty)


def _ending(one: "Standing", today: date, within: int) -> dict[str, Any] | None:
    from activities.consent import WITHDRAWN, Ground, last_day

    ends = last_day(Ground(one.basis, one.at, one.until), one.country)
    if ends is None or one.basis == WITHDRAWN or ends > today + timedelta(days=within):
        return None
    return row_of(one) | {"ends": ends, "days": (ends - today).days}


async def _person(session: "AsyncSession", contact: str) -> "Contact":
    from commands.targets import existing
    from records import people

    await existing(session, None, contact)
    found = await people.contact(session, contact)
    assert found is not None  # noqa: S101 - `existing` has looked
    return found


def _purpose(purpose: str) -> Any:
    from commands.failures import Wrong
    from commands.suggestions import did_you_mean
    from records.consents import PURPOSES

    if purpose not in PURPOSES:
        raise Wrong(f"A purpose is marketing or service, not '{purpose}'.{did_you_mean(purpose, list(PURPOSES))}")
    return purpose
