"""`starter.py runs list | show`: where runs stand and why. Changing one is `commands/steering.py`."""

from typing import TYPE_CHECKING, Annotated

import typer

from commands.output import Json, examples, row_of, say, show_json, show_list, when

if TYPE_CHECKING:
    from records.overview import RunLine

app = typer.Typer(help="Runs: list, show, pause, resume, skip, send-now, stop, reassign.", no_args_is_help=True)

COLUMNS = {
    "workflow_id": "run",
    "state": "state",
    "next_at": "next",
    "next_step": "step",
    "player": "by",
    "made": "touches",
    "open_tasks": "tasks",
    "why": "why",
}
STATES = ("open", "paused", "halted", "ended", "refused")


@app.command(
    "list", epilog=examples("runs list", "runs list --play usage-drop --blocked", "runs list --state ended --json")
)
def list_runs(
    play: Annotated[str | None, typer.Option(help="Only this play.")] = None,
    account: Annotated[str | None, typer.Option(help="Only this account.")] = None,
    state: Annotated[str | None, typer.Option(help=f"Only this state: {', '.join(STATES)}.")] = None,
    blocked: Annotated[bool, typer.Option("--blocked", help="Only runs whose next touch was deferred.")] = False,
    ended: Annotated[bool, typer.Option("--all", help="Also runs that ended or were refused.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest.")] = 100,
    as_json: Json = False,
) -> None:
    """List the runs that are going on: next step, when, and what blocks it."""
    from commands.connections import House, with_house
    from commands.failures import Wrong
    from commands.next_touches import with_next_touches
    from commands.suggestions import did_you_mean
    from records.overview import run_lines

    if state is not None and state not in STATES:
        raise Wrong(f"There is no state '{state}': it is one of {', '.join(STATES)}.{did_you_mean(state, STATES)}")

    async def work(house: House) -> "list[RunLine]":
        async with house.session() as session:
            wanted = {"play": play, "account": account, "state": state}
            lines = await run_lines(session, **wanted, blocked=blocked, ended=ended, limit=limit)
        return await with_next_touches(house, lines)

    rows = [row_of(line) | {"why": why(line)} for line in with_house(work)]
    empty = "No such run. `./starter.py runs list --all` also lists those that ended." if not ended else "No such run."
    show_list(rows, COLUMNS, as_json=as_json, title="Runs", empty=empty)
    if len(rows) == limit and not as_json:
        say(f"Only the newest {limit} are shown; --limit shows more.")


def why(line: "RunLine") -> str:
    """What keeps it, or how it ended."""
    if line.task is not None:
        held = f"; {line.state}: {line.reason}" if line.state != "open" and line.reason else ""
        return f"task {line.task} is open" + (f", due {when(line.task_due)}" if line.task_due else "") + held
    return line.blocked or ": ".join(part for part in (line.outcome, line.reason) if part)


@app.command(epilog=examples("runs show usage-drop/acme", "runs show usage-drop/acme/1 --json"))
def show(
    run: Annotated[str, typer.Argument(metavar="PLAY/ACCOUNT", help="The newest run, or PLAY/ACCOUNT/NUMBER for one.")],
    as_json: Json = False,
) -> None:
    """Explain one run: where it stands, what comes next and why then, every touch with every decision about it."""
    from commands.connections import with_house
    from commands.run_story import print_story, story_data, tell_story

    told = with_house(lambda house: tell_story(house, run))
    if as_json:
        show_json(story_data(told))
    else:
        print_story(told)
