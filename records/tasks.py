"""Tasks: work handed to players. Handing out is `activities/handing_out.py`, climbing `activities/climbing.py`.

Closing a task tells its run through the inbox, in the same transaction, like every other event.
"""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from plays.events import TaskState
from plays.ids import task_event_id
from records import notices
from records.answers import AnswerError, checked
from records.db import lock_account
from records.inbox import accept_all
from records.tables import Player, Task
from records.task_closing import close, log_line


class TaskError(ValueError):
    """What was asked of a task cannot be done; `code` is for programs, the message for people."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


@dataclass(frozen=True)
class Completed:
    """A closed task: the event that tells its run, and a sentence. `new` is False when it was closed so before."""

    task: int
    run: str
    outcome: str
    event_id: str
    new: bool
    sentence: str


async def get(session: AsyncSession, task_id: int) -> Task | None:
    """The task with this number."""
    return await session.get(Task, task_id)


async def listing(
    session: AsyncSession,
    *,
    player: str | None = None,
    account: str | None = None,
    run: str | None = None,
    state: str | None = TaskState.OPEN,
    limit: int = 200,
) -> Sequence[Task]:
    """The tasks that are due first, first; the open ones unless another state (or None for all) is asked for."""
    query = select(Task).order_by(Task.due_at.nulls_last(), Task.id).limit(limit)
    wanted = ((Task.player, player), (Task.account, account), (Task.run, run), (Task.state, state))
    return (
        await session.scalars(query.where(*(column == value for column, value in wanted if value is not None)))
    ).all()


async def complete(
    session: AsyncSession,
    task_id: int,
    outcome: str | None,
    note: str,
    by: str,
    at: datetime | None = None,
    given: Mapping[str, Any] | None = None,
) -> Completed:
    """Close a task with one of its outcomes (None: its only one) and, of a form, with its answers; log it, and put
    the event into the inbox.

    `at` is now unless it is told. A second time with the same outcome changes nothing.
    Raises TaskError: unknown-task, unknown-outcome, answers, closed. Nothing is written then.
    """
    at = at or datetime.now(UTC)
    task = await _locked(session, task_id)
    said = _outcome(task, outcome)
    if task.state != TaskState.OPEN:
        return _again(task, said)
    answered = await _answers(session, task, given)
    offer = await close(session, task, said, note, by, at, answered)
    (accepted,) = await accept_all(session, [offer])
    return Completed(task.id, task.run, said, accepted.id, True, f"task {task.id} is done: {said}")


async def reassign(session: AsyncSession, task_id: int, player: str, by: str, at: datetime) -> Task:
    """Hand an open task to another player. Raises TaskError: unknown-task, closed, unknown-player."""
    task = await _locked(session, task_id)
    if task.state != TaskState.OPEN:
        raise TaskError(
            "closed", f"task {task.id} is {task.state.replace('_', ' ')}; only open tasks can be reassigned"
        )
    if await session.get(Player, player) is None:
        known = (await session.scalars(select(Player.id))).all()
        raise TaskError("unknown-player", f"there is no player '{player}'{did_you_mean(player, known)}")
    before, task.player = task.player, player
    session.add(log_line(task, "task", "reassigned", f"from {before} to {player} by {by}", at))
    await session.flush()
    return task


async def withdraw(session: AsyncSession, run: str, at: datetime, reason: str, step: str | None = None) -> None:
    """Take back the open tasks of a run, or of one step of it: nobody needs to do them any more."""
    query = update(Task).where(Task.run == run, Task.state == TaskState.OPEN)
    if step is not None:
        query = query.where(Task.step == step)
    values = {"state": TaskState.WITHDRAWN, "closed_at": at, "closed_by": "setpiece", "note": reason}
    if withdrawn := (await session.scalars(query.values(**values).returning(Task.id))).all():
        await notices.withdraw(session, withdrawn, at)


def did_you_mean(said: str, known: Sequence[str]) -> str:
    """The end of a sentence about an unknown word: the nearest known one, or all of a short list."""
    near = difflib.get_close_matches(said, known, n=1)
    if near:
        return f"; did you mean '{near[0]}'?"
    return f"; it is one of {', '.join(known)}" if 0 < len(known) <= 8 else ""


async def _locked(session: AsyncSession, task_id: int) -> Task:
    """The account's lock first, then the row: the order of the gate."""
    account = await session.scalar(select(Task.account).where(Task.id == task_id))
    if account is None:
        raise TaskError("unknown-task", f"there is no task {task_id}; `starter.py tasks list` shows the open ones")
    await lock_account(session, account)
    return (await session.scalars(select(Task).where(Task.id == task_id).with_for_update())).one()


def _outcome(task: Task, said: str | None) -> str:
    """The outcome meant. A task with a single one, e.g. a form, needs no word."""
    if said is None and len(task.outcomes) == 1:
        return task.outcomes[0]
    if said is None:
        known = ", ".join(task.outcomes)
        raise TaskError("unknown-outcome", f"say how task {task.id} ended: {known}; nothing was changed")
    if said not in task.outcomes:
        raise TaskError(
            "unknown-outcome",
            f"'{said}' is no outcome of task {task.id}{did_you_mean(said, task.outcomes)}; nothing was changed",
        )
    return said


async def _answers(session: AsyncSession, task: Task, given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The answers of a form, with their types; None for a task that asks nothing."""
    if not task.ask and not given:
        return None
    if not task.ask:
        raise TaskError("answers", f"task {task.id} is a {task.kind} and asks nothing; nothing was changed")
    try:
        return await checked(session, task.account, task.ask, given or {})
    except AnswerError as error:
        raise TaskError("answers", f"{error}. Nothing was changed; the task stays open") from error


def _again(task: Task, outcome: str) -> Completed:
    if task.state == TaskState.DONE and task.outcome == outcome:
        event_id = task_event_id(task.id, outcome)
        return Completed(task.id, task.run, outcome, event_id, False, f"task {task.id} was done already: {outcome}")
    was = f"done already: {task.outcome}" if task.state == TaskState.DONE else task.state.replace("_", " ")
    raise TaskError("closed", f"task {task.id} is {was}; nothing was changed")
