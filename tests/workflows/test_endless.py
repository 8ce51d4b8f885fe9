"""Plays without an end, and tracks, over many histories: everything goes on, and nothing grows."""

from itertools import pairwise
from typing import Any

from temporalio.client import WorkflowExecutionStatus

from tests.workflows.builders import email, end, notice, play
from tests.workflows.conftest import MakeWorld
from tests.workflows.short_play import ShortPlayWorkflow
from tests.workflows.world import Going

ROUND_IN_SECONDS = 0.1


async def carried(run: Going) -> list[int]:
    """How many bytes each history of the run began with, the first one left out."""
    client, sizes = run.world.client, []
    chain = [one async for one in client.list_workflows(f"WorkflowId = '{run.handle.id}'")]
    for execution in sorted(chain, key=lambda one: one.start_time):
        first: Any = await anext(
            client.get_workflow_handle(execution.id, run_id=execution.run_id).fetch_history_events()
        )
        sizes.append(first.workflow_execution_started_event_attributes.input.ByteSize())
    return sizes[1:]


async def test_a_play_without_an_end_carries_no_more_after_many_rounds_than_after_some(world_of: MakeWorld) -> None:
    body = [email("letter"), notice("tell"), {"wait": "1h", "for": "meeting.booked"}]
    world = world_of(play({"repeat": "for-ever", "every": "1d", "steps": body}))
    world.workflow, world.pace = ShortPlayWorkflow, ROUND_IN_SECONDS / 86400
    async with world.worker():
        run = await world.start()
        await world.until(lambda: len(world.steps) >= 90, seconds=60)
        await run.handle.terminate()
    world.started.clear()  # a history that was cut off is not replayed to an end
    sizes = await carried(run)
    letters = world.of("send_email")
    assert [asked.occurrence for asked in letters] == list(range(1, len(letters) + 1))
    assert [asked.round for asked in letters] == list(range(1, len(letters) + 1))
    assert all(later.now > earlier.now for earlier, later in pairwise(letters))
    assert len(sizes) >= 10
    assert max(sizes[-5:]) - min(sizes[-5:]) < 200


async def test_tracks_stages_and_rounds_go_on_over_a_new_history(world_of: MakeWorld) -> None:
    left = {"repeat": "news", "every": "1d", "most": 6, "steps": [email("letter")]}
    right = {"stage": "win", "steps": [notice(f"tell-{number}", after="1d") for number in range(6)]}
    of = {"left": {"steps": [left]}, "right": {"steps": [right]}}
    world = world_of(play({"tracks": "both", "of": of}, email("last"), end()))
    world.workflow, world.pace = ShortPlayWorkflow, 4 * ROUND_IN_SECONDS / 86400
    async with world.worker():
        run = await world.start()
        result = await run.result(seconds=40)
        chain = [one async for one in world.client.list_workflows(f"WorkflowId = '{run.handle.id}'")]
    assert result.outcome == "finished"
    assert WorkflowExecutionStatus.CONTINUED_AS_NEW in {one.status for one in chain}
    assert [asked.round for asked in world.of("send_email")] == [1, 2, 3, 4, 5, 6, 0]
    assert [asked.step for asked in world.of("hand_out")] == [f"tell-{number}" for number in range(6)]
    assert {asked.stage for asked in world.of("hand_out")} == {"win"}
    assert world.steps[-1] == "last"
