"""`starter.py suppress …`: whom we do not contact until lifted, by address, domain, contact or account.

Lists of them, from files and providers, are `suppress_lists.py`.
"""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.output import Json, examples, row_of, say, show_json, show_list
from commands.suppress_lists import export, mirror, take

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

app = typer.Typer(help="Suppressions: whom we never contact, until lifted.", no_args_is_help=True)
app.command(
    "import",
    epilog=examples("suppress import optouts.csv --dry-run", "suppress import list.txt --reason 'bought the firm'"),
)(take)
app.command("export", epilog=examples("suppress export suppressions.csv"))(export)
app.command("mirror", epilog=examples("suppress mirror", "suppress mirror esp --dry-run --json"))(mirror)

COLUMNS = {
    "id": "id",
    "scope": "scope",
    "value": "whom",
    "channel": "channel",
    "purpose": "purpose",
    "reason": "reason",
    "created_at": "since",
    "created_by": "by",
    "lifted_at": "lifted",
}


@app.command("list", epilog=examples("suppress list", "suppress list --of someone@firm.example", "suppress list --all"))
def list_suppressions(
    of: Annotated[str | None, typer.Option(help="Only those of this address, domain, contact or account.")] = None,
    lifted: Annotated[bool, typer.Option("--all", help="Also those that were lifted.")] = False,
    as_json: Json = False,
) -> None:
    """List whom we do not contact, the newest first."""
    from commands.connections import with_records
    from records import suppressions
    from records.addresses import normal_form

    value = normal_form(of) if of and "@" in of else of
    found = with_records(lambda session: suppressions.listing(session, value=value, lifted=lifted))
    rows = [row_of(one) for one in found]
    show_list(rows, COLUMNS, as_json=as_json, title="Suppressions", empty="Nobody is suppressed.")


@app.command(
    epilog=examples(
        "suppress add --address someone@firm.example --reason 'asked by phone'",
        "suppress add --domain firm.example --reason competitor",
        "suppress add --contact c-17 --channel email --reason 'calls only'",
        "suppress add --contact c-17 --purpose marketing --reason 'wants invoices, no news'",
    )
)
def add(
    reason: Annotated[str, typer.Option(help="Why; kept, and shown where a touch is skipped for it.")],
    address: Annotated[str | None, typer.Option(help="One email address …")] = None,
    domain: Annotated[str | None, typer.Option(help="… or everybody at a domain …")] = None,
    contact: Annotated[str | None, typer.Option(help="… or one person, by id …")] = None,
    account: Annotated[str | None, typer.Option(help="… or a whole account.")] = None,
    channel: Annotated[str | None, typer.Option(help="email or call; every channel without it.")] = None,
    purpose: Annotated[
        str | None, typer.Option(help="marketing or service, as plays say `mail:`; every purpose without it.")
    ] = None,
    by: Annotated[str, typer.Option(help="Who decides it.")] = "ops",
    as_json: Json = False,
) -> None:
    """Never contact this address, domain, person or account again. In force when this returns."""
    from commands.connections import with_records
    from commands.targets import existing, one_of
    from records import suppressions
    from records.tables import Suppression

    chosen_scope, value = one_of(address=address, domain=domain, contact=contact, account=account)
    way, what_for = checked(channel, purpose)

    async def work(session: "AsyncSession") -> Suppression:
        if chosen_scope in {"contact", "account"}:
            await existing(session, account, contact)
        scope: Any = chosen_scope
        return await suppressions.place(session, scope, value, reason, by, channel=way, purpose=what_for)

    made = with_records(work)
    if as_json:
        show_json(made)
    else:
        mail = f" for {made.purpose}" if made.purpose else ""
        where = made.channel or "any channel"
        say(f"Suppression {made.id}: {made.scope} {made.value} is not contacted{mail} on {where}.")
        say(f"Undo: ./starter.py suppress lift {made.id}")


@app.command(epilog=examples("suppress lift 3 --yes"))
def lift(
    suppression: Annotated[int, typer.Argument(help="The suppression's id.")],
    by: Annotated[str, typer.Option(help="Who lifts it; kept.")] = "ops",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Allow contact again. If the person opted out, only they may take that back."""
    from datetime import UTC, datetime

    from commands.confirming import confirm
    from commands.connections import with_records
    from commands.failures import Refused
    from records import suppressions

    confirm("If this was the person's own wish, only they may take it back. Lift it?", yes)
    lifted = with_records(lambda session: suppressions.lift(session, suppression, by, datetime.now(UTC)))
    if lifted is None:
        raise Refused(
            f"There is no suppression {suppression} in force; nothing was changed. "
            "`./starter.py suppress list` lists them."
        )
    if as_json:
        show_json(lifted)
    else:
        say(f"Suppression {suppression} of {lifted.scope} {lifted.value} is lifted.")


def checked(channel: str | None, purpose: str | None) -> tuple[str | None, str | None]:
    """Both, if they are words we know. Raises Wrong."""
    return _one_of("channel", channel, ["email", "call"]), _one_of("purpose", purpose, ["marketing", "service"])


def _one_of(what: str, word: str | None, words: list[str]) -> str | None:
    from commands.failures import Wrong
    from commands.suggestions import did_you_mean

    if word is not None and word not in words:
        raise Wrong(f"A {what} is {' or '.join(words)}, not '{word}'.{did_you_mean(word, words)}")
    return word
