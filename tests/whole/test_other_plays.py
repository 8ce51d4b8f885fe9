"""One play starts another: a child that is waited for, a successor, one that may not start; whole, on a real server."""

import json
from typing import Any

from tests.whole.conftest import Stage


async def a_child(stage: Stage) -> str:
    """A play of one short wait, which ends as `silence`."""
    return await stage.play("{wait: 10min}", priority=5)


async def run_of(stage: Stage, play: str, state: str) -> Any:
    """The newest run of a play, in this state."""
    return await stage.state(play, state)


async def test_a_child_is_waited_for_and_its_outcome_steers(stage: Stage) -> None:
    child = await a_child(stage)
    parent = await stage.play(
        f"{{play: {child}, as: child, name: warm-up}}",
        "{choose: [{when: \"touch['warm-up'].outcome == 'silence'\", steps: [{end: warmed}]}]}",
        priority=50,
    )
    account = await stage.account()
    await stage.start(parent, account)
    born = await run_of(stage, child, "open")
    assert (born["parent"], born["requested_by"]) == (
        f"{parent}/{account}/1",
        f"child of {parent}/{account}/1/warm-up/1",
    )
    small = stage.skipper.client.get_workflow_handle(f"{child}/{account}")
    await small.execute_update("skip", {"reason": "a test"})
    ended = await run_of(stage, parent, "ended")
    assert ended["outcome"] == "warmed"
    assert (await run_of(stage, child, "ended"))["outcome"] == "silence"


async def test_a_child_still_open_ends_with_its_parent_and_one_beside_goes_on(stage: Stage) -> None:
    child, beside = await a_child(stage), await a_child(stage)
    parent = await stage.play(f"{{play: {beside}, as: beside}}", f"{{play: {child}, as: child}}", priority=50)
    account = await stage.account()
    run = await stage.start(parent, account)
    await run_of(stage, child, "open")
    await run_of(stage, beside, "open")
    await run.execute_update("stop", {"reason": "a test"})
    assert (await run_of(stage, parent, "ended"))["outcome"] == "stopped"
    assert (await run_of(stage, child, "ended"))["outcome"] == "parent-ended"
    assert (await run_of(stage, beside, "open"))["outcome"] is None


async def test_a_successor_takes_over_once_the_run_is_closed(stage: Stage) -> None:
    heir = await a_child(stage)
    parent = await stage.play(f"{{play: {heir}, as: successor, end: handed-over}}", priority=50)
    account = await stage.account()
    await stage.start(parent, account)
    assert (await run_of(stage, parent, "ended"))["outcome"] == "handed-over"
    taken = await run_of(stage, heir, "open")
    assert (taken["parent"], taken["requested_by"]) == (None, f"successor of {parent}/{account}/1/play-1/1")


async def test_a_play_that_is_not_published_is_refused_and_the_owner_hears_of_it(stage: Stage) -> None:
    parent = await stage.play("{play: nowhere, as: child, name: lost}", priority=50)
    account = await stage.account()
    await stage.start(parent, account)
    assert (await run_of(stage, parent, "ended"))["outcome"] == "silence"
    rows = await stage.house.rows("select subject, body from notices where run = $1", f"{parent}/{account}/1")
    assert len(rows) == 1, json.dumps([dict(row) for row in rows])
    assert rows[0]["subject"].startswith("Not started: nowhere")
    assert "is not published" in rows[0]["body"]


async def test_a_play_that_is_open_already_is_left_alone(stage: Stage) -> None:
    child = await a_child(stage)
    parent = await stage.play(f"{{play: {child}, as: child, name: warm-up}}", priority=50)
    account = await stage.account()
    await stage.start(child, account)
    await run_of(stage, child, "open")
    await stage.start(parent, account)
    assert (await run_of(stage, parent, "ended"))["outcome"] == "silence"
    other = await run_of(stage, child, "open")
    assert (other["parent"], other["requested_by"]) == (None, "ops")
