"""Reads for lists: many runs with what each waits for, in one query. One run's whole story is `runs.py`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Select, Text, any_, cast, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from plays.events import RunState, TaskState, TouchState
from records.standing import waited_tasks
from records.tables import Account, Run, Task, Touch

OPEN_STATES = (RunState.OPEN, RunState.PAUSED, RunState.HALTED)


@dataclass(frozen=True)
class RunLine:
    """One run as a list shows it. `next_*` is its touch that is planned or deferred, `blocked` why it was deferred.

    While it stands still for a task, `next_step` is that task's and no instant is known.
    """

    id: str
    play: str
    account: str
    version: int
    state: str
    workflow_id: str
    opened_at: datetime
    next_step: str | None
    next_at: datetime | None
    blocked: str | None
    open_tasks: int
    made: int
    outcome: str | None
    reason: str  # why it was refused, paused, halted or ended
    player: str | None = None  # the slot whose turn it is
    task: int | None = None  # what it stands still for
    task_due: datetime | None = None


async def run_lines(
    session: AsyncSession,
    *,
    play: str | None = None,
    account: str | None = None,
    state: str | None = None,
    blocked: bool = False,
    ended: bool = False,
    limit: int = 100,
) -> Sequence[RunLine]:
    """The newest first; only runs that are open, paused or halted unless a state or `ended` is asked for."""
    query = _lines().limit(limit)
    for column, value in ((Run.play, play), (Run.account, account), (Run.state, state)):
        if value is not None:
            query = query.where(column == value)
    if state is None and not ended:
        query = query.where(Run.state.in_(OPEN_STATES))
    rows = (await session.execute(query if not blocked else _only_blocked(query))).all()
    waited = await waited_tasks(session, [run for run, *_ in rows if run.ended_at is None])
    return [_line(row, *waited.get(row[0].id, (None, None))) for row in rows]


async def opened_by(session: AsyncSession, first_execution_run_ids: Sequence[str]) -> Sequence[Run]:
    """The rows that these workflows have opened so far; refusals are rows too."""
    query = select(Run).where(Run.first_execution_run_id == _any_of(first_execution_run_ids))
    return (await session.scalars(query)).all()


async def open_workflow_ids(session: AsyncSession, *, play: str, state: str | None = None) -> Sequence[str]:
    """The workflow IDs of a play's runs that are not over, in the order of their accounts."""
    query = select(Run.workflow_id).where(Run.play == play, Run.ended_at.is_(None)).order_by(Run.account)
    query = query.where(Run.state == state) if state else query.where(Run.state.in_(OPEN_STATES))
    return (await session.scalars(query)).all()


async def newest(session: AsyncSession, play: str, account: str) -> Run | None:
    """The run a person means by `play/account`: the open one, else the last that was admitted, else a refusal."""
    admitted = (Run.state != RunState.REFUSED).desc()
    query = select(Run).where(Run.play == play, Run.account == account).order_by(admitted, Run.number.desc()).limit(1)
    return (await session.scalars(query)).one_or_none()


async def last_refusals(session: AsyncSession, play: str, accounts: Sequence[str]) -> dict[str, str]:
    """Of the accounts whose last run of the play was refused: the reason."""
    query = (
        select(Run.account, Run.state, Run.reason)
        .ext(distinct_on(Run.account))
        .where(Run.play == play, Run.account == _any_of(accounts))
        .order_by(Run.account, Run.number.desc())
    )
    rows = (await session.execute(query)).all()
    return {account: reason for account, state, reason in rows if state == RunState.REFUSED}


async def open_runs(session: AsyncSession) -> Sequence[str]:
    """Every workflow ID whose run is not over, for a "did you mean"."""
    return (await session.scalars(select(Run.workflow_id).where(Run.ended_at.is_(None)))).all()


async def untouched_accounts(session: AsyncSession, *, lifecycle: str, tier: str | None = None) -> Sequence[str]:
    """Accounts of this lifecycle (and tier) that never had a run, in the order of their ids."""
    query = select(Account.id).where(Account.lifecycle == lifecycle).order_by(Account.id)
    if tier is not None:
        query = query.where(Account.tier == tier)
    return (await session.scalars(query.where(~select(Run.id).where(Run.account == Account.id).exists()))).all()


def _any_of(values: Sequence[str]) -> Any:
    """One array parameter: an IN list of a bulk start would pass Postgres' limit of 32,767 parameters."""
    return any_(cast(list(values), ARRAY(Text)))


def _lines() -> Select[Any]:
    waiting = (
        select(Touch.step, Touch.state, Touch.reason, func.coalesce(Touch.until, Touch.planned_at).label("at"))
        .where(Touch.run == Run.id, Touch.state.in_((TouchState.PLANNED, TouchState.DEFERRED)))
        .where(or_(Run.halted_at.is_(None), Touch.created_at >= Run.halted_at))  # of a halted run only its answer
        .order_by(Touch.created_at.desc())
        .limit(1)
        .lateral("waiting")
    )
    made = select(func.count()).where(Touch.run == Run.id, Touch.state == TouchState.MADE).scalar_subquery()
    tasks = select(func.count()).where(Task.run == Run.id, Task.state == TaskState.OPEN).scalar_subquery()
    return (
        select(Run, waiting.c.step, waiting.c.state, waiting.c.reason, waiting.c.at, tasks, made)
        .join(waiting, onclause=Run.id.is_not(None), isouter=True)
        .order_by(Run.opened_at.desc(), Run.id)
    )


def _only_blocked(query: Select[Any]) -> Select[Any]:
    deferred = select(Touch.key).where(Touch.run == Run.id, Touch.state == TouchState.DEFERRED)
    return query.where(deferred.exists())


def _line(row: Any, task: Task | None, slot: str | None) -> RunLine:
    run, step, state, reason, at, tasks, made = row
    over = run.ended_at is not None
    if task is not None:
        step, state, reason, at = task.step, None, "", None
    return RunLine(
        id=run.id,
        play=run.play,
        account=run.account,
        version=run.version,
        state=run.state,
        workflow_id=run.workflow_id,
        opened_at=run.opened_at,
        next_step=None if over else step,
        next_at=None if over else at,
        blocked=reason if state == TouchState.DEFERRED and not over else None,
        open_tasks=tasks,
        made=made,
        outcome=run.outcome,
        reason="" if run.state == RunState.OPEN else run.reason,
        player=slot,
        task=task.id if task else None,
        task_due=task.due_at if task else None,
    )
