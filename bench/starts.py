"""Starts a second, as the server accepts them: a plain `start_workflow` loop, and `start_run`."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from bench.house import Bench
from bench.textbook import Textbook
from workflows.starting import start_run

SIDE_BY_SIDE = 50


async def of_textbook(bench: Bench, starts: int) -> float:
    """Plain starts on a queue that nobody listens to."""
    mark = time.monotonic_ns()

    async def start(number: int) -> None:
        sequence = bench.sequence(number)
        await bench.house.client.start_workflow(
            Textbook.run, sequence, id=f"start/{mark}/{number}", task_queue="nobody"
        )

    return await _rate(starts, start)


async def of_setpiece(bench: Bench, starts: int) -> float:
    """Ours, likewise."""
    mark = time.monotonic_ns()
    settings = bench.house.settings().model_copy(update={"task_queue": "nobody"})

    async def start(number: int) -> None:
        await start_run(bench.house.client, settings, f"start-{mark}", f"account-{number}")

    return await _rate(starts, start)


async def _rate(count: int, start: Callable[[int], Awaitable[None]]) -> float:
    gate = asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(number: int) -> None:
        async with gate:
            await start(number)

    began = time.perf_counter()
    await asyncio.gather(*(one(number) for number in range(count)))
    return count / (time.perf_counter() - began)
