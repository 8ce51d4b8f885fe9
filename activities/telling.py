"""A word from one run to another, through Temporal, after the commit. What is not heard is made up for at the gate."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import structlog
from temporalio.client import (
    Client,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
    WorkflowUpdateStage,
)
from temporalio.service import RPCError, RPCStatusCode

from workflows.messages import EVENT_SIGNAL, EventIn, StopIn

LIMIT: Final = timedelta(seconds=3)  # a local activity has ten
log = structlog.get_logger()


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


async def stop(client: Client | None, workflows: Sequence[str], by: str) -> None:
    """Stop runs in whose place another one has come. A run that cannot be told now waits at its gate meanwhile."""
    wish = StopIn(reason=f"replaced by {by}", outcome="replaced")
    if client is None:
        return
    for workflow_id in workflows:
        handle = client.get_workflow_handle(workflow_id)
        try:
            await handle.start_update("stop", wish, wait_for_stage=WorkflowUpdateStage.ACCEPTED, rpc_timeout=LIMIT)
        except (WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError) as error:
            log.warning("a replaced run was not stopped", workflow_id=workflow_id, why=type(error).__name__)
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise
            log.info("a replaced run was over already", workflow_id=workflow_id)
