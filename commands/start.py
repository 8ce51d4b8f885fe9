"""`starter.py start PLAY`: starts a play at the accounts named, tells who was admitted, refused or had it already."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.output import Json, examples, say, show_json, show_table

if TYPE_CHECKING:
    from commands.starting import Row

app = typer.Typer()

COLUMNS = ("account", "result", "reason")
LINKS_SHOWN = 3  # runs; of more, the list is linked


@app.command(
    epilog=examples(
        "start usage-drop --account acme",
        "start account-capture --segment fintech --dry-run",
        "start executive --csv targets.csv --json",
        "start renewal --account acme --param strategy=light",
    )
)
def start(
    play: Annotated[str, typer.Argument(help="A published play; `plays list` names them.")],
    account: Annotated[list[str] | None, typer.Option(help="An account's id; may be given several times.")] = None,
    segment: Annotated[str | None, typer.Option(help="Every account of this segment.")] = None,
    csv: Annotated[Path | None, typer.Option(help="A file with a column called account, or one id a line.")] = None,
    param: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="A parameter of the play; repeat. Others: defaults.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say who would be refused and why; start nothing.")
    ] = False,
    by: Annotated[str, typer.Option(help="Who asks; kept with the run.")] = "ops",
    wait: Annotated[float, typer.Option(min=0, help="Seconds without an answer until a worker is given up on.")] = 60.0,
    as_json: Json = False,
) -> None:
    """Start a play at one account or at many. Doing it twice starts nothing twice.

    An account where the play is open already is left as it is, and said so; after an interruption the same command
    goes on where it stopped. Exit code 1 when no account has the play open afterwards.
    """
    from commands.connections import with_house
    from commands.starting import Request, dry_run_rows, start_all

    request = Request(play, tuple(account or ()), segment, csv, by, wait, tuple(param or ()))
    rows = with_house(lambda house: dry_run_rows(house, request) if dry_run else start_all(house, request))
    if as_json:
        show_json(rows)
    else:
        show_table(f"{play}: dry run, nothing was started" if dry_run else play, COLUMNS, (row.cells() for row in rows))
        say(_summary([row.result for row in rows]))
        _show_links(play, rows)
    if rows and not any(row.result in {"admitted", "already open", "accepted", "would be admitted"} for row in rows):
        raise typer.Exit(1)


def _show_links(play: str, rows: "list[Row]") -> None:
    from commands.links import list_link
    from settings import Settings

    links = [row.link for row in rows if row.link]
    if len(links) > LINKS_SHOWN:
        links = [list_link(Settings(), f'Play="{play}"')]
    for link in links:
        say(f"  {link}")


def _summary(results: list[str]) -> str:
    counts = {result: results.count(result) for result in dict.fromkeys(results)}
    return ", ".join(f"{count} {result}" for result, count in counts.items()) + "."
