"""`starter.py holds …`: do not touch this contact or account until …, with the cause."""

from typing import Annotated

import typer

from commands.output import Json, examples, row_of, say, show_json, show_list, when

app = typer.Typer(help="Holds: do not touch a person or an account until …", no_args_is_help=True)

COLUMNS = {
    "id": "id",
    "scope": "scope",
    "value": "whom",
    "until": "until",
    "cause": "cause",
    "play": "only play",
    "except_play": "but not play",
    "created_by": "by",
}


@app.command("list", epilog=examples("holds list", "holds list --of acme", "holds list --all --json"))
def list_holds(
    of: Annotated[str | None, typer.Option(help="Only those of this contact or account.")] = None,
    over: Annotated[bool, typer.Option("--all", help="Also those that are over or were lifted.")] = False,
    as_json: Json = False,
) -> None:
    """List the holds in force, those that end last first."""
    from datetime import UTC, datetime

    from commands.connections import with_records
    from records import holds

    found = with_records(lambda session: holds.listing(session, datetime.now(UTC), value=of, over=over))
    rows = [row_of(hold) for hold in found]
    show_list(rows, COLUMNS, as_json=as_json, title="Holds", empty="Nobody is held.")


@app.command(
    epilog=examples(
        "holds place --account acme --until 14d --cause 'merger talks'",
        "holds place --contact c-17 --until 2026-12-01 --cause 'on leave'",
    )
)
def place(
    until: Annotated[
        str, typer.Option(help="How long (3h 14d 2w) or until when (2026-12-01, 2026-12-01T09:00+01:00).")
    ],
    cause: Annotated[str, typer.Option(help="Why; shown wherever a touch waits for it.")],
    account: Annotated[str | None, typer.Option(help="Hold the whole account …")] = None,
    contact: Annotated[str | None, typer.Option(help="… or one person.")] = None,
    play: Annotated[str | None, typer.Option(help="For touches of this play only.")] = None,
    by: Annotated[str, typer.Option(help="Who places it.")] = "ops",
    as_json: Json = False,
) -> None:
    """Hold an account or a person: touches wait, tasks stay. Lift it with `holds lift`."""
    from commands.connections import House, with_house
    from commands.instants import later_than_now
    from commands.targets import existing
    from records import holds
    from records.tables import Hold

    async def work(house: House) -> Hold:
        end = later_than_now(until, house.settings.tenant_zone)
        async with house.session() as session:
            scope, value = await existing(session, account, contact)
            return await holds.place(session, scope, value, end, cause, by, play=play)

    made = with_house(work)
    if as_json:
        show_json(made)
    else:
        say(f"Hold {made.id}: {made.scope} {made.value} is not touched until {when(made.until)} ({made.cause}).")
        say(f"Undo: ./starter.py holds lift {made.id}")


@app.command(epilog=examples("holds lift 4"))
def lift(hold: Annotated[int, typer.Argument(help="The hold's id.")], as_json: Json = False) -> None:
    """End a hold now. Runs that waited for it ask again when they wake; `runs send-now` hurries one."""
    from datetime import UTC, datetime

    from commands.connections import with_records
    from commands.failures import Refused
    from records import holds

    lifted = with_records(lambda session: holds.lift(session, hold, datetime.now(UTC)))
    if lifted is None:
        raise Refused(f"There is no hold {hold} in force; nothing was changed. `./starter.py holds list` lists them.")
    if as_json:
        show_json(lifted)
    else:
        say(f"Hold {hold} on {lifted.scope} {lifted.value} is lifted.")
