"""Each rule of the gate: what it answers and with which reason. Reasons name nobody."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from activities.contracts import StepOut
from plays.spans import Span
from records import holds, suppressions, switches
from records.tables import Account, Contact, Decision, Hold, Player, Run
from tests.activities.builders import NOW, Stage, hours, mail, play_of


async def rule_of(stage: Stage) -> str:
    """The rule of the last decision."""
    return str((await stage.all(Decision))[-1].rule)


def near(found: datetime | None, wanted: datetime) -> bool:
    """Whether the instant is the wanted one: the run's clock goes on while the test works."""
    return found is not None and abs(found - wanted) < timedelta(seconds=30)


async def change(stage: Stage, table: Any, row: Any, **values: Any) -> None:
    """Change one row."""
    async with stage.database.begin() as session:
        found = await session.get(table, row)
        assert found is not None
        for name, value in values.items():
            setattr(found, name, value)


async def first(stage: Stage, now: datetime = NOW, step: str = "first", **more: Any) -> StepOut:
    """The first mail of the open run."""
    run = (await stage.all(Run))[-1]
    from activities.contracts import StepIn

    return await stage.send(StepIn(run_id=run.id, version=run.version, step=step, now=now, base=now, **more))


@pytest.mark.parametrize(
    ("scope", "value"),
    [
        ("address", "ACME-kim@Theirs.example"),
        ("domain", "theirs.example"),
        ("contact", "acme-kim"),
        ("account", "acme"),
    ],
)
async def test_whoever_is_suppressed_before_the_touch_is_left_out_of_the_audience(
    stage: Stage, scope: Any, value: str
) -> None:
    await stage.begin()
    async with stage.database.begin() as session:
        await suppressions.place(session, scope, value, "asked us to stop", "ops")
    out = await first(stage)
    assert out.verdict == "skipped"
    assert out.reason == "nobody at the account can be reached as champion"
    assert stage.mails == []


async def test_whoever_is_suppressed_while_their_touch_waits_is_named_so(stage: Stage) -> None:
    await stage.begin()
    async with stage.database.begin() as session:
        await switches.turn(session, "kill", True, "drill")
    assert (await first(stage)).verdict == "later"
    async with stage.database.begin() as session:
        await switches.turn(session, "kill", False, "")
        await suppressions.place(session, "address", "acme-kim@theirs.example", "Kim asked on the phone", "ops")
    out = await first(stage)
    assert (out.verdict, out.reason) == ("skipped", "the address is suppressed")
    assert await rule_of(stage) == "suppressed"


async def test_a_suppression_of_one_channel_leaves_the_others(stage: Stage) -> None:
    run = await stage.begin(play_of(steps=[mail("first"), {"call": "ring", "by": "csm", "to": "champion"}]))
    async with stage.database.begin() as session:
        await suppressions.place(session, "contact", "acme-kim", "no mails please", "ops", channel="email")
    assert (await first(stage)).verdict == "skipped"
    assert (await stage.hand_out(stage.step(run, "ring"))).verdict == "made"


async def test_another_person_of_the_audience_is_spoken_to_when_the_first_has_left(stage: Stage) -> None:
    await stage.begin()
    await stage.contact("acme-lou", seniority=-1)
    await change(stage, Contact, "acme-kim", gone=True)
    assert (await first(stage)).contact == "acme-lou"


async def test_the_kill_switch_stops_every_touch_until_it_is_off(stage: Stage) -> None:
    await stage.begin()
    async with stage.database.begin() as session:
        await switches.turn(session, "kill", True, "drill")
    out = await first(stage)
    assert (out.verdict, out.reason) == ("later", "the kill switch is on")
    assert near(out.until, NOW + hours(1))
    async with stage.database.begin() as session:
        await switches.turn(session, "kill", False, "")
    assert (await first(stage, NOW + hours(1))).verdict == "made"


async def test_a_halted_run_makes_no_touch_but_its_handlers_do(stage: Stage) -> None:
    raw = play_of(on={"usage.recovered": {"steps": [mail("thanks")], "end": "recovered"}})
    run = await stage.begin(raw)
    await stage.record(run, state="halted", reason="usage.recovered")
    out = await first(stage)
    assert (out.verdict, out.reason) == ("skipped", "the run was halted by an event")
    assert (await first(stage, step="thanks")).verdict == "made"


async def test_a_paused_run_waits_and_an_ended_one_is_over(stage: Stage) -> None:
    run = await stage.begin()
    await stage.record(run, state="paused", reason="lunch")
    assert (await first(stage)).reason == "the run is paused"
    await stage.close(run)
    assert (await first(stage)).verdict == "skipped"
    assert stage.mails == []


