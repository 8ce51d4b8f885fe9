"""Every kind of touch: which activity makes it, what is waited for, and audiences of several people."""

from typing import Any

import pytest

from activities.contracts import StepOut
from tests.workflows.builders import call, email, end, play
from tests.workflows.conftest import MakeWorld
from workflows.messages import ChangeIn

BY = {"by": "adr", "to": "champion", "reason": "news"}
AWAITED: dict[str, dict[str, Any]] = {
    "social": {"social": "it", **BY},
    "parcel": {"parcel": "it", **BY},
    "meeting": {"meeting": "it", **BY},
    "form": {"form": "it", "by": "adr", "ask": {"note": "text"}},
}
AT_ONCE: dict[str, dict[str, Any]] = {
    "ads": {"ads": "it", "by": "adr"},
    "hold": {"hold": "it", "to": "account", "lasts": "5d"},
    "survey": {"survey": "it", "from": "adr", "to": "champion", "ask": {"score": "number"}},
    "webhook": {"webhook": "it", "to": "crm"},
}


@pytest.mark.parametrize("kind", AWAITED)
async def test_a_touch_of_a_player_is_handed_out_and_waited_for(world_of: MakeWorld, kind: str) -> None:
    world = world_of(play(AWAITED[kind], email("then"), end()))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.open_tasks == [1] and it.step == "it")
        assert world.steps == ["it"]
        await run.close_task("it")
        assert (await run.result()).outcome == "finished"
    assert [name for name, _ in world.calls] == ["open_run", "hand_out", "plan", "send_email", "close_run"]


@pytest.mark.parametrize("kind", AT_ONCE)
async def test_other_touches_are_one_activity_and_the_play_goes_on(world_of: MakeWorld, kind: str) -> None:
    world = world_of(play(AT_ONCE[kind], email("then"), end()))
    async with world.worker():
        run = await world.start()
        assert (await run.result()).outcome == "finished"
    activity = {"survey": "send_email", "webhook": "call_webhook"}.get(kind, "hand_out")
    planned = ["plan"] if kind == "webhook" else []
    assert [name for name, _ in world.calls] == ["open_run", activity, *planned, "send_email", "close_run"]


async def test_an_email_to_all_of_an_audience_is_one_touch_each(world_of: MakeWorld) -> None:
    world = world_of(play(email("one"), email("two", after="1d"), end()))
    made = StepOut(verdict="made", reason="ok", more=True)
    world.script("one", made, StepOut(verdict="skipped", reason="no consent", more=True), made)
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.step == "two")
        await run.pass_time(days=2)
        result = await run.result()
    assert world.steps == ["one", "one", "one", "one", "two"]
    assert {asked.occurrence for asked in world.of("send_email")} == {1}
    assert result.touches == 4


async def test_where_one_of_them_has_to_wait_the_others_are_reached_at_once(world_of: MakeWorld) -> None:
    world = world_of(play(email("one"), end()))

    async def somebody_else(asked: Any) -> StepOut:
        return StepOut(verdict="later", reason="out of office", until=asked.now)

    world.script("one", somebody_else, StepOut(verdict="made", reason="ok", more=True))
    async with world.worker():
        run = await world.start()
        assert (await run.result()).outcome == "finished"
    assert world.steps == ["one", "one", "one"]


async def test_calls_to_all_of_an_audience_are_waited_for_one_after_the_other(world_of: MakeWorld) -> None:
    world = world_of(play(call("ring"), end()))
    world.script("ring", StepOut(verdict="made", reason="ok", task=7, more=True))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.open_tasks == [7])
        await run.tell("task.done", task=7, outcome="voicemail")
        await run.shows(lambda it: it.open_tasks == [1])
        await run.close_task("ring", "connected")
        assert (await run.result()).outcome == "finished"
    assert world.steps == ["ring", "ring"]


async def test_a_step_may_set_parameters_of_the_run(world_of: MakeWorld) -> None:
    world = world_of(play({"set": {"strategy": "light"}}, end(), parameters={"strategy": {"default": "full"}}))
    async with world.worker():
        run = await world.start()
        assert (await run.result()).outcome == "finished"
    assert [note.assigns for note in world.of("record")] == ["set-1"]


PARAMETERS = {
    "strategy": {"type": "choice", "of": ["full", "light"], "default": "full", "change": True},
    "seats": {"type": "number", "default": 5, "change": True},
    "signed": {"type": "yes-no", "default": False, "change": True},
    "until": {"type": "date", "default": "2026-12-31", "change": True},
    "owner": {"default": "adr"},
}


async def test_parameters_are_changed_while_the_run_goes_on(world_of: MakeWorld) -> None:
    world = world_of(play(email("one", after="2d"), end(), parameters=PARAMETERS))
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.next_touch is not None)
        wish = ChangeIn(parameters={"strategy": "light", "seats": 7}, reason="they asked")
        assert "Changed: seats, strategy." in await run.ask("change", wish)
    assert [(note.parameters, note.reason) for note in world.of("record")] == [
        ({"strategy": "light", "seats": 7}, "they asked")
    ]


async def test_what_no_parameter_can_be_is_refused_in_a_sentence_for_each(world_of: MakeWorld) -> None:
    world = world_of(play(email("one", after="2d"), end(), parameters=PARAMETERS))
    wrong = {"strategy": "half", "seats": "many", "signed": "yes", "until": "soon", "owner": "ae", "colour": "red"}
    async with world.worker():
        run = await world.start()
        await run.shows(lambda it: it.next_touch is not None)
        said = await run.refuses("change", ChangeIn(parameters=wrong))
        assert "say which parameters" in await run.refuses("change", ChangeIn(parameters={}))
    assert said.split("; ") == [
        "this play has no parameter 'colour'",
        "it has owner, seats, signed, strategy, until",
        "owner is not to be changed while a run goes on",
        "seats is a number, not 'many'",
        "signed is true or false, not 'yes'",
        "strategy is one of full, light, not 'half'",
        "until is a date like 2026-03-31, not 'soon'",
    ]
    assert world.of("record") == []
