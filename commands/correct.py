"""`starter.py correct EVENT --as …`: an event was misread; undo what it stopped and let the runs go on."""

from typing import TYPE_CHECKING, Annotated

import typer

from commands.output import Json, examples, say, show_json

if TYPE_CHECKING:
    from commands.correcting import Outcome

app = typer.Typer()


@app.command(
    epilog=examples(
        "correct mail:4f2a#0 --as not-a-reply",
        "correct demo:msg_4f2a --as ooo --until 2027-01-11",
        "correct demo:msg_4f2a --as positive --dry-run",
        "correct smtp:9c1e --as soft --reason 'their server was moving'",
    )
)
def correct(
    event: Annotated[str, typer.Argument(metavar="EVENT", help="The event's id: `inbox list --all` shows it.")],
    to: Annotated[
        str,
        typer.Option(
            "--as",
            help="What it is. Of a reply: not-a-reply, positive, question, defer, referral, not_interested, ooo, "
            "unsubscribe. Of a bounce: not-a-bounce, hard, soft.",
        ),
    ],
    until: Annotated[str | None, typer.Option(help="Of defer and ooo: the day to come back, 2027-01-11.")] = None,
    referred: Annotated[str | None, typer.Option(help="Of referral: the address of whom they named.")] = None,
    reason: Annotated[str, typer.Option(help="Why; kept with the event.")] = "",
    by: Annotated[str, typer.Option(help="Who says so.")] = "ops",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be undone.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Put right what an event was read as. What it stopped is undone; a run it halted or ended goes on where it stood.

    Touches that were made stay made and are not made again. What the event really is counts from when it came.
    """
    from commands.confirming import confirm
    from commands.connections import with_house
    from commands.correcting import Wish, carry_out, preview

    wish = Wish.read(event, to, until, referred, reason, by)
    before = with_house(lambda house: preview(house, wish))
    if dry_run or not as_json:
        _show(
            before, as_json, "Would undo" if dry_run else "To be undone", "Would let go on" if dry_run else "To go on"
        )
    if dry_run:
        return
    confirm(f"Correct {event} to {to}?", yes)
    done = with_house(lambda house: carry_out(house, wish))
    _show(done, as_json, "Undone", "Runs")
    if not as_json:
        say(done.instead or f"{event} is {to}: no play hears of it any more.")


def _show(outcome: "Outcome", as_json: bool, undone: str, runs: str) -> None:
    if as_json:
        show_json(outcome)
        return
    _say(undone, outcome.undone)
    _say(runs, outcome.runs)


def _say(what: str, lines: list[str]) -> None:
    say(f"{what}: {'nothing' if not lines else ''}".rstrip())
    for line in lines:
        say(f"  {line}")
