"""Handing over to another play, waiting for one, starting one beside."""

from typing import Any

from temporalio.exceptions import ApplicationError

from activities.contracts import Decided, PlayStarted
from tests.workflows.builders import email, end, play
from tests.workflows.conftest import MakeWorld


def other(how: str, **more: Any) -> dict[str, Any]:
    """Another play."""
    return {"play": "nurture", "as": how, **more}


async def test_a_successor_is_started_once_this_run_is_closed(world_of: MakeWorld) -> None:
    world = world_of(play(email("one"), other("successor")))
    async with world.worker():
        run = await world.start()
        assert (await run.result()).outcome == "to-nurture"
    assert [name for name, _ in world.calls] == ["open_run", "send_email", "close_run", "start_play"]
    asked = world.of("start_play")[0]
    assert (asked.step, asked.occurrence) == ("play-1", 1)


async def test_a_successor_that_cannot_be_started_does_not_keep_the_run_open(world_of: MakeWorld) -> None:
    world = world_of(play(other("successor", end="handed-over")))
    world.script("play-1", ApplicationError("there is no play nurture", type="NoPlay", non_retryable=True))
    async with world.worker():
        run = await world.start()
        assert (await run.result()).outcome == "handed-over"
        assert "there is no play nurture" in await run.details()


async def test_a_child_is_waited_for_and_its_outcome_is_known(world_of: MakeWorld) -> None:
    world = world_of(play(other("child", name="warm-up"), email("then"), end()))
    async with world.worker():
        run = await world.start()
        shown = await run.shows(lambda it: it.next_why == "waits for the end of nurture/acme")
        assert shown.step == "warm-up"
        await run.tell("run.ended", workflow="another/acme", outcome="done")
        await run.tell("run.ended", workflow="nurture/acme", outcome="warm")
        assert (await run.result()).outcome == "finished"
    assert world.of("send_email")[0].outcomes == {"warm-up": "warm"}


async def test_a_child_that_ends_while_it_is_being_started_is_heard(world_of: MakeWorld) -> None:
    world = world_of(play(other("child"), email("then"), end()))

    async def quick(asked: Any) -> PlayStarted:
        await world.started[0].tell("run.ended", workflow="nurture/acme", outcome="at-once")
        return PlayStarted(verdict="started", workflow_id="nurture/acme", reason="started")

    world.script("play-1", quick)
    async with world.worker():
        run = await world.start()
        assert (await run.result()).outcome == "finished"
    assert world.of("send_email")[0].outcomes == {"play-1": "at-once"}


async def test_a_child_is_waited_for_so_long_and_no_longer(world_of: MakeWorld) -> None:
    world = world_of(play(other("child", within="9d"), email("then"), end()))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.next_touch is not None)
        await run.pass_time(days=10)
        await run.result()
    assert world.of("send_email")[0].outcomes == {"play-1": "timeout"}


async def test_a_child_that_is_refused_is_not_waited_for(world_of: MakeWorld) -> None:
    world = world_of(play(other("child"), email("then"), end()))
    world.script("play-1", PlayStarted(verdict="refused", workflow_id="nurture/acme", reason="usage-drop has it"))
    async with world.worker():
        run = await world.start()
        await run.result()
    assert world.of("send_email")[0].outcomes == {"play-1": "refused"}


async def test_a_play_beside_is_started_and_left_alone(world_of: MakeWorld) -> None:
    world = world_of(play(other("beside"), email("then"), end()))
    async with world.worker():
        run = await world.start()
        assert (await run.result()).outcome == "finished"
    assert [name for name, _ in world.calls] == ["open_run", "start_play", "plan", "send_email", "close_run"]


async def test_another_play_whose_condition_does_not_hold_is_not_started(world_of: MakeWorld) -> None:
    world = world_of(play(other("successor", when="no"), email("then"), end()))
    world.script("play-1", Decided(index=None, reason="no"))
    async with world.worker():
        run = await world.start()
        assert (await run.result()).outcome == "finished"
    assert world.of("start_play") == []


async def test_a_run_knows_its_parent_and_the_parameters_it_was_given(world_of: MakeWorld) -> None:
    world = world_of(play(end(), parameters={"strategy": {"default": "full"}}))
    async with world.worker():
        run = await world.start(parameters={"strategy": "light"}, parent="renewal/acme/1")
        await run.result()
    asked = world.of("open_run")[0]
    assert (asked.parameters, asked.parent) == ({"strategy": "light"}, "renewal/acme/1")
