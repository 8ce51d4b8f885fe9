"""`starter.py suppress import | export | mirror`: lists of those we do not contact, from files and from providers."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.output import Json, row_of, say, show_json, show_table, tell

if TYPE_CHECKING:
    from records.suppression_lists import Listed

SHOWN_FAULTS = 50


def take(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, or one address or domain a line.")],
    reason: Annotated[str, typer.Option(help="Why, for rows that do not say.")] = "on an imported list",
    channel: Annotated[str | None, typer.Option(help="email or call; every channel without it.")] = None,
    purpose: Annotated[str | None, typer.Option(help="marketing or service; every purpose without it.")] = None,
    by: Annotated[str, typer.Option(help="Who imports it.")] = "ops",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing; say what would be new.")] = False,
    as_json: Json = False,
) -> None:
    """Suppress everybody a file names. Bad rows are named, the others are in force when this returns."""
    from commands.connections import House, with_house
    from commands.failures import REFUSED, Wrong
    from commands.suppress import checked
    from records.sheets.faults import Unusable
    from records.suppression_lists import take as take_list
    from records.suppressions import Wanted

    standard = Wanted("address", "", reason, *checked(channel, purpose))

    async def work(house: House) -> "Listed":
        async with house.session():
            pass
        return await take_list(house.database(), file, standard, by, dry_run=dry_run)

    try:
        done = with_house(work)
    except Unusable as error:
        raise Wrong(str(error)) from error
    if as_json:
        show_json(row_of(done))
    else:
        _show(done)
    if done.faults:
        raise typer.Exit(REFUSED)


def _show(done: "Listed") -> None:
    for fault in done.faults[:SHOWN_FAULTS]:
        tell(fault.sentence)
    if len(done.faults) > SHOWN_FAULTS:
        tell(f"… and {len(done.faults) - SHOWN_FAULTS} more; --json lists all")
    placed = done.placed
    headings = ["file", "rows", "new", "known", "erased people", "refused"]
    row = [done.file, done.rows, placed.new, placed.known, placed.erased, len(done.faults)]
    show_table("Suppressed" if done.written else "Would be suppressed", headings, [row])
    if not done.written:
        say("Nothing was written: this was a dry run.")


def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The CSV file to write.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file that is there.")] = False,
    as_json: Json = False,
) -> None:
    """Write every suppression in force as CSV; `suppress import` reads it back."""
    from commands.connections import House, with_house
    from commands.failures import Wrong
    from records.sheets.faults import Unusable
    from records.suppression_lists import export as export_list

    async def work(house: House) -> int:
        async with house.session():
            pass
        return await export_list(house.database(), file, overwrite=overwrite)

    try:
        count = with_house(work)
    except Unusable as error:
        raise Wrong(str(error)) from error
    if as_json:
        show_json({"file": str(file), "rows": count})
    else:
        say(f"{file}: {count} suppressions")
