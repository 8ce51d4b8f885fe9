"""`starter.py rehearse`: what a play would do to an account, in seconds, before it does; and the tests of plays."""

from pathlib import Path
from typing import Annotated

import typer

from commands.output import Json, examples

app = typer.Typer()

_EPILOG = examples(
    "rehearse account-capture --account acme",
    "rehearse usage-drop --account berg --start 'usage.dropped drop_pct=60' --event 'day 3: reply positive from admin'",
    "rehearse my-play.yaml --account acme --at 2026-12-24T09:00 --answer first-call=connected --html out.html",
    "rehearse --all",
)


@app.command(epilog=_EPILOG)
def rehearse(  # every option is one word of the scenario
    play: Annotated[
        str | None, typer.Argument(metavar="PLAY|FILE", help="A name of the catalog, or a YAML file.")
    ] = None,
    account: Annotated[str | None, typer.Option(help="A real account, or a shared one of the rehearsals.")] = None,
    at: Annotated[str | None, typer.Option(help="When it begins, by the account's clock: 2026-12-24T09:00.")] = None,
    start: Annotated[
        str | None, typer.Option(help="The event that starts the run: 'usage.dropped drop_pct=60'.")
    ] = None,
    event: Annotated[list[str] | None, typer.Option(help="'day 3 10:15: reply positive from champion'")] = None,
    answer: Annotated[list[str] | None, typer.Option(help="'first-call=connected', 'first-call=never'")] = None,
    doing: Annotated[list[str] | None, typer.Option(help="'day 4 12:00: change strategy=full'")] = None,
    param: Annotated[list[str] | None, typer.Option(help="A parameter of the run: name=value.")] = None,
    players: Annotated[
        str | None, typer.Option(help="Ours do at once what they are handed (prompt), or nothing (absent).")
    ] = None,
    until: Annotated[str | None, typer.Option(help="How far to look: 180d; 400d without it.")] = None,
    scenario: Annotated[Path | None, typer.Option(help="A YAML file with all of this; options here change it.")] = None,
    rehearsal: Annotated[int | None, typer.Option(help="One of the play's own rehearsals, by its number.")] = None,
    version: Annotated[int | None, typer.Option(help="A published version instead of the text in the catalog.")] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Of a real account: forget its earlier runs and touches.")
    ] = False,
    mails: Annotated[bool, typer.Option("--mails", help="Print every mail, guide and notice as rendered.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write a page that can be sent to somebody.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every rehearsal of the play, or of the whole catalog.")] = False,
    accept: Annotated[
        bool, typer.Option("--accept", help="With --all: write what was found as what is expected.")
    ] = False,
    stay: Annotated[
        bool, typer.Option("--stay", help="Wait for Ctrl-C, so that the run can be looked at in Temporal.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Play a play at an account under a skipped clock: no mail, no task, no trace in the live tables.

    The real workflow, gate and activities on the real Temporal server; ghosts in place of people. Without a running
    server it starts one of its own. --all plays the catalog's rehearsals and fails when one comes out otherwise.
    """
    from commands.rehearsal_one import Wanted, rehearse_one
    from commands.rehearsal_suite import rehearse_all

    if every or accept:
        rehearse_all(play, accept=accept, as_json=as_json)
        return
    options = {"account": account, "at": at, "start": start, "players": players, "until": until}
    lists = {"events": event, "answers": answer, "doing": doing, "params": param}
    wanted = Wanted(play, options, lists, scenario, rehearsal, version, fresh)
    rehearse_one(wanted, mails=mails, html=html, stay=stay, as_json=as_json)
