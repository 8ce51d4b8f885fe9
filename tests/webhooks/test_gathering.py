"""Events that come at once share a commit; one that cannot be stored does not take the others with it."""

import asyncio

import pytest
from sqlalchemy import text

from records.db import Database
from records.inbox import Accepted, Offer, accept_all
from tests.webhooks import builders as b
from webhooks.gathering import Gatherer
from webhooks.refusals import Refusal


def offer(number: int, kind: str = "meeting.booked") -> Offer:
    return Offer("demo", f"e{number}", kind, {"account": ("acme", "globex")[number % 2]}, b.NOW, b"{}")


async def test_a_flood_is_stored_each_once_in_far_fewer_transactions(database: Database) -> None:
    """B19."""
    await b.people(database)
    gatherer = Gatherer(database)
    accepted = await asyncio.gather(*(gatherer.accept(offer(number // 2)) for number in range(400)))
    assert sum(one.new for one in accepted) == 200
    async with database.begin() as session:
        transactions = await session.scalar(text("select count(distinct xmin::text) from inbox"))
    assert len(await b.events(database)) == 200
    assert transactions is not None
    assert transactions < 100


async def test_one_that_cannot_be_stored_does_not_take_the_others_with_it(database: Database) -> None:
    await b.people(database)
    gatherer = Gatherer(database)
    kinds = ["meeting.booked"] * 5
    answers = await asyncio.gather(
        *(gatherer.accept(offer(number, kind)) for number, kind in enumerate([*kinds, "broken\x00"])),
        return_exceptions=True,
    )
    assert [type(answer) for answer in answers[:5]] == [Accepted] * 5
    assert isinstance(answers[5], Exception)
    assert not isinstance(answers[5], Refusal)
    assert len(await b.events(database)) == 5


async def test_events_of_one_account_keep_the_order_in_which_they_were_answered(database: Database) -> None:
    await b.people(database)
    gatherer = Gatherer(database)
    answered: list[str] = []

    async def lane(numbers: range) -> None:
        for number in numbers:
            answered.append((await gatherer.accept(offer(number))).id)

    await asyncio.gather(*(lane(range(start, 200, 8)) for start in range(8)))
    kept = [event.id for event in await b.events(database)]
    for start in range(8):
        mine = {f"demo:e{number}" for number in range(start, 200, 8)}
        assert [one for one in kept if one in mine] == [one for one in answered if one in mine]


async def test_when_postgres_is_away_everybody_in_the_queue_is_told_at_once() -> None:
    nobody = Database("postgresql+asyncpg://setpiece@127.0.0.1:1/none")
    gatherer = Gatherer(nobody)
    async with asyncio.timeout(30):
        answers = await asyncio.gather(
            *(gatherer.accept(offer(number)) for number in range(500)), return_exceptions=True
        )
    await nobody.close()
    assert {answer.status for answer in answers if isinstance(answer, Refusal)} == {503}
    assert len(answers) == 500


@pytest.mark.parametrize("kind", ["reply", "meeting.booked"])
async def test_the_same_event_twice_in_one_batch_counts_once(database: Database, kind: str) -> None:
    await b.people(database)
    async with database.begin() as session:
        accepted = await accept_all(session, [offer(1, kind), offer(1, kind)])
    assert [one.new for one in accepted] == [True, False]
    assert len(await b.events(database)) == 1


async def test_copies_of_an_opt_out_at_once_are_one_transaction_and_all_are_answered(database: Database) -> None:
    await b.people(database)
    gatherer = Gatherer(database)
    opt_out = Offer("demo", "e1", "unsubscribed", {"contact": "ann"}, b.NOW, b"{}")
    accepted = await asyncio.gather(*(gatherer.accept(opt_out) for _ in range(50)))
    assert [one.new for one in accepted] == [True] + [False] * 49
    assert not (await gatherer.accept(opt_out)).new
    assert len(await b.suppressions(database)) == 2
