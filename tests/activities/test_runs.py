"""Admission, planning, deciding, recording, closing."""

from datetime import UTC, datetime, timedelta

import pytest
from temporalio.exceptions import ApplicationError

from records import runs
from records.tables import Notice, Run, Task, Touch
from tests.activities.builders import NOW, Stage, hours, mail, play_of


async def test_a_run_is_admitted_with_all_it_needs(stage: Stage) -> None:
    admitted = await stage.begin(play_of(steps=[mail("first", after="1bd")]))
    assert (admitted.verdict, admitted.run_id, admitted.version) == ("admitted", "hello/acme/1", 1)
    assert admitted.roles == {"csm": "csm", "sponsor": "sponsor"}
    assert '"hello"' in admitted.definition
    assert admitted.plan is not None
    assert (admitted.plan.step, admitted.plan.due, admitted.plan.who) == ("first", NOW + hours(24), "champion")


async def test_the_same_workflow_gets_the_same_answer(stage: Stage) -> None:
    await stage.people()
    play = await stage.publish()
    one = await stage.open(play, first="abc")
    assert await stage.open(play, first="abc") == one
    assert len(await stage.all(Run)) == 1


async def test_a_run_whose_workflow_was_terminated_makes_room(stage: Stage) -> None:
    raw = play_of(steps=[{"task": "think", "by": "csm"}])
    before = await stage.begin(raw)
    await stage.hand_out(stage.step(before, "think"))
    after = await stage.open()
    assert (after.verdict, after.run_id) == ("admitted", "hello/acme/2")
    first, second = await stage.all(Run)
    assert (first.state, first.outcome, second.state) == ("ended", "terminated", "open")
    assert [one.state for one in await stage.all(Task)] == ["withdrawn"]


async def test_a_refusal_is_kept_with_its_reason(stage: Stage) -> None:
    await stage.people()
    out = await stage.open("nothing")
    assert out.verdict == "refused"
    assert "not published" in out.reason
    assert (await stage.all(Run))[0].state == "refused"
    assert (await stage.open("nothing", "nowhere")).reason == "there is no account 'nowhere'; import it first"


async def test_once_per_keeps_a_second_run_away_until_it_has_passed(stage: Stage) -> None:
    admitted = await stage.begin(play_of(start={"once_per": "30d"}))
    await stage.close(admitted)
    out = await stage.open(now=NOW + timedelta(days=29))
    assert out.reason == "hello/acme/1 was opened on 2026-11-24, and the play runs once per 30d at an account"
    assert (await stage.open(now=NOW + timedelta(days=30))).verdict == "admitted"


@pytest.mark.parametrize(
    ("condition", "refusal"),
    [
        ("account.tier == 'B'", "account.tier == 'B' does not hold, account.tier is 'A'"),
        ("event.drop_pct >= 30 && account.tier == '2'", "'2' does not hold, account.tier is 'A'"),
        ("account.facts.seats > 5", "account.facts.seats > 5 does not hold"),
        ("account.tier == 'A' && event.drop_pct >= 30", ""),
        ("event.drop_pct >= 30", ""),
        ("account.tier == '2' || contact.persona == 'champion'", ""),
    ],
)
async def test_a_play_is_only_for_the_accounts_it_names(stage: Stage, condition: str, refusal: str) -> None:
    await stage.people()
    await stage.publish(play_of(start={"on": "usage.dropped", "when": condition}))
    out = await stage.open()
    assert out.verdict == ("refused" if refusal else "admitted")
    assert not refusal or out.reason.startswith("the play is not for this account: ")
    assert not refusal or out.reason.endswith(refusal)


async def test_in_a_lane_the_lower_play_is_refused_while_the_higher_is_open(stage: Stage) -> None:
    await stage.people()
    await stage.open(await stage.publish(play_of("high", lane="sales", priority=90)))
    out = await stage.open(await stage.publish(play_of("low", lane="sales", priority=10)))
    assert out.reason == "high/acme/1 works the account in the same lane, with priority 90 against 10"


async def test_a_play_that_says_block_does_not_start_beside_a_lower_one(stage: Stage) -> None:
    await stage.people()
    await stage.open(await stage.publish(play_of("low", priority=10)))
    out = await stage.open(await stage.publish(play_of("high", priority=90, meets={"low": "block"})))
    assert out.reason == "low/acme/1 is open, and high does not start beside it"


async def test_a_play_that_says_replace_names_whom_it_stops(stage: Stage) -> None:
    await stage.people()
    await stage.open(await stage.publish(play_of("low", lane="sales", priority=10)))
    out = await stage.open(await stage.publish(play_of("high", lane="sales", priority=90, meets={"low": "replace"})))
    assert (out.verdict, out.reason) == ("admitted", "in place of low/acme/1")


async def test_a_play_whose_owner_is_nobody_is_refused(stage: Stage) -> None:
    await stage.people()
    raw = play_of(players={"csm": {"role": "nobody-here"}, "sponsor": {"role": "sponsor"}})
    assert (await stage.open(await stage.publish(raw))).reason.startswith("nobody holds the role nobody-here")


async def test_a_dry_run_of_an_open_play_says_it_is_open(stage: Stage) -> None:
    from records import versions

    await stage.begin()
    async with stage.database.begin() as session:
        version = await versions.latest(session, "hello")
        assert version is not None
        judged = await runs.admission(session, version, "acme", NOW)
    assert (judged.verdict, judged.reason) == ("refused", "hello/acme/1 is open already")