@pytest.mark.parametrize(
    ("country", "basis", "allowed"),
    [
        ("DE", None, False),
        ("DE", "legitimate-interest", False),
        ("DE", "published", False),
        ("DE", "consent", True),
        ("DE", "existing-business", True),
        ("CA", "legitimate-interest", False),
        ("CA", "published", True),
        ("GB", None, True),
        ("US", "legitimate-interest", True),
    ],
)
async def test_mail_needs_a_basis_where_the_law_says_so(
    stage: Stage, country: str, basis: str | None, allowed: bool
) -> None:
    await stage.people(country=country, consent_basis=basis)
    await stage.open(await stage.publish())
    out = await first(stage)
    assert (out.verdict == "made") is allowed
    if not allowed:
        assert await rule_of(stage) == "consent"
        assert country in out.reason


async def test_a_basis_that_has_run_out_is_none_anywhere(stage: Stage) -> None:
    await stage.people(country="GB", consent_basis="consent", consent_until=date(2026, 11, 23))
    await stage.open(await stage.publish())
    out = await first(stage)
    assert out.reason == "the basis for writing ran out on 2026-11-23"


async def test_a_step_whose_condition_does_not_hold_is_skipped_with_the_condition(stage: Stage) -> None:
    await stage.begin(play_of(steps=[mail("first", when="account.tier == 'B'")]))
    out = await first(stage)
    assert (out.verdict, out.reason) == ("skipped", "its condition does not hold: account.tier == 'B'")


async def test_a_condition_that_cannot_be_decided_does_not_hold(stage: Stage) -> None:
    await stage.begin(play_of(steps=[mail("first", when="account.facts.age > 3")]))
    await change(stage, Account, "acme", facts={"age": "old"})
    out = await first(stage)
    assert out.verdict == "skipped"
    assert "cannot be decided" in out.reason


async def test_an_expired_touch_is_dropped_with_a_record(stage: Stage) -> None:
    await stage.begin(play_of(steps=[mail("first", expires="2d")]))
    out = await first(stage, NOW + hours(48), planned=NOW)
    assert out.reason == "it could not be made before it expired on 2026-11-26 10:00 UTC"


async def test_a_touch_that_will_have_expired_is_waited_for_no_longer_than_it_lasts(stage: Stage) -> None:
    await stage.begin(play_of(steps=[mail("first", expires="2d")]))
    await stage.add(Hold(scope="account", value="acme", until=NOW + timedelta(days=9), cause="away", created_by="test"))
    out = await first(stage, planned=NOW)
    assert (out.verdict, out.until) == ("later", NOW + hours(48))


async def test_an_events_hold_does_not_bind_the_answer_to_it(stage: Stage) -> None:
    raw = play_of(on={"meeting.booked": {"steps": [mail("thanks")], "end": "booked"}})
    await stage.begin(raw)
    await stage.add(Hold(scope="account", value="acme", until=NOW + hours(5), cause="x", event="m:1"))
    assert (await first(stage, step="thanks", event_id="m:2")).verdict == "later"
    assert (await first(stage, step="thanks", event_id="m:1")).verdict == "made"


async def test_a_hold_on_the_person_or_the_account_defers_to_its_end(stage: Stage) -> None:
    await stage.begin()
    until = NOW + timedelta(days=2)
    async with stage.database.begin() as session:
        await holds.place(session, "account", "acme", NOW + hours(1), "x", "ops", play="another")
        await holds.place(session, "account", "acme", NOW + hours(1), "x", "ops", except_play="hello")
        await holds.place(session, "contact", "acme-kim", until, "Kim is ill", "ops")
    out = await first(stage)
    assert (out.verdict, out.until) == ("later", until)
    assert "ill" not in out.reason
    assert (await first(stage, until)).verdict == "made"


async def test_an_events_hold_says_its_cause(stage: Stage) -> None:
    await stage.begin()
    await stage.add(
        Hold(scope="account", value="acme", until=NOW + hours(5), cause="a reply is being answered", event="m:1")
    )
    assert (await first(stage)).reason == "held until 2026-11-24 15:00 UTC: a reply is being answered"


async def test_a_play_of_higher_priority_in_the_lane_goes_first(stage: Stage) -> None:
    await stage.people()
    low = await stage.open(await stage.publish(play_of("low", lane="sales", priority=10)))
    high = await stage.open(await stage.publish(play_of("high", lane="sales", priority=90)))
    assert (low.verdict, high.verdict) == ("admitted", "admitted")
    out = await stage.send(stage.step(low, "first"))
    assert (out.verdict, out.reason) == ("later", "high/acme/1 works the account first")
    await stage.close(high)
    assert (await stage.send(stage.step(low, "first", NOW + hours(1)))).verdict == "made"


async def test_a_play_that_pauses_another_lane_goes_first_there_too(stage: Stage) -> None:
    await stage.people()
    low = await stage.open(await stage.publish(play_of("low", lane="sales", priority=10)))
    await stage.open(await stage.publish(play_of("high", lane="care", priority=90, meets={"sales": "pause"})))
    await stage.open(await stage.publish(play_of("other", lane="events", priority=95)))
    assert (await stage.send(stage.step(low, "first"))).reason == "high/acme/1 works the account first"


