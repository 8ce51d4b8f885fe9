"""Closing a run: one transaction under the account's lock; then other runs are told.

Those that wait for its lane are nudged, its children are stopped, and the run that started it hears how it ended.
"""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity

from activities import telling
from activities.advertising import turn_off
from activities.contracts import CLOSE_RUN, Closed, CloseRun, Heard
from activities.house import House
from records import runs
from records.admission import open_runs
from records.db import lock_account
from records.heard import halted_by, heard_of
from records.tables import Run
from workflows.messages import StopIn


class Closing:
    """The activity that ends a run."""

    def __init__(self, house: House) -> None:
        self._house = house

    @activity.defn(name=CLOSE_RUN)
    async def close_run(self, asked: CloseRun) -> Closed:
        """End the run and tell the runs that may have waited for it. A second time changes nothing.

        Raises RPCError while the run that waits for this one cannot be told: asked again, it is told then.
        """
        async with self._house.database.begin() as session:
            run = await locked(session, asked.run_id)
            if run is None:
                return Closed()
            if (missed := await _missed(session, run, asked.heard)) and run.ended_at is None:
                return Closed(missed=missed)
            if run.ended_at is None:
                await turn_off(session, self._house, run)
            await runs.close(session, run, asked.outcome, asked.reason, asked.now)
            family = await _family(session, run)
            waiting = [other.workflow_id for other in await _lower(session, run) if other not in family]
        event = telling.ended(run, asked.now)
        client = self._house.client
        nudged = await telling.nudge(client, waiting, event)
        wish = StopIn(reason=f"{run.id}, which started it, has ended", outcome="parent-ended")
        await telling.stop(client, [one.workflow_id for one in family if one.parent == run.id], wish)
        await telling.tell(client, [one.workflow_id for one in family if one.id == run.parent], event)
        return Closed(nudged=nudged)


def is_child(run: Run) -> bool:
    """True if the run that started it waits for it; one that goes on beside says so in `requested_by`."""
    return run.parent is not None and run.requested_by.startswith("child of ")


def parent_workflow(run: Run) -> str:
    """The workflow ID of the run that started it."""
    return "/".join((run.parent or "").split("/")[:2])


async def _family(session: AsyncSession, run: Run) -> Sequence[Run]:
    """The open run that waits for this one, and the open ones that this one waited for."""
    query = select(Run).where(Run.ended_at.is_(None), (Run.parent == run.id) | (Run.id == (run.parent or "")))
    return list(_waiting_or_waited_for(run, await session.scalars(query)))


def _waiting_or_waited_for(run: Run, others: Iterable[Run]) -> Iterator[Run]:
    for other in others:
        if is_child(other if other.parent == run.id else run):
            yield other


async def _missed(session: AsyncSession, run: Run, heard: Sequence[str] | None) -> tuple[Heard, ...]:
    """The event that halted the run in Postgres, if the run ends without having heard of it: it wants its answer."""
    if heard is None or run.halted_at is None:
        return ()
    events = await halted_by(session, run.account, run.halted_at)
    return tuple(heard_of(one) for one in events if one.id not in heard)


async def locked(session: AsyncSession, run_id: str) -> Run | None:
    """The run's row as it is once the account's lock is held."""
    await lock_account(session, run_id.split("/")[1])
    return await runs.get(session, run_id)


async def _lower(session: AsyncSession, run: Run) -> Sequence[Run]:
    """The open runs of lower priority, which may have waited at their gate."""
    others = await open_runs(session, run.account)
    return [other for other in others if other.priority < run.priority]
