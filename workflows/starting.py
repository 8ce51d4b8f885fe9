"""From outside to a run: start it, signal it, send it an update. For the router, the commands and the bench.

Plain calls on a Temporal client, no workflow code. A server that cannot be reached stays what it is for the callers:
`temporalio.service.RPCError` with status UNAVAILABLE or DEADLINE_EXCEEDED.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from temporalio.client import Client
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from plays.ids import workflow_id
from workflows.messages import EVENT_SIGNAL, WITHOUT_QUERY, Answer, EventIn, RunInput, RunInState, RunResult, Without

ACCOUNT = SearchAttributeKey.for_keyword("Account")
PLAY = SearchAttributeKey.for_keyword("Play")
RPC = timedelta(seconds=10)


class HasTaskQueue(Protocol):
    """The part of the settings that starting needs."""

    @property
    def task_queue(self) -> str:
        """Where the workers listen."""


@dataclass(frozen=True)
class Started:
    """What starting answers. `run` is Temporal's first execution run id, as in `runs.first_execution_run_id`."""

    workflow_id: str
    run: str
    already_open: bool


async def start_run(
    client: Client,
    settings: HasTaskQueue,
    play: str,
    account: str,
    event_id: str | None = None,
    by: str = "ops",
    *,
    parameters: Mapping[str, str | int | float | bool] | None = None,
    parent: str | None = None,
) -> Started:
    """Start the play at the account; a run that is open already is left alone and said to be so.

    `parent` is the run that starts it and goes on. A plain start, three times as fast as one that waits for the
    admission: read that from `runs`.

    Raises:
        RPCError: the server refused or cannot be reached; nothing was started.
    """
    asked = RunInput(
        account=account, event_id=event_id, requested_by=by, parameters=dict(parameters or {}), parent=parent
    )
    return await _start(client, settings, play, asked, f"{play} at {account}")


async def _start(client: Client, settings: HasTaskQueue, play: str, asked: RunInput, summary: str) -> Started:
    name = workflow_id(play, asked.account)
    try:
        handle = await client.start_workflow(
            play,
            asked,
            id=name,
            task_queue=settings.task_queue,
            result_type=RunResult,
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            search_attributes=TypedSearchAttributes(
                [SearchAttributePair(ACCOUNT, asked.account), SearchAttributePair(PLAY, play)]
            ),
            memo={"requested_by": asked.requested_by},
            static_summary=summary,
            rpc_timeout=RPC,
        )
    except WorkflowAlreadyStartedError as open_one:
        return Started(name, open_one.first_run_id or open_one.run_id or "", True)
    return Started(name, handle.first_execution_run_id or "", False)


async def started_by(client: Client, workflow: str) -> str:
    """Who asked for the newest run under this ID, as `start_run` was told; empty when that is not on record.

    Raises:
        RPCError: the server cannot be reached.
    """
    described = await client.get_workflow_handle(workflow).describe(rpc_timeout=RPC)
    return str((await described.memo()).get("requested_by", ""))


async def signal_run(client: Client, workflow: str, event: EventIn) -> bool:
    """Tell an open run what happened. False when there is none: it has ended, or was never started.

    Raises:
        RPCError: the server cannot be reached; the run was not told.
    """
    try:
        await client.get_workflow_handle(workflow).signal(EVENT_SIGNAL, event, rpc_timeout=RPC)
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            return False
        raise
    return True


async def update_run(client: Client, workflow: str, name: str, wish: Any) -> str:
    """Send an operator's wish (`pause`, `resume`, `skip`, `send_now`, `stop`, `change` …); the run's sentence.

    Waits for a worker as long as it takes: bound it with `asyncio.timeout`.

    Raises:
        WorkflowUpdateFailedError: the run refuses; the sentence is its cause's message.
        RPCError: NOT_FOUND when no run is open, UNAVAILABLE when the server cannot be reached.
    """
    handle = client.get_workflow_handle(workflow)
    answer = await handle.execute_update(name, wish, result_type=Answer)
    return str(answer.sentence)


async def go_on(client: Client, settings: HasTaskQueue, state: RunInState, by: str) -> Started:
    """Let a run that has ended go on from a state of it, under its own workflow ID; its row is open again already.

    Raises:
        RPCError: the server refused or cannot be reached; nothing was started.
    """
    play, account, _ = state.run_id.split("/")
    asked = RunInput(account=account, event_id=state.event_id, requested_by=by, state=state)
    return await _start(client, settings, play, asked, f"{play} at {account}, opened anew")


async def state_without(client: Client, workflow: str, event: str) -> RunInState | None:
    """Where the newest run under this ID would go on, had the event not halted it; None when it did not.

    A worker answers, also for a run that has ended. Raises RPCError: NOT_FOUND when Temporal has no such run any more.
    """
    answer: Without = await client.get_workflow_handle(workflow).query(
        WITHOUT_QUERY, event, result_type=Without, rpc_timeout=RPC
    )
    return answer.state
