"""Tracks: steps of several go on side by side inside one run, one at a time, in the order of their instants."""

from typing import Any

from temporalio.exceptions import ApplicationError

from activities.contracts import Decided
from tests.workflows.builders import call, email, end, play, task
from tests.workflows.conftest import MakeWorld
from workflows.messages import OverrideIn, SkipIn

Lists = dict[str, list[dict[str, Any]]]


def tracks(name: str, of: Lists, **more: Any) -> dict[str, Any]:
    """Tracks without conditions."""
    return {"tracks": name, "of": {track: {"steps": steps} for track, steps in of.items()}, **more}


def two(**more: Any) -> dict[str, Any]:
    """One track of emails, one of calls."""
    mails = [email("mail-1", after="2d"), email("mail-2", after="2d")]
    return tracks("both", {"mails": mails, "calls": [call("ring-1", after="1d"), email("mail-3", after="2d")]}, **more)


async def test_tracks_go_on_side_by_side_in_the_order_of_their_instants(world_of: MakeWorld) -> None:
    world = world_of(play(two(), email("last"), end()))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.next_touch is not None)
        await run.pass_time(days=1, hours=1)
        await run.shows(lambda it: it.open_tasks == [1])
        await run.close_task("ring-1", "connected")
        await run.shows(lambda it: it.open_tasks == [])
        await run.pass_time(days=4)
        assert (await run.result()).outcome == "finished"
    assert world.steps == ["ring-1", "mail-1", "mail-3", "mail-2", "last"]


async def test_a_task_that_one_track_waits_for_does_not_hold_the_other(world_of: MakeWorld) -> None:
    world = world_of(play(two(), end()))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.next_touch is not None)
        await run.pass_time(days=6)
        shown = await run.shows(lambda it: len(it.tracks) == 2)
    assert world.steps == ["ring-1", "mail-1", "mail-2"]
    assert {(line.track, line.step) for line in shown.tracks} == {("main line", "both"), ("calls", "ring-1")}


async def test_where_any_track_is_enough_the_others_are_dropped_and_their_tasks_withdrawn(world_of: MakeWorld) -> None:
    world = world_of(play(two(need="any"), email("last"), end()))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.next_touch is not None)
        await run.pass_time(days=6)
        assert (await run.result()).outcome == "finished"
    assert world.steps == ["ring-1", "mail-1", "mail-2", "last"]
    assert [note.skipped for note in world.of("record")] == ["ring-1/1"]


async def test_only_tracks_whose_condition_holds_are_opened(world_of: MakeWorld) -> None:
    of = {"a": {"when": "no", "steps": [email("one")]}, "b": {"when": "yes", "steps": [email("two")]}}
    world = world_of(play({"tracks": "some", "of": of}, end()))
    world.script("some", Decided(index=1, indices=(1,), reason="b holds"))
    async with world.worker():
        run = await world.start()
        await run.result()
    assert world.steps == ["two"]


async def test_tracks_of_which_none_holds_are_passed(world_of: MakeWorld) -> None:
    world = world_of(play(tracks("none", {"a": [email("one")]}, when="no"), email("two"), end()))
    world.script("none", Decided(index=None, reason="no"))
    async with world.worker():
        run = await world.start()
        await run.result()
    assert world.steps == ["two"]


async def test_tracks_inside_a_track(world_of: MakeWorld) -> None:
    inner = tracks("inner", {"x": [email("mail-x", after="2d")], "y": [email("mail-y", after="1d")]})
    outer = tracks("outer", {"a": [inner, email("after-inner")], "b": [email("mail-b", after="30h")]})
    world = world_of(play(outer, email("last"), end()))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.next_touch is not None)
        await run.pass_time(days=3)
        assert (await run.result()).outcome == "finished"
    assert world.steps == ["mail-y", "mail-b", "mail-x", "after-inner", "last"]


async def test_an_event_ends_the_wait_of_the_track_that_waits_for_it(world_of: MakeWorld) -> None:
    waiting = [{"wait": "30d", "for": "meeting.booked"}, email("prepare")]
    world = world_of(play(tracks("both", {"a": waiting, "b": [email("mail-b", after="9d")]}), end()))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.next_touch is not None)
        await run.tell("meeting.booked")
        await world.until(lambda: world.steps == ["prepare"])
        await run.pass_time(days=10)
        assert (await run.result()).outcome == "finished"
    assert world.of("send_email")[-1].outcomes == {"wait-1": "meeting.booked"}


async def test_a_handler_holds_the_main_line_while_the_tracks_go_on(world_of: MakeWorld) -> None:
    on = {"bounce": {"steps": [task("find")]}}
    world = world_of(play(two(need="any"), email("last"), end(), on=on))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.next_touch is not None)
        await run.tell("bounce")
        await run.shows(lambda it: it.open_tasks == [1])
        await run.pass_time(days=6)
        await run.shows(lambda it: it.open_tasks == [1, 2])
        assert world.steps == ["find", "ring-1", "mail-1", "mail-2"]
        await run.close_task("find")
        assert (await run.result()).outcome == "finished"
    assert world.steps[-1] == "last"


async def test_a_stop_from_outside_ends_every_track(world_of: MakeWorld) -> None:
    world = world_of(play(two(), on={"reply": {"steps": [task("answer")], "end": "replied"}}))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.next_touch is not None)
        await run.tell("reply")
        shown = await run.shows(lambda it: it.open_tasks == [1])
        assert shown.tracks == []
        await run.close_task("answer")
        assert (await run.result()).outcome == "replied"
    assert world.steps == ["answer"]


async def test_an_operator_names_which_of_several_gatherings_is_complete_enough(world_of: MakeWorld) -> None:
    left, right = ({"gather": name, "of": [task(f"{name}-task")]} for name in ("checks", "papers"))
    world = world_of(play(tracks("both", {"a": [left], "b": [right]}), end()))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.open_tasks == [1, 2])
        assert "the run gathers" in await run.refuses("override", OverrideIn(reason="enough"))
        await run.ask("override", OverrideIn(step="papers", reason="enough"))
        await run.shows(lambda it: {line.step for line in it.tracks} == {"both", "checks"})
        await run.close_task("checks-task")
        assert (await run.result()).outcome == "finished"


async def test_what_failed_in_one_track_holds_the_run_until_an_operator_skips_it(world_of: MakeWorld) -> None:
    world = world_of(play(two(), end()))
    world.script("mail-1", ApplicationError("the template is gone", type="NoTemplate", non_retryable=True))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.next_touch is not None)
        await run.pass_time(days=2, hours=1)
        shown = await run.shows(lambda it: it.blocked is not None)
        assert shown.step == "mail-1"
        await run.ask("skip", SkipIn())
        await run.close_task("ring-1", "connected")
        await run.shows(lambda it: {line.step for line in it.tracks} == {"both", "mail-2", "mail-3"})
        await run.pass_time(days=3)
        assert (await run.result()).outcome == "finished"


async def test_an_operator_names_which_of_several_steps_is_skipped(world_of: MakeWorld) -> None:
    world = world_of(play(two(), end()))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.next_touch is not None)
        assert "say which" in await run.refuses("skip", SkipIn())
        assert "the run goes on with mail-2" in await run.ask("skip", SkipIn(step="mail-1"))
        await run.shows(lambda it: "mail-2" in {line.step for line in it.tracks})
    assert world.steps == []
