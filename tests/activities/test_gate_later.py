"""When the gate says later, and until when: holds, lanes, windows, caps, absent senders; and whom it lets be chosen."""

from datetime import date, datetime, timedelta

import pytest

from plays.spans import Span
from records import holds
from records.tables import Decision, Hold, Player
from tests.activities.at_the_gate import change, first, near, rule_of
from tests.activities.builders import NOW, Stage, hours, mail, play_of


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
