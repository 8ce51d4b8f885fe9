"""A run outlives long histories, failures, cancellation, and lets hand-written plays take its place."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from temporalio import workflow
from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError, CancelledError
from temporalio.worker import Replayer, Worker

from activities.contracts import StepOut
from tests.workflows.builders import call, email, play, task
from tests.workflows.conftest import MakeWorld
from tests.workflows.short_play import ShortPlayWorkflow
from workflows.messages import ResumeIn, RunInput, RunResult, SkipIn
from workflows.play import PlayWorkflow
from workflows.sandbox import watched

DAY_IN_SECONDS = 0.4

FINAL = ApplicationError("the template is gone", type="NoTemplate", non_retryable=True)


@workflow.defn(name="test-play")
class HandWritten:
    """A play that data cannot say."""

    @workflow.run
    async def run(self, start: RunInput) -> RunResult:
        """Say so."""
        return RunResult(run_id=start.account, outcome="by-hand", reason="")


async def test_going_on_as_new_keeps_everything(world_of: MakeWorld) -> None:
    on = {"bounce": {"steps": [task("look", go_on=True)]}}
    steps = [email(f"mail-{number}", after="1d") for number in range(6)]
    world = world_of(play(task("first", go_on=True, due={"3d": "remind"}), *steps, {"end": "finished"}, on=on))
    world.workflow, world.pace = ShortPlayWorkflow, DAY_IN_SECONDS / 86400  # the server's skipping stops at the seam
    async with world.worker():
        run = await world.start()
        await world.until(lambda: "first" in world.steps)
        await run.tell("bounce", id="b1")
        await world.until(lambda: "mail-3" in world.steps)
        await run.tell("bounce", id="b1")
        result = await run.result()
        chain = [execution async for execution in world.client.list_workflows(f"WorkflowId = '{run.handle.id}'")]
    assert result.outcome == "finished"
    assert world.steps == ["first", "look", *(f"mail-{number}" for number in range(6))]
    assert [name for name, _ in world.calls].count("open_run") == 1
    assert [asked.rung for asked in world.of("climb")] == ["remind"]
    assert WorkflowExecutionStatus.CONTINUED_AS_NEW in {one.status for one in chain}
    touches = world.of("send_email")
    assert all(later.now - earlier.now >= timedelta(seconds=DAY_IN_SECONDS) for earlier, later in pairwise(touches))
    assert all(asked.planned is not None and asked.planned <= asked.now for asked in touches)


async def test_what_the_database_cannot_do_for_a_while_is_tried_until_it_can(world_of: MakeWorld) -> None:
    world = world_of(play(call("ring"), {"end": "finished"}))
    world.script("ring", *[ConnectionRefusedError("down")] * 7)
    async with world.worker():
        run = await world.start()
        shown = await run.shows(lambda it: it.blocked is not None)
        assert shown.blocked == "hand_out failed (ConnectionRefusedError)"
        await run.pass_time(minutes=2)
        await run.shows(lambda it: it.open_tasks == [1] and it.blocked is None)
        await run.close_task("ring")
        assert (await run.result()).outcome == "finished"


@pytest.mark.parametrize("kind", [call, email], ids=["local", "regular"])
async def test_a_failure_that_cannot_pass_waits_for_an_operator_who_resumes(world_of: MakeWorld, kind: Any) -> None:
    world = world_of(play(kind("one"), {"end": "finished"}))
    world.script("one", FINAL, StepOut(verdict="made", reason="ok"))
    async with world.worker():
        run = await world.start()
        shown = await run.shows(lambda it: it.blocked is not None)
        assert "the template is gone" in str(shown.blocked)
        assert "tried again" in await run.ask("resume", ResumeIn(reason="template is back"))
        assert (await run.result()).outcome == "finished"
    assert world.steps == ["one", "one"]


async def test_a_failure_that_cannot_pass_may_be_skipped(world_of: MakeWorld) -> None:
    world = world_of(play(call("ring"), email("one"), {"end": "finished"}))
    world.script("ring", FINAL)
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.blocked is not None)
        await run.ask("skip", SkipIn())
        assert (await run.result()).outcome == "finished"
    assert world.steps == ["ring", "one"]


async def test_an_event_whose_handler_cannot_be_found_waits_for_an_operator(world_of: MakeWorld) -> None:
    world = world_of(play(email("one", after="2d"), {"end": "finished"}, on={"reply": {"when": "a", "end": "replied"}}))
    world.script("on:reply", FINAL, FINAL)
    async with world.worker():
        run = await world.start()
        await run.tell("reply")
        await run.shows(lambda it: it.blocked is not None)
        await run.ask("resume", ResumeIn())
        await world.until(lambda: len(world.of("decide")) == 2)
        await run.shows(lambda it: it.blocked is not None)
        assert "passed over" in await run.ask("skip", SkipIn())
        await run.shows(lambda it: it.blocked is None)
        await run.pass_time(days=3)
        assert (await run.result()).outcome == "finished"


async def test_a_closing_that_fails_for_good_leaves_the_run_open_until_resumed(world_of: MakeWorld) -> None:
    world = world_of(play({"end": "finished"}))
    world.script("close_run", FINAL)
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.blocked is not None)
        await run.ask("resume", ResumeIn())
        assert (await run.result()).outcome == "finished"


async def test_a_cancelled_run_is_closed_as_cancelled(world_of: MakeWorld) -> None:
    world = world_of(play(email("one", after="2d")))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.step == "one")
        await run.handle.cancel()
        with pytest.raises(WorkflowFailureError) as ended:
            await run.result()
    assert isinstance(ended.value.cause, CancelledError)
    assert [closed.outcome for closed in world.of("close_run")] == ["cancelled"]


async def test_an_input_typed_wrong_fails_with_a_sentence(world_of: MakeWorld) -> None:
    world = world_of(play(email("one")))
    async with world.worker():
        handle = await world.client.start_workflow("test-play", {"acount": "a"}, id="typo", task_queue=world.task_queue)
        with pytest.raises(WorkflowFailureError) as failed:
            await handle.result()
    assert isinstance(failed.value.cause, ApplicationError)
    assert 'start a play with one input like {"account": "acme"}' in failed.value.cause.message


async def test_a_hand_written_play_takes_the_place_of_the_data(world_of: MakeWorld) -> None:
    world = world_of(play(email("one")))
    worker = Worker(
        world.client,
        task_queue=world.task_queue,
        workflows=[PlayWorkflow, HandWritten],
        activities=world.activities(),
        workflow_runner=watched(),
    )
    async with worker:
        run = await world.start()
        result = await run.result()
    world.started.clear()  # the replayer of the fixture knows PlayWorkflow only
    assert (result.outcome, world.calls) == ("by-hand", [])
    replayer = Replayer(
        workflows=[HandWritten, PlayWorkflow], data_converter=pydantic_data_converter, workflow_runner=watched()
    )
    await replayer.replay_workflow(await run.handle.fetch_history())
