"""What an accepted event stops at once: playbook.md, base contract B1-B6."""

import datetime as dt
from typing import Any

import pytest

from plays.base import with_base_contract
from plays.conditions import event_facts, holds
from plays.program import lay_out
from records.db import Database
from records.inbox import Accepted, accept, rematch
from records.tables import Account, Touch
from tests.webhooks import builders as b


async def take(database: Database, kind: str, data: dict[str, Any], id: str = "e1") -> Accepted:
    async with database.begin() as session:
        return await accept(session, "cli", id, kind, data, b.NOW, b"{}")


@pytest.fixture(autouse=True)
async def acme(database: Database) -> None:
    await b.people(database)


async def test_a_reply_halts_the_run_it_answers_and_holds_the_rest_of_the_account(database: Database) -> None:
    await b.publish(database, b.a_play("usage-drop"), b.a_play("executive"))
    answered, other = await b.open_run(database, "usage-drop"), await b.open_run(database, "executive")
    mail = await b.touch(database, answered)
    await take(database, "reply", {"message_id": mail, "kind": "question"})
    assert (await b.run_row(database, answered)).state == "halted"
    assert (await b.run_row(database, other)).state == "open"
    (hold,) = await b.holds(database)
    assert (hold.scope, hold.value, hold.play, hold.until) == ("account", "acme", None, b.NOW + dt.timedelta(days=5))


async def test_a_reply_of_somebody_never_written_to_halts_every_run_at_the_account(database: Database) -> None:
    await b.publish(database, b.a_play("usage-drop"), b.a_play("executive"))
    runs = [await b.open_run(database, "usage-drop"), await b.open_run(database, "executive")]
    await take(database, "reply", {"email": "stranger@eu.acme.example", "kind": "positive"})
    assert [(await b.run_row(database, run)).state for run in runs] == ["halted", "halted"]


async def test_a_play_may_protect_only_the_person(database: Database) -> None:
    await b.publish(database, b.a_play(reply_holds="person"))
    run = await b.open_run(database)
    await take(database, "reply", {"contact": "ann", "kind": "question"})
    (hold,) = await b.holds(database)
    assert (hold.scope, hold.value) == ("contact", "ann")
    assert (await b.run_row(database, run)).halted_at is None


async def test_a_play_may_protect_everybody_in_itself_only(database: Database) -> None:
    await b.publish(database, b.a_play(reply_holds="play"))
    await b.open_run(database)
    await take(database, "reply", {"contact": "ann", "kind": "question"})
    (hold,) = await b.holds(database)
    assert (hold.scope, hold.value, hold.play) == ("account", "acme", "usage-drop")


async def test_a_run_that_goes_on_after_a_reply_is_held_but_not_halted(database: Database) -> None:
    goes_on = {"steps": [{"notify": "tell-owner", "to": "csm"}]}
    await b.publish(database, b.a_play(on={"reply": [goes_on, {"end": "replied"}]}))
    run = await b.open_run(database)
    await take(database, "reply", {"contact": "ann", "kind": "question"})
    assert (await b.run_row(database, run)).halted_at is None
    assert len(await b.holds(database)) == 1


@pytest.mark.parametrize("kind", [None, 5, True, "", " ", ["ooo"], {"a": 1}, "sales", "POSITIVE", "question"])
async def test_whatever_halts_a_run_is_taken_by_a_handler_that_ends_it(database: Database, kind: Any) -> None:
    play = with_base_contract(b.a_play(on={}))
    await b.publish(database, play)
    run = await b.open_run(database)
    await take(database, "reply", {"contact": "ann", "kind": kind})
    assert (await b.run_row(database, run)).state == "halted"
    event = event_facts("reply", (await b.event(database, "cli:e1")).data)
    facts = {"event": event, "contact": {"persona": "champion"}}
    handlers = [entry.handler for entry in lay_out(play).handlers["reply"]]
    taken = next((one for one in handlers if one.when is None or holds(one.when, facts)), None)
    assert taken is not None
    assert taken.end == "replied"


async def test_a_run_is_not_halted_by_a_reply_that_no_handler_may_take(database: Database) -> None:
    await b.publish(database, b.a_play(on={"reply": {"when": "event.kind == 'positive'", "end": "won"}}))
    run = await b.open_run(database)
    await take(database, "reply", {"contact": "ann", "kind": "question"})
    assert (await b.run_row(database, run)).halted_at is None
    assert len(await b.holds(database)) == 1


async def test_a_reply_nobody_classified_stops_like_a_question(database: Database) -> None:
    await b.publish(database, b.a_play())
    run = await b.open_run(database)
    await take(database, "reply", {"contact": "ann"})
    assert (await b.run_row(database, run)).state == "halted"


async def test_an_out_of_office_moves_the_person_to_a_business_day_after_the_return(database: Database) -> None:
    await b.publish(database, b.a_play())
    run = await b.open_run(database)
    await take(database, "reply", {"contact": "ann", "kind": "ooo", "until": "2026-11-27"})  # a Friday, in Berlin
    (hold,) = await b.holds(database)
    assert (hold.scope, hold.value) == ("contact", "ann")
    assert hold.until == dt.datetime(2026, 11, 29, 23, 0, tzinfo=dt.UTC)  # Monday 00:00 in Berlin
    assert (await b.run_row(database, run)).state == "open"