async def test_a_plan_says_when_and_why_then(stage: Stage) -> None:
    await stage.people(zone="Europe/Berlin", country="DE", consent_basis="consent")
    admitted = await stage.open(await stage.publish(play_of(steps=[mail("first", after="4d"), {"wait": "3bd"}])))
    friday = datetime(2026, 11, 27, 16, tzinfo=UTC)
    plan = await stage.plan(stage.step(admitted, "first", friday - timedelta(days=4) + hours(4)))
    assert plan.due == datetime(2026, 11, 30, 7, 30, tzinfo=UTC)
    assert plan.why == "window opens Mon 08:30 Berlin"
    wait = await stage.plan(stage.step(admitted, "wait-1", friday))
    assert (wait.due, wait.why) == (friday + timedelta(days=5), "waits 3bd")


async def test_the_plan_of_the_next_step_comes_with_the_answer(stage: Stage) -> None:
    admitted = await stage.begin(play_of(steps=[mail("first"), mail("second", after="2d")]))
    out = await stage.send(stage.step(admitted, "first", then="second"))
    assert out.plan is not None
    assert abs(out.plan.due - NOW - timedelta(days=2)) < timedelta(seconds=30)


async def test_the_first_branch_that_holds_is_taken_and_says_what_it_saw(stage: Stage) -> None:
    branches = [
        {"when": "touch['first'].replied", "steps": [{"end": "talked"}]},
        {"when": "touch['first'].made && touch['wait-1'].outcome == 'timeout'", "steps": [{"end": "quiet"}]},
        {"else": [{"end": "neither"}]},
    ]
    steps = [mail("first"), {"wait": "1d"}, {"choose": branches, "name": "which"}]
    admitted = await stage.begin(play_of(steps=steps))
    await stage.send(stage.step(admitted, "first"))
    decided = await stage.decide(admitted, "which", outcomes={"wait-1": "timeout"})
    assert decided.index == 1
    assert "touch['first'].made is true, touch['wait-1'].outcome is 'timeout'" in decided.reason
    assert (await stage.decide(admitted, "which")).index == 2


async def test_the_handlers_of_an_event_are_chosen_like_branches(stage: Stage) -> None:
    admitted = await stage.begin()
    decided = await stage.decide(admitted, "on:reply", event_id=None)
    assert decided.index is None or decided.index >= 0


async def test_a_pause_does_not_undo_a_halt(stage: Stage) -> None:
    admitted = await stage.begin()
    await stage.record(admitted, state="halted", reason="reply")
    await stage.record(admitted, state="paused", reason="wait")
    await stage.record(admitted, state="open", reason="go on")
    assert (await stage.all(Run))[0].state == "halted"


async def test_a_skipped_step_is_settled_and_its_task_withdrawn(stage: Stage) -> None:
    admitted = await stage.begin(play_of(steps=[mail("first"), {"task": "think", "by": "csm"}]))
    await stage.hand_out(stage.step(admitted, "think"))
    await stage.record(admitted, skipped="think/1", reason="not needed")
    await stage.record(admitted, skipped="first/1", reason="not needed")
    assert (await stage.send(stage.step(admitted, "first"))).verdict == "skipped"
    assert [one.state for one in await stage.all(Task)] == ["withdrawn"]
    assert stage.mails == []


async def test_a_slot_given_to_another_player_takes_its_open_tasks_along(stage: Stage) -> None:
    admitted = await stage.begin(play_of(steps=[{"task": "think", "by": "csm"}]))
    await stage.hand_out(stage.step(admitted, "think"))
    for _ in range(2):
        await stage.record(admitted, reassign_slot="csm", reassign_to="boss", reason="a new team")
    assert (await stage.all(Run))[0].roles["csm"] == "boss"
    assert (await stage.all(Task))[0].player == "boss"
    assert [one.player for one in await stage.all(Notice)] == ["csm", "boss"]


async def test_a_slot_is_not_given_to_a_player_nobody_knows(stage: Stage) -> None:
    admitted = await stage.begin(play_of(steps=[{"task": "think", "by": "csm"}]))
    await stage.hand_out(stage.step(admitted, "think"))
    with pytest.raises(ApplicationError, match="there is no player 'nobody'; nothing was changed") as refused:
        await stage.record(admitted, reassign_slot="csm", reassign_to="nobody", reason="a new team")
    assert refused.value.non_retryable
    assert (await stage.all(Run))[0].roles["csm"] == "csm"
    assert (await stage.all(Task))[0].player == "csm"


async def test_a_closed_run_leaves_nothing_open(stage: Stage) -> None:
    admitted = await stage.begin(play_of(steps=[mail("first"), {"task": "think", "by": "csm"}]))
    await stage.hand_out(stage.step(admitted, "think"))
    later = await stage.send(stage.step(admitted, "first", NOW.replace(hour=23)))
    assert later.verdict == "later"
    for _ in range(2):
        assert (await stage.close(admitted)).nudged == ()
    assert {one.state for one in await stage.all(Touch)} == {"made", "skipped"}
    assert [one.state for one in await stage.all(Task)] == ["withdrawn"]
    async with stage.database.begin() as session:
        story = await runs.story(session, "hello/acme/1")
    assert story is not None
    assert (story.run.outcome, len(story.touches), len(story.decisions)) == ("completed", 2, 2)


@pytest.mark.parametrize(
    ("change", "type_"),
    [
        ({"step": "nothing"}, "UnknownStep"),
        ({"run_id": "hello/acme/9"}, "UnknownRun"),
        ({"version": 9}, "UnknownVersion"),
    ],
)
async def test_what_no_retry_mends_says_so(stage: Stage, change: dict[str, object], type_: str) -> None:
    admitted = await stage.begin()
    asked = stage.step(admitted, "first").model_copy(update=change)
    with pytest.raises(ApplicationError) as refused:
        await stage.send(asked)
    assert (refused.value.type, refused.value.non_retryable) == (type_, True)
