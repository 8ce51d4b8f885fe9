"""Each rule of the gate: what it answers and with which reason. Reasons name nobody."""

from datetime import date, timedelta
from typing import Any

import pytest

from records import suppressions, switches
from records.tables import Account, Contact, Hold
from tests.activities.at_the_gate import change, first, near, rule_of
from tests.activities.builders import NOW, Stage, hours, mail, play_of


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
