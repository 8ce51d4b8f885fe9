"""Several ways a wait may end, moments that hang on anchors, and anchors that move."""

from datetime import UTC, datetime, timedelta
from typing import Any

from activities.contracts import Decided, StepOut
from tests.workflows.builders import email, end, play, task
from tests.workflows.conftest import MakeWorld
from tests.workflows.world import World

ANCHORS = {"renewal": "account", "meeting": "meeting.booked"}


def in_days(days: float) -> datetime:
    """An instant so many days from now."""
    return datetime.now(UTC) + timedelta(days=days)


def waited(world: World) -> str:
    """How the first wait ended, as the email after it was told."""
    return world.of("send_email")[-1].outcomes["wait-1"]  # type: ignore[no-any-return]


async def test_a_wait_for_events_alone_has_no_timer_and_lasts_until_one_comes(world_of: MakeWorld) -> None:
    world = world_of(play({"wait": None, "for": ["meeting.booked", "intro.made"]}, email("then"), end()))
    async with world.worker():
        run = await world.start()
        shown = await run.shows(lambda it: it.step == "wait-1")
        assert shown.next_touch is None
        assert "TimerStarted" not in await run.history()
        await run.tell("intro.made")
        await run.result()
    assert waited(world) == "intro.made"


async def test_only_an_event_that_fits_ends_a_wait(world_of: MakeWorld) -> None:
    wait = {"wait": "9d", "for": "mail.opened", "to": "champion", "where": "event.score > 3"}
    world = world_of(play(wait, email("then"), end()))
    world.script("for:wait-1", Decided(index=None, reason="somebody else"))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.next_touch is not None)
        await run.tell("mail.opened", id="o1")
        await world.until(lambda: len(world.of("decide")) == 1)
        await run.tell("mail.opened", id="o2")
        await run.result()
    assert [asked.event_id for asked in world.of("decide")] == ["o1", "o2"]
    assert waited(world) == "mail.opened"


async def test_of_a_span_and_a_moment_the_first_ends_the_wait(world_of: MakeWorld) -> None:
    world = world_of(play({"wait": "30d", "at": "renewal - 2d"}, email("then"), end(), anchors=ANCHORS))
    world.anchors["renewal"] = in_days(5)
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.next_touch is not None)
        await run.pass_time(days=3, hours=1)
        await run.result()
    assert waited(world) == "timeout"


async def test_a_touch_at_a_moment_moves_with_its_anchor(world_of: MakeWorld) -> None:
    world = world_of(play(email("one", at="renewal - 10d"), end(), anchors=ANCHORS))
    world.anchors["renewal"] = in_days(40)
    async with world.worker():
        run = await world.start()
        before = await run.shows(lambda it: it.next_touch is not None)
        world.anchors["renewal"] += timedelta(days=7)
        await run.tell("anchor.moved", name="renewal")
        after = await run.shows(lambda it: it.next_touch is not None and it.next_touch != before.next_touch)
        assert after.next_touch - before.next_touch == timedelta(days=7)  # type: ignore[operator]
        await run.pass_time(days=36)
        assert world.steps == []
        await run.pass_time(days=2)
        assert (await run.result()).outcome == "finished"


async def test_an_anchor_that_nobody_knows_is_waited_for_without_a_timer(world_of: MakeWorld) -> None:
    world = world_of(play(email("one", at="meeting - 1h"), end(), anchors=ANCHORS))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.step == "one")
        world.anchors["meeting"] = in_days(2)
        await run.tell("meeting.booked")
        shown = await run.shows(lambda it: it.next_touch is not None)
        assert shown.next_touch == world.anchors["meeting"] - timedelta(hours=1)


async def test_an_anchor_moves_a_wait_that_a_handler_has_interrupted(world_of: MakeWorld) -> None:
    on = {"bounce": {"steps": [task("look")]}}
    world = world_of(play({"at": "renewal"}, email("then"), end(), anchors=ANCHORS, on=on))
    world.anchors["renewal"] = in_days(5)
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.next_touch is not None)
        await run.tell("bounce")
        await run.shows(lambda it: it.open_tasks == [1])
        world.anchors["renewal"] = in_days(9)
        await run.tell("anchor.moved", name="renewal")
        await run.close_task("look")
        shown = await run.shows(lambda it: it.step == "wait-1" and it.next_touch is not None)
        assert shown.next_touch == world.anchors["renewal"]


async def test_a_play_without_moments_does_not_listen_for_anchors(world_of: MakeWorld) -> None:
    world = world_of(play(email("one", after="2d"), end(), anchors=ANCHORS))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.next_touch is not None)
        await run.tell("anchor.moved", name="renewal")
        await run.pass_time(days=3)
        assert (await run.result()).outcome == "finished"
    assert world.of("plan") == []


async def test_a_run_that_another_has_held_back_asks_again_as_soon_as_that_one_has_ended(world_of: MakeWorld) -> None:
    world = world_of(play(email("one"), end()))

    async def held(asked: Any) -> StepOut:
        return StepOut(verdict="later", reason="usage-drop has the account", until=asked.now + timedelta(hours=6))

    world.script("one", held)
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.blocked is not None)
        await run.tell("run.ended", id="run.ended:usage-drop/acme/1")
        assert (await run.result(seconds=10)).outcome == "finished"
    assert world.steps == ["one", "one"]
