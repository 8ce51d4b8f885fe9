"""What accepted events change at once: parcels, meetings, anchors, opens, referrals, soft bounces, answers."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select

from plays.base import with_base_contract
from plays.ids import touch_key
from plays.model import Play
from records.db import Database
from records.inbox import Accepted, accept
from records.stops import REFERRAL_HOLD, REPLY_HOLD
from records.tables import Account, Answers, Contact, Event, Player, Run, Task, Touch
from tests.webhooks import builders as b
from webhooks.forms import normalise


@pytest.fixture
async def run(database: Database) -> str:
    """Acme with an open run of a play that listens to dates."""
    await b.people(database)
    steps = [
        {"parcel": "box", "by": "csm", "to": "admin"},
        {"meeting": "review", "by": "csm", "to": "admin"},
        {"survey": "nps", "from": "csm", "to": "admin", "ask": {"score": "number", "why?": "text"}},
    ]
    dates = {"meeting": "meeting.booked", "arrival": "parcel.delivered", "renewal": "account"}
    play = b.a_play(steps=steps, anchors=dates, on={})
    await b.publish(database, with_base_contract(play))
    return await b.open_run(database)


async def come(
    database: Database, event: str, /, id: str = "", when: dt.datetime | None = None, **data: Any
) -> Accepted:
    """An event by the documented form, accepted."""
    when = when or b.NOW
    read = normalise({"type": event, "occurred_at": when.isoformat(), "data": data}, b.NOW + dt.timedelta(days=90))
    assert not read.parked, read.parked
    async with database.begin() as session:
        return await accept(session, "test", id or f"{event}-{when:%d%H%M}", event, read.data, read.occurred_at, b"{}")


async def row(database: Database, table: Any, key: Any) -> Any:
    """One row, which is there."""
    async with database.begin() as session:
        return await session.get_one(table, key)


async def made(database: Database, run: str, step: str, channel: str, hour: int = 0, contact: str = "ann") -> str:
    """A touch that was made; its key."""
    key = touch_key(run, step, hour + 1, contact)
    at = b.NOW + dt.timedelta(hours=hour)
    async with database.begin() as session:
        session.add(
            Touch(
                key=key, run=run, account="acme", contact=contact, step=step, occurrence=hour + 1, channel=channel,
                state="made", created_at=at, settled_at=at, outcome="sent" if channel == "parcel" else None,
            )
        )  # fmt: skip
    return key


@pytest.mark.parametrize(("kind", "outcome"), [("parcel.delivered", "delivered"), ("parcel.returned", "returned")])
async def test_what_became_of_a_parcel_is_the_outcome_of_the_newest_one_sent(
    database: Database, run: str, kind: str, outcome: str
) -> None:
    old, new = await made(database, run, "box", "parcel"), await made(database, run, "box", "parcel", hour=1)
    await come(database, kind, contact="ann")
    assert (await row(database, Touch, new)).outcome == outcome
    assert (await row(database, Touch, old)).outcome == "sent"
    await come(database, kind, id="named", account="acme", touch=old)
    assert (await row(database, Touch, old)).outcome == outcome


async def test_a_parcel_nobody_sent_changes_nothing(database: Database, run: str) -> None:
    bobs = await made(database, run, "box", "parcel", contact="bob")
    await come(database, "parcel.delivered", contact="ann")
    assert (await row(database, Touch, bobs)).outcome == "sent"


async def test_an_event_sets_the_anchor_that_the_play_takes_from_it(database: Database, run: str) -> None:
    await come(database, "meeting.booked", contact="ann", when=b.NOW)
    assert (await row(database, Run, run)).anchors == {"meeting": b.NOW.isoformat()}  # no date of its own: when it came
    data = {"type": "meeting.booked", "data": {"contact": "ann", "at": "2026-12-01T10:00:00+01:00"}}
    read = normalise(data, b.NOW)
    async with database.begin() as session:
        await accept(session, "test", "again", read.kind, read.data, b.NOW, b"{}")
    assert (await row(database, Run, run)).anchors == {"meeting": "2026-12-01T09:00:00+00:00"}
    await come(database, "parcel.delivered", contact="ann")
    assert set((await row(database, Run, run)).anchors) == {"meeting", "arrival"}
    await come(database, "usage.recovered", account="acme")
    assert set((await row(database, Run, run)).anchors) == {"meeting", "arrival"}


async def test_an_ended_run_takes_no_date_any_more(database: Database, run: str) -> None:
    async with database.begin() as session:
        (await session.get_one(Run, run)).ended_at = b.NOW
    await come(database, "meeting.booked", contact="ann")
    assert (await row(database, Run, run)).anchors == {}


async def test_a_moved_anchor_stands_in_the_account(database: Database, run: str) -> None:
    await come(database, "anchor.moved", account="acme", name="renewal", at="2027-03-31")
    assert (await row(database, Account, "acme")).anchors == {"renewal": "2027-03-31"}
    await come(database, "anchor.moved", id="later", account="acme", name="renewal", at="2027-04-30")
    assert (await row(database, Account, "acme")).anchors == {"renewal": "2027-04-30"}
    assert "2027-04-30" in (await b.event(database, "test:later")).reason


@pytest.mark.parametrize(
    "data", [{"name": "renewal", "at": "soon"}, {"at": "2027-01-01"}, {"name": "a b", "at": "2027-01-01"}]
)
async def test_an_anchor_without_a_name_or_date_is_parked(data: dict[str, Any]) -> None:
    assert normalise({"type": "anchor.moved", "data": {"account": "acme", **data}}, b.NOW).parked


async def meeting(database: Database, run: str, contact: str = "ann") -> int:
    """An open meeting task; its number."""
    key = await made(database, run, "review", "meeting", contact=contact)
    async with database.begin() as session:
        if await session.get(Player, "csm") is None:
            session.add(Player(id="csm", name="C", email="c@ours.example", mailbox="c@ours.example"))
            await session.flush()
        task = Task(
            touch=key, run=run, account="acme", contact=contact, step="review", kind="meeting", title="Review",
            guide="", outcomes=["held", "no_show", "declined", "not_reached"], player="csm", first_player="csm",
            state="open", handed_at=b.NOW,
        )  # fmt: skip
        session.add(task)
        await session.flush()
        return task.id


@pytest.mark.parametrize(("kind", "outcome"), [("meeting.held", "held"), ("meeting.no-show", "no_show")])
async def test_a_meeting_reported_closes_its_task_and_its_run_is_told(
    database: Database, run: str, kind: str, outcome: str
) -> None:
    task, other = await meeting(database, run), await meeting(database, run, contact="bob")
    later = b.NOW + dt.timedelta(days=3)
    accepted = await come(database, kind, contact="ann", when=later)
    closed = await row(database, Task, task)
    assert (closed.state, closed.outcome, closed.closed_by, closed.closed_at) == ("done", outcome, "setpiece", later)
    assert (await row(database, Task, other)).state == "open"
    assert accepted.raised == (f"task:{task}:{outcome}",)
    raised = await b.event(database, accepted.raised[0])
    assert (raised.kind, raised.data["task"], raised.occurred_at, raised.state) == (
        "task.done",
        task,
        later,
        "received",
    )
    assert (await come(database, kind, contact="ann", when=later)).raised == ()


async def test_a_task_somebody_has_closed_stays_as_it_is(database: Database, run: str) -> None:
    task = await meeting(database, run)
    await come(database, "meeting.held", contact="ann")
    assert (await come(database, "meeting.no-show", contact="ann")).raised == ()
    assert (await row(database, Task, task)).outcome == "held"


async def test_only_the_first_opening_and_click_count(database: Database, run: str) -> None:
    named = await b.touch(database, run, step="nps")
    key, day = touch_key(run, "nps", 1, "ann"), dt.timedelta(days=1)
    await come(database, "mail.opened", message_id=named, when=b.NOW)
    await come(database, "mail.clicked", message_id=named, when=b.NOW + day)
    await come(database, "mail.clicked", message_id=named, when=b.NOW + 2 * day)
    touch = await row(database, Touch, key)
    assert (touch.opened_at, touch.clicked_at) == (b.NOW, b.NOW + day)


async def test_a_click_says_that_the_mail_was_opened(database: Database, run: str) -> None:
    named = await b.touch(database, run, step="nps")
    await come(database, "mail.clicked", message_id=named)
    assert (await row(database, Touch, touch_key(run, "nps", 1, "ann"))).opened_at == b.NOW


async def test_a_complaint_is_an_opt_out(database: Database, run: str) -> None:
    await come(database, "complaint", message_id=await b.touch(database, run, step="nps"))
    assert await b.suppressions(database) == {("address", "ann@acme.example", None), ("contact", "ann", None)}


async def test_a_referral_makes_whom_it_names_a_contact_and_does_not_halt_the_run(database: Database, run: str) -> None:
    named = await b.touch(database, run, step="nps")
    await come(
        database, "reply", id="r1", message_id=named, email="ann@acme.example", kind="referral",
        referred_email="Zoe.New@acme.example", referred_name="Zoe New",
    )  # fmt: skip
    async with database.begin() as session:
        zoe = (await session.scalars(select(Contact).where(Contact.address == "zoe.new@acme.example"))).one()
        ann = await session.get_one(Contact, "ann")
    assert (zoe.first_name, zoe.last_name, zoe.account, zoe.persona) == ("Zoe", "New", "acme", "admin")
    assert (zoe.facts["referred_by"], ann.facts["referred_to"]) == ("ann", zoe.id)
    assert zoe.consent_basis == "legitimate-interest"
    assert "zoe" not in zoe.id
    event = await b.event(database, "test:r1")
    assert event.data["referred"] == zoe.id
    assert "Zoe" not in event.reason
    row_ = await b.run_row(database, run)
    assert (row_.state, row_.halted_at) == ("open", None)
    kept = {(one.scope, one.value, one.play, one.except_play): one.until - b.NOW for one in await b.holds(database)}
    assert kept == {
        ("contact", "ann", None, None): REPLY_HOLD,
        ("account", "acme", None, "usage-drop"): REPLY_HOLD,
        ("account", "acme", "usage-drop", None): REFERRAL_HOLD,
    }


@pytest.mark.parametrize("said", [{}, {"referred_email": "no address"}, {"referred_email": "g@globex.example"}])
async def test_a_referral_to_nobody_we_could_write_to_says_so(
    database: Database, run: str, said: dict[str, Any]
) -> None:
    await come(database, "reply", id="r1", email="ann@acme.example", kind="referral", **said)
    assert (await b.event(database, "test:r1")).data["referred"] == ""
    async with database.begin() as session:
        assert len((await session.scalars(select(Contact))).all()) == 3


async def test_a_play_that_ends_on_every_reply_is_halted_by_a_referral_too(database: Database) -> None:
    await b.people(database)
    await b.publish(database, b.a_play())  # its own handler without a condition ends it
    run = await b.open_run(database)
    await come(database, "reply", email="ann@acme.example", kind="referral")
    assert (await b.run_row(database, run)).state == "halted"


@pytest.mark.parametrize("off", ["referral", "defer"])
async def test_a_part_of_the_base_contract_that_is_off_is_not_there(off: str) -> None:
    play = with_base_contract(Play.model_validate(b.a_play(on={}).model_dump(by_alias=True) | {"base": {off: "off"}}))
    conditions = [str(one.when) for one in play.on["reply"]]
    assert not any(one == f"event.kind == '{off}'" for one in conditions)


async def test_soft_bounces_of_a_person_are_counted_to_three(database: Database, run: str) -> None:
    tries = []
    for number in range(4):
        await come(database, "bounce", id=f"b{number}", email="ann@acme.example", kind="soft")
        tries.append((await b.event(database, f"test:b{number}")).data["tries"])
    assert tries == [1, 2, 3, 1]
    assert await b.suppressions(database) == set()


async def test_answers_of_a_survey_are_kept_with_who_gave_them_and_the_newest_stand(
    database: Database, run: str
) -> None:
    named = await b.touch(database, run, step="nps")
    await come(database, "survey.answered", id="s1", message_id=named, score=9, why="it works", other="x")
    await come(database, "survey.answered", id="s2", contact="ann", score=6.5, when=b.NOW + dt.timedelta(hours=1))
    async with database.begin() as session:
        [answers] = (await session.scalars(select(Answers))).all()
    assert (answers.run, answers.step, answers.contact, answers.fields) == (run, "nps", "ann", {"score": 6.5})


async def test_an_event_matched_by_hand_has_its_effects_then(database: Database, run: str) -> None:
    from records import by_hand

    task = await meeting(database, run)
    await come(database, "meeting.held", id="m1", email="stranger@nowhere.example")
    assert (await b.event(database, "test:m1")).state == "unmatched"
    async with database.begin() as session:
        await by_hand.assign(session, "test:m1", "acme", "ann", "ops")
    assert (await row(database, Task, task)).outcome == "held"
    async with database.begin() as session:
        assert (await session.get_one(Event, f"task:{task}:held")).state == "received"
