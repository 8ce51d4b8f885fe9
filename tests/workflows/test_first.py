from tests.workflows.builders import call, email, notice, play
from tests.workflows.conftest import MakeWorld


async def test_the_steps_of_a_play_are_made_in_order(world_of: MakeWorld) -> None:
    world = world_of(play(email("one"), notice("two", after="1d"), email("three", after="1bd"), {"end": "finished"}))
    async with world.worker():
        run = await world.start()
        await world.until(lambda: world.steps == ["one"])
        await run.pass_time(days=3)
        result = await run.result()
    assert (result.outcome, world.steps) == ("finished", ["one", "two", "three"])
