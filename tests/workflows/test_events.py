"""What events do to a run: a reply halts it, others interrupt it, each is handled once."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from activities.contracts import Closed, Decided, Heard
from tests.workflows.builders import call, email, play, task
from tests.workflows.conftest import MakeWorld

HALTS = {"reply": {"steps": [task("answer")], "end": "replied"}}


async def test_a_reply_between_touches_halts_the_run(world_of: MakeWorld) -> None:
    world = world_of(play(email("one"), email("two", after="2d"), {"end": "finished"}, on=HALTS))
    async with world.worker():
        run = await world.start()
        await world.until(lambda: world.steps == ["one"])
        await run.tell("reply", id="r1")
        shown = await run.shows(lambda it: it.open_tasks == [1])
        assert (shown.state, shown.step) == ("halted", "answer")
        await run.close_task("answer")
        result = await run.result()
    assert (result.outcome, world.steps) == ("replied", ["one", "answer"])
    assert [(note.state, note.event_id) for note in world.of("record")] == [("halted", "r1")]
    assert world.of("close_run")[0].event_id == "r1"


async def test_a_reply_while_an_email_is_under_way_halts_the_run_after_it(world_of: MakeWorld) -> None:
    world = world_of(play(email("one"), email("two"), {"end": "finished"}, on=HALTS))
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def held(argument: Any) -> Any:
        begun.set()
        await go_on.wait()
        return lambda made: made

    world.script("one", held)
    async with world.worker():
        run = await world.start()
        await begun.wait()
        await run.tell("reply")
        go_on.set()
        await run.shows(lambda it: it.open_tasks == [1])
        await run.close_task("answer")
        result = await run.result()
    assert (result.outcome, result.touches, world.steps) == ("replied", 2, ["one", "answer"])


async def test_a_reply_before_admission_is_not_lost(world_of: MakeWorld) -> None:
    world = world_of(play(email("one", after="1d"), {"end": "finished"}, on={"reply": {"end": "replied"}}))
    run = await world.start()
    await run.tell("reply")
    async with world.worker():
        assert (await run.result()).outcome == "replied"
    assert world.steps == []


async def test_an_event_is_handled_once_however_often_it_comes(world_of: MakeWorld) -> None:
    on = {"bounce": {"steps": [task("find-address", go_on=True)]}}
    world = world_of(play(email("one", after="2d"), {"end": "finished"}, on=on))
    async with world.worker():
        run = await world.start()
        for _ in range(3):
            await run.tell("bounce", id="b1")
        await run.tell("bounce", id="b2")
        await world.until(lambda: world.steps.count("find-address") == 2)
        await run.tell("bounce", id="b1")
        await run.pass_time(days=3)
        await run.result()
    assert world.steps == ["find-address", "find-address", "one"]
    assert [asked.occurrence for asked in world.of("hand_out")] == [1, 2]


async def test_a_further_reply_changes_nothing_while_the_first_is_answered(world_of: MakeWorld) -> None:
    world = world_of(play(email("one", after="2d"), {"end": "finished"}, on=HALTS))
    async with world.worker():
        run = await world.start()
        await run.tell("reply", id="r1")
        await run.shows(lambda it: it.open_tasks == [1])
        await run.tell("reply", id="r2")
        await run.close_task("answer")
        await run.result()
    assert world.steps == ["answer"]
    assert len(world.of("record")) == 1


async def test_a_handler_without_end_goes_back_to_where_the_run_stood_with_the_same_deadline(
    world_of: MakeWorld,
) -> None:
    on = {"bounce": {"steps": [email("sorry", after="1d")]}}
    world = world_of(play(email("one", after="4d"), {"end": "finished"}, on=on))
    async with world.worker():
        run = await world.start()
        before = await run.shows(lambda it: it.next_touch is not None)
        await run.tell("bounce", id="b1")
        await run.shows(lambda it: it.step == "sorry")
        await run.pass_time(days=2)
        after = await run.shows(lambda it: it.step == "one")
        assert after.next_touch == before.next_touch
        await run.pass_time(days=3)
        await run.result()
    sorry, one = world.of("send_email")
    assert (sorry.event_id, one.event_id) == ("b1", None)
    assert one.planned == before.next_touch


async def test_a_task_closed_while_a_handler_works_is_known_afterwards(world_of: MakeWorld) -> None:
    on = {"bounce": {"steps": [task("look")]}}
    world = world_of(play(call("ring"), email("one"), {"end": "finished"}, on=on))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.open_tasks == [1])
        await run.tell("bounce")
        await run.shows(lambda it: it.step == "look")
        await run.close_task("ring", "connected")
        await run.close_task("look")
        result = await run.result()
    assert (result.outcome, world.steps) == ("finished", ["ring", "look", "one"])


async def test_the_first_handler_whose_condition_holds_is_taken(world_of: MakeWorld) -> None:
    on = {"reply": [{"when": "a", "end": "first"}, {"when": "b", "end": "second"}]}
    world = world_of(play(email("one", after="2d"), on=on))
    world.script("on:reply", Decided(index=1, reason="b"))
    async with world.worker():
        run = await world.start()
        await run.tell("reply", id="r1")
        assert (await run.result()).outcome == "second"
    assert [(asked.what, asked.event_id) for asked in world.of("decide")] == [("on:reply", "r1")]


async def test_an_event_for_which_no_handler_holds_changes_nothing(world_of: MakeWorld) -> None:
    world = world_of(play(email("one", after="2d"), {"end": "finished"}, on={"reply": {"when": "a", "end": "replied"}}))
    world.script("on:reply", Decided(index=None, reason="a was false"))
    async with world.worker():
        run = await world.start()
        await run.tell("reply")
        await world.until(lambda: bool(world.of("decide")))
        await run.pass_time(days=3)
        assert (await run.result()).outcome == "finished"


async def test_an_event_of_a_kind_the_play_does_not_know_changes_nothing(world_of: MakeWorld) -> None:
    world = world_of(play(email("one", after="2d"), {"end": "finished"}))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.step == "one")
        await run.tell("usage.dropped")
        await run.tell("task.done", task=99, outcome="done")
        assert (await run.explain()).done == []
        await run.pass_time(days=3)
        assert (await run.result()).outcome == "finished"
    assert (await run.history()).count("TimerStarted") <= 2


async def test_an_event_that_comes_while_the_touch_before_a_wait_is_made_ends_the_wait(world_of: MakeWorld) -> None:
    world = world_of(play(email("one"), {"wait": "9d", "for": "meeting.booked"}, {"end": "finished"}))
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def held(argument: Any) -> Any:
        begun.set()
        await go_on.wait()
        return lambda made: made

    world.script("one", held)
    async with world.worker():
        run = await world.start()
        await begun.wait()
        await run.tell("meeting.booked")
        go_on.set()
        assert (await run.result()).outcome == "finished"


async def test_an_event_older_than_the_touch_before_a_wait_does_not_end_the_wait(world_of: MakeWorld) -> None:
    world = world_of(play(email("one", after="1d"), {"wait": "2d", "for": "meeting.booked"}, {"end": "finished"}))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.step == "one")
        await run.tell("meeting.booked")
        await run.pass_time(days=2)
        assert (await run.explain()).step == "wait-1"
        await run.pass_time(days=2)
        assert (await run.result()).outcome == "finished"


async def test_an_event_may_end_a_wait_and_have_a_handler(world_of: MakeWorld) -> None:
    on = {"meeting.booked": {"steps": [task("prepare", go_on=True)]}}
    world = world_of(play({"wait": "9d", "for": "meeting.booked"}, email("one"), {"end": "finished"}, on=on))
    async with world.worker():
        run = await world.start()
        await run.tell("meeting.booked")
        await run.result()
    assert world.steps == ["prepare", "one"]


@pytest.mark.parametrize("times", [1, 2])
async def test_a_run_at_its_end_that_missed_a_stop_hears_it_first(world_of: MakeWorld, times: int) -> None:
    world = world_of(play(email("one"), {"end": "finished"}, on=HALTS))
    missed = Heard(id="r1", kind="reply", at=datetime.now(UTC))
    world.script("close_run", *[Closed(missed=(missed,))] * times)
    async with world.worker():
        run = await world.start()
        shown = await run.shows(lambda it: it.open_tasks == [1])
        assert (shown.state, shown.step) == ("halted", "answer")
        await run.close_task("answer")
        result = await run.result()
    assert (result.outcome, world.steps) == ("replied", ["one", "answer"])
    assert [asked.outcome for asked in world.of("close_run")] == ["finished", *["replied"] * times]
    assert [asked.heard for asked in world.of("close_run")] == [(), *[None] * times]


async def test_a_run_at_its_end_ends_though_a_stop_was_missed_that_nothing_in_it_answers(world_of: MakeWorld) -> None:
    world = world_of(play(email("one"), {"end": "finished"}))
    missed = Heard(id="c1", kind="complaint", at=datetime.now(UTC))
    world.script("close_run", Closed(missed=(missed,)))
    async with world.worker():
        run = await world.start()
        assert (await run.result()).outcome == "finished"
    assert [asked.heard for asked in world.of("close_run")] == [(), None]


async def test_a_reply_in_the_same_instant_as_the_timer_wins(world_of: MakeWorld) -> None:
    world = world_of(play(email("one", after="2d"), {"end": "finished"}, on={"reply": {"end": "replied"}}))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.step == "one")
    # The worker is away: timer and reply come to it in one workflow task.
    passing = asyncio.create_task(run.pass_time(days=3))
    await run.has_in_history("TimerFired")
    await run.tell("reply")
    async with world.worker():
        assert (await run.result()).outcome == "replied"
    await passing
    assert world.steps == []
