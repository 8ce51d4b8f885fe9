"""Steps at a moment: `renewal - 90d`. When they are due, what happens when that is over, and when no date is known."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activities.contracts import NEVER, Admission, StepOut
from records.tables import Account, Decision, Run
from tests.activities.builders import NOW, Stage, mail, play_of

RENEWAL = "2027-03-01"
DAY = timedelta(days=1)


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


async def dated(stage: Stage, steps: list[Any], renewal: str | None = RENEWAL, **more: Any) -> Admission:
    """An open run whose account has, or had, a renewal."""
    await stage.people()
    await move(stage, renewal or RENEWAL)
    run = await stage.open(await stage.publish(play_of(steps=steps, anchors={"renewal": "account"}, **more)))
    if renewal is None:
        async with stage.database.begin() as session:
            account = await session.get(Account, "acme")
            assert account is not None
            account.anchors = {}
    return run


async def move(stage: Stage, renewal: str) -> None:
    """The renewal has another date."""
    async with stage.database.begin() as session:
        account = await session.get(Account, "acme")
        assert account is not None
        account.anchors = {"renewal": renewal}


async def at_its_turn(stage: Stage, run: Admission, step: str, now: datetime, came: datetime | None = None) -> StepOut:
    """The run came to the step at `came`, and it is `now`."""
    return await stage.send(stage.step(run, step, now, base=came or now))


async def rule(stage: Stage) -> str:
    return str((await stage.all(Decision))[-1].rule)


# --- when it is due ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ("renewal - 90d", utc(2026, 12, 1, 8, 30)),  # a Tuesday: the champion's window opens at 08:30
        ("renewal - 90d 10:15", utc(2026, 12, 1, 10, 15)),
        ("renewal - 1d", utc(2027, 3, 1, 8, 30)),  # a Sunday
        ("renewal - 1mo 09:00", utc(2027, 2, 1, 9, 0)),
        ("renewal + 1bd", utc(2027, 3, 2, 8, 30)),
    ],
)
async def test_a_touch_is_due_when_its_moment_has_come_and_its_window_is_open(
    stage: Stage, said: str, due: datetime
) -> None:
    run = await dated(stage, [mail("first", at=said)])
    plan = await stage.plan(stage.step(run, "first"))
    assert plan.due == due
    assert plan.who == "champion"


async def test_the_date_that_counts_is_the_one_the_account_has_when_it_is_asked(stage: Stage) -> None:
    run = await dated(stage, [mail("first", at="renewal - 90d 09:00")])
    await move(stage, "2027-06-01")
    assert (await stage.plan(stage.step(run, "first"))).due == utc(2027, 3, 3, 9, 0)


async def test_a_date_that_an_event_gave_the_run_counts_to_the_minute(stage: Stage) -> None:
    await stage.people()
    anchors = {"meeting": "meeting.booked"}
    run = await stage.open(
        await stage.publish(play_of(steps=[mail("first", at="meeting - 1h", window="any")], anchors=anchors))
    )
    async with stage.database.begin() as session:
        row = await session.get(Run, run.run_id)
        assert row is not None
        row.anchors = {"meeting": "2026-11-26T15:30:00+01:00"}
    assert (await stage.plan(stage.step(run, "first"))).due == utc(2026, 11, 26, 13, 30)


# --- when it is over -----------------------------------------------------------------------------------------------


async def test_a_step_whose_moment_had_passed_is_skipped_with_the_day_it_was(stage: Stage) -> None:
    run = await dated(stage, [mail("first", at="renewal - 120d")])
    out = await at_its_turn(stage, run, "first", NOW)
    assert out.verdict == "skipped"
    assert out.reason == "its moment, renewal - 120d on 2026-11-02, had passed when the run came to it"
    assert await rule(stage) == "late"


async def test_a_day_has_not_passed_before_it_is_over(stage: Stage) -> None:
    run = await dated(stage, [mail("first", at="renewal - 97d"), mail("second", at="renewal - 97d 08:30")])
    assert (await at_its_turn(stage, run, "first", NOW)).verdict == "made"
    assert (await at_its_turn(stage, run, "second", NOW)).verdict == "skipped"


async def test_a_moment_that_passes_while_the_run_waits_for_something_else_is_no_late_one(stage: Stage) -> None:
    run = await dated(stage, [mail("first", at="renewal - 97d 08:30")])
    came = NOW - 3 * DAY
    assert (await at_its_turn(stage, run, "first", NOW, came)).verdict == "made"


async def test_steps_of_one_moment_are_made_one_after_the_other(stage: Stage) -> None:
    steps = [mail("first", at="renewal - 97d 10:00"), mail("second", at="renewal - 97d 10:00")]
    run = await dated(stage, steps, caps={"email_gap": "0min", "per_account_day": 20})
    assert (await at_its_turn(stage, run, "first", NOW)).verdict == "made"
    assert (await at_its_turn(stage, run, "second", NOW + timedelta(minutes=2))).verdict == "made"


async def test_a_late_step_that_says_send_is_sent(stage: Stage) -> None:
    run = await dated(stage, [mail("first", at="renewal - 120d", late="send")])
    assert (await at_its_turn(stage, run, "first", NOW)).verdict == "made"


async def test_of_several_late_steps_in_a_row_the_last_makes_up_for_the_others(stage: Stage) -> None:
    at = {"first": 150, "second": 130, "third": 100, "fourth": 90}
    steps = [mail(name, at=f"renewal - {days}d", late="catch-up") for name, days in at.items()]
    run = await dated(stage, steps)
    out = await at_its_turn(stage, run, "first", NOW)
    assert (out.verdict, out.reason.partition(", and ")[2]) == ("skipped", "'second' makes up for it")
    assert (await at_its_turn(stage, run, "second", NOW)).verdict == "skipped"
    assert (await at_its_turn(stage, run, "third", NOW)).verdict == "made"
    fourth = await stage.plan(stage.step(run, "fourth"))
    assert fourth.due == utc(2026, 12, 1, 8, 30)
    assert len(stage.mails) == 1


async def test_nobody_makes_up_for_a_step_when_the_next_one_is_not_made_either(stage: Stage) -> None:
    steps = [
        mail("first", at="renewal - 150d", late="catch-up"),
        mail("second", at="renewal - 130d"),
        mail("third", at="renewal - 100d", late="catch-up", when="account.tier == 'nobody has it'"),
        {"call": "ring", "by": "csm", "to": "champion", "after": "1d"},
    ]
    run = await dated(stage, steps)
    assert (await at_its_turn(stage, run, "first", NOW)).verdict == "made"


async def test_an_operator_who_says_send_now_passes_over_the_moment(stage: Stage) -> None:
    run = await dated(stage, [mail("first", at="renewal - 120d")])
    out = await stage.send(stage.step(run, "first", NOW, base=NOW, hurry=True))
    assert out.verdict == "made"


async def test_a_touch_put_off_by_the_gate_is_not_late_when_it_is_asked_again(stage: Stage) -> None:
    run = await dated(stage, [mail("first", at="renewal - 98d 18:00")])
    evening = utc(2026, 11, 23, 18, 0)
    assert (await at_its_turn(stage, run, "first", evening, evening)).verdict == "later"
    assert (await at_its_turn(stage, run, "first", NOW, NOW)).verdict == "made"  # planned anew after an anchor moved


# --- when nobody knows the date ------------------------------------------------------------------------------------


async def test_a_touch_without_its_date_is_skipped_and_says_who_can_give_it(stage: Stage) -> None:
    run = await dated(stage, [mail("first", at="renewal - 90d", late="send")], None)
    plan = await stage.plan(stage.step(run, "first"))
    assert plan.due == NOW
    out = await at_its_turn(stage, run, "first", NOW)
    assert out.verdict == "skipped"
    assert out.reason == (
        "the account has no date 'renewal'; `starter.py accounts anchor acme renewal 2027-03-01` gives it one"
    )
    assert await rule(stage) == "anchor"
    assert plan.why == out.reason


async def test_a_date_that_is_no_date_counts_as_none(stage: Stage) -> None:
    run = await dated(stage, [mail("first", at="renewal - 90d")], "in spring, they say")
    assert (await at_its_turn(stage, run, "first", NOW)).reason.startswith("the account has no date 'renewal'")


# --- waits and all that lasts --------------------------------------------------------------------------------------


async def test_a_wait_ends_with_its_span_or_its_moment_whichever_is_earlier(stage: Stage) -> None:
    waits = [
        {"wait": "10d", "at": "renewal - 90d", "name": "moment-first"},
        {"wait": "3d", "at": "renewal - 90d", "name": "span-first"},
        {"at": "renewal - 120d", "for": "reply", "name": "over"},
        {"for": ["reply", "bounce"], "name": "event-only"},
    ]
    run = await dated(stage, waits)
    ends = {name: await stage.plan(stage.step(run, name)) for name in ("moment-first", "span-first", "over")}
    assert ends["moment-first"].due == utc(2026, 12, 1, 0, 0)
    assert ends["span-first"].due == NOW + 3 * DAY
    assert ends["over"].due < NOW
    only = await stage.plan(stage.step(run, "event-only"))
    assert (only.due, only.why) == (NEVER, "waits for reply or bounce")


async def test_a_wait_for_a_date_nobody_knows_is_over_at_once(stage: Stage) -> None:
    waits = [{"at": "renewal - 90d", "name": "bare"}, {"wait": "3d", "at": "renewal - 90d", "name": "both"}]
    run = await dated(stage, waits, None)
    bare = await stage.plan(stage.step(run, "bare"))
    assert (bare.due, bare.why[:35]) == (NOW, "the account has no date 'renewal'; ")
    assert (await stage.plan(stage.step(run, "both"))).due == NOW + 3 * DAY


async def test_the_stalls_of_a_stage_count_from_its_beginning(stage: Stage) -> None:
    stall = {"2w": [{"notify": "late", "to": "csm"}], "3d": [{"notify": "soon", "to": "csm"}]}
    steps = [{"stage": "setup", "norm": "1w", "stall": stall, "steps": [mail("first")]}]
    run = await dated(stage, steps)
    plan = await stage.plan(stage.step(run, "setup"))
    assert plan.stalls == (NOW + 3 * DAY, NOW + 14 * DAY)
    assert plan.due == NOW


async def test_rounds_come_at_their_gaps_and_the_last_gap_stays(stage: Stage) -> None:
    run = await dated(stage, [{"repeat": "care", "every": ["1w", "1mo"], "steps": [mail("first")]}])
    rounds = [(await stage.plan(stage.step(run, "care", round=number))).due for number in (1, 2, 3, 9)]
    assert rounds == [NOW, NOW + 7 * DAY, utc(2026, 12, 24, 10), utc(2026, 12, 24, 10)]


async def test_a_gathering_and_a_child_are_waited_for_as_long_as_they_say(stage: Stage) -> None:
    ring = {"call": "ring", "by": "csm", "to": "champion"}
    steps = [
        {"gather": "both", "of": [ring], "after": "1d", "within": "2d"},
        {"gather": "open", "for": "reply"},
        {"play": "hello", "as": "child", "within": "1w", "name": "child"},
    ]
    run = await dated(stage, steps)
    both = await stage.plan(stage.step(run, "both"))
    assert (both.begins, both.due) == (NOW + DAY, NOW + 3 * DAY)
    assert (await stage.plan(stage.step(run, "open"))).due == NEVER
    assert (await stage.plan(stage.step(run, "child"))).due == NOW + 7 * DAY
