"""`starter.py accounts | contacts | players …`: who is there, read; one date moved, one contact added by hand.

Importing and exporting is `accounts.py`; what is written by hand is `by_hand.py`.
"""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.by_hand import add_contact, anchor
from commands.consent import consent
from commands.erase import erase
from commands.output import Json, examples, row_of, show_facts, show_json, show_list

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

app = typer.Typer()
accounts_app = typer.Typer(help="Accounts: list, show, anchor.", no_args_is_help=True)
contacts_app = typer.Typer(help="Contacts: list, add, consent, erase.", no_args_is_help=True)
players_app = typer.Typer(help="Our players: list.", no_args_is_help=True)
accounts_app.command("anchor", epilog=examples("accounts anchor acme renewal 2027-03-31 --dry-run"))(anchor)
contacts_app.command(
    "add", epilog=examples('contacts add --account acme --name "Zoe New" --email zoe@acme.example --persona champion')
)(add_contact)
contacts_app.command(
    "consent",
    epilog=examples(
        "contacts consent c-17",
        "contacts consent c-17 --basis existing-business --source 'order 4711' --at 2026-03-01",
        "contacts consent c-17 --withdraw --source 'said so on the phone'",
        "contacts consent --expiring --within 60",
    ),
)(consent)
contacts_app.command(
    "erase",
    epilog=examples("contacts erase c-17 --dry-run", "contacts erase c-17", "contacts erase --email ann@acme.example"),
)(erase)
app.add_typer(accounts_app, name="accounts")
app.add_typer(contacts_app, name="contacts")
app.add_typer(players_app, name="players")

ACCOUNTS = {
    "id": "id",
    "name": "name",
    "tier": "tier",
    "segment": "segment",
    "lifecycle": "lifecycle",
    "country": "country",
    "zone": "zone",
}
CONTACTS = {
    "id": "id",
    "account": "account",
    "first_name": "first name",
    "last_name": "last name",
    "persona": "persona",
    "title": "title",
    "email": "email",
    "country": "country",
    "gone": "gone",
}
PLAYERS = {
    "id": "id",
    "name": "name",
    "title": "title",
    "roles": "roles",
    "email": "email",
    "zone": "zone",
    "manager": "manager",
    "cover": "cover",
    "absent_from": "absent from",
    "absent_until": "until",
}
RUNS = {
    "workflow_id": "run",
    "state": "state",
    "made": "touches",
    "open_tasks": "tasks",
    "outcome": "outcome",
    "reason": "reason",
}


@accounts_app.command("list", epilog=examples("accounts list", "accounts list --segment fintech --json"))
def list_accounts(
    segment: Annotated[str | None, typer.Option(help="Only this segment.")] = None, as_json: Json = False
) -> None:
    """List the accounts."""
    from commands.connections import with_records
    from records import accounts

    found = with_records(lambda session: accounts.accounts(session, segment=segment))
    empty = "No account. Import some: ./starter.py import accounts.csv contacts.csv players.csv"
    if segment:
        empty = f"No account is in the segment '{segment}'."
    show_list([row_of(one) for one in found], ACCOUNTS, as_json=as_json, title="Accounts", empty=empty)


@accounts_app.command("show", epilog=examples("accounts show acme", "accounts show acme --json"))
def show_account(
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account's id.")], as_json: Json = False
) -> None:
    """Show one account: its facts, its people, and every run there."""
    from commands.connections import with_records
    from commands.targets import existing
    from records import accounts, people
    from records.overview import run_lines

    async def work(session: "AsyncSession") -> dict[str, Any]:
        await existing(session, account, None)
        return {
            "account": row_of(await accounts.account(session, account)),
            "contacts": [row_of(one) for one in await people.contacts_of(session, account)],
            "runs": [row_of(line) for line in await run_lines(session, account=account, ended=True)],
        }

    found = with_records(work)
    if as_json:
        show_json(found)
        return
    show_facts(found["account"])
    columns = {key: heading for key, heading in CONTACTS.items() if key != "account"}
    show_list(found["contacts"], columns, as_json=False, title="Contacts", empty="Nobody is known there.")
    show_list(found["runs"], RUNS, as_json=False, title="Runs", empty="No run yet.")


@contacts_app.command("list", epilog=examples("contacts list", "contacts list --account acme --json"))
def list_contacts(
    account: Annotated[str | None, typer.Option(help="Only those at this account.")] = None, as_json: Json = False
) -> None:
    """List the people at the accounts."""
    from commands.connections import with_records
    from commands.targets import existing
    from records import people

    async def work(session: "AsyncSession") -> list[Any]:
        if account is None:
            return list(await people.contacts(session))
        await existing(session, account, None)
        return list(await people.contacts_of(session, account))

    rows = [row_of(one) for one in with_records(work)]
    show_list(rows, CONTACTS, as_json=as_json, title="Contacts", empty="Nobody is known.")


@players_app.command("list", epilog=examples("players list", "players list --json"))
def list_players(as_json: Json = False) -> None:
    """List our own people: roles, who covers whom, who is away."""
    from commands.connections import with_records
    from records import people

    found = with_records(lambda session: people.players(session))
    show_list([row_of(one) for one in found], PLAYERS, as_json=as_json, title="Players", empty="No player is known.")
