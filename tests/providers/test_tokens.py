"""Mailgun signs a timestamp and a token, not the body: a token is worth one body (B9)."""

import asyncio
import json

from sqlalchemy import func, select

from records.db import Database
from records.tables import SeenToken
from tests.providers.conftest import House
from tests.providers.payloads import payload
from tests.providers.senders import Sent, mailgun_fields, multipart
from tests.webhooks.builders import events


def swapped(sent: Sent, **more: object) -> Sent:
    """Another body under the same signature."""
    body = json.loads(sent.body)
    return Sent(json.dumps({**body, "event-data": {**body["event-data"], **more}}).encode(), sent.headers)


async def test_another_body_under_a_used_token_is_refused(house: House, database: Database) -> None:
    """B9: a captured signature proves nothing more."""
    sent = house.report("mailgun", "delivered")
    assert (await house.post("mailgun", sent)).status_code == 200
    forged = await house.post("mailgun", swapped(sent, event="complained", id="x"))
    assert forged.status_code == 401
    assert house.desk.refused["mailgun", "token used before"] == 1
    assert [event.kind for event in await events(database)] == ["mail.delivered"]


async def test_the_same_body_again_is_the_providers_retry(house: House, database: Database) -> None:
    """B8, B9: answered 2xx as often as it comes, with one effect."""
    sent = house.report("mailgun", "hard")
    answers = [await house.post("mailgun", sent) for _ in range(3)]
    assert [(one.status_code, one.json()["new"]) for one in answers] == [(200, 1), (200, 0), (200, 0)]
    assert len(await events(database)) == 1


async def test_a_retry_of_a_form_may_have_another_boundary(house: House) -> None:
    """B9: it is the fields that count."""
    fields: dict[str, str | bytes] = {
        **mailgun_fields(house.senders["mailgun"]),
        "recipient": "a@b.example",
        "body-mime": "From: x\r\n\r\nhi",
    }
    statuses = []
    for _ in range(2):
        body, kind = multipart(fields)
        statuses.append((await house.post("mailgun", Sent(body, {"content-type": kind}), "inbound")).status_code)
    assert statuses == [200, 200]
    body, kind = multipart({**fields, "body-mime": "From: x\r\n\r\nother"})
    assert (await house.post("mailgun", Sent(body, {"content-type": kind}), "inbound")).status_code == 401


async def test_of_two_bodies_at_the_same_time_one_is_taken(house: House, database: Database) -> None:
    """B4, B9: twenty races between a genuine body and a forged one; never both."""
    for number in range(20):
        sent = house.report("mailgun", "delivered")
        forged = swapped(sent, event="complained", id=f"x{number}")
        answers = await asyncio.gather(house.post("mailgun", sent), house.post("mailgun", forged))
        assert sorted(one.status_code for one in answers) == [200, 401]
    assert len(await events(database)) == 20


async def test_what_was_refused_spends_no_token(house: House, database: Database) -> None:
    """B15: a mail at the wrong URL is told so, and its second try at the right one is taken."""
    sent = house.report("mailgun", "delivered")
    assert (await house.post("mailgun", sent, "inbound")).status_code == 400
    async with database.begin() as session:
        assert await session.scalar(select(func.count()).select_from(SeenToken)) == 0
    assert (await house.post("mailgun", sent)).status_code == 200


async def test_only_the_hash_of_a_token_is_kept(house: House, database: Database) -> None:
    """G: what is kept signs nothing."""
    record = payload("mailgun", "delivered", house.clock.at)
    sent = house.senders["mailgun"].events(record)
    await house.post("mailgun", sent)
    async with database.begin() as session:
        (kept,) = (await session.scalars(select(SeenToken))).all()
    assert json.loads(sent.body)["signature"]["token"] not in (kept.token, kept.event)
    assert len(kept.token) == 64
