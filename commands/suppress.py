"""`starter.py suppress …`: whom we do not contact until lifted, by address, domain, contact or account."""

from typing import TYPE_CHECKING, Annotated

import typer

from commands.output import Json, examples, row_of, say, show_json, show_list

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

app = typer.Typer(help="Suppressions: whom we never contact, until lifted.", no_args_is_help=True)

COLUMNS = {
    "id": "id",
    "scope": "scope",
    "value": "whom",
    "channel": "channel",
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
    )
)
def add(
    reason: Annotated[str, typer.Option(help="Why; kept, and shown where a touch is skipped for it.")],
    address: Annotated[str | None, typer.Option(help="One email address …")] = None,
    domain: Annotated[str | None, typer.Option(help="… or everybody at a domain …")] = None,
    contact: Annotated[str | None, typer.Option(help="… or one person, by id …")] = None,
    account: Annotated[str | None, typer.Option(help="… or a whole account.")] = None,
    channel: Annotated[str | None, typer.Option(help="email or call; every channel without it.")] = None,
    by: Annotated[str, typer.Option(help="Who decides it.")] = "ops",
    as_json: Json = False,
) -> None:
    """Never contact this address, domain, person or account again. In force when this returns."""
    from commands.connections import with_records
    from commands.targets import existing, one_of
    from records import suppressions
    from records.tables import Suppression

    chosen_scope, value = one_of(address=address, domain=domain, contact=contact, account=account)
    checked_channel = _channel(channel)

    async def work(session: "AsyncSession") -> Suppression:
        if chosen_scope in {"contact", "account"}:
            await existing(session, account, contact)
        return await suppressions.place(session, chosen_scope, value, reason, by, channel=checked_channel)  # type: ignore[arg-type]

    made = with_records(work)
    if as_json:
        show_json(made)
    else:
        say(f"Suppression {made.id}: {made.scope} {made.value} is not contacted on {made.channel or 'any channel'}.")
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


def _channel(channel: str | None) -> str | None:
    from commands.failures import Wrong
    from commands.suggestions import did_you_mean

    if channel not in {None, "email", "call"}:
        raise Wrong(f"A channel is email or call, not '{channel}'.{did_you_mean(channel or '', ['email', 'call'])}")
    return channel
