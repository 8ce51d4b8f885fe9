"""The textbook's worker, as a process of its own like ours: `python -m bench.textbook_worker TASK_QUEUE`."""

import asyncio
import os
import sys

import asyncpg
from temporalio.client import Client
from temporalio.worker import Worker

from bench.textbook import Effects, Textbook


async def main(task_queue: str) -> None:
    """Work until the process is ended."""
    pool = await asyncpg.create_pool(os.environ["DATABASE_URL"].replace("+asyncpg", ""), min_size=1, max_size=10)
    client = await Client.connect(os.environ["BENCH_TEMPORAL"])
    effects = Effects(pool)
    async with Worker(
        client, task_queue=task_queue, workflows=[Textbook], activities=[effects.touch], max_cached_workflows=2000
    ):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
