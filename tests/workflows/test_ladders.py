"""An undone task climbs its ladder at absolute instants, whatever else the run does."""

from datetime import timedelta

from activities.contracts import Climbed
from tests.workflows.builders import call, email, play, task
from tests.workflows.conftest import MakeWorld
from workflows.messages import PauseIn


async def test_an_undone_task_climbs_rung_by_rung_at_the_promised_instants(world_of: MakeWorld) -> None:
    world = world_of(play(call("ring", due="24h"), {"end": "finished"}))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.open_tasks == [1])
        await run.pass_time(days=7)
        shown = await run.explain()
        await run.close_task("ring", "connected")
        await run.result()
    handed = world.of("hand_out")[0].now
    climbed = [(asked.rung, round((asked.now - handed) / timedelta(days=1))) for asked in world.of("climb")]
    assert climbed == [("remind", 2), ("cover", 3), ("manager", 4)]
    assert [line.verdict for line in shown.done] == ["made", "remind", "cover", "manager"]


async def test_a_task_that_was_done_in_time_does_not_climb(world_of: MakeWorld) -> None:
    world = world_of(play(call("ring", due="24h"), {"wait": "30d"}, {"end": "finished"}))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.open_tasks == [1])
        await run.close_task("ring", "connected")
        await run.shows(lambda it: it.step == "wait-1")
        await run.pass_time(days=31)
        await run.result()
    assert world.of("climb") == []


async def test_a_ladder_that_ends_in_skip_lets_the_play_go_on(world_of: MakeWorld) -> None:
    world = world_of(play(call("ring", due={"1d": "remind", "2d": "skip"}), email("one"), {"end": "finished"}))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.open_tasks == [1])
        await run.pass_time(days=3)
        assert (await run.result()).outcome == "finished"
    assert world.steps == ["ring", "one"]


async def test_a_player_quicker_than_the_rung_closes_the_task(world_of: MakeWorld) -> None:
    world = world_of(play(call("ring", due={"1d": "remind"}), {"end": "finished"}))
    world.script("climb:remind", Climbed(state="done", outcome="connected", sentence="done just before"))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.open_tasks == [1])
        await run.pass_time(days=2)
        assert (await run.result()).outcome == "finished"


async def test_a_task_left_open_climbs_while_the_play_goes_on_and_while_it_is_paused(world_of: MakeWorld) -> None:
    world = world_of(play(task("look", go_on=True, due="1d"), email("one", after="20d"), {"end": "finished"}))
    async with world.worker():
        run = await world.start()
        before = await run.shows(lambda it: it.step == "one" and it.next_touch is not None)
        await run.pass_time(days=2, hours=1)
        assert [asked.rung for asked in world.of("climb")] == ["remind"]
        assert (await run.explain()).next_touch == before.next_touch
        await run.ask("pause", PauseIn())
        await run.pass_time(days=1)
        assert [asked.rung for asked in world.of("climb")] == ["remind", "cover"]


async def test_nothing_of_the_play_climbs_after_a_reply(world_of: MakeWorld) -> None:
    on = {"reply": {"steps": [task("answer", due={"30d": "remind"})], "end": "replied"}}
    world = world_of(play(call("ring", due="24h"), {"end": "finished"}, on=on))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.open_tasks == [1])
        await run.tell("reply")
        await run.shows(lambda it: it.open_tasks == [2])
        await run.pass_time(days=10)
        assert world.of("climb") == []
        await run.close_task("answer")
        await run.result()
