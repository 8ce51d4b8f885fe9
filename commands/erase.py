"""`starter.py contacts erase`: somebody wants their data gone. What is blanked is `records/erasing.py`."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.output import Json, say, show_json, show_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from commands.connections import House
    from records.erasing import Erased
    from records.tables import Contact

QUESTION = "Their data cannot be brought back, and nobody will be able to add them again. Erase {who}?"


def erase(
    contact: Annotated[str | None, typer.Argument(metavar="[CONTACT]", help="The contact's id …")] = None,
    email: Annotated[str | None, typer.Option(help="… or an address, also of somebody who is no contact.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be cleared; write nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    by: Annotated[str, typer.Option(help="Who erases; kept.")] = "ops",
    as_json: Json = False,
) -> None:
    """Erase a person's data everywhere; a keyed hash keeps them from coming back. Cannot be undone."""
    from commands.confirming import confirm
    from commands.connections import with_house
    from commands.targets import one_of

    _, who = one_of(contact=contact, email=email)
    checked = _checked(email)
    if not dry_run:
        confirm(QUESTION.format(who=who), yes)
    done, routed = with_house(lambda house: _erase(house, contact, checked, by, dry_run))
    if as_json:
        show_json(_as_data(done) | {"written": not dry_run})
    else:
        _show(done, routed, dry_run)


def _checked(email: str | None) -> str | None:
    from commands.failures import Wrong
    from records.sheets.cells import email as address
    from records.sheets.faults import BadCell

    try:
        return address(email.strip()) if email is not None else None
    except BadCell as fault:
        raise Wrong(f"{fault.reason}. {fault.right}. Nothing was changed.") from fault


async def _erase(
    house: "House", contact: str | None, email: str | None, by: str, dry_run: bool
) -> "tuple[Erased, list[str]]":
    from commands.routing import route_now
    from records import erasing

    async with house.session() as session:
        people = await _people(session, contact, email)
        attempt = await session.begin_nested()
        done = await erasing.erase(session, people, email, by, datetime.now(UTC))
        await (attempt.rollback() if dry_run else attempt.commit())
    return done, [await route_now(house, event_id) for event_id in done.raised if not dry_run]


async def _people(session: "AsyncSession", contact: str | None, email: str | None) -> "Sequence[Contact]":
    from commands.targets import existing
    from records import erasing

    if contact is not None:
        await existing(session, None, contact)
    return await erasing.find(session, contact, email)


def _as_data(done: "Erased") -> dict[str, Any]:
    return {"contacts": done.contacts, "cleared": done.cleared, "under_way": done.under_way}


def _show(done: "Erased", routed: list[str], dry_run: bool) -> None:
    who = ", ".join(done.contacts) or "no contact; what else names the address"
    show_table("Would be cleared" if dry_run else "Cleared", ["table", "rows"], sorted(done.cleared.items()))
    if dry_run:
        say(f"It is about {who}. Nothing was written: this was a dry run.")
        return
    say(f"Erased: {who}. They stay suppressed, and no list or referral brings them back.")
    for sentence in routed:
        say(sentence)
    if done.under_way:
        say(f"{done.under_way} mails to them are under way or in doubt and keep their bytes: erase again in a week.")
