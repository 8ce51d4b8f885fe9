"""The worker as a process: starts on real parts, waits for what is away, ends cleanly, logs lines of JSON."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from local import ports
from local.stack import Stack

PROJECT = Path(__file__).parents[2]


@asynccontextmanager
async def worker(environ: Mapping[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """`python worker.py` with this environment; killed at the end if it still runs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(PROJECT / "worker.py"), stderr=asyncio.subprocess.PIPE, env={**os.environ, **environ}
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def says(process: asyncio.subprocess.Process, words: str) -> dict[str, object]:
    """The first log line whose event has these words."""
    assert process.stderr is not None
    async with asyncio.timeout(30):
        async for line in process.stderr:
            found = json.loads(line)
            if words in found["event"]:
                return dict(found)
    raise AssertionError(f"the worker ended without saying '{words}'")


def environment(stack: Stack, database_url: str, task_queue: str, folder: Path) -> dict[str, str]:
    """What the worker needs to know of the stack."""
    return {
        "SETPIECE_FOLDER": str(folder),
        "SETPIECE_TASK_QUEUE": task_queue,
        "DATABASE_URL": database_url,
        "SMTP_URL": stack.addresses.smtp_url,
        "TEMPORAL_ADDRESS": stack.temporal.address,
    }


async def test_a_worker_listens_and_ends_cleanly_when_told(
    stack: Stack, database_url: str, task_queue: str, tmp_path: Path
) -> None:
    async with worker(environment(stack, database_url, task_queue, tmp_path)) as process:
        line = await says(process, "the worker listens")
        assert (line["task_queue"], line["level"], line["logger"]) == (task_queue, "info", "worker")
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(30):
            await process.communicate()
        assert process.returncode == 0


async def test_a_worker_waits_for_the_server_and_says_so(
    stack: Stack, database_url: str, task_queue: str, tmp_path: Path
) -> None:
    away = f"127.0.0.1:{ports.choose(0, 'free')}"
    environ = {**environment(stack, database_url, task_queue, tmp_path), "TEMPORAL_ADDRESS": away}
    async with worker(environ) as process:
        line = await says(process, "Temporal does not answer")
        assert away in str(line["event"])
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(30):
            await process.communicate()
        assert process.returncode == 0


async def test_a_worker_without_a_database_says_what_to_do(tmp_path: Path) -> None:
    async with worker({"SETPIECE_FOLDER": str(tmp_path), "DATABASE_URL": "", "SMTP_URL": ""}) as process:
        async with asyncio.timeout(30):
            _, said = await process.communicate()
        assert process.returncode == 2
        assert "set DATABASE_URL" in said.decode()
