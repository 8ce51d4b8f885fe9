"""An event was misread: the run goes on where it stood, while it still answers and after it has ended."""

from typing import Any

import pytest

from tests.workflows.builders import call, email, play, task
from tests.workflows.conftest import MakeWorld
from workflows.messages import Without

HALTS = {"reply": {"steps": [task("answer")], "end": "replied"}}


async def without(run: Any, event: str) -> Without:
    answer: Without = await run.handle.query("without", event, result_type=Without)
    return answer


async def test_a_halted_run_goes_on_at_the_touch_it_stood_at(world_of: MakeWorld) -> None:
    world = world_of(play(email("one"), email("two", after="2d"), {"end": "finished"}, on=HALTS))
    async with world.worker():
        run = await world.start()
        before = await run.shows(lambda it: it.step == "two" and it.next_touch is not None)
        await run.tell("reply", id="r1")
        await run.shows(lambda it: it.step == "answer" and it.open_tasks == [1])
        assert await run.ask("correct", {"event": "r1"}) == "The run goes on at two."
        after = await run.shows(lambda it: it.step == "two")
        assert (after.state, after.next_touch) == ("open", before.next_touch)
        await run.pass_time(days=2)
        result = await run.result()
    assert (result.outcome, world.steps) == ("finished", ["one", "answer", "two"])
    assert [note.skipped for note in world.of("record") if note.skipped] == ["answer/1"]


async def test_a_task_that_was_open_and_is_done_meanwhile_counts(world_of: MakeWorld) -> None:
    world = world_of(play(call("ring"), email("one"), {"end": "finished"}, on=HALTS))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.open_tasks == [1])
        await run.tell("reply", id="r1")
        await run.shows(lambda it: it.step == "answer" and it.open_tasks == [2])
        await run.close_task("ring", "connected")
        await run.ask("correct", {"event": "r1", "done": {"1": "connected"}})
        result = await run.result()
    assert (result.outcome, world.steps) == ("finished", ["ring", "answer", "one"])


async def test_a_handler_that_comes_back_by_itself_is_left(world_of: MakeWorld) -> None:
    on = {"bounce": {"steps": [task("look")]}}
    world = world_of(play(email("one", after="5d"), {"end": "finished"}, on=on))
    async with world.worker():
        run = await world.start()
        await run.tell("bounce", id="b1")
        await run.shows(lambda it: it.step == "look" and it.open_tasks == [1])
        assert await run.ask("correct", {"event": "b1"}) == "The run goes on at one."
        await run.shows(lambda it: it.step == "one")
        await run.pass_time(days=5)
        result = await run.result()
    assert (result.outcome, world.steps) == ("finished", ["look", "one"])


async def test_an_event_that_did_nothing_changes_nothing(world_of: MakeWorld) -> None:
    world = world_of(play(email("one", after="5d"), {"end": "finished"}, on=HALTS))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.step == "one")
        assert await run.ask("correct", {"event": "r9"}) == "The run did nothing about it."
        assert (await without(run, "r9")).state is None
        await run.tell("reply", id="r1")
        await run.shows(lambda it: it.open_tasks == [1])
        assert await run.ask("correct", {"event": "r9"}) == "The run did nothing about it."
        await run.close_task("answer")
        assert (await run.result()).outcome == "replied"


@pytest.mark.parametrize("steps", [[], [task("answer")]], ids=["at once", "after its steps"])
async def test_a_run_that_the_event_has_ended_tells_where_it_would_go_on(
    world_of: MakeWorld, steps: list[dict[str, Any]]
) -> None:
    on = {"reply": {"steps": steps, "end": "replied"} if steps else {"end": "replied"}}
    world = world_of(play(email("one"), email("two", after="2d"), {"end": "finished"}, on=on))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.step == "two")
        await run.tell("reply", id="r1")
        if steps:
            await run.shows(lambda it: it.open_tasks == [1])
            await run.close_task("answer")
        assert (await run.result()).outcome == "replied"
        state = (await without(run, "r1")).state
    assert state is not None
    assert (state.step, state.halted, state.frames, state.held) == ("two", None, [], None)
    assert state.occurrences["two"] == 1