@pytest.mark.parametrize("until", [None, "soon", "0001-01-01", "9999-12-31T23:59:59+00:00", "2026-01-05"])
async def test_an_out_of_office_without_a_usable_date_is_fourteen_days(database: Database, until: str | None) -> None:
    await take(database, "reply", {"contact": "ann", "kind": "ooo", "until": until})
    held = await b.holds(database)
    past = until == "2026-01-05"
    assert [hold.until for hold in held] == ([] if past else [b.NOW + dt.timedelta(days=14)])


async def test_come_back_later_holds_the_person_and_the_run_that_asked_until_the_date(database: Database) -> None:
    await b.publish(database, b.a_play())
    await b.touch(database, await b.open_run(database))
    await take(database, "reply", {"contact": "ann", "kind": "defer", "until": "2027-02-01"})
    held = {(hold.scope, hold.value, hold.play) for hold in await b.holds(database)}
    assert held == {("contact", "ann", None), ("account", "acme", "usage-drop")}


@pytest.mark.parametrize(
    ("kind", "data"),
    [("unsubscribed", {}), ("reply", {"kind": "unsubscribe"}), ("reply", {"kind": "not_interested"})],
)
async def test_an_objection_suppresses_the_person_on_every_channel(
    database: Database, kind: str, data: dict[str, str]
) -> None:
    await take(database, kind, {"contact": "ann", **data})
    assert await b.suppressions(database) == {("address", "ann@acme.example", None), ("contact", "ann", None)}


async def test_an_objection_by_an_old_link_also_covers_the_address_the_mail_went_to(database: Database) -> None:
    await b.publish(database, b.a_play())
    mail = await b.touch(database, await b.open_run(database), address="old@acme.example")
    await take(database, "unsubscribed", {"message_id": mail})
    assert {value for scope, value, _ in await b.suppressions(database) if scope == "address"} == {
        "ann@acme.example",
        "old@acme.example",
    }


async def test_a_colleagues_objection_suppresses_the_colleague_alone(database: Database) -> None:
    await b.publish(database, b.a_play())
    mail = await b.touch(database, await b.open_run(database))
    await take(database, "reply", {"message_id": mail, "email": "b@acme.example", "kind": "not_interested"})
    assert {value for _, value, _ in await b.suppressions(database)} == {"b@acme.example", "bob"}


async def test_a_hard_bounce_ends_email_to_the_address_and_nothing_else(database: Database) -> None:
    await take(database, "bounce", {"contact": "ann", "kind": "hard"})
    assert await b.suppressions(database) == {("address", "ann@acme.example", "email")}


async def test_a_soft_bounce_and_a_meeting_stop_nothing(database: Database) -> None:
    await take(database, "bounce", {"contact": "ann", "kind": "soft"})
    await take(database, "meeting.booked", {"contact": "ann"}, "e2")
    assert await b.suppressions(database) == set()
    assert await b.holds(database) == []


async def test_a_second_objection_adds_no_second_suppression(database: Database) -> None:
    await take(database, "unsubscribed", {"contact": "ann"})
    await take(database, "reply", {"contact": "ann", "kind": "unsubscribe"}, "e2")
    assert len(await b.suppressions(database)) == 2


async def test_the_answered_touch_knows_that_it_was_answered(database: Database) -> None:
    await b.publish(database, b.a_play())
    run = await b.open_run(database)
    mail = await b.touch(database, run)
    await b.touch(database, run, step="second")
    await take(database, "reply", {"message_id": mail, "kind": "positive"})
    async with database.begin() as session:
        answered = await session.get(Touch, f"{run}/first/1/ann")
        other = await session.get(Touch, f"{run}/second/1/ann")
    assert answered is not None
    assert answered.replied_at == b.NOW
    assert other is not None
    assert other.replied_at is None


async def test_what_was_done_is_said_without_personal_data(database: Database) -> None:
    await take(database, "unsubscribed", {"email": "ann@acme.example"})
    reason = (await b.event(database, "cli:e1")).reason
    assert "suppressed" in reason
    assert "@" not in reason


async def test_an_event_finds_its_account_and_stops_once_the_account_is_imported(database: Database) -> None:
    await take(database, "reply", {"email": "eve@initech.example", "kind": "positive"})
    async with database.begin() as session:
        session.add(Account(id="initech", name="Initech", domains=["initech.example"]))
    async with database.begin() as session:
        assert await rematch(session) == 1
    found = await b.event(database, "cli:e1")
    assert (found.state, found.account) == ("received", "initech")
    assert [hold.value for hold in await b.holds(database)] == ["initech"]


async def test_the_message_says_the_conversation_and_the_address_says_who(database: Database) -> None:
    await b.publish(database, b.a_play())
    run = await b.open_run(database)
    mail = await b.touch(database, run)
    await take(database, "reply", {"message_id": mail.strip("<>"), "email": "g@globex.example"})
    found = await b.event(database, "cli:e1")
    assert (found.account, found.contact, found.touch) == ("acme", "gus", f"{run}/first/1/ann")


async def test_a_domain_that_two_accounts_claim_is_named_where_the_event_waits(database: Database) -> None:
    async with database.begin() as session:
        session.add(Account(id="initech", name="Initech", domains=["acme.example"]))
    await take(database, "reply", {"email": "somebody.new@acme.example", "kind": "positive"})
    found = await b.event(database, "cli:e1")
    assert found.state == "unmatched"
    assert "claimed by acme and initech" in found.reason
