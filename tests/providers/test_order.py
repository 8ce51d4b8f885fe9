"""Reports come in any order and any number of times; what stands in the ledger afterwards is the same (B4, B5)."""

import asyncio
import itertools
import random
from collections import Counter

import pytest
from sqlalchemy import select, text

from records.db import Database
from records.tables import Touch
from tests.providers.conftest import House
from tests.providers.payloads import CASES, EMAIL, WORDS, payload
from tests.providers.senders import NAMES
from tests.webhooks.builders import a_play, events, open_run, people, publish, suppressions, touch

SEQUENCES = {
    "gone": ("sent", "deferred", "delivered", "hard"),
    "read": ("sent", "delivered", "opened", "clicked"),
    "hated": ("sent", "delivered", "opened", "complaint"),
}


async def ledger(database: Database) -> tuple[object, ...]:
    """Everything that decides whether and what is sent next, and what a report would show."""
    async with database.begin() as session:
        rows = await session.scalars(select(Touch).order_by(Touch.key))
        touches = [
            (one.state, one.opened_at, one.clicked_at, one.delivered_at, one.bounced_at, one.complained_at)
            for one in rows
        ]
    kinds = Counter(event.kind for event in await events(database))
    return touches, sorted(await suppressions(database), key=str), sorted(kinds.items())


async def reset(database: Database) -> None:
    """The account as it was before the first report."""
    async with database.begin() as session:
        for table in ("inbox", "suppressions", "holds", "activity_log", "seen_tokens", "touches", "runs"):
            await session.execute(text(f"delete from {table}"))  # noqa: S608  # names of ours
    run = await open_run(database)
    await touch(database, run)


def orders(name: str, words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """As it happened, backwards, and two orders drawn with a seed."""
    told = tuple(word for word in words if (name, word) in CASES)
    every = list(itertools.permutations(told))
    return [told, told[::-1], *random.Random(name).sample(every, 2)]


@pytest.mark.parametrize("sequence", SEQUENCES)
@pytest.mark.parametrize("name", NAMES)
async def test_every_order_ends_in_the_same_ledger(house: House, database: Database, name: str, sequence: str) -> None:
    """B5: delivered after bounced, click before delivered, complaint before sent."""
    await publish(database, a_play())
    await people(database)
    ends = set()
    for order in orders(name, SEQUENCES[sequence]):
        await reset(database)
        for word in order:
            record = payload(name, word, house.clock.at, WORDS.index(word) + 1)
            assert (await house.post(name, house.senders[name].events(record))).status_code == 200
        ends.add(repr(await ledger(database)))
    assert len(ends) == 1, ends


@pytest.mark.parametrize("name", NAMES)
async def test_fifty_copies_at_once_have_one_effect(house: House, database: Database, name: str) -> None:
    """B4: all are answered 2xx, one is new."""
    await publish(database, a_play())
    await people(database)
    sent = house.report(name, "hard")
    answers = await asyncio.gather(*(house.post(name, sent) for _ in range(50)))
    assert {one.status_code for one in answers} == {200}
    assert sum(one.json()["new"] for one in answers) == 1
    assert await suppressions(database) == {("address", EMAIL, "email")}


@pytest.mark.parametrize("name", ["sendgrid", "sparkpost", "mandrill", "mailjet"])
async def test_a_batch_with_copies_of_its_own_counts_each_once(house: House, database: Database, name: str) -> None:
    """B4: the same event twice within one request."""
    records = [payload(name, word, house.clock.at) for word in WORDS]
    records = [record for record in records if record]
    answer = await house.post(name, house.senders[name].events(*records, *records))
    assert (answer.status_code, answer.json()["new"]) == (200, len(records))


@pytest.mark.parametrize("word", ["hard", "complaint", "unsubscribed"])
async def test_what_must_stop_has_stopped_when_it_is_answered(house: House, database: Database, word: str) -> None:
    """I2: the suppression is written before the 2xx."""
    await publish(database, a_play())
    await people(database)
    assert (await house.reports("brevo", word)).status_code == 200
    assert ("address", EMAIL) in {(scope, value) for scope, value, _ in await suppressions(database)}


async def test_policy_stops_nobody(house: House, database: Database) -> None:
    """A6: 5.7.x is the sender's trouble; the person is not suppressed."""
    await publish(database, a_play())
    await people(database)
    for name in NAMES:
        assert (await house.reports(name, "blocked")).status_code == 200
    assert await suppressions(database) == set()
