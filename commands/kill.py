"""`starter.py kill …`: the kill switch of the whole installation."""

from typing import Annotated

import typer

from commands.output import Json, examples, say, show_facts, show_json

app = typer.Typer(help="The kill switch: while it is on, no touch starts anywhere.", no_args_is_help=True)


@app.command(epilog=examples("kill on --reason 'wrong price list in the emails'"))
def on(
    reason: Annotated[str, typer.Option(help="Why; every touch that waits for it shows it.")], as_json: Json = False
) -> None:
    """Stop every touch of every run, at once. Runs go on waiting; nothing is lost. Undo: `kill off`."""
    _turn(True, reason, as_json)


@app.command(epilog=examples("kill off --reason 'price list corrected'"))
def off(reason: Annotated[str, typer.Option(help="Why it is safe again.")] = "", as_json: Json = False) -> None:
    """Let touches start again. Runs that waited ask again within the time they were told."""
    _turn(False, reason, as_json)


@app.command(epilog=examples("kill status", "kill status --json"))
def status(as_json: Json = False) -> None:
    """Say whether the switch is on, since when and why."""
    from commands.connections import with_records
    from records import switches

    switch = with_records(lambda session: switches.get(session, switches.KILL))
    if as_json:
        show_json({"on": bool(switch and switch.on), "reason": switch.reason if switch else ""})
    elif switch is None or not switch.on:
        say("The kill switch is off: touches start as planned.")
    else:
        show_facts(
            {"since": switch.changed_at, "reason": switch.reason}, title="The kill switch is ON: no touch starts."
        )


def _turn(on: bool, reason: str, as_json: bool) -> None:
    from commands.connections import with_records
    from records import switches

    with_records(lambda session: switches.turn(session, switches.KILL, on, reason))
    if as_json:
        show_json({"on": on, "reason": reason})
    elif on:
        say("The kill switch is ON: no touch starts from now on. Undo: ./starter.py kill off")
    else:
        say("The kill switch is off: touches start as planned.")
