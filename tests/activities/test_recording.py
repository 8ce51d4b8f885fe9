"""Parameters that are set and changed, stages, and what the end of a run takes back."""

from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

from plays.events import RunState
from records import tasks
from records.tables import Notice, Run, Task
from tests.activities.builders import NOW, Stage, hours, play_of

PARAMETERS = {
    "strategy": {"type": "choice", "of": ["full", "light"], "default": "full", "change": True},
    "seats": {"type": "number", "default": 10},
    "loud": {"type": "yes-no", "default": True, "change": True},
}
ASK = {"form": "ask", "by": "csm", "ask": {"seats": "number", "how": ["light", "odd"]}}


async def begun(stage: Stage, values: dict[str, Any], **answers: Any) -> Any:
    """A run whose form was answered, before its `set` step."""
    admitted = await stage.begin(play_of(steps=[ASK, {"set": values, "name": "settle"}], parameters=PARAMETERS))
    out = await stage.hand_out(stage.step(admitted, "ask"))
    async with stage.database.begin() as session:
        await tasks.complete(session, out.task or 0, None, "", "csm", NOW, answers)
    return admitted


async def parameters(stage: Stage) -> dict[str, Any]:
    """Of the one run."""
    [run] = await stage.all(Run)
    return dict(run.parameters)


async def test_a_set_step_takes_values_and_what_expressions_give(stage: Stage) -> None:
    admitted = await begun(
        stage,
        {"strategy": "= form['ask'].how", "seats": "= form['ask'].seats * 2", "loud": False},
        seats=7,
        how="light",
    )
    await stage.record(admitted, assigns="settle")
    assert await parameters(stage) == {"strategy": "light", "seats": 14, "loud": False}
    await stage.record(admitted, assigns="settle")
    assert (await parameters(stage))["seats"] == 14  # a second time the same


async def test_a_value_that_does_not_fit_keeps_the_old_one_and_says_so_to_the_owner(stage: Stage) -> None:
    admitted = await begun(
        stage, {"strategy": "= form['ask'].how", "seats": "= event.seats", "loud": False}, seats=7, how="odd"
    )
    await stage.record(admitted, assigns="settle")
    assert await parameters(stage) == {"strategy": "full", "seats": 10, "loud": False}
    told = (await stage.all(Notice))[-1]
    assert told.player == "csm"
    assert "'strategy' is one of full, light, not 'odd'" in told.body
    assert "'seats' cannot be worked out" in told.body


async def test_an_operator_changes_what_the_play_lets_change(stage: Stage) -> None:
    admitted = await stage.begin(play_of(parameters=PARAMETERS))
    await stage.record(admitted, parameters={"strategy": "light"})
    assert (await parameters(stage))["strategy"] == "light"
    for refused in ({"seats": 11}, {"strategy": "none"}, {"nothing": 1}):
        with pytest.raises(ApplicationError, match="nothing was changed") as error:
            await stage.record(admitted, parameters=refused)
        assert error.value.non_retryable
    assert (await parameters(stage))["seats"] == 10


async def test_the_stage_a_run_has_come_to_stands_in_its_row(stage: Stage) -> None:
    admitted = await stage.begin()
    await stage.record(admitted, stage="discovery")
    assert [run.stage for run in await stage.all(Run)] == ["discovery"]


ON = {"ads": "show", "by": "sponsor"}
OFF = {"ads": "hide", "by": "sponsor", "turn": "off"}


@pytest.mark.parametrize(
    ("closed", "told"),
    [
        ({}, True),  # nobody said it was done: it may be on all the same
        ({"show": "done"}, True),
        ({"show": "not_possible"}, False),
        ({"show": "done", "hide": "done"}, False),
        ({"show": "done", "hide": "not_possible"}, True),
    ],
)
async def test_advertising_that_is_on_when_the_run_ends_is_turned_off(
    stage: Stage, closed: dict[str, str], told: bool
) -> None:
    admitted = await stage.begin(play_of(steps=[ON, OFF]))
    for number, (step, outcome) in enumerate({**dict.fromkeys(["show"], None), **closed}.items()):
        out = await stage.hand_out(stage.step(admitted, step, now=NOW + hours(number)))
        if outcome is not None:
            async with stage.database.begin() as session:
                await tasks.complete(session, out.task or 0, outcome, "", "sponsor", NOW)
    await stage.close(admitted)
    await stage.close(admitted)
    off = [one for one in await stage.all(Notice) if one.subject.startswith("Turn off: show")]
    assert [one.player for one in off] == (["sponsor"] if told else [])
    assert [one.state for one in await stage.all(Run)] == [RunState.ENDED]
    assert not [one for one in await stage.all(Task) if one.state == "open"]
