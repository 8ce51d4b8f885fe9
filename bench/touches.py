"""History events a touch and touches a second: whole runs under a skipped clock, real Postgres, real SMTP."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle

from bench.house import TOUCHES, Bench
from bench.textbook import Textbook
from workflows.starting import start_run

Handle = WorkflowHandle[Any, Any]


@dataclass(frozen=True)
class Rate:
    """What a batch cost."""

    per_second: float
    events: float


async def of_textbook(bench: Bench, runs: int) -> Rate:
    """A batch of textbook workflows."""

    async def start(number: int) -> Handle:
        name = f"{bench.textbook_queue}/{number}/{time.monotonic_ns()}"
        return await bench.skipped.start_workflow(
            Textbook.run, bench.sequence(number), id=name, task_queue=bench.textbook_queue
        )

    return await _batch(runs, start)


async def of_play(bench: Bench, kind: str, runs: int) -> Rate:
    """A batch of runs of a play of `mails` or of the `mix`."""
    play = await bench.play(kind)
    accounts = await bench.house.people(runs, play)
    settings = bench.house.settings()

    async def start(number: int) -> Handle:
        started = await start_run(bench.skipped, settings, play, accounts[number])
        return bench.house.client.get_workflow_handle(started.workflow_id)

    rate = await _batch(runs, start)
    made = await bench.house.rows("select count(*) n from touches where state = 'made' and run like $1", f"{play}/%")
    if made[0]["n"] != runs * TOUCHES:
        raise RuntimeError(f"{play}: {made[0]['n']} of {runs * TOUCHES} touches were made; the figure would be a lie")
    return rate


async def _batch(runs: int, start: Callable[[int], Awaitable[Handle]]) -> Rate:
    began = time.perf_counter()
    handles = await asyncio.gather(*(start(number) for number in range(runs)))
    await asyncio.gather(*(handle.result() for handle in handles))
    seconds = time.perf_counter() - began
    return Rate(runs * TOUCHES / seconds, await _events(handles[0]) / TOUCHES)


async def _events(handle: Handle) -> float:
    """Events of one history, without those that the skipped clock itself writes."""
    history = await handle.fetch_history()
    return sum("TIME_SKIPPING" not in EventType.Name(event.event_type) for event in history.events)
