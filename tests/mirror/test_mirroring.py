"""The providers' lists become suppressions of ours: each cause, every page, limits and faults, again without harm."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.mirror.lists import SOURCES, _moment
from activities.mirror.mirroring import Mirrored, Mirroring, mirror
from records import suppressions
from records.db import Database
from records.suppressions import Placed
from settings import Provider, Settings
from tests.mirror.stand_ins import KEY, StandIn
from tests.webhooks.conftest import served

SENDGRID: dict[str, list[dict[str, Any]]] = {
    "bounces": [{"created": 1443651125, "email": "Gone@Firm.example", "reason": "550 5.1.1", "status": "5.1.1"}],
    "invalid_emails": [{"created": 1449953655, "email": "user1@firm.example", "reason": "known bad domain"}],
    "spam_reports": [{"created": 1443651141, "email": "angry@firm.example", "ip": "10.63.202.100"}],
    "unsubscribes": [{"created": 1443651154, "email": "enough@firm.example"}],
}
MAILGUN: dict[str, list[dict[str, Any]]] = {
    "bounces": [
        {"address": f"p{n}@firm.example", "code": "550", "error": "", "created_at": "Fri, 21 Oct 2011 11:02:55 GMT"}
        for n in range(5)
    ],
    "complaints": [{"address": "angry@firm.example", "created_at": "Thu, 11 Dec 2025 01:49:40 UTC"}],
    "unsubscribes": [{"address": "enough@firm.example", "tags": ["*"], "created_at": "odd", "id": "1"}],
}
POSTMARK: dict[str, list[dict[str, Any]]] = {
    "outbound": [
        {"EmailAddress": "gone@firm.example", "SuppressionReason": "HardBounce", "Origin": "Recipient"}
        | {"CreatedAt": "2019-12-10T08:58:33-05:00"},
        {"EmailAddress": "angry@firm.example", "SuppressionReason": "SpamComplaint", "Origin": "Recipient"},
        {"EmailAddress": "us@firm.example", "SuppressionReason": "ManualSuppression", "Origin": "Customer"},
    ],
    "broad cast": [
        {"EmailAddress": "enough@firm.example", "SuppressionReason": "ManualSuppression", "Origin": "Recipient"}
    ],
}
SES: dict[str, list[dict[str, Any]]] = {
    "ses": [
        {"EmailAddress": f"p{n}@firm.example", "Reason": "BOUNCE", "LastUpdateTime": 1586550585.077} for n in range(4)
    ]
    + [{"EmailAddress": "angry@firm.example", "Reason": "COMPLAINT", "LastUpdateTime": 1586550585}]
}
BREVO: dict[str, list[dict[str, Any]]] = {
    "blocked": [
        {"email": f"p{n}@firm.example", "reason": {"code": code}, "blockedAt": "2020-01-01T00:00:00.000+02:00"}
        for n, code in enumerate(
            ["hardBounce", "contactFlaggedAsSpam", "unsubscribedViaEmail", "adminBlocked", "somethingNew"] * 50
        )
    ]
}
EXPECTED: dict[str, set[tuple[str, str | None, str]]] = {
    "sendgrid": {
        ("gone@firm.example", "email", "bounced, on the list of esp since 2015-09-30"),
        ("user1@firm.example", "email", "bounced, on the list of esp since 2015-12-12"),
        ("angry@firm.example", None, "complained of our mail, on the list of esp since 2015-09-30"),
        ("enough@firm.example", None, "unsubscribed, on the list of esp since 2015-09-30"),
    },
    "mailgun": {(f"p{n}@firm.example", "email", "bounced, on the list of esp since 2011-10-21") for n in range(5)}
    | {
        ("angry@firm.example", None, "complained of our mail, on the list of esp since 2025-12-11"),
        ("enough@firm.example", None, "unsubscribed, on the list of esp"),
    },
    "postmark": {
        ("gone@firm.example", "email", "bounced, on the list of esp since 2019-12-10"),
        ("angry@firm.example", None, "complained of our mail, on the list of esp"),
        ("us@firm.example", "email", "blocked by hand, on the list of esp"),
        ("enough@firm.example", None, "unsubscribed, on the list of esp"),
    },
    "ses": {(f"p{n}@firm.example", "email", "bounced, on the list of esp since 2020-04-10") for n in range(4)}
    | {("angry@firm.example", None, "complained of our mail, on the list of esp since 2020-04-10")},
}
LISTS: dict[str, dict[str, list[dict[str, Any]]]] = {
    "sendgrid": SENDGRID, "mailgun": MAILGUN, "postmark": POSTMARK, "ses": SES, "brevo": BREVO
}  # fmt: skip


@pytest.fixture
def stand_in() -> StandIn:
    """A provider with empty lists."""
    return StandIn()


@pytest.fixture
async def url(stand_in: StandIn) -> AsyncIterator[str]:
    """Where it listens."""
    async with served(stand_in.app()) as url:
        yield url


def provider(kind: str, url: str, key: str = KEY) -> Provider:
    """As the settings would have it."""
    given = {"kind": kind, "url": url, "domain": "mg.us.example", "region": "eu-west-1"}
    return Provider.model_validate(given | {"key": f"AKID:{key}" if kind == "ses" else key})


async def copied(database: Database, kind: str, url: str, **more: Any) -> Mirrored:
    return await mirror(database, "esp", provider(kind, url), pause=0.01, **more)


async def live(database: Database) -> set[tuple[str, str | None, str]]:
    async with database.begin() as session:
        return {(one.value, one.channel, one.reason) for one in await suppressions.listing(session)}


@pytest.mark.parametrize("kind", sorted(EXPECTED))
async def test_every_entry_of_every_list_is_taken_once_with_its_cause(
    database: Database, stand_in: StandIn, url: str, kind: str
) -> None:
    stand_in.lists = LISTS[kind]
    first = await copied(database, kind, url)
    assert (first.error, first.placed.new) == ("", len(EXPECTED[kind]))
    assert await live(database) == EXPECTED[kind]
    again = await copied(database, kind, url)
    assert again.placed == Placed(known=len(EXPECTED[kind]))


async def test_a_long_list_is_read_page_by_page_and_an_unknown_cause_blocks_mail(
    database: Database, stand_in: StandIn, url: str
) -> None:
    stand_in.lists = BREVO
    done = await copied(database, "brevo", url)
    assert (done.listed, done.placed.new, stand_in.asked["/v3/smtp/blockedContacts"]) == (250, 250, 3)
    channels = {value: channel for value, channel, _ in await live(database)}
    assert [channels[f"p{n}@firm.example"] for n in range(5)] == ["email", None, None, "email", "email"]


async def test_thousands_are_read_in_their_pages(database: Database, stand_in: StandIn, url: str) -> None:
    stand_in.lists = {"bounces": [{"created": 1, "email": f"p{n}@firm.example"} for n in range(2_500)]}
    done = await copied(database, "sendgrid", url)
    assert done.placed == Placed(new=2_500)
    assert stand_in.asked["/v3/suppression/bounces"] == 6


async def test_a_dry_run_reads_and_writes_nothing(database: Database, stand_in: StandIn, url: str) -> None:
    stand_in.lists = SENDGRID
    done = await copied(database, "sendgrid", url, dry_run=True)
    assert done.placed.new == 4
    assert await live(database) == set()


async def test_limits_and_outages_are_waited_for(database: Database, stand_in: StandIn, url: str) -> None:
    stand_in.lists, stand_in.busy, stand_in.broken = SENDGRID, 2, 2
    done = await copied(database, "sendgrid", url)
    assert (done.error, done.placed.new) == ("", 4)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"broken": 99}, "it answers 503"),
        ({"wrong": {"error": "moved"}}, "not of the form"),
        ({"wrong": []}, ""),
        ({"wrong": [None, 7, "x", {"email": 5}, {"email": "no address"}, {"created": True, "email": "a@b@c"}]}, ""),
    ],
)
async def test_what_cannot_be_read_says_so_and_harms_nothing(
    database: Database, stand_in: StandIn, url: str, more: dict[str, Any], why: str
) -> None:
    stand_in.lists = SENDGRID
    for name, value in more.items():
        setattr(stand_in, name, value)
    done = await copied(database, "sendgrid", url)
    assert why in done.error
    assert bool(why) == bool(done.error)
    assert await live(database) == set()


@pytest.mark.parametrize("kind", sorted(SOURCES))
async def test_a_wrong_or_absent_key_is_named_without_it(
    database: Database, stand_in: StandIn, url: str, kind: str
) -> None:
    done = await mirror(database, "esp", provider(kind, url, "another-key"), pause=0.01)
    assert "refuses the key (401)" in done.error or kind == "ses"
    assert "another-key" not in done.error
    bare = provider(kind, url).model_copy(update={"key": None})
    assert "`key`" in (await mirror(database, "esp", bare)).error


async def test_the_key_is_not_sent_to_another_host(database: Database, stand_in: StandIn, url: str) -> None:
    other = StandIn(lists=MAILGUN)
    async with served(other.app()) as elsewhere:
        stand_in.lists, stand_in.elsewhere = MAILGUN, f"{elsewhere}/"
        done = await copied(database, "mailgun", url)
    assert "another host" in done.error
    assert other.asked.total() == 0


async def test_nobody_who_does_not_answer_is_waited_for_for_ever(database: Database) -> None:
    async with asyncio.timeout(20):
        done = await copied(database, "brevo", "http://127.0.0.1:9")
    assert done.error.startswith("it does not answer")


async def test_resend_and_those_we_only_hear_from_have_no_list(database: Database, url: str) -> None:
    for kind in ("resend", "mailjet"):
        assert "no lists that can be read" in (await copied(database, kind, url)).error


async def test_what_we_lifted_after_it_was_listed_stays_lifted(database: Database, stand_in: StandIn, url: str) -> None:
    stand_in.lists = SENDGRID
    await copied(database, "sendgrid", url)
    async with database.begin() as session:
        for one in await suppressions.listing(session):
            await suppressions.lift(session, one.id, "ops", datetime.now(UTC))
    assert (await copied(database, "sendgrid", url)).placed == Placed(lifted=4)
    assert await live(database) == set()


async def test_the_worker_mirrors_now_and_then_and_one_at_a_time(
    database: Database, stand_in: StandIn, url: str
) -> None:
    stand_in.lists = SENDGRID
    one = provider("sendgrid", url)
    settings = Settings(environment="test", providers={"esp": one, "quiet": provider("resend", url)})
    stop, every = asyncio.Event(), timedelta(seconds=0.05)
    running = [asyncio.create_task(Mirroring(database, settings).run(stop, every, every)) for _ in range(3)]
    async with asyncio.timeout(20):
        while len(await live(database)) < 4:  # noqa: ASYNC110 - the database is asked
            await asyncio.sleep(0.05)
    stop.set()
    await asyncio.gather(*running)
    assert len(await live(database)) == 4


async def test_without_a_provider_the_worker_has_nothing_to_do(database: Database) -> None:
    nothing = Mirroring(database, Settings(environment="test"))
    async with asyncio.timeout(5):
        await nothing.run(asyncio.Event())
    assert await nothing.once() == []


@given(st.none() | st.booleans() | st.floats() | st.integers() | st.text() | st.lists(st.integers()))
def test_any_moment_is_an_instant_with_a_zone_or_none(value: Any) -> None:
    at = _moment(value)
    assert at is None or at.tzinfo is not None
