"""Which runs hear of an event, and which plays it starts. Temporal is stood in for where only the decision counts."""

import asyncio
import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select

from records.db import Database
from records.inbox import accept
from records.tables import Event, Player, PlayVersion, Run, Task
from settings import Settings
from tests.webhooks import builders as b
from webhooks.router import Router

STARTS = {"on": "usage.dropped", "when": "event.drop_pct >= 30", "held_for": "7d"}


async def take(
    database: Database,
    kind: str,
    data: dict[str, Any],
    id: str = "e1",
    at: dt.datetime | None = None,
    source: str = "cli",
) -> str:
    async with database.begin() as session:
        accepted = await accept(session, source, id, kind, data, at or dt.datetime.now(dt.UTC), b"{}")
    return accepted.id


def ago(days: float) -> dt.datetime:
    return dt.datetime.now(dt.UTC) - dt.timedelta(days=days)


@pytest.fixture(autouse=True)
async def acme(database: Database) -> None:
    await b.people(database)


async def test_every_open_run_that_listens_hears_of_a_meeting(
    database: Database, router: Router, temporal: b.FakeTemporal
) -> None:
    await b.publish(database, b.a_play("usage-drop"), b.a_play("executive"), b.a_play("deaf", on={}))
    for play in ("usage-drop", "executive", "deaf"):
        await b.open_run(database, play)
    await b.open_run(database, "executive", "globex")
    routed = await router.route(await take(database, "meeting.booked", {"contact": "ann"}))
    assert routed.state == "routed"
    assert sorted(temporal.told()) == [("executive/acme", "meeting.booked"), ("usage-drop/acme", "meeting.booked")]


async def test_an_answer_is_told_to_the_run_that_was_answered(
    database: Database, router: Router, temporal: b.FakeTemporal
) -> None:
    await b.publish(database, b.a_play("usage-drop"), b.a_play("executive"))
    await b.open_run(database, "executive")
    mail = await b.touch(database, await b.open_run(database, "usage-drop"))
    await router.route(await take(database, "reply", {"message_id": mail, "kind": "question", "text": "who?"}))
    ((told, event),) = temporal.signals
    assert (told, event.contact, event.data) == ("usage-drop/acme", "ann", {"kind": "question"})


async def test_a_signal_carries_no_texts_and_no_addresses(
    database: Database, router: Router, temporal: b.FakeTemporal
) -> None:
    await b.publish(database, b.a_play(on={"trigger.funding": {"end": "funded"}}))
    await b.open_run(database)
    said = {"email": "ann@acme.example", "who": "Ann Example", "boss": "b@acme.example", "round": "series-b", "sum": 3}
    await router.route(await take(database, "trigger.funding", said))
    assert temporal.signals[0][1].data == {"round": "series-b", "sum": 3}


async def test_a_closed_task_is_told_to_its_own_run_alone(
    database: Database, router: Router, temporal: b.FakeTemporal
) -> None:
    await b.publish(database, b.a_play("usage-drop"), b.a_play("executive"))
    await b.open_run(database, "executive")
    run = await b.open_run(database, "usage-drop")
    async with database.begin() as session:
        session.add(Player(id="sam", name="Sam", email="sam@us.example", mailbox="sam@us.example"))
        await session.flush()
        task = Task(
            touch="t", run=run, account="acme", step="ring", kind="call", title="", guide="", outcomes=["connected"],
            player="sam", first_player="sam", state="done", handed_at=b.NOW,
        )  # fmt: skip
        session.add(task)
        await session.flush()
    await router.route(await take(database, "task.done", {"task": task.id, "outcome": "connected"}, source="task"))
    ((told, event),) = temporal.signals
    assert (told, event.data) == ("usage-drop/acme", {"task": task.id, "outcome": "connected"})


async def test_a_run_that_has_ended_is_a_normal_answer(
    database: Database, router: Router, temporal: b.FakeTemporal
) -> None:
    await b.publish(database, b.a_play())
    await b.open_run(database)
    temporal.closed.add("usage-drop/acme")
    routed = await router.route(await take(database, "meeting.booked", {"contact": "ann"}))
    assert routed.state == "ignored"
    assert "usage-drop/acme/1 had ended already" in routed.sentences


async def test_a_drop_that_has_stood_long_enough_starts_its_play_once(
    database: Database, router: Router, temporal: b.FakeTemporal
) -> None:
    await b.publish(database, b.a_play(start=STARTS))
    event = await take(database, "usage.dropped", {"account": "acme", "drop_pct": 40}, at=ago(8))
    assert (await router.route(event)).state == "routed"
    assert (await router.route(event)).state == "routed"
    assert temporal.starts == [("usage-drop/acme", "cli:e1")]


async def test_a_drop_is_held_until_it_has_stood_long_enough(
    database: Database, router: Router, temporal: b.FakeTemporal
) -> None:
    await b.publish(database, b.a_play(start=STARTS))
    at = ago(2)
    event = await take(database, "usage.dropped", {"account": "acme", "drop_pct": 40}, at=at)
    assert (await router.route(event)).state == "held"
    assert await router.route_due() == 0
    kept = await b.event(database, event)
    assert kept.held_until is not None
    assert abs(kept.held_until - at - dt.timedelta(days=7)) < dt.timedelta(hours=2)
    assert temporal.starts == []


