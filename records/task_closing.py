"""The end of a task: what is written when a player, or an event, closes it. Who may close it when is `tasks.py`.

Apart from the inbox, so that an accepted event can close a task in its own transaction.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from plays.base import ADD_REFERRED
from plays.events import TaskState, TouchState
from plays.ids import task_event_id
from records import answers, notices
from records.offers import Offer
from records.referrals import refer
from records.tables import Activity, Task, Touch

LOGGED: Final = frozenset({"call", "social", "parcel", "meeting", "form"})  # kinds of the log; the others are tasks


async def close(
    session: AsyncSession,
    task: Task,
    outcome: str,
    note: str,
    by: str,
    at: datetime,
    answered: Mapping[str, Any] | None = None,
) -> Offer:
    """Write an open task as done, with its answers, and return the event that tells its run.

    The caller holds the account's lock and has checked outcome and answers.
    """
    task.state, task.outcome, task.note = TaskState.DONE, outcome, note
    task.closed_at, task.closed_by = at, by
    if answered is not None:
        await _keep_answers(session, task, answered, at)
    await _settle_touch(session, task, outcome, at)
    session.add(log_line(task, task.kind if task.kind in LOGGED else "task", outcome, note, at))
    await notices.withdraw(session, [task.id], at)
    await session.flush()
    return told(task, outcome, at)


def log_line(task: Task, kind: str, outcome: str, note: str, at: datetime) -> Activity:
    """A line of the account's log about a task."""
    return Activity(
        at=at,
        account=task.account,
        contact=task.contact,
        player=task.player,
        run=task.run,
        task=task.id,
        kind=kind,
        outcome=outcome,
        note=note,
    )


async def _keep_answers(session: AsyncSession, task: Task, answered: Mapping[str, Any], at: datetime) -> None:
    task.answers = dict(answered)
    occurrence = await session.scalar(select(Touch.occurrence).where(Touch.key == task.touch)) or 1
    event = task_event_id(task.id, "answered")
    await answers.keep(session, task.run, task.step, occurrence, None, answered, event, at)
    if task.step == ADD_REFERRED and task.contact and isinstance(person := answered.get("person"), str):
        await refer(session, task.contact, person)


async def _settle_touch(session: AsyncSession, task: Task, outcome: str, at: datetime) -> None:
    """The outcome goes into the ledger. A draft its sender rejects is not sent."""
    values: dict[str, Any] = {"outcome": outcome}
    if task.kind == "approval" and outcome == "rejected":
        values |= {"state": TouchState.SKIPPED, "reason": "its sender rejected the draft", "settled_at": at}
    await session.execute(update(Touch).where(Touch.key == task.touch).values(**values))


def told(task: Task, outcome: str, at: datetime) -> Offer:
    """The event that tells the task's run that it is over."""
    data: dict[str, Any] = {"task": task.id, "outcome": outcome, "account": task.account}
    if task.contact:
        data["contact"] = task.contact
    external = task_event_id(task.id, outcome).removeprefix("task:")
    return Offer("task", external, "task.done", data, at, json.dumps(data).encode())
