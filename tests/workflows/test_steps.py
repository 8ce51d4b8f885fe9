"""What each kind of step does, and in which order."""

from datetime import timedelta

import pytest

from activities.contracts import Admission, Decided, StepOut
from tests.workflows.builders import call, email, notice, play, task
from tests.workflows.conftest import MakeWorld


async def test_the_steps_of_a_play_are_made_in_order(world_of: MakeWorld) -> None:
    world = world_of(play(email("one"), notice("two", after="1d"), email("three", after="1bd"), {"end": "finished"}))
    async with world.worker():
        run = await world.start()
        await world.until(lambda: world.steps == ["one"])
        await run.pass_time(days=3)
        result = await run.result()
    assert (result.outcome, result.touches, world.steps) == ("finished", 3, ["one", "two", "three"])


async def test_a_touch_is_one_activity_and_its_plan_comes_with_the_answer_before(world_of: MakeWorld) -> None:
    world = world_of(play(email("one"), email("two", after="1d"), {"end": "finished"}))
    async with world.worker():
        run = await world.start()
        await world.until(lambda: world.steps == ["one"])
        await run.pass_time(days=2)
        await run.result()
    assert [name for name, _ in world.calls] == ["open_run", "send_email", "send_email", "close_run"]


async def test_each_touch_counts_from_the_moment_the_one_before_was_over(world_of: MakeWorld) -> None:
    world = world_of(play(email("one"), email("two", after="2d"), {"end": "finished"}))
    async with world.worker():
        run = await world.start()
        await world.until(lambda: world.steps == ["one"])
        await run.pass_time(days=3)
        await run.result()
    first, second = world.of("send_email")
    assert timedelta(days=2) <= second.now - first.now < timedelta(days=2, seconds=10)
    assert second.planned is not None
    assert second.planned <= second.now


async def test_a_refused_admission_ends_the_run_with_the_reason(world_of: MakeWorld) -> None:
    world = world_of(play(email("one")))
    world.admission = Admission(verdict="refused", reason="usage-drop has the account")
    async with world.worker():
        run = await world.start()
        result = await run.result()
    assert (result.outcome, result.reason) == ("refused", "usage-drop has the account")
    assert [name for name, _ in world.calls] == ["open_run"]


async def test_a_deferred_touch_is_asked_for_again_at_the_instant_the_gate_named(world_of: MakeWorld) -> None:
    world = world_of(play(email("one"), {"end": "finished"}))

    async def later(argument: object) -> StepOut:
        return StepOut(verdict="later", reason="out of office", until=argument.now + timedelta(days=4))  # type: ignore[attr-defined]

    world.script("one", later)
    async with world.worker():
        run = await world.start()
        shown = await run.shows(lambda it: it.blocked == "out of office")
        assert shown.next_why == "out of office"
        await run.pass_time(days=5)
        result = await run.result()
    first, second = world.of("send_email")
    assert timedelta(days=4) <= second.now - first.now < timedelta(days=4, seconds=10)
    assert second.planned == first.planned
    assert result.touches == 1


@pytest.mark.parametrize("verdict", ["skipped", "refused", "in_doubt"])
async def test_a_touch_that_is_not_made_is_kept_with_its_reason_and_the_play_goes_on(
    world_of: MakeWorld, verdict: str
) -> None:
    world = world_of(play(email("one"), email("two", after="1d"), {"end": "finished"}))
    world.script("one", StepOut.model_validate({"verdict": verdict, "reason": "because"}))
    async with world.worker():
        run = await world.start()
        shown = await run.shows(lambda it: it.step == "two")
        assert [(line.step, line.verdict, line.reason) for line in shown.done] == [("one", verdict, "because")]
        await run.pass_time(days=2)
        result = await run.result()
    assert result.touches == 1


async def test_a_call_is_waited_for_until_a_player_closes_it(world_of: MakeWorld) -> None:
    world = world_of(play(call("ring"), email("after-it"), {"end": "finished"}))
    async with world.worker():
        run = await world.start()
        shown = await run.shows(lambda it: it.open_tasks == [1])
        assert shown.step == "ring"
        assert world.steps == ["ring"]
        await run.close_task("ring", "connected")
        result = await run.result()
    assert (result.outcome, world.steps) == ("finished", ["ring", "after-it"])


