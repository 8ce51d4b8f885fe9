"""Memory per 1,000 parked runs, in MB of the worker process."""

import time

import psutil

from bench.house import Bench
from bench.textbook import Textbook
from local.child import Child
from tests.playhouse import eventually
from workflows.starting import start_run


async def of_textbook(bench: Bench, worker: Child, runs: int) -> float:
    """Textbook workflows that wait five days."""
    before, mark = _megabytes(worker), time.monotonic_ns()
    for number in range(runs):
        await bench.house.client.start_workflow(
            Textbook.run,
            bench.sequence(number, gap=432_000),
            id=f"parked/{mark}/{number}",
            task_queue=bench.textbook_queue,
        )
    await _parked(bench, f"WorkflowId STARTS_WITH 'parked/{mark}/'", runs)
    return (_megabytes(worker) - before) * 1000 / runs


async def of_setpiece(bench: Bench, worker: Child, runs: int, play: str) -> float:
    """Runs that wait five days for their first touch."""
    before = _megabytes(worker)
    accounts = await bench.house.people(runs, f"parked-{time.monotonic_ns()}")
    for account in accounts:
        await start_run(bench.house.client, bench.house.settings(), play, account)

    async def all_open() -> bool:
        rows = await bench.house.rows("select count(*) n from runs where play = $1 and ended_at is null", play)
        return bool(rows[0]["n"] >= runs)

    await eventually(all_open, "all runs are open", 120)
    return (_megabytes(worker) - before) * 1000 / runs


async def _parked(bench: Bench, query: str, runs: int) -> None:
    async def all_started() -> bool:
        found = await bench.house.client.count_workflows(f"{query} and ExecutionStatus = 'Running'")
        return found.count >= runs

    await eventually(all_started, "all workflows run", 120)
    handles = [one async for one in bench.house.client.list_workflows(query)]
    for last in handles[:3]:
        handle = bench.house.client.get_workflow_handle(last.id)

        async def waits() -> bool:
            history = await handle.fetch_history()  # noqa: B023
            return any(event.HasField("timer_started_event_attributes") for event in history.events)

        await eventually(waits, "the last workflows wait", 120)


def _megabytes(worker: Child) -> float:
    return float(psutil.Process(worker.pid).memory_info().rss) / 1e6
