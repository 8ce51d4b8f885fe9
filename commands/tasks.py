"""`starter.py tasks …`: the work of players; list it, read it, close it, hand it to somebody else."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.output import Json, examples, plain, row_of, say, show_facts, show_json, show_list

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from records.tables import Task
    from records.tasks import Completed

app = typer.Typer(help="Work for players: list, show, done, reassign.", no_args_is_help=True)

COLUMNS = {
    "id": "id",
    "kind": "kind",
    "title": "title",
    "account": "account",
    "player": "player",
    "due_at": "due",
    "overdue": "overdue",
    "state": "state",
    "outcomes": "outcomes",
}

TaskId = Annotated[int, typer.Argument(metavar="TASK", help="The task's number.")]


@app.command("list", epilog=examples("tasks list", "tasks list --player adr-1 --overdue", "tasks list --all --json"))
def list_tasks(
    player: Annotated[str | None, typer.Option(help="Only this player's.")] = None,
    account: Annotated[str | None, typer.Option(help="Only at this account.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those whose due time has passed.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Also those that are closed.")] = False,
    as_json: Json = False,
) -> None:
    """List open tasks, those that are due first, first."""
    from datetime import UTC, datetime

    from commands.connections import with_records
    from commands.targets import existing_player
    from records import tasks

    now = datetime.now(UTC)

    def late(task: "Task") -> bool:
        return task.state == "open" and task.due_at is not None and task.due_at < now

    async def work(session: "AsyncSession") -> "list[Task]":
        if player:
            await existing_player(session, player)
        state = None if every else "open"
        return list(await tasks.listing(session, player=player, account=account, state=state, limit=1000))

    found = [task for task in with_records(work) if late(task) or not overdue]
    rows = [row_of(task) | {"overdue": late(task)} for task in found]
    show_list(rows, COLUMNS, as_json=as_json, title="Tasks", empty=_nothing(player, account, overdue, every))


def _nothing(player: str | None, account: str | None, overdue: bool, every: bool) -> str:
    if not (player or account or overdue):
        return "No task was handed out yet." if every else "No task is open."
    return "No such task." if every else "No such task is open."


@app.command(epilog=examples("tasks show 12", "tasks show 12 --json"))
def show(task: TaskId, as_json: Json = False) -> None:
    """Show one task: what to do, with whom, the guide or the draft, and how to close it."""
    from commands.connections import with_records
    from plays.asking import questions

    found = with_records(lambda session: _existing_task(session, task))
    if as_json:
        show_json(found)
        return
    hidden = {"guide", "draft", "touch", "title", "ask", "first_player" if found.first_player == found.player else ""}
    show_facts({key: value for key, value in row_of(found).items() if key not in hidden}, title=f"{found.title}\n")
    for heading, text in (("guide", found.guide), ("draft", _draft_text(found.draft))):
        if text:
            say(f"\n--- {heading}\n{text}")
    if found.ask:
        say("\n--- questions")
        for one in questions(found.ask):
            say(f"{one.field}: {one.wanted}{'' if one.required else ' (may stay empty)'}")
    if found.state == "open":
        how = f"--outcome {'|'.join(found.outcomes)} --note '…'"
        if found.ask:
            how = " ".join(f"--answer '{one.field}=…'" for one in questions(found.ask))
        say(f"\nClose it: ./starter.py tasks done {found.id} {how}")


@app.command(
    epilog=examples(
        "tasks done 12 --outcome connected --note 'wants the figures for Berlin'",
        "tasks done 15 --outcome approved --subject 'Your stock in Lyon' --body-file edited.txt",
        "tasks done 17 --answer cause=technical --answer 'note=the import fails since Monday'",
    )
)
def done(
    task: TaskId,
    outcome: Annotated[
        str | None, typer.Option(help="One of the task's outcomes; `tasks show` names them. A form needs none.")
    ] = None,
    note: Annotated[str, typer.Option(help="What was said; kept in the account's activity log.")] = "",
    answer: Annotated[
        list[str] | None, typer.Option(metavar="FIELD=ANSWER", help="Of a form: one answer; repeat.")
    ] = None,
    by: Annotated[str, typer.Option(help="Who did it; the task's player by default.")] = "",
    subject: Annotated[str | None, typer.Option(help="Of an approval: the email's subject, reworded.")] = None,
    body_file: Annotated[
        Path | None, typer.Option(help="Of an approval: a text file with the email, reworded.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Close a task with its outcome or answers: the run goes on by it at once. The same again changes nothing."""
    from commands.answering import asked_for, given
    from commands.connections import House, with_house, with_records
    from commands.failures import sentence
    from commands.routing import route_now
    from records import by_hand, tasks

    text = body_file.read_text(encoding="utf-8") if body_file else None
    answers = given(answer or [])
    found = with_records(lambda session: _existing_task(session, task))
    answers = asked_for(found, answers) if found.ask and found.state == "open" else answers

    async def work(house: House) -> "tuple[Completed, str]":
        async with house.session() as session:
            if subject is not None or text is not None:
                await by_hand.edit_draft(session, task, subject, text)
            completed = await tasks.complete(session, task, outcome, note, by or found.player, given=answers)
        return completed, await route_now(house, completed.event_id) if completed.new else ""

    completed, routed = with_house(work)
    if as_json:
        show_json(row_of(completed) | {"routed": routed})
    else:
        say(f"{sentence(completed.sentence)} {routed}".strip())


@app.command(epilog=examples("tasks reassign 12 adr-2"))
def reassign(
    task: TaskId,
    player: Annotated[str, typer.Argument(help="The id of the player who takes it.")],
    by: Annotated[str, typer.Option(help="Who decides it.")] = "ops",
    as_json: Json = False,
) -> None:
    """Hand an open task to another player. Its due time and ladder stay as they are."""
    from datetime import UTC, datetime

    from commands.connections import with_records
    from records import tasks

    found = with_records(lambda session: tasks.reassign(session, task, player, by, datetime.now(UTC)))
    if as_json:
        show_json(found)
    else:
        say(f"Task {found.id} ({plain(found.title)}) is now with {found.player}.")


async def _existing_task(session: "AsyncSession", task: int) -> "Task":
    from commands.failures import Wrong
    from records import tasks

    found = await tasks.get(session, task)
    if found is None:
        raise Wrong(f"There is no task {task}. `./starter.py tasks list` lists those that are open.")
    return found


def _draft_text(draft: dict[str, Any]) -> str:
    return f"Subject: {draft.get('subject', '')}\n\n{draft.get('text', '')}" if draft else ""
