"""Bounces by points, as GNU Mailman counts them; what says that nobody is there ends the mail at once."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from records import suppressions
from records.bounce_scores import HARD, MOST, SOFT, latest
from records.db import Database
from records.inbox import accept
from records.tables import Suppression
from tests.webhooks import builders as b

ANN = ("address", "ann@acme.example", "email")
DAY = date(2026, 11, 1)


@pytest.fixture(autouse=True)
async def acme(database: Database) -> None:
    await b.people(database)


async def bounce(database: Database, day: int, **data: Any) -> None:
    """A bounce of Ann's address on this day, the hour told apart by the data."""
    at = b.NOW + timedelta(days=day)
    async with database.begin() as session:
        said = {"email": "Ann@acme.example"} | data
        await accept(session, "esp", f"{day}-{sorted(said.items())}", "bounce", said, at, b"")


@pytest.mark.parametrize(
    "data",
    [
        {"kind": "hard", "status": "5.1.1"},
        {"kind": "hard", "status": "5.1.10"},
        {"kind": "hard", "status": "5.0.0", "reason": "userunknown"},
        {"kind": "hard", "reason": "550 The email account that you tried to reach does not exist"},
        {"kind": "hard"},
    ],
)
async def test_an_address_that_does_not_exist_gets_no_more_mail_at_once(
    database: Database, data: dict[str, Any]
) -> None:
    """A6, C7, B6: only 5.1.x and what is named "no such user"; the person may still be called."""
    await bounce(database, 0, **data)
    assert await b.suppressions(database) == {ANN}


@pytest.mark.parametrize(
    "data",
    [
        {"kind": "soft", "status": "5.7.1", "blames_sender": True},
        {"kind": "hard", "status": "5.7.26", "blames_sender": True},
        {"kind": "hard", "status": "5.1.1", "blames_sender": True},
    ],
)
async def test_what_blames_the_sender_never_counts_against_the_person(database: Database, data: dict[str, Any]) -> None:
    """A6: 5.7.x must not suppress the contact, however often it comes (mailman #624)."""
    for day in range(12):
        await bounce(database, day, **data)
    assert await b.suppressions(database) == set()


@pytest.mark.parametrize("status", ["5.1.7", "5.1.8", "5.2.1", "5.0.0"])
async def test_a_hard_bounce_for_another_reason_counts_a_point_a_day(database: Database, status: str) -> None:
    """A6: hard, but not "no such user"."""
    for day in range(2):
        await bounce(database, day, kind="hard", status=status, reason="mailererror")
    assert await b.suppressions(database) == set()
    await bounce(database, 2, kind="hard", status=status, reason="mailererror")
    assert await b.suppressions(database) == {ANN}


async def test_soft_bounces_end_the_mail_on_the_sixth_day(database: Database) -> None:
    for day in range(5):
        await bounce(database, day, kind="soft", status="4.2.2")
        await bounce(database, day, kind="soft", status="4.4.1")
    assert await b.suppressions(database) == set()
    await bounce(database, 5, kind="soft", status="4.2.2")
    async with database.begin() as session:
        (made,) = await session.scalars(select(Suppression))
    assert (made.channel, made.reason) == ("email", "it bounced on too many days (3 points, at 3 mail ends)")


async def test_two_months_without_a_bounce_wipe_the_slate(database: Database) -> None:
    for day in [*range(5), 66, 67]:
        await bounce(database, day, kind="soft")
    assert await b.suppressions(database) == set()


async def test_a_mailbox_that_fills_up_now_and_then_for_a_year_is_noticed(database: Database) -> None:
    for week in range(0, 48, 8):
        await bounce(database, week * 7, kind="soft")
    assert await b.suppressions(database) == {ANN}


async def test_points_begin_anew_once_mail_was_allowed_again(database: Database) -> None:
    for day in range(6):
        await bounce(database, day, kind="soft")
    async with database.begin() as session:
        (made,) = await suppressions.listing(session)
        await suppressions.lift(session, made.id, "ops", b.NOW + timedelta(days=6))
    await bounce(database, 7, kind="soft")
    async with database.begin() as session:
        assert await suppressions.listing(session) == []


async def test_bounces_of_a_colleague_do_not_count(database: Database) -> None:
    for day in range(6):
        await bounce(database, day, kind="soft", email="b@acme.example" if day % 2 else "ann@acme.example")
    assert await b.suppressions(database) == set()


async def test_a_bounce_that_names_only_our_mail_counts_for_whom_it_went_to(database: Database) -> None:
    """C7: provider reports often carry nothing but the Message-ID."""
    await b.publish(database, b.a_play())
    mail = await b.touch(database, await b.open_run(database))
    for day in range(6):
        await bounce(database, day, kind="soft", email="", message_id=mail)
    assert await b.suppressions(database) == {ANN}


@given(st.dictionaries(st.integers(0, 800), st.sampled_from([SOFT, HARD]), max_size=40))
def test_points_are_those_of_the_last_row_of_days(days: dict[int, float]) -> None:
    dated = {DAY + timedelta(days=day): points for day, points in days.items()}
    assert 0 <= latest(dated) <= sum(dated.values())
    if dated:
        assert latest(dated) >= dated[max(dated)]
        longer = dated | {max(dated) + timedelta(days=61): SOFT}
        assert latest(longer) == SOFT
    assert MOST / SOFT == 6