async def test_a_held_drop_starts_its_play_when_its_time_has_come(
    database: Database, router: Router, temporal: b.FakeTemporal
) -> None:
    await b.publish(database, b.a_play(start=STARTS))
    event = await take(database, "usage.dropped", {"account": "acme", "drop_pct": 40}, at=ago(2))
    await router.route(event)
    async with database.begin() as session:
        kept = await session.get(Event, event)
        assert kept is not None
        kept.occurred_at = kept.next_try_at = kept.held_until = ago(8)
    assert await router.route_due() == 1
    assert temporal.starts == [("usage-drop/acme", event)]


async def test_a_drop_that_recovered_in_time_starts_nothing(
    database: Database, router: Router, temporal: b.FakeTemporal
) -> None:
    await b.publish(database, b.a_play(start=STARTS))
    event = await take(database, "usage.dropped", {"account": "acme", "drop_pct": 40}, at=ago(8))
    await take(database, "usage.recovered", {"account": "acme"}, "e2", at=ago(3))
    routed = await router.route(event)
    assert (routed.state, temporal.starts) == ("ignored", [])
    assert "usage.recovered came before it had stood 7d" in routed.sentences[0]


@pytest.mark.parametrize("data", [{"drop_pct": 10}, {"drop_pct": "much"}, {}])
async def test_a_condition_that_does_not_hold_or_cannot_be_weighed_starts_nothing(
    database: Database, router: Router, temporal: b.FakeTemporal, data: dict[str, Any]
) -> None:
    await b.publish(database, b.a_play(start=STARTS))
    routed = await router.route(await take(database, "usage.dropped", {"account": "acme", **data}, at=ago(8)))
    assert (routed.state, temporal.starts) == ("ignored", [])


async def test_only_the_newest_version_of_a_play_starts(
    database: Database, router: Router, temporal: b.FakeTemporal
) -> None:
    await b.publish(database, b.a_play(start={"on": "trigger.funding"}))
    newer = b.a_play().model_dump_json(by_alias=True)
    async with database.begin() as session:
        session.add(PlayVersion(play="usage-drop", version=2, hash="2", definition=newer, content={}, source=""))
    await router.route(await take(database, "trigger.funding", {"account": "acme"}))
    assert temporal.starts == []


async def test_an_event_that_finds_the_run_open_by_now_is_told_to_it(
    database: Database, router: Router, temporal: b.FakeTemporal
) -> None:
    await b.publish(database, b.a_play(start={"on": "trigger.funding"}))
    temporal.open.add("usage-drop/acme")
    await router.route(await take(database, "trigger.funding", {"account": "acme"}))
    assert (temporal.starts, temporal.told()) == ([], [("usage-drop/acme", "trigger.funding")])


async def test_a_closed_run_leaves_its_rule_free_to_start_the_play_again(
    database: Database, router: Router, temporal: b.FakeTemporal
) -> None:
    await b.publish(database, b.a_play(start={"on": "trigger.funding"}, on={"trigger.funding": {"end": "funded"}}))
    await b.open_run(database)
    temporal.closed.add("usage-drop/acme")
    await router.route(await take(database, "trigger.funding", {"account": "acme"}))
    assert temporal.starts == [("usage-drop/acme", "cli:e1")]


async def test_events_wait_for_temporal_and_are_told_in_their_order(
    database: Database, router: Router, temporal: b.FakeTemporal
) -> None:
    await b.publish(database, b.a_play(on={f"trigger.n{number}": {} for number in range(20)}))
    await b.open_run(database)
    temporal.away = True
    for number in range(20):
        event = await take(database, f"trigger.n{number}", {"account": "acme"}, f"e{number}")
        assert (await router.route(event)).state == "received"
    assert await router.route_due() == 0
    temporal.away = False
    async with database.begin() as session:
        for waiting in await session.scalars(select(Event)):
            waiting.next_try_at = waiting.received_at
    assert await router.route_due() == 20
    assert [kind for _, kind in temporal.told()] == [f"trigger.n{number}" for number in range(20)]


async def test_two_routers_side_by_side_tell_each_event_once(
    database: Database, router: Router, temporal: b.FakeTemporal, settings: Settings
) -> None:
    await b.publish(database, b.a_play())
    runs = [await b.open_run(database, account=account) for account in ("acme", "globex")]
    for number in range(20):
        await take(database, "meeting.booked", {"account": ("acme", "globex")[number % 2]}, f"e{number}")
    second = Router(database, temporal.client, settings, start=temporal.start)
    await asyncio.gather(router.route_due(), second.route_due())
    await router.route_due()
    assert len(temporal.signals) == 20
    assert len({event.id for _, event in temporal.signals}) == 20
    assert len(runs) == 2


async def test_an_event_that_cannot_be_routed_is_parked_at_last_and_blocks_nobody(
    database: Database, router: Router, temporal: b.FakeTemporal
) -> None:
    await b.publish(database, b.a_play())
    await b.open_run(database)
    poisoned = await take(database, "meeting.booked", {"account": "acme"})
    temporal.broken = True
    async with database.begin() as session:
        row = await session.get(Event, poisoned)
        assert row is not None
        row.attempts = 11
    assert (await router.route(poisoned)).state == "parked"
    temporal.broken = False
    assert (await router.route(await take(database, "meeting.booked", {"account": "acme"}, "e2"))).state == "routed"


async def test_an_ended_run_hears_nothing(database: Database, router: Router, temporal: b.FakeTemporal) -> None:
    await b.publish(database, b.a_play())
    run = await b.open_run(database)
    async with database.begin() as session:
        row = await session.get(Run, run)
        assert row is not None
        row.state, row.ended_at = "ended", b.NOW
    routed = await router.route(await take(database, "meeting.booked", {"account": "acme"}))
    assert (routed.state, temporal.signals) == ("ignored", [])
