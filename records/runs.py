"""Runs: opening, changing and closing their rows, and reading them. Whether one may open is `admission.py`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from plays.events import RunState, TaskState
from plays.ids import run_id
from records import holds, tasks, touches
from records.admission import Judgement, admission, open_runs
from records.tables import Decision, Run, Task, Touch

__all__ = ["Judgement", "Story", "admission", "close", "get", "latest", "listing", "open_runs", "opened_by", "story"]


@dataclass(frozen=True)
class Story:
    """A run with all that was done and decided, for `runs show` and the escalation to an executive."""

    run: Run
    touches: Sequence[Touch]
    tasks: Sequence[Task]
    decisions: Sequence[Decision]


async def get(session: AsyncSession, run: str) -> Run | None:
    """The run with this id, `play/account/number`."""
    return await session.get(Run, run)


async def latest(session: AsyncSession, play: str, account: str) -> Run | None:
    """The newest run of a play at an account: the open one if there is one. Refusals count too."""
    query = select(Run).where(Run.play == play, Run.account == account).order_by(Run.number.desc()).limit(1)
    return (await session.scalars(query)).one_or_none()


async def opened_by(session: AsyncSession, first_execution_run_id: str) -> Run | None:
    """The row that this workflow, or an earlier life of it, has opened."""
    query = select(Run).where(Run.first_execution_run_id == first_execution_run_id)
    return (await session.scalars(query)).one_or_none()


async def listing(
    session: AsyncSession,
    *,
    play: str | None = None,
    account: str | None = None,
    state: str | None = None,
    limit: int = 200,
) -> Sequence[Run]:
    """The newest first, refused ones too; `state` is one of RunState."""
    query = select(Run).order_by(Run.opened_at.desc(), Run.id).limit(limit)
    wanted = ((Run.play, play), (Run.account, account), (Run.state, state))
    return (
        await session.scalars(query.where(*(column == value for column, value in wanted if value is not None)))
    ).all()


async def story(session: AsyncSession, run: str) -> Story | None:
    """Everything on record about a run; None if there is no such run."""
    found = await get(session, run)
    if found is None:
        return None
    done = await touches.of_run(session, run)
    keys = [touch.key for touch in done]
    decided = select(Decision).where(Decision.touch.in_(keys)).order_by(Decision.id)
    handed = select(Task).where(Task.run == run).order_by(Task.id)
    return Story(found, done, (await session.scalars(handed)).all(), (await session.scalars(decided)).all())


async def number_next(session: AsyncSession, play: str, account: str) -> int:
    """The number of the next run of the play at the account; the caller holds the account's lock."""
    query = select(func.max(Run.number)).where(Run.play == play, Run.account == account)
    return (await session.scalar(query) or 0) + 1


def new(play: str, account: str, number: int, **values: Any) -> Run:
    """A row that is not stored yet."""
    return Run(id=run_id(play, account, number), play=play, account=account, number=number, **values)


async def close(session: AsyncSession, run: Run, outcome: str, reason: str, at: datetime) -> None:
    """End a run: open tasks are withdrawn, what was planned is skipped, whom it kept others from is free again.

    A second time changes nothing.
    """
    if run.ended_at is not None:
        return
    run.state, run.outcome, run.reason, run.ended_at = RunState.ENDED, outcome, reason, at
    why = f"the run ended: {outcome}"
    await touches.close_open(session, run.id, why, at)
    await tasks.withdraw(session, run.id, at, why)
    await holds.lift_guards(session, run, at)
    await session.flush()


async def open_tasks(session: AsyncSession, run: str) -> Sequence[Task]:
    """The tasks of a run that wait for a player."""
    return await tasks.listing(session, run=run, state=TaskState.OPEN)


async def open_by_version(session: AsyncSession, play: str) -> dict[int, int]:
    """How many runs of a play are open on which version."""
    query = select(Run.version, func.count()).where(Run.play == play, Run.ended_at.is_(None)).group_by(Run.version)
    return {row[0]: row[1] for row in await session.execute(query)}


async def open_on_version(session: AsyncSession, play: str, version: int, accounts: Sequence[str]) -> Sequence[Run]:
    """The open runs of a play on one version, at these accounts or, when none is named, at all; by account."""
    query = select(Run).where(Run.play == play, Run.version == version, Run.ended_at.is_(None)).order_by(Run.account)
    return (await session.scalars(query.where(Run.account.in_(accounts)) if accounts else query)).all()
