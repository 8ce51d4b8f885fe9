"""Repeats: how rounds follow each other, when they are enough, and that they cost a run nothing but counters."""

from datetime import timedelta
from itertools import pairwise

from activities.contracts import Decided
from tests.workflows.builders import email, end, play
from tests.workflows.conftest import MakeWorld

DAY = timedelta(days=1)
SLACK = timedelta(seconds=10)


async def test_rounds_begin_as_far_apart_as_the_play_says(world_of: MakeWorld) -> None:
    world = world_of(play({"repeat": "news", "every": ["2d", "5d"], "most": 4, "steps": [email("letter")]}, end()))
    async with world.worker():
        run = await world.start()
        await world.until(lambda: world.steps == ["letter"])
        await run.pass_time(days=13)
        assert (await run.result()).outcome == "finished"
    sent = world.of("send_email")
    gaps = [later.now - earlier.now for earlier, later in pairwise(sent)]
    assert [timedelta() <= gap - days * DAY < SLACK for gap, days in zip(gaps, (2, 5, 5), strict=True)] == [True] * 3
    assert [(asked.occurrence, asked.round) for asked in sent] == [(1, 1), (2, 2), (3, 3), (4, 4)]


async def test_a_round_that_lasts_longer_than_its_gap_is_followed_at_once_by_the_next(world_of: MakeWorld) -> None:
    body = [email("letter"), {"wait": "9d"}]
    world = world_of(play({"repeat": "news", "every": "2d", "most": 2, "steps": body}, end()))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.step == "wait-1")
        await run.pass_time(days=9, hours=1)
        await world.until(lambda: len(world.of("send_email")) == 2)
    first, second = world.of("send_email")
    assert timedelta(days=9) <= second.now - first.now < timedelta(days=9) + SLACK


async def test_no_further_round_begins_once_it_is_enough(world_of: MakeWorld) -> None:
    world = world_of(
        play({"repeat": "news", "every": "1d", "until": "touch['letter'].replied", "steps": [email("letter")]}, end())
    )
    no, yes = Decided(index=None, reason="no"), Decided(index=0, reason="yes")
    world.script("until:news", no, no, yes)
    async with world.worker():
        run = await world.start()
        await world.until(lambda: world.steps == ["letter"])
        await run.pass_time(days=3)
        assert (await run.result()).outcome == "finished"
    assert world.steps == ["letter", "letter"]
    assert [asked.round for asked in world.of("decide")] == [0, 1, 2]


async def test_a_repeat_inside_a_repeat_begins_again_in_every_round(world_of: MakeWorld) -> None:
    inner = {"repeat": "inner", "every": "1h", "most": 2, "steps": [email("letter")]}
    world = world_of(play({"repeat": "outer", "every": "1d", "most": 2, "steps": [inner]}, end()))
    async with world.worker():
        run = await world.start()
        await world.until(lambda: world.steps == ["letter"])
        await run.pass_time(days=2)
        await run.result()
    assert [(asked.occurrence, asked.round) for asked in world.of("send_email")] == [(1, 1), (2, 2), (3, 1), (4, 2)]


async def test_explain_says_which_round_it_is_and_when_the_next_comes(world_of: MakeWorld) -> None:
    world = world_of(play({"repeat": "news", "every": "30d", "steps": [email("letter")]}))
    async with world.worker():
        run = await world.start()
        shown = await run.shows(lambda it: it.step == "news" and it.next_touch is not None)
        assert (shown.round, shown.next_why) == (1, "the window opens")
        assert "round 1 of news" in await run.details()