@pytest.mark.parametrize(
    ("persona", "at", "opens"),
    [
        ("champion", datetime(2026, 11, 28, 10, tzinfo=NOW.tzinfo), datetime(2026, 11, 30, 8, 30, tzinfo=NOW.tzinfo)),
        ("champion", NOW.replace(hour=20), datetime(2026, 11, 25, 8, 30, tzinfo=NOW.tzinfo)),
        ("champion", datetime(2026, 12, 25, 10, tzinfo=NOW.tzinfo), datetime(2026, 12, 29, 8, 30, tzinfo=NOW.tzinfo)),
        ("economic-buyer", datetime(2026, 11, 28, 10, tzinfo=NOW.tzinfo), None),
    ],
)
async def test_staff_are_not_written_to_at_night_at_weekends_or_on_holidays(
    stage: Stage, persona: str, at: datetime, opens: datetime | None
) -> None:
    await stage.people(persona=persona, country="GB")
    to = "buyer" if persona == "economic-buyer" else "champion"
    await stage.open(await stage.publish(play_of(steps=[mail("first", to=to)])))
    out = await first(stage, at)
    assert out.until == opens
    if opens is not None:
        assert await rule_of(stage) in ("window", "holiday")
        assert (await first(stage, at, hurry=True)).verdict == "made"


async def test_two_mails_to_one_person_lie_apart_whichever_play_they_are_of(stage: Stage) -> None:
    await stage.people()
    one = await stage.open(await stage.publish(play_of("one")))
    two = await stage.open(await stage.publish(play_of("two")))
    assert (await stage.send(stage.step(one, "first"))).verdict == "made"
    out = await stage.send(stage.step(two, "first", NOW + hours(1), hurry=True))
    assert (out.verdict, out.reason) == ("later", "the person had a mail less than 12h ago")
    assert out.until == datetime(2026, 11, 25, 8, 30, tzinfo=NOW.tzinfo)  # 22:00 is no hour for staff
    assert (await stage.send(stage.step(two, "first", out.until))).verdict == "made"


async def test_an_account_has_so_many_touches_a_day_and_so_many_people_at_once(stage: Stage) -> None:
    caps = {"email_gap": "1h", "per_account_day": 2, "people_at_once": 2}
    users = {"champion": {"persona": "champion"}, "buyer": {"persona": "economic-buyer"}, "user": {"persona": "user"}}
    steps = [mail("first"), mail("second", to="buyer"), mail("third", to="user"), mail("fourth")]
    raw = play_of(steps=steps, caps=caps, audience=users)
    await stage.begin(raw)
    await stage.contact("acme-ann", persona="economic-buyer")
    await stage.contact("acme-bob", persona="user")
    assert (await first(stage)).verdict == "made"
    assert (await first(stage, NOW + hours(2), "second")).verdict == "made"
    third = await first(stage, NOW + hours(3), "third")
    assert third.reason == "the account had 2 touches in 24 hours, and 2 are the most"
    assert near(third.until, NOW + hours(24))
    later = await first(stage, NOW + hours(26.5), "third")
    assert later.reason == "2 other people of the account are worked at once, and 2 are the most"
    assert (await first(stage, NOW + hours(26.5), "fourth")).verdict == "made"


async def test_a_mail_waits_for_its_sender_to_be_back(stage: Stage) -> None:
    await stage.begin()
    await change(stage, Player, "csm", absent_from=date(2026, 11, 20), absent_until=date(2026, 11, 29))
    out = await first(stage)
    assert (out.verdict, out.until) == ("later", datetime(2026, 11, 30, 8, 30, tzinfo=NOW.tzinfo))
    assert await rule_of(stage) == "sender"


async def test_a_contact_without_the_means_is_not_chosen(stage: Stage) -> None:
    await stage.people(email=None, phone=None)
    run = await stage.open(
        await stage.publish(play_of(steps=[mail("first"), {"call": "ring", "by": "csm", "to": "champion"}]))
    )
    assert (await first(stage)).verdict == "skipped"
    assert (await stage.hand_out(stage.step(run, "ring"))).verdict == "skipped"


async def test_the_same_person_is_kept_for_an_audience_once_reached(stage: Stage) -> None:
    await stage.begin(play_of(steps=[mail("first"), mail("second")]))
    assert (await first(stage)).contact == "acme-kim"
    await stage.contact("acme-zoe", seniority=99)
    assert (await first(stage, NOW + hours(24), "second")).contact == "acme-kim"


async def test_no_reason_names_a_person(stage: Stage) -> None:
    await stage.people(first_name="Xantippe", country="DE")
    await stage.open(await stage.publish())
    await first(stage)
    for one in await stage.all(Decision):
        assert "Xantippe" not in one.reason
        assert "@" not in one.reason


def test_a_span_of_business_days_is_no_cap_that_never_ends() -> None:
    assert Span(2, "bd").rough == timedelta(days=2)
