"""`make histories`: run every scenario on a server of its own and record those whose commands have changed."""

import asyncio
import os
import tempfile
import uuid
from pathlib import Path

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from local.stack import Stack
from tests.workflows.histories import keep, run_through
from tests.workflows.scenarios import SCENARIOS


async def main() -> None:
    """Record and say what is new."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("TEMPORAL_", "SETPIECE_"))}
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(Path(folder), ports="free", environ=environ)
        await stack.start()
        try:
            client = await Client.connect(
                stack.temporal.address, data_converter=pydantic_data_converter, identity="recorder"
            )
            for name, scenario in SCENARIOS.items():
                history = await run_through(client, name, scenario, f"record-{uuid.uuid4().hex[:8]}")
                path = keep(name, history)
                print(f"{name}: {'as recorded' if path is None else f'recorded as {path.name}'}")
        finally:
            await stack.stop()


if __name__ == "__main__":
    asyncio.run(main())
