"""`starter.py runs migrate`: what a move to another version would mean for each open run, and the move itself."""

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.confirming import confirm
from commands.connections import House, with_house
from commands.failures import Failure, in_words
from commands.output import Json, examples, say, show_json, show_table, when
from commands.run_updates import AT_ONCE, WITHIN, steer_one
from commands.starting import progress
from commands.steering import app
from commands.versions import compared, version_of

if TYPE_CHECKING:
    from records.tables import PlayVersion
    from workflows.messages import Explanation


@dataclass(frozen=True)
class Moving:
    """One run, and what the move would do to it. `blocked` says why it stays where it is."""

    run: str
    at: str
    to: str = ""
    means: str = ""
    blocked: str = ""
    answer: str = ""


@app.command(
    epilog=examples(
        "runs migrate --play usage-drop --from 3 --to 5 --dry-run",
        "runs migrate --play usage-drop --from 3 --to 5",
        "runs migrate --play usage-drop --from 3 --to 5 --account acme --yes",
    )
)
def migrate(
    play: Annotated[str, typer.Option(help="The play whose runs move.")],
    old: Annotated[int, typer.Option("--from", help="The version they are on.")],
    new: Annotated[int | None, typer.Option("--to", help="The version they move to; the newest by default.")] = None,
    account: Annotated[list[str] | None, typer.Option(help="Only the run at this account; may be repeated.")] = None,
    reason: Annotated[str, typer.Option(help="Why; kept with each run.")] = "moved by an operator",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what each run would do; move none.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Move open runs to another version of their play, after showing what that means for each.

    A run stays where it is when somebody would be touched twice, when nothing that follows is in the new version, or
    while it answers an event. Exit code 1 when a run that was to move refused.
    """
    target, differences, moves = with_house(lambda house: _previewed(house, play, old, new, account or []))
    going = [one for one in moves if not one.blocked]
    if not as_json:
        _show(play, old, target, differences, moves)
    if not dry_run and going:
        confirm(f"Move {len(going)} runs of {play} from version {old} to {target}?", yes)
        moves = with_house(lambda house: _move(house, play, target, reason, moves))
    if as_json:
        show_json({"play": play, "from": old, "to": target, "differences": differences, "runs": moves})
    elif dry_run:
        say("Nothing was moved: this was a dry run.")
    elif going:
        show_table("Moved", ("run", "answer"), [(one.run, one.answer or one.blocked) for one in moves])
    if any(one.to and one.blocked for one in moves) and not dry_run:
        raise typer.Exit(1)


def _show(play: str, old: int, new: int, differences: list[str], moves: list[Moving]) -> None:
    say(f"{play}: from version {old} to {new}")
    for sentence in differences:
        say(f"  - {sentence}")
    rows = [(one.run, one.at, one.to or "stays", one.blocked or one.means) for one in moves]
    if rows:
        show_table("Runs", ("run", "stands at", "will stand at", "what it means"), rows)
    else:
        say(f"No run of {play} is open on version {old}.")


async def _previewed(
    house: House, play: str, old: int, new: int | None, accounts: list[str]
) -> tuple[int, list[str], list[Moving]]:
    from records.runs import open_on_version

    async with house.session() as session:
        before, after = await version_of(session, play, old), await version_of(session, play, new)
        runs = [(run.id, run.workflow_id) for run in await open_on_version(session, play, old, accounts)]
    await house.temporal()
    burst = asyncio.Semaphore(AT_ONCE)

    async def one(run: str, workflow: str) -> Moving:
        async with burst:
            return await _preview(house, before, after, run, workflow)

    moves = await asyncio.gather(*(one(run, workflow) for run, workflow in runs))
    return after.version, compared(before, after)[2], list(moves)


async def _preview(house: House, before: "PlayVersion", after: "PlayVersion", run: str, workflow: str) -> Moving:
    from plays.moving import CannotMove, moved
    from plays.program import program_of
    from records.touches import made_steps
    from workflows.messages import EXPLAIN_QUERY, Explanation

    client = await house.temporal()
    try:
        async with asyncio.timeout(WITHIN):
            told = await client.get_workflow_handle(workflow).query(EXPLAIN_QUERY, result_type=Explanation)
    except Exception as error:
        return Moving(workflow, "?", blocked=in_words(error).sentence)
    at = told.step or ""
    if reason := _busy(told, before.version):
        return Moving(workflow, at, blocked=reason)
    async with house.session() as session:
        made = await made_steps(session, run)
    old, new = program_of(before.definition), program_of(after.definition)
    try:
        move = moved(old, new, at, made, before.content, after.content)
    except CannotMove as stays:
        return Moving(workflow, at, blocked=str(stays))
    unchanged = move.same and old.nodes[at].step == new.nodes[move.step].step
    return Moving(workflow, at, move.step, _meaning(told, unchanged, move.passed_over, move.dropped))


def _busy(told: "Explanation", version: int) -> str:
    if told.version != version:
        return f"it is on version {told.version} by now"
    if told.handling:
        return f"it is answering {told.handling}; look again when that is over"
    if told.tracks:
        return "it goes on in several tracks; look again when they are over"
    return "" if told.step else "it is between two steps; look again in a moment"


def _meaning(told: "Explanation", unchanged: bool, passed_over: tuple[str, ...], dropped: tuple[str, ...]) -> str:
    due = when(told.next_touch) if told.next_touch else told.next_why or "when it has done what it waits for"
    sentences = [f"next: {due}, as before" if unchanged else "next: planned anew when it moves"]
    if passed_over:
        sentences.append(f"does not make the new {', '.join(passed_over)}")
    if dropped:
        sentences.append(f"{', '.join(dropped)} will not come")
    return "; ".join(sentences)


async def _move(house: House, play: str, target: int, reason: str, moves: list[Moving]) -> list[Moving]:
    async with house.session() as session:
        definition = (await version_of(session, play, target)).definition
    await house.temporal()
    burst = asyncio.Semaphore(AT_ONCE)

    async def one(move: Moving, advance: Any) -> Moving:
        message = {"version": target, "definition": definition, "at": move.at, "to": move.to, "reason": reason}
        async with burst:
            try:
                answer = (await steer_one(house, "migrate", message, move.run)).answer
                return replace(move, answer=answer)
            except Failure as failure:
                return replace(move, blocked=failure.sentence)
            finally:
                advance()

    going = [move for move in moves if not move.blocked]
    async with progress("migrate", len(going)) as advance, asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(move, advance)) for move in going]
    return [*(task.result() for task in tasks), *(move for move in moves if move.blocked)]
