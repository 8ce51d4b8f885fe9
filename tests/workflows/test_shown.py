"""What an operator sees: summaries, Current Details, search attributes, and what they cost in history."""

import asyncio
from datetime import timedelta

from temporalio.common import SearchAttributeKey

from tests.workflows.builders import call, email, notice, play, task
from tests.workflows.conftest import MakeWorld
from tests.workflows.world import Going
from workflows.messages import PauseIn
from workflows.starting import start_run

TEXTBOOK = 11.6  # history events of one timer and one activity (design.md section 11)


async def summaries(run: Going) -> list[str]:
    """The summaries of timers and activities in the history, in order."""
    converter = run.world.client.data_converter.payload_converter
    payloads = [
        event.user_metadata.summary
        async for event in run.handle.fetch_history_events()
        if event.user_metadata.HasField("summary")
    ]
    return [str(converter.from_payload(payload, str)) for payload in payloads]


async def test_timers_and_activities_say_in_words_what_is_awaited_and_done(world_of: MakeWorld) -> None:
    world = world_of(play(email("one", after="2d"), {"end": "finished"}))
    async with world.worker():
        run = await world.start()
        shown = await run.shows(lambda it: it.next_touch is not None)
        await run.pass_time(days=3)
        await run.result()
    assert shown.now == "Touch 1 of 1 · email one to champion as adr"
    said = await summaries(run)
    assert any(text.startswith("Until ") and text.endswith("UTC: the window opens") for text in said)
    assert "Touch 1 of 1 · email one to champion as adr" in said


async def test_current_details_are_lists_of_now_next_and_done(world_of: MakeWorld) -> None:
    world = world_of(play(email("one"), call("ring", after="2d"), email("three"), {"end": "finished"}))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.step == "ring")
        details = await run.details()
    now, coming, done = details.split("\n\n**")
    assert now.startswith("**Now**\n\n- Touch 2 of 3 · call ring to champion by adr\n- Until ")
    assert coming.startswith("Next**\n\n- Touch 3 of 3 · email three to champion as adr\n- End: finished")
    assert done.startswith("Done**\n\n- ")
    assert done.endswith("`one` made: ok")


async def test_what_a_handler_does_is_no_touch_of_the_plays_count(world_of: MakeWorld) -> None:
    on = {"bounce": {"steps": [task("find")]}}
    world = world_of(play(email("one"), email("two", after="2d"), {"end": "finished"}, on=on))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.step == "two" and it.next_touch is not None)
        await run.tell("bounce")
        shown = await run.shows(lambda it: it.open_tasks == [1])
        assert (shown.now, shown.touches_planned) == ("On bounce · task find for adr", 2)
        await run.close_task("find")
        shown = await run.shows(lambda it: it.step == "two" and it.next_touch is not None)
        assert shown.now == "Touch 2 of 2 · email two to champion as adr"
        await run.pass_time(days=3)
        await run.result()


async def test_search_attributes_say_stage_step_player_next_touch_block_and_version(world_of: MakeWorld) -> None:
    world = world_of(play(call("ring", after="2d"), {"end": "finished"}))
    async with world.worker():
        run = await world.start()
        shown = await run.shows(lambda it: it.next_touch is not None)
        found = (await run.handle.describe()).typed_search_attributes
        assert found[SearchAttributeKey.for_keyword("Stage")] == "testing"
        assert found[SearchAttributeKey.for_keyword("Step")] == "ring"
        assert found[SearchAttributeKey.for_keyword("Player")] == "adr"
        assert found[SearchAttributeKey.for_int("Version")] == 1
        assert shown.next_touch is not None
        at = found[SearchAttributeKey.for_datetime("NextTouch")]
        assert abs(at - shown.next_touch) < timedelta(milliseconds=2)
        await run.ask("pause", PauseIn(reason="fair"))
        await run.shows(lambda it: it.state == "paused")
        found = (await run.handle.describe()).typed_search_attributes
        assert found[SearchAttributeKey.for_keyword("Blocked")] == "paused: fair"


async def test_a_started_run_is_found_by_account_and_play_and_a_second_start_says_it_is_open(
    world_of: MakeWorld,
) -> None:
    world = world_of(play(email("one", after="2d"), {"end": "finished"}))
    async with world.worker():
        first = await start_run(world.client, world, "test-play", "acme")
        again = await start_run(world.client, world, "test-play", "acme")
        described = await world.client.get_workflow_handle(first.workflow_id).describe()
        await world.client.get_workflow_handle(first.workflow_id).terminate()
    assert (first.already_open, again.already_open) == (False, True)
    assert (first.workflow_id, first.run) == (again.workflow_id, again.run)
    assert described.typed_search_attributes[SearchAttributeKey.for_keyword("Account")] == "acme"
    assert described.typed_search_attributes[SearchAttributeKey.for_keyword("Play")] == "test-play"


async def test_a_touch_costs_little_history(world_of: MakeWorld) -> None:
    steps = [
        email("mail-1", after="1d"),
        notice("tell-1", after="1d"),
        email("mail-2", after="1d"),
        task("do-1", after="1d", go_on=True),
        task("do-2", after="1d", go_on=True),
        email("mail-3", after="1d"),
        notice("tell-2", after="1d"),
        email("mail-4", after="1d"),
        task("do-3", after="1d", go_on=True),
        call("ring", after="1d"),
    ]
    world = world_of(play(*steps, {"end": "finished"}))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.next_touch is not None)
        await run.pass_time(days=12)
        await run.close_task("ring", "connected")
        await run.result()
    ours = [name for name in await run.history() if "TimeSkipping" not in name and "OptionsUpdated" not in name]
    assert len(ours) / len(steps) <= 0.9 * TEXTBOOK


async def test_of_many_starts_at_once_one_starts_and_the_others_find_it_open(world_of: MakeWorld) -> None:
    """B18."""
    world = world_of(play(email("one", after="2d"), {"end": "finished"}))
    async with world.worker():
        every = await asyncio.gather(*(start_run(world.client, world, "test-play", "acme") for _ in range(20)))
        await world.client.get_workflow_handle(every[0].workflow_id).terminate()
    assert sorted(one.already_open for one in every) == [False] + [True] * 19
    assert len({one.run for one in every}) == 1
