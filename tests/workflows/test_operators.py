"""What operators may ask of a run, what it answers, and what it refuses."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from activities.contracts import StepOut
from tests.workflows.builders import call, email, play
from tests.workflows.conftest import MakeWorld
from tests.workflows.world import Going
from workflows.messages import PauseIn, ReassignIn, ResumeIn, SendNowIn, SkipIn, StopIn


async def refusal(run: Going, name: str, wish: Any) -> str:
    """The sentence with which the run refuses."""
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await run.ask(name, wish)
    assert isinstance(refused.value.cause, ApplicationError)
    return refused.value.cause.message


async def test_a_paused_run_makes_no_touch_and_catches_up_when_resumed(world_of: MakeWorld) -> None:
    world = world_of(play(email("one", after="2d"), {"end": "finished"}))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.step == "one")
        assert "Paused at Touch 1 of 1" in await run.ask("pause", PauseIn(reason="trade fair"))
        await run.pass_time(days=4)
        shown = await run.explain()
        assert (shown.state, shown.blocked, world.steps) == ("paused", "paused: trade fair", [])
        assert await run.ask("resume", ResumeIn())
        assert (await run.result()).outcome == "finished"
    assert [note.state for note in world.of("record")] == ["paused", "open"]


async def test_a_reply_halts_a_paused_run_and_its_answer_waits_for_the_resume(world_of: MakeWorld) -> None:
    on = {"reply": {"steps": [email("thanks")], "end": "replied"}}
    world = world_of(play(email("one", after="2d"), on=on))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.step == "one")
        await run.ask("pause", PauseIn())
        await run.tell("reply")
        await run.shows(lambda it: it.step == "thanks")
        assert world.steps == []
        await run.ask("resume", ResumeIn())
        assert (await run.result()).outcome == "replied"
    assert [note.state for note in world.of("record")] == ["paused", "halted", "halted"]


async def test_a_run_is_paused_once_and_resumed_once(world_of: MakeWorld) -> None:
    world = world_of(play(email("one", after="2d")))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.step == "one")
        assert "not paused" in await refusal(run, "resume", ResumeIn())
        await run.ask("pause", PauseIn())
        assert await refusal(run, "pause", PauseIn()) == "the run is paused already"


async def test_a_skipped_touch_is_not_made_and_the_next_counts_from_now(world_of: MakeWorld) -> None:
    world = world_of(play(email("one", after="2d"), email("two", after="1d"), {"end": "finished"}))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.step == "one")
        sentence = await run.ask("skip", SkipIn(step="one", reason="they know"))
        assert "is skipped; the run goes on with two" in sentence
        shown = await run.shows(lambda it: it.step == "two")
        assert [(line.step, line.verdict, line.reason) for line in shown.done] == [("one", "skipped", "they know")]
        await run.pass_time(days=1, hours=1)
        await run.result()
    assert world.steps == ["two"]
    assert [note.skipped for note in world.of("record")] == ["one/1"]


async def test_a_skip_of_a_step_the_run_has_left_is_refused(world_of: MakeWorld) -> None:
    world = world_of(play(email("one", after="2d")))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.step == "one")
        assert await refusal(run, "skip", SkipIn(step="zero")) == "the run stands at one by now, not at zero"


async def test_a_skipped_call_is_not_waited_for_and_its_ladder_is_not_climbed(world_of: MakeWorld) -> None:
    world = world_of(play(call("ring", due="24h"), {"wait": "30d"}, {"end": "finished"}))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.open_tasks == [1])
        await run.ask("skip", SkipIn())
        await run.shows(lambda it: it.step == "wait-1" and it.open_tasks == [])
        await run.pass_time(days=31)
        assert (await run.result()).outcome == "finished"
    assert world.of("climb") == []


async def test_send_now_passes_over_the_plan_and_tells_the_gate_so(world_of: MakeWorld) -> None:
    world = world_of(play(email("one", after="2d"), email("two"), {"end": "finished"}))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.step == "one")
        assert "is made now" in await run.ask("send_now", SendNowIn(step="one"))
        await run.result()
    assert [(asked.step, asked.hurry) for asked in world.of("send_email")] == [("one", True), ("two", False)]


async def test_a_hurried_touch_that_a_cap_defers_waits_for_the_cap(world_of: MakeWorld) -> None:
    world = world_of(play(email("one", after="9d"), {"end": "finished"}))

    async def capped(asked: Any) -> StepOut:
        return StepOut(verdict="later", reason="cap", until=asked.now + timedelta(hours=12))

    world.script("one", capped)
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.step == "one")
        await run.ask("send_now", SendNowIn())
        await run.shows(lambda it: it.blocked == "cap")
        await run.pass_time(hours=13)
        await run.result()
    assert [asked.hurry for asked in world.of("send_email")] == [True, True]


async def test_send_now_is_refused_where_there_is_nothing_to_send(world_of: MakeWorld) -> None:
    world = world_of(play({"wait": "2d"}, call("ring")))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.step == "wait-1")
        assert await refusal(run, "send_now", SendNowIn()) == "the run stands at wait-1, which is no touch"
        await run.ask("skip", SkipIn())
        await run.shows(lambda it: it.open_tasks == [1])
        assert await refusal(run, "send_now", SendNowIn()) == "ring is handed out: task 1 is open"
        await run.ask("pause", PauseIn())
        assert await refusal(run, "send_now", SendNowIn()) == "the run is paused; resume it first"


async def test_a_stopped_run_ends_with_the_word_and_reason_of_the_operator(world_of: MakeWorld) -> None:
    world = world_of(play(email("one", after="2d")))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.step == "one")
        await run.ask("stop", StopIn(reason="wrong account", outcome="mistaken"))
        result = await run.result()
    assert (result.outcome, result.reason, world.steps) == ("mistaken", "wrong account", [])
    assert [note.state for note in world.of("record")] == ["halted"]


async def test_a_stop_does_not_wait_for_an_email_that_cannot_leave(world_of: MakeWorld) -> None:
    world = world_of(play(email("one"), email("two")))
    begun, never = asyncio.Event(), asyncio.Event()

    async def held(argument: Any) -> None:
        begun.set()
        await never.wait()

    world.script("one", held)
    async with world.worker():
        run = await world.start()
        await begun.wait()
        await run.ask("stop", StopIn())
        assert (await run.result()).outcome == "stopped"
        never.set()
    assert [name for name, _ in world.calls] == ["open_run", "send_email", "record", "close_run"]


async def test_a_slot_is_given_to_another_player(world_of: MakeWorld) -> None:
    world = world_of(play(email("one", after="2d")))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.step == "one")
        assert "adr of this run is p-9 now" in await run.ask("reassign", ReassignIn(slot="adr", player="p-9"))
        assert "already" in await refusal(run, "reassign", ReassignIn(slot="adr", player="p-9"))
        assert await refusal(run, "reassign", ReassignIn(slot="cfo", player="p-9")) == (
            "this run has no player slot 'cfo'; it has adr, boss"
        )
    assert [(note.reassign_slot, note.reassign_to) for note in world.of("record")] == [("adr", "p-9")]


async def test_a_player_nobody_knows_is_refused_in_the_words_of_the_records(world_of: MakeWorld) -> None:
    world = world_of(play(email("one", after="2d")))
    world.script("record", ApplicationError("there is no player p-0", type="UnknownPlayer", non_retryable=True))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.step == "one")
        assert await refusal(run, "reassign", ReassignIn(slot="adr", player="p-0")) == "there is no player p-0"
