"""Runs that are under way survive a deploy: recorded histories replay, and commands do not change unnoticed."""

from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from tests.workflows.histories import FOLDER, commands, read, recorded, run_through
from tests.workflows.scenarios import SCENARIOS
from workflows.play import PlayWorkflow
from workflows.sandbox import watched


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
async def test_a_recorded_history_replays(path: Path) -> None:
    replayer = Replayer(workflows=[PlayWorkflow], data_converter=pydantic_data_converter, workflow_runner=watched())
    result = await replayer.replay_workflow(read(path), raise_on_replay_failure=False)
    assert result.replay_failure is None, (
        f"the interpreter cannot continue runs recorded as {path.name}: {result.replay_failure}. "
        "Runs like it are open in production: keep the old way behind workflow.patched()."
    )


@pytest.mark.parametrize("name", SCENARIOS)
async def test_the_interpreter_commands_what_was_recorded(name: str, client: Client, task_queue: str) -> None:
    assert recorded(name), f"no history of '{name}' is recorded: make histories"
    expected = commands(read(recorded(name)[-1]))
    found = commands(await run_through(client, name, SCENARIOS[name], task_queue))
    assert found == expected, (
        f"in '{name}' the interpreter commands something else than before.\n"
        f"recorded: {expected}\nnow:      {found}\n"
        "Open runs replay the old commands: put the change behind workflow.patched(), see that "
        "test_a_recorded_history_replays passes, then record the new way beside the old one with: make histories"
    )


async def test_every_recorded_history_belongs_to_a_scenario() -> None:
    assert {path.name.split(".")[0] for path in FOLDER.glob("*.json")} == set(SCENARIOS)
