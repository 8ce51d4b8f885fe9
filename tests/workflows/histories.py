"""Recorded histories: run a scenario, keep what happened, say what the interpreter commanded."""

import asyncio
import base64
import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from temporalio.client import Client, WorkflowFailureError, WorkflowHistory

from tests.workflows.scenario import Scenario
from tests.workflows.world import World

FOLDER: Final = Path(__file__).with_name("histories")

# Events that are the interpreter's commands; the rest is the server's and the world's.
COMMANDS: Final[dict[str, Callable[[Any], str]]] = {
    "TIMER_STARTED": lambda event: "timer",
    "TIMER_CANCELED": lambda event: "timer cancelled",
    "ACTIVITY_TASK_SCHEDULED": lambda event: _path(event, "activityTaskScheduled", "activityType", "name"),
    "MARKER_RECORDED": lambda event: _local(event),
    "UPSERT_WORKFLOW_SEARCH_ATTRIBUTES": lambda event: "search attributes",
    "WORKFLOW_EXECUTION_UPDATE_COMPLETED": lambda event: "update answered",
    "WORKFLOW_EXECUTION_COMPLETED": lambda event: "completed",
    "WORKFLOW_EXECUTION_FAILED": lambda event: "failed",
    "WORKFLOW_EXECUTION_CANCELED": lambda event: "cancelled",
}


async def run_through(client: Client, name: str, scenario: Scenario, task_queue: str) -> WorkflowHistory:
    """Let the scenario happen on the real server; its whole history."""
    world = World(client, scenario.play, task_queue)
    scenario.prepare(world)
    async with world.worker():
        run = await world.start(name)
        await scenario.happen(run)
        async with asyncio.timeout(20):
            with contextlib.suppress(WorkflowFailureError):
                await run.handle.result()
        return await run.handle.fetch_history()


def commands(history: WorkflowHistory) -> list[str]:
    """What the interpreter commanded, in order: the fingerprint of a history."""
    found: list[str] = []
    for event in history.to_json_dict()["events"]:
        kind = event["eventType"].removeprefix("EVENT_TYPE_")
        if kind in COMMANDS:
            found.append(COMMANDS[kind](event))
    return found


def recorded(name: str) -> list[Path]:
    """The histories of a scenario, the oldest first: those of older interpreters must stay replayable too."""
    return sorted(FOLDER.glob(f"{name}.*.json"))


def read(path: Path) -> WorkflowHistory:
    """A recorded history."""
    return WorkflowHistory.from_json(path.stem, path.read_text(encoding="utf-8"))


def keep(name: str, history: WorkflowHistory) -> Path | None:
    """Record the history when the interpreter commands something new; None when it is as recorded."""
    known = recorded(name)
    if known and commands(read(known[-1])) == commands(history):
        return None
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}.{len(known) + 1:02}.json"
    text = json.dumps(_without_traces(history.to_json_dict()), separators=(",", ":"), sort_keys=True)
    path.write_text(f"{text}\n", encoding="utf-8")
    return path


def _without_traces(part: Any) -> Any:
    """Tracebacks name folders of the machine that recorded them."""
    if isinstance(part, dict):
        return {key: _without_traces(value) for key, value in part.items() if key != "stackTrace"}
    return [_without_traces(one) for one in part] if isinstance(part, list) else part


def _path(event: Any, kind: str, *keys: str) -> str:
    found = event[f"{kind}EventAttributes"]
    for key in keys:
        found = found[key]
    return str(found)


def _local(event: Any) -> str:
    details = event["markerRecordedEventAttributes"]["details"]
    data = json.loads(base64.b64decode(details["data"]["payloads"][0]["data"]))
    return f"local {data['activity_type']}"
