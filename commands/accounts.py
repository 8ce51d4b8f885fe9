"""`starter.py import` and `starter.py export`: accounts, contacts and players as CSV (docs/importing.md)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.output import Json, examples, say, show_json, show_table, tell

if TYPE_CHECKING:
    from records.exporting import Exported
    from records.importing import Report
    from records.sheets.reading import Sheet

app = typer.Typer()

SHOWN_CHANGES = 20
COLUMNS_HELP = (
    "Columns (docs/importing.md has each one's rules):",
    "accounts: id, name, tier, segment, lifecycle, domains, zone, country, locale, fact.*, anchor.*, role.*",
    "contacts: id, account, first_name, last_name, title, persona, seniority, email, phone, zone, country, locale, "
    "consent_basis, consent_source, consent_at, consent_until, engagement, gone, fact.*",
    "players: id, name, title, email, mailbox, phone, zone, locale, roles, manager, cover, absent_from, absent_until",
    "Exit codes: 0 every row went in, 1 rows were refused, 2 a file cannot be read, 3 the database does not answer.",
)


@app.command(
    "import",
    epilog="\n\n".join(
        [examples("import accounts.csv contacts.csv players.csv", "import contacts.csv --dry-run"), *COLUMNS_HELP]
    ),
)
def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="CSV files, any order; the header tells.")],
    strict: Annotated[bool, typer.Option("--strict", help="Write nothing if any row is bad.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing; say what would change.")] = False,
    as_json: Json = False,
) -> None:
    """Take accounts, contacts and players from CSV files; what is there already is updated by its id."""
    from commands.connections import House, with_house
    from commands.failures import REFUSED, Wrong
    from commands.routing import route_now
    from records.importing import import_sheets, open_sheets
    from records.sheets.faults import Unusable

    try:
        sheets = open_sheets(files)
    except Unusable as error:
        raise Wrong(str(error)) from error

    async def work(house: House) -> "Report":
        async with house.session():  # says so at once when the database does not answer
            pass
        with _reading(sheets) as tick:
            done = await import_sheets(house.database(), sheets, strict=strict, dry_run=dry_run, tick=tick)
        for event_id in done.moved:
            await route_now(house, event_id)
        return done

    report = with_house(work)
    if as_json:
        show_json(report)
    else:
        _show(report, strict=strict, dry_run=dry_run)
    if report.faults:
        raise typer.Exit(REFUSED)


@app.command(epilog=examples("export backup", "export backup --overwrite"))
def export(
    folder: Annotated[Path, typer.Argument(help="Where accounts.csv, contacts.csv and players.csv are written.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the files that are there.")] = False,
    as_json: Json = False,
) -> None:
    """Write accounts, contacts and players as CSV files that the import reads back unchanged."""
    from commands.connections import House, with_house
    from commands.failures import Wrong
    from records import exporting
    from records.sheets.faults import Unusable

    async def work(house: House) -> "list[Exported]":
        async with house.session():
            pass
        return await exporting.export(house.database(), folder, overwrite=overwrite)

    try:
        done = with_house(work)
    except Unusable as error:
        raise Wrong(str(error)) from error
    if as_json:
        show_json([{"file": str(one.file), "kind": one.kind, "rows": one.rows} for one in done])
    else:
        for one in done:
            say(f"{one.file}: {one.rows} {one.kind}")


@contextmanager
def _reading(sheets: "list[Sheet]") -> "Iterator[Callable[[Sheet], None]]":
    """A progress bar on a terminal; nothing where nobody looks."""
    from commands.output import console

    screen = console(error=True)
    if not screen.is_terminal:
        yield lambda sheet: None
        return
    from rich.progress import Progress

    with Progress(console=screen, transient=True) as progress:
        bars = {sheet.kind.name: progress.add_task(sheet.path.name, total=sheet.size or 1) for sheet in sheets}
        yield lambda sheet: progress.update(bars[sheet.kind.name], completed=sheet.read)


def _show(report: "Report", *, strict: bool, dry_run: bool) -> None:
    for fault in report.faults:
        tell(fault.sentence)
    headings = ["file", "kind", "rows", "new", "changed", "unchanged", "refused"]
    rows = [[f.file, f.kind, f.rows, f.new, f.changed, f.unchanged, f.refused] for f in report.files]
    show_table("Would be imported" if not report.written else "Imported", headings, rows)
    if report.moved:
        say(f"{len(report.moved)} dates have moved at accounts with open runs; their timers move along.")
    if dry_run:
        _show_changes(report)
        say("Nothing was written: this was a dry run.")
    elif strict and report.faults:
        say("Nothing was written: --strict refuses all when one row is bad. Mend the rows named above.")
    elif report.faults and all(file.refused == file.rows for file in report.files):
        say("No row was good, so nothing was written. Mend the rows named above and import the file again.")
    elif report.faults:
        say("The good rows are in. Mend the rows named above and import the file again: what is in stays as it is.")


def _show_changes(report: "Report") -> None:
    changes = [(file.kind, change) for file in report.files for change in file.changes]
    for kind, change in changes[:SHOWN_CHANGES]:
        what = "would be new" if change.new else f"would change: {', '.join(change.fields)}"
        say(f"  {kind} {change.id} {what}")
    total = sum(file.new + file.changed for file in report.files)
    if total > SHOWN_CHANGES:
        say(f"  … and {total - SHOWN_CHANGES} more; --json lists the first thousand of each file")
