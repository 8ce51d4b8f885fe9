"""Stages: what is kept and shown of them, what is done when one lasts too long, and ways back."""

from temporalio.common import SearchAttributeKey

from activities.contracts import Decided
from tests.workflows.builders import call, email, end, notice, play, task
from tests.workflows.conftest import MakeWorld

STAGE = SearchAttributeKey.for_keyword("Stage")


def stage(name: str, *steps: object, **more: object) -> dict[str, object]:
    """A stage of a play."""
    return {"stage": name, "steps": list(steps), **more}


async def test_each_stage_is_kept_when_the_run_comes_to_it_and_when_it_leaves_the_last(world_of: MakeWorld) -> None:
    world = world_of(play(stage("find", email("one")), stage("win", email("two")), email("three"), end()))
    async with world.worker():
        run = await world.start()
        await run.result()
    assert [note.stage for note in world.of("record")] == ["find", "win", ""]
    assert [(asked.step, asked.stage) for asked in world.of("send_email")] == [
        ("one", "find"),
        ("two", "win"),
        ("three", ""),
    ]


async def test_a_stage_is_shown_as_search_attribute_and_in_the_details(world_of: MakeWorld) -> None:
    world = world_of(play(stage("find", call("ring"), title="Find the buyer"), {"wait": "9d"}, end()))
    async with world.worker():
        run = await world.start()
        shown = await run.shows(lambda it: it.open_tasks == [1])
        assert shown.stage == "find"
        assert (await run.handle.describe()).typed_search_attributes[STAGE] == "find"
        assert "stage Find the buyer since" in await run.details()
        await run.close_task("ring", "connected")
        await run.shows(lambda it: it.step == "wait-1" and it.next_touch is not None)
        assert (await run.handle.describe()).typed_search_attributes[STAGE] == "testing"


async def test_a_stage_that_lasts_too_long_has_its_steps_and_then_goes_on_where_it_stood(world_of: MakeWorld) -> None:
    stalls = {"3d": [notice("hurry")], "9d": [task("rescue")]}
    world = world_of(play(stage("find", call("ring", due={"30d": "remind"}), stall=stalls), end()))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.open_tasks == [1])
        await run.pass_time(days=4)
        await run.shows(lambda it: it.step == "ring")
        assert world.steps == ["ring", "hurry"]
        await run.pass_time(days=6)
        shown = await run.shows(lambda it: it.open_tasks == [1, 2])
        assert (shown.step, shown.stage) == ("rescue", "find")
        await run.close_task("rescue")
        await run.close_task("ring", "connected")
        assert (await run.result()).outcome == "finished"
    assert world.steps == ["ring", "hurry", "rescue"]


async def test_a_stage_that_is_left_in_time_does_not_stall(world_of: MakeWorld) -> None:
    world = world_of(play(stage("find", email("one"), stall={"3d": [notice("hurry")]}), {"wait": "9d"}, end()))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.step == "wait-1")
        await run.pass_time(days=10)
        assert (await run.result()).outcome == "finished"
    assert world.steps == ["one"]


async def test_a_stage_inside_a_stage_ends_in_the_outer_one_whose_stalls_go_on(world_of: MakeWorld) -> None:
    inner = stage("inner", email("one"), stall={"2d": [notice("never")]})
    world = world_of(play(stage("outer", inner, {"wait": "9d"}, stall={"5d": [notice("hurry")]}), end()))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.step == "wait-1" and it.stage == "outer")
        await run.pass_time(days=6)
        await world.until(lambda: "hurry" in world.steps)
    assert world.steps == ["one", "hurry"]
    assert [note.stage for note in world.of("record")] == ["outer", "inner", "outer"]


async def test_a_handler_may_go_back_to_a_stage_after_its_own_steps(world_of: MakeWorld) -> None:
    on = {"deal.slipped": {"steps": [task("ask-why")], "go": "find"}}
    world = world_of(play(stage("find", email("one")), stage("win", call("ring")), end(), on=on))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.open_tasks == [1])
        await run.tell("deal.slipped", id="s1")
        await run.shows(lambda it: it.step == "ask-why" and it.open_tasks == [2])
        await run.close_task("ask-why")
        await run.shows(lambda it: it.step == "ring" and it.stage == "win")
        await run.close_task("ring", "connected")
        assert (await run.result()).outcome == "finished"
    assert world.steps == ["one", "ring", "ask-why", "one", "ring"]
    assert [asked.occurrence for asked in world.of("send_email")] == [1, 2]
    assert [note.skipped for note in world.of("record") if note.skipped] == ["ring/1"]
    assert [asked.event_id for asked in world.of("send_email")] == [None, None]


async def test_a_jump_to_the_start_begins_again_and_ends_the_rounds_it_leaves(world_of: MakeWorld) -> None:
    again = {"repeat": "news", "every": "1d", "most": 3, "steps": [email("letter"), {"go": "start", "when": "again"}]}
    world = world_of(play(email("hello"), again, end()))
    world.script("go-1", Decided(index=0, reason="again"))
    world.script("go-1", *[Decided(index=None, reason="no")] * 3)
    async with world.worker():
        run = await world.start()
        await world.until(lambda: len(world.steps) == 4)
        await run.pass_time(days=4)
        assert (await run.result()).outcome == "finished"
    assert world.steps == ["hello", "letter", "hello", "letter", "letter", "letter"]
    assert [asked.round for asked in world.of("send_email")] == [0, 1, 0, 1, 2, 3]


async def test_a_play_that_goes_round_without_waiting_is_stuck_with_the_names_of_its_steps(world_of: MakeWorld) -> None:
    world = world_of(play(stage("find", {"set": {"tries": 1}}, {"go": "find"}), parameters={"tries": {"default": 0}}))
    async with world.worker():
        run = await world.start()
        shown = await run.shows(lambda it: it.blocked is not None, seconds=30)
    assert "the play goes round" in str(shown.blocked)
    assert "set-1, go-1, find" in str(shown.blocked)
