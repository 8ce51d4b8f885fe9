"""What the web surface takes: signed events, each once, stored with its stops before it is answered."""

import asyncio
import datetime as dt

import httpx
from fastapi import FastAPI
from sqlalchemy import text

from records.db import Database
from settings import Settings
from tests.webhooks import builders as b
from tests.webhooks.conftest import SECRET, Sender, served
from webhooks.app import create_app
from webhooks.router import Router
from webhooks.secrets import new_secret
from webhooks.sending import body_of, sign_and_post, signed_headers


async def test_a_reply_is_answered_202_and_has_halted_the_run_by_then(sender: Sender, database: Database) -> None:
    await b.publish(database, b.a_play())
    await b.people(database)
    run = await b.open_run(database)
    answer = await sender.event("reply", {"email": "Ann@ACME.example", "kind": "positive", "text": "call me"})
    assert (answer.status_code, answer.json()) == (202, {"id": "demo:e1", "new": True})
    assert (await b.run_row(database, run)).state == "halted"


async def test_the_same_event_again_is_202_and_changes_nothing(sender: Sender, database: Database) -> None:
    await b.people(database)
    await sender.event("reply", {"contact": "ann", "kind": "ooo"})
    before = len(await b.holds(database))
    again = await sender.event("reply", {"contact": "ann", "kind": "ooo"})
    assert (again.status_code, again.json()["new"]) == (202, False)
    assert len(await b.holds(database)) == before == 1


async def test_fifty_copies_at_once_are_one_row_and_one_effect(sender: Sender, database: Database) -> None:
    await b.people(database)
    answers = await asyncio.gather(
        *(sender.event("unsubscribed", {"email": "ann@acme.example"}, id="same") for _ in range(50))
    )
    assert {answer.status_code for answer in answers} == {202}
    assert sum(answer.json()["new"] for answer in answers) == 1
    assert len(await b.events(database)) == 1
    assert len(await b.suppressions(database)) == 2  # the address and the person


async def test_an_event_about_nobody_known_is_kept_and_listed(sender: Sender, database: Database) -> None:
    answer = await sender.event("reply", {"email": "x@nowhere.example", "kind": "positive"})
    assert answer.status_code == 202
    assert (await b.event(database, "demo:e1")).state == "unmatched"


async def test_an_opt_out_of_an_unknown_address_is_obeyed_all_the_same(sender: Sender, database: Database) -> None:
    await sender.event("unsubscribed", {"email": "X@Nowhere.example"})
    assert await b.suppressions(database) == {("address", "x@nowhere.example", None)}


async def test_a_kind_nobody_knows_is_taken_and_parked(sender: Sender, database: Database) -> None:
    answer = await sender.event("mail.read", {"contact": "ann"})
    assert answer.status_code == 202
    kept = await b.event(database, "demo:e1")
    assert (kept.state, kept.kind) == ("parked", "mail.read")


async def test_a_known_kind_in_an_unknown_form_is_taken_and_parked(sender: Sender, database: Database) -> None:
    answer = await sender.event("usage.dropped", {"account": "acme", "drop_pct": "a lot"})
    assert answer.status_code == 202
    kept = await b.event(database, "demo:e1")
    assert kept.state == "parked"
    assert "drop_pct" in kept.reason


async def test_what_setpiece_raises_itself_is_not_taken_from_outside(sender: Sender, database: Database) -> None:
    await sender.event("task.done", {"account": "acme", "task": 1, "outcome": "done"})
    assert (await b.event(database, "demo:e1")).state == "parked"


async def test_a_slip_in_another_field_does_not_lose_a_stop(sender: Sender, database: Database) -> None:
    await b.people(database)
    await sender.event("reply", {"contact": "ann", "kind": "furious", "until": "one day"})
    (hold,) = await b.holds(database)
    assert (hold.scope, hold.value, hold.cause) == ("account", "acme", "a reply is being answered")


async def test_fields_of_the_senders_own_are_kept_for_conditions(sender: Sender, database: Database) -> None:
    await b.people(database)
    await sender.event("trigger.new-leader", {"account": "acme", "role": "vp-sales", "since": {"year": 2026}})
    kept = await b.event(database, "demo:e1")
    assert kept.data == {"account": "acme", "role": "vp-sales", "since": {"year": 2026}}


async def test_a_time_in_the_future_counts_as_now(sender: Sender, database: Database) -> None:
    body = body_of("meeting.booked", {"account": "acme"}, dt.datetime(2999, 1, 1, tzinfo=dt.UTC))
    assert (await sender.raw(body)).status_code == 202
    kept = await b.event(database, "demo:e1")
    assert abs(kept.occurred_at - kept.received_at) < dt.timedelta(minutes=1)


async def test_both_secrets_are_good_while_one_is_being_rotated_and_then_the_old_is_refused(
    settings: Settings, database: Database, temporal: b.FakeTemporal, router: Router
) -> None:
    new = new_secret()

    def app(*secrets: str) -> FastAPI:
        rotated = settings.model_copy(update={"webhook_secrets": {"demo": Settings(
            webhook_secrets={"demo": list(secrets)}).webhook_secrets["demo"]}})  # fmt: skip
        return create_app(rotated, database, temporal.client, router=router)

    async with served(app(new, SECRET)) as url:
        answers = [await sign_and_post(url, secret, "demo", "reply", {}) for secret in (SECRET, new)]
        assert [answer.status for answer in answers] == [202, 202]
    async with served(app(new)) as url:
        answers = [await sign_and_post(url, secret, "demo", "reply", {}) for secret in (SECRET, new)]
        assert [answer.status for answer in answers] == [401, 202]


async def test_without_postgres_the_sender_hears_503_within_seconds_and_health_says_so(
    settings: Settings, temporal: b.FakeTemporal
) -> None:
    """B2."""
    nobody = Database("postgresql+asyncpg://setpiece@127.0.0.1:1/none")
    try:
        async with (
            served(create_app(settings, nobody, temporal.client)) as url,
            httpx.AsyncClient(base_url=url) as http,
        ):
            body = body_of("reply", {"contact": "ann"})
            async with asyncio.timeout(30):
                answer = await http.post("/events/demo", content=body, headers=signed_headers(SECRET, "e1", body))
                health = await http.get("/healthz")
    finally:
        await nobody.close()
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert (health.status_code, health.json()["postgres"], health.json()["temporal"]) == (503, "unreachable", "ok")


async def test_a_hanging_postgres_is_answered_503_within_seconds_and_the_retry_is_taken(
    sender: Sender, database: Database
) -> None:
    """B2."""
    await b.people(database)
    async with database.begin() as session:
        await session.execute(text("lock table inbox in access exclusive mode"))
        async with asyncio.timeout(30):
            answer = await sender.event("unsubscribed", {"contact": "ann"})
        assert answer.status_code == 503
    assert (await sender.event("unsubscribed", {"contact": "ann"})).json() == {"id": "demo:e1", "new": True}


async def test_health_tells_of_each_part(sender: Sender, temporal: b.FakeTemporal) -> None:
    good = await sender.http.get("/healthz")
    temporal.away = True
    worse = await sender.http.get("/healthz")
    assert (good.status_code, good.json()["state"]) == (200, "ok")
    assert (worse.status_code, worse.json()["temporal"]) == (200, "unreachable")


async def test_answers_are_dressed_and_say_nothing_of_what_serves_them(sender: Sender) -> None:
    for path in ("/healthz", "/nothing", "/u/forged"):
        headers = (await sender.http.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "server" not in headers
    assert {(await sender.http.get(path)).status_code for path in ("/docs", "/openapi.json", "/redoc")} == {404}
