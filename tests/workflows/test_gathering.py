"""Gatherings: everything is handed out at once, and the run waits for all, any or so many of it."""

from datetime import timedelta
from typing import Any

from activities.contracts import StepOut
from tests.workflows.builders import call, email, end, notice, play, task
from tests.workflows.conftest import MakeWorld
from workflows.messages import OverrideIn


def gather(*steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A gathering called `checks`."""
    return {"gather": "checks", "of": list(steps), **more}


def outcome(world: Any) -> str:
    """How the gathering ended, as the email after it was told."""
    return str(world.of("send_email")[-1].outcomes["checks"])


async def test_everything_is_handed_out_at_once_and_all_of_it_is_waited_for(world_of: MakeWorld) -> None:
    steps = gather(call("ring"), task("look"), {"form": "ask", "by": "adr", "ask": {"note": "text"}})
    world = world_of(play(steps, email("then"), end()))
    async with world.worker():
        run = await world.start()
        shown = await run.shows(lambda it: it.open_tasks == [1, 2, 3])
        assert (shown.step, shown.next_why) == ("checks", "gathers ring, look, ask")
        await run.close_task("look")
        await run.close_task("ring", "connected")
        await run.shows(lambda it: it.open_tasks == [3])
        assert world.steps == ["ring", "look", "ask"]
        await run.close_task("ask", "answered")
        assert (await run.result()).outcome == "finished"
    assert outcome(world) == "complete"


async def test_one_of_them_may_be_enough_and_the_others_stay_open(world_of: MakeWorld) -> None:
    world = world_of(play(gather(task("a"), task("b"), need="any"), email("then"), {"wait": "1d"}, end()))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.open_tasks == [1, 2])
        await run.close_task("b")
        shown = await run.shows(lambda it: it.step == "wait-1")
        assert shown.open_tasks == [1]
    assert outcome(world) == "complete"


async def test_so_many_of_tasks_and_events_may_be_enough(world_of: MakeWorld) -> None:
    asked = gather(task("a"), task("b"), need=2, **{"for": ["meeting.booked", "intro.made"]})
    world = world_of(play(asked, email("then"), end()))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.open_tasks == [1, 2])
        await run.tell("intro.made")
        await run.close_task("a")
        assert (await run.result()).outcome == "finished"
    assert outcome(world) == "complete"


async def test_what_is_optional_is_asked_for_and_not_waited_for(world_of: MakeWorld) -> None:
    world = world_of(play(gather(task("a"), task("b"), optional="b"), email("then"), end()))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.open_tasks == [1, 2])
        await run.close_task("a")
        assert (await run.result()).outcome == "finished"
    assert outcome(world) == "complete"


async def test_what_has_not_come_in_time_is_a_timeout_and_ladders_are_climbed_meanwhile(world_of: MakeWorld) -> None:
    world = world_of(play(gather(task("a", due={"1d": "remind"}), within="3d"), email("then"), end()))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.open_tasks == [1] and it.next_touch is not None)
        await run.pass_time(days=4)
        assert (await run.result()).outcome == "finished"
    assert outcome(world) == "timeout"
    assert [asked.rung for asked in world.of("climb")] == ["remind"]


async def test_a_task_that_is_given_up_cannot_come_any_more(world_of: MakeWorld) -> None:
    world = world_of(play(gather(task("a", due={"1d": "skip"})), email("then"), end()))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.open_tasks == [1])
        await run.pass_time(days=2)
        assert (await run.result()).outcome == "finished"
    assert outcome(world) == "timeout"


async def test_what_the_gate_passes_over_need_not_come(world_of: MakeWorld) -> None:
    world = world_of(play(gather(task("a", when="no"), task("b")), email("then"), end()))
    world.script("a", StepOut(verdict="skipped", reason="its condition does not hold"))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.open_tasks == [1])
        await run.close_task("b")
        assert (await run.result()).outcome == "finished"
    assert outcome(world) == "complete"


async def test_what_the_gate_defers_is_handed_out_later_and_holds_up_nothing_else(world_of: MakeWorld) -> None:
    world = world_of(play(gather(call("ring"), task("look")), email("then"), end()))

    async def later(asked: Any) -> StepOut:
        return StepOut(verdict="later", reason="window", until=asked.now + timedelta(hours=9))

    world.script("ring", later)
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.open_tasks == [1])
        await run.close_task("look")
        await run.pass_time(hours=10)
        await run.shows(lambda it: it.open_tasks == [2])
        await run.close_task("ring", "connected")
        assert (await run.result()).outcome == "finished"
    assert world.steps == ["ring", "look", "ring", "then"]
    assert [asked.occurrence for asked in world.of("hand_out")] == [1, 1, 1]


async def test_an_operator_may_call_it_complete_enough(world_of: MakeWorld) -> None:
    world = world_of(play(gather(task("a"), task("b")), email("then"), {"wait": "1d"}, end()))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.open_tasks == [1, 2])
        sentence = await run.ask("override", OverrideIn(reason="the rest is not needed"))
        assert "is complete enough; the run goes on" in sentence
        shown = await run.shows(lambda it: it.step == "wait-1")
        assert ("overridden", "the rest is not needed") in [(line.verdict, line.reason) for line in shown.done]
        assert await run.refuses("override", OverrideIn(reason="again")) == (
            "the run stands at wait-1, which gathers nothing"
        )
    assert outcome(world) == "overridden"


async def test_a_gathering_may_wait_before_it_begins(world_of: MakeWorld) -> None:
    world = world_of(play(gather(task("a"), after="2d", within="3d"), email("then"), notice("tell"), end()))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.step == "checks" and it.next_why != "")
        await run.pass_time(days=1)
        assert world.steps == []
        await run.pass_time(days=1, hours=1)
        await run.shows(lambda it: it.open_tasks == [1])
        await run.pass_time(days=3)
        assert (await run.result()).outcome == "finished"
    assert outcome(world) == "timeout"