async def test_a_task_that_says_go_on_is_not_waited_for(world_of: MakeWorld) -> None:
    world = world_of(play(task("look", go_on=True), email("one"), {"wait": "1d"}, {"end": "finished"}))
    async with world.worker():
        run = await world.start()
        shown = await run.shows(lambda it: it.step == "wait-1")
        assert shown.open_tasks == [1]
        await run.close_task("look")
        await run.shows(lambda it: it.open_tasks == [])


async def test_a_task_that_was_done_before_we_heard_of_it_is_not_waited_for(world_of: MakeWorld) -> None:
    world = world_of(play(task("look"), {"end": "finished"}))
    world.script("look", StepOut(verdict="made", reason="ok", task=7, outcome="done"))
    async with world.worker():
        run = await world.start()
        assert (await run.result()).outcome == "finished"


async def test_an_approved_draft_is_sent(world_of: MakeWorld) -> None:
    world = world_of(play(email("letter", approve="24h"), {"end": "finished"}))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.open_tasks == [1])
        assert world.of("send_email") == []
        await run.close_task("letter", "approved")
        result = await run.result()
    assert [name for name, _ in world.calls] == ["open_run", "hand_out", "send_email", "close_run"]
    assert result.touches == 1


async def test_a_rejected_draft_is_skipped_with_the_reason(world_of: MakeWorld) -> None:
    world = world_of(play(email("letter", approve="24h"), {"wait": "1d"}, {"end": "finished"}))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.open_tasks == [1])
        await run.close_task("letter", "rejected")
        shown = await run.shows(lambda it: it.step == "wait-1")
    assert ("letter", "skipped", "the draft was rejected") in [(o.step, o.verdict, o.reason) for o in shown.done]
    assert world.of("send_email") == []
    assert [note.skipped for note in world.of("record")] == ["letter/1"]


async def test_the_first_branch_that_holds_is_taken(world_of: MakeWorld) -> None:
    steps = {"choose": [{"when": "false", "steps": [email("no")]}, {"else": [email("yes")]}]}
    world = world_of(play(steps, email("then"), {"end": "finished"}))
    world.script("choose-1", Decided(index=1, reason="else"))
    async with world.worker():
        run = await world.start()
        await run.result()
    assert world.steps == ["yes", "then"]


async def test_no_branch_that_holds_means_go_on(world_of: MakeWorld) -> None:
    world = world_of(play({"choose": [{"when": "false", "steps": [email("no")]}]}, email("then"), {"end": "finished"}))
    world.script("choose-1", Decided(index=None, reason="none held"))
    async with world.worker():
        run = await world.start()
        await run.result()
    assert world.steps == ["then"]


async def test_a_wait_and_an_end_may_have_a_condition(world_of: MakeWorld) -> None:
    world = world_of(
        play({"wait": "9d", "when": "false"}, {"end": "early", "when": "false"}, email("one"), {"end": "finished"})
    )
    world.script("wait-1", Decided(index=None, reason="false"))
    world.script("end-1", Decided(index=None, reason="false"))
    async with world.worker():
        run = await world.start()
        assert (await run.result()).outcome == "finished"
    assert world.steps == ["one"]


async def test_a_wait_ends_by_time_and_conditions_can_tell(world_of: MakeWorld) -> None:
    world = world_of(play({"wait": "3d", "for": "meeting.booked"}, email("one"), {"end": "finished"}))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.next_touch is not None)
        await run.pass_time(days=4)
        await run.result()
    assert world.of("send_email")[0].outcomes == {"wait-1": "timeout"}


async def test_a_wait_ends_by_the_first_event_it_listens_for(world_of: MakeWorld) -> None:
    world = world_of(play({"wait": "3d", "for": "meeting.booked"}, email("one"), {"end": "finished"}))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.next_touch is not None)
        await run.tell("meeting.booked")
        await run.result()
    assert world.of("send_email")[0].outcomes == {"wait-1": "meeting.booked"}
