"""A word from one run to another, through Temporal, after the commit. What is not heard is made up for at the gate;
what nobody would make up for, the end of a child, is told again until it is heard.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog
from temporalio.client import (
    Client,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
    WorkflowUpdateStage,
)
from temporalio.service import RPCError, RPCStatusCode

from records.tables import Run
from workflows.messages import EVENT_SIGNAL, EventIn, StopIn

LIMIT: Final = timedelta(seconds=3)  # a local activity has ten
log = structlog.get_logger()


def ended(run: Run, at: datetime) -> EventIn:
    """The end of a run, as other runs hear of it."""
    data: dict[str, str | int | float | bool | None] = {
        "workflow": run.workflow_id,
        "play": run.play,
        "outcome": run.outcome or "",
        "run": run.id,
    }
    return EventIn(id=f"run.ended:{run.id}", kind="run.ended", at=at, data=data)


async def nudge(client: Client | None, workflows: Sequence[str], event: EventIn) -> tuple[str, ...]:
    """Signal runs that something they may wait for has happened; those that heard it. They ask again by themselves."""
    heard: list[str] = []
    if client is None:
        return ()
    for workflow_id in workflows:
        try:
            await client.get_workflow_handle(workflow_id).signal(EVENT_SIGNAL, event, rpc_timeout=LIMIT)
        except RPCError as error:
            log.info("a run was not nudged", workflow_id=workflow_id, code=error.status.name)
        else:
            heard.append(workflow_id)
    return tuple(heard)


async def tell(client: Client | None, workflows: Sequence[str], event: EventIn) -> None:
    """Signal runs that wait for just this. Raises RPCError while they cannot be told; an ended one needs no word."""
    if client is None:
        return
    for workflow_id in workflows:
        try:
            await client.get_workflow_handle(workflow_id).signal(EVENT_SIGNAL, event, rpc_timeout=LIMIT)
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise
            log.info("a run that waited was over already", workflow_id=workflow_id)


async def stop(client: Client | None, workflows: Sequence[str], wish: StopIn) -> None:
    """Stop runs. A run that cannot be told now waits at its gate meanwhile."""
    if client is None:
        return
    for workflow_id in workflows:
        handle = client.get_workflow_handle(workflow_id)
        try:
            await handle.start_update("stop", wish, wait_for_stage=WorkflowUpdateStage.ACCEPTED, rpc_timeout=LIMIT)
        except (WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError) as error:
            log.warning("a run was not stopped", workflow_id=workflow_id, why=type(error).__name__)
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise
            log.info("a run to be stopped was over already", workflow_id=workflow_id)


async def replace(client: Client | None, workflows: Sequence[str], by: str) -> None:
    """Stop runs in whose place another one has come."""
    await stop(client, workflows, StopIn(reason=f"replaced by {by}", outcome="replaced"))
