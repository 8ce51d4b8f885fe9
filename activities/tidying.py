"""Closes in Postgres what was ended over its head in Temporal: a workflow that is terminated cannot say so itself.

Without it the row stays open and its lane blocked for every other play at the account. Slowed sending domains whose
complaints have become few are eased here too: no event says so.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from activities import telling
from activities.closing import is_child, parent_workflow
from records import breaker, runs
from records.admission import open_runs
from records.db import Database, lock_account
from records.tables import Run

EVERY: Final = 15.0  # seconds between looks
FIRST_LOOK: Final = timedelta(days=7)  # back, when the worker starts
OVERLAP: Final = timedelta(minutes=5)  # the list of workflows may lag behind
RPC: Final = timedelta(seconds=10)
OVER_ITS_HEAD: Final = 'ExecutionStatus IN ("Terminated", "Failed", "TimedOut")'
log = structlog.get_logger()


class Tidying:
    """Looks for workflows that were terminated, failed or timed out while their run stands open."""

    def __init__(self, database: Database, client: Client) -> None:
        self._database, self._client = database, client
        self._since = datetime.now(UTC) - FIRST_LOOK

    async def run(self, stop: asyncio.Event) -> None:
        """Look until `stop`. Outlives outages of Postgres and Temporal."""
        while not stop.is_set():
            try:
                await self.look()
                await self._ease()
            except (SQLAlchemyError, OSError, RPCError) as error:
                log.warning("tidying waits", error=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), EVERY)

    async def look(self) -> Sequence[str]:
        """Close what ended since the last look; the runs closed."""
        began = datetime.now(UTC)
        query = f'{OVER_ITS_HEAD} AND CloseTime >= "{self._since.isoformat()}"'
        ended = {one.id async for one in self._client.list_workflows(query, rpc_timeout=RPC)}
        closed = [run for workflow_id in sorted(ended) for run in await self._close(workflow_id)]
        self._since = began - OVERLAP
        return closed

    async def _ease(self) -> None:
        async with self._database.begin() as session:
            for domain in await breaker.ease(session, datetime.now(UTC)):
                log.info("a sending domain is slowed no more", domain=domain)

    async def _close(self, workflow_id: str) -> list[str]:
        async with self._database.begin() as session:
            query = select(Run).where(Run.workflow_id == workflow_id, Run.ended_at.is_(None))
            found = (await session.scalars(query)).one_or_none()
        if found is None or await self._goes_on(workflow_id):
            return []
        now = datetime.now(UTC)
        found.outcome = "terminated"
        event = telling.ended(found, now)
        if is_child(found):  # before the row is closed: what fails here is looked at again
            await telling.tell(self._client, [parent_workflow(found)], event)
        async with self._database.begin() as session:
            await lock_account(session, found.account)
            run = await session.get_one(Run, found.id, populate_existing=True)
            await runs.close(session, run, "terminated", "its workflow was ended in Temporal", now)
            waiting = [other.workflow_id for other in await open_runs(session, run.account)]
        log.warning("a run was ended in Temporal and is closed", run=found.id)
        await telling.nudge(self._client, waiting, event)
        return [found.id]

    async def _goes_on(self, workflow_id: str) -> bool:
        """True if the newest workflow under this ID runs: a reset, or a later start that will close the old row."""
        try:
            latest = await self._client.get_workflow_handle(workflow_id).describe(rpc_timeout=RPC)
        except RPCError as error:
            if error.status == RPCStatusCode.NOT_FOUND:
                return False
            raise
        return latest.status == WorkflowExecutionStatus.RUNNING
