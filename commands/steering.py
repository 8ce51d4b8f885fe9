"""`starter.py runs pause | resume | skip | send-now | stop | reassign | change | override`: one run, or a play's."""

from typing import Annotated, Any

import typer

from commands.output import Json, examples, say, show_json, show_table
from commands.runs import app as app

Run = Annotated[str | None, typer.Argument(metavar="PLAY/ACCOUNT", help="The run; or --all --play X.")]
Reason = Annotated[str, typer.Option(help="Why; kept with the run.")]
Every = Annotated[bool, typer.Option("--all", help="Every open run of the play named with --play.")]
OfPlay = Annotated[str | None, typer.Option("--play", help="With --all: the play.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@app.command(epilog=examples("runs pause usage-drop/acme --reason 'merger talks'", "runs pause --all --play executive"))
def pause(
    run: Run = None,
    reason: Reason = "paused by an operator",
    every: Every = False,
    play: OfPlay = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Begin no step until the run is resumed. Tasks already handed out stay. Undo: `runs resume`."""
    _steer("pause", {"reason": reason}, run, every, play, yes, as_json)


@app.command(epilog=examples("runs resume usage-drop/acme", "runs resume --all --play executive --yes"))
def resume(
    run: Run = None,
    reason: Reason = "resumed by an operator",
    every: Every = False,
    play: OfPlay = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Go on with a paused run; a run that is stuck tries again."""
    _steer("resume", {"reason": reason}, run, every, play, yes, as_json)


@app.command(epilog=examples("runs skip usage-drop/acme", "runs skip usage-drop/acme --step ring-admin"))
def skip(
    run: Annotated[str, typer.Argument(metavar="PLAY/ACCOUNT")],
    step: Annotated[str | None, typer.Option(help="Refused if the run stands elsewhere by now.")] = None,
    reason: Reason = "skipped by an operator",
    as_json: Json = False,
) -> None:
    """Skip the step the run stands at; its task, if it has one, is withdrawn. This cannot be taken back."""
    _steer("skip", {"step": step, "reason": reason}, run, False, None, True, as_json)


@app.command("send-now", epilog=examples("runs send-now usage-drop/acme", "runs send-now usage-drop/acme --step hello"))
def send_now(
    run: Annotated[str, typer.Argument(metavar="PLAY/ACCOUNT")],
    step: Annotated[str | None, typer.Option(help="Refused if the run stands elsewhere by now.")] = None,
    reason: Reason = "hurried by an operator",
    as_json: Json = False,
) -> None:
    """Make the next touch now: its time and window are ignored; stops, holds and caps are not."""
    _steer("send_now", {"step": step, "reason": reason}, run, False, None, True, as_json)


@app.command(epilog=examples("runs stop usage-drop/acme --reason 'they merged'", "runs stop --all --play executive"))
def stop(
    run: Run = None,
    reason: Reason = "stopped by an operator",
    outcome: Annotated[str, typer.Option(help="The outcome word to end with.")] = "stopped",
    every: Every = False,
    play: OfPlay = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """End the run: open tasks are withdrawn, nothing more is sent. This cannot be taken back."""
    _steer("stop", {"reason": reason, "outcome": outcome}, run, every, play, yes, as_json)


@app.command(epilog=examples("runs reassign usage-drop/acme csm csm-2 --reason 'on parental leave'"))
def reassign(
    run: Annotated[str, typer.Argument(metavar="PLAY/ACCOUNT")],
    slot: Annotated[str, typer.Argument(help="The player slot of the play, e.g. csm.")],
    player: Annotated[str, typer.Argument(help="The id of the player who takes it.")],
    reason: Reason = "reassigned by an operator",
    as_json: Json = False,
) -> None:
    """Give a slot of the run to another player; their open tasks of the run move too."""
    _steer("reassign", {"slot": slot, "player": player, "reason": reason}, run, False, None, True, as_json)


@app.command(epilog=examples("runs change usage-drop/acme strategy=light --reason 'they asked for less'"))
def change(
    run: Annotated[str, typer.Argument(metavar="PLAY/ACCOUNT")],
    values: Annotated[list[str], typer.Argument(metavar="NAME=VALUE", help="Parameters the play lets change.")],
    reason: Reason = "changed by an operator",
    as_json: Json = False,
) -> None:
    """Change parameters of a run. What was made stays made; what comes sees the new values."""
    from commands.connections import with_house
    from commands.run_updates import change_one

    line = with_house(lambda house: change_one(house, run, values, reason))
    if as_json:
        show_json([line])
    else:
        say(line.answer)


@app.command(epilog=examples("runs override onboarding/acme --reason 'the contract is signed, the form follows'"))
def override(
    run: Annotated[str, typer.Argument(metavar="PLAY/ACCOUNT")],
    reason: Annotated[str, typer.Option(help="Why it goes on; kept with the run.")],
    step: Annotated[str | None, typer.Option(help="Which gathering; refused if the run stands elsewhere.")] = None,
    as_json: Json = False,
) -> None:
    """Go on though a gathering is not complete. Tasks that are open stay with their players."""
    _steer("override", {"step": step, "reason": reason}, run, False, None, True, as_json)


def _steer(
    update: str, message: dict[str, Any], run: str | None, every: bool, play: str | None, yes: bool, as_json: bool
) -> None:
    from commands.connections import with_house
    from commands.run_updates import steer_all, steer_one

    if every or play or run is None:
        lines = steer_all(update, message, run, every, play, yes)
    else:
        lines = [with_house(lambda house: steer_one(house, update, message, run))]
    if as_json:
        show_json(lines)
    elif len(lines) == 1:
        say(lines[0].answer)
    else:
        show_table(f"{update.replace('_', '-')} {play}", ("run", "answer"), ((line.run, line.answer) for line in lines))
    if not any(line.done for line in lines):
        raise typer.Exit(1)
