"""Healthy workers for many task queues in one process: `python -m tests.faults.reborn QUEUE…`."""

import asyncio
import sys

import worker
from records.db import Database
from settings import Settings


async def main() -> None:
    """Work on every queue until killed."""
    stop, settings = asyncio.Event(), Settings()
    url = settings.database_url
    shared = Database(url.get_secret_value() if url else "", pool_size=15)  # one pool: Postgres takes 100 connections
    vars(worker).update(Database=lambda *_, **__: shared)
    queues = [settings.model_copy(update={"task_queue": queue}) for queue in sys.argv[1:]]
    await asyncio.gather(*(worker.run_worker(one, stop) for one in queues))


if __name__ == "__main__":
    worker.configure_logging()
    asyncio.run(main())
