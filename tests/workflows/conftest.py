"""Worlds for workflow tests, and the promise that every history they made can be replayed."""

from collections.abc import AsyncIterator, Callable

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from plays.model import Play
from tests.workflows.world import World
from workflows.play import PlayWorkflow
from workflows.sandbox import watched

MakeWorld = Callable[..., World]


@pytest.fixture
async def world_of(client: Client, task_queue: str) -> AsyncIterator[MakeWorld]:
    """Make a world for a play. Whatever its runs did is replayed afterwards."""
    worlds: list[World] = []

    def make(play: Play, workflow: type = PlayWorkflow) -> World:
        worlds.append(World(client, play, task_queue, workflow))
        return worlds[-1]

    yield make
    for world in worlds:
        replayer = Replayer(
            workflows=[world.workflow], data_converter=pydantic_data_converter, workflow_runner=watched()
        )
        for going in world.started:
            await replayer.replay_workflow(await going.handle.fetch_history())
