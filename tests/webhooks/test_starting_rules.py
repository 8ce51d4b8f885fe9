"""Which plays an event starts: several kinds of events, and plays that leave it to an open run of another."""

from typing import Any

import pytest

from records.db import Database
from tests.webhooks import builders as b
from tests.webhooks.test_router import take
from webhooks.router import Router


@pytest.fixture(autouse=True)
async def acme(database: Database) -> None:
    await b.people(database)


@pytest.mark.parametrize("kind", ["usage.dropped", "deal.stalled"])
async def test_a_play_may_start_on_one_of_several_kinds_of_events(
    database: Database, router: Router, temporal: b.FakeTemporal, kind: str
) -> None:
    await b.publish(database, b.a_play("rescue", start={"on": ["usage.dropped", "deal.stalled"]}, on={}))
    routed = await router.route(await take(database, kind, {"account": "acme"}))
    assert routed.sentences == ("started rescue/acme",)


async def test_what_comes_back_from_a_call_of_ours_starts_no_play_but_is_heard(
    database: Database, router: Router
) -> None:
    """B19: a CRM that answers our call with an event, and we its event with a call, would never end."""
    heard = b.a_play("renewal", start={}, on={"usage.dropped": {"steps": [{"task": "look", "by": "csm"}]}})
    await b.publish(database, b.a_play("rescue", start={"on": "usage.dropped"}, on={}), heard)
    run = await b.open_run(database, "renewal")
    data = {"account": "acme", "origin": "setpiece"}
    routed = await router.route(await take(database, "usage.dropped", data))
    assert routed.state == "routed"
    assert routed.sentences == (f"told {run}", "it comes of a call of ours: no play starts on it")


@pytest.mark.parametrize(("open_play", "started"), [("renewal", False), ("onboarding", True), (None, True)])
async def test_a_play_leaves_the_event_to_an_open_run_that_hears_it(
    database: Database, router: Router, open_play: str | None, started: bool
) -> None:
    start: dict[str, Any] = {"on": "usage.dropped", "unless_open": ["renewal", "expansion"]}
    others = [b.a_play(name, start={}, on={}) for name in ("renewal", "onboarding")]
    await b.publish(database, b.a_play("rescue", start=start, on={}), *others)
    if open_play:
        await b.open_run(database, open_play)
    routed = await router.route(await take(database, "usage.dropped", {"account": "acme"}))
    said = "started rescue/acme" if started else "rescue does not start: renewal/acme is open and hears it"
    assert said in routed.sentences


async def test_a_start_condition_may_ask_how_many_people_are_known(database: Database, router: Router) -> None:
    start = {"on": "usage.dropped", "when": "account.contacts > 100"}
    await b.publish(database, b.a_play("rescue", start=start, on={}))
    routed = await router.route(await take(database, "usage.dropped", {"account": "acme"}))
    assert routed.sentences == ("rescue does not start: not account.contacts > 100",)


@pytest.mark.parametrize(
    ("steps", "kind", "heard"),
    [
        ([{"gather": "both", "for": ["meeting.held", "deal.won"]}], "deal.won", True),
        ([{"at": "renewal - 30d", "name": "until"}], "anchor.moved", True),
        ([{"at": "meeting - 1d", "name": "until"}], "meeting.booked", True),
        ([{"wait": "3d"}], "anchor.moved", False),
        ([{"wait": "3d"}], "meeting.booked", False),
    ],
)
async def test_a_run_hears_what_it_gathers_and_what_may_move_a_date_it_hangs_on(
    database: Database, router: Router, temporal: b.FakeTemporal, steps: list[Any], kind: str, heard: bool
) -> None:
    anchors = {"renewal": "account", "meeting": "meeting.booked"}
    await b.publish(database, b.a_play("plan", steps=steps, anchors=anchors, on={}))
    await b.open_run(database, "plan")
    data = {"account": "acme", "name": "renewal", "at": "2027-04-01"}
    await router.route(await take(database, kind, data))
    assert temporal.told() == ([("plan/acme", kind)] if heard else [])
