"""What providers report is in our words, once, and about the right touch and person."""

import json

import pytest

from records.db import Database
from tests.providers.conftest import House
from tests.providers.payloads import CASES, EMAIL, KINDS, MESSAGE_ID, URL, payload
from tests.providers.senders import BATCHING, NAMES
from tests.webhooks.builders import events


@pytest.mark.parametrize(("name", "word"), CASES)
async def test_each_word_of_each_provider_is_said_in_ours(
    house: House, database: Database, name: str, word: str
) -> None:
    """A6, B13: kind, person, mail and time are read by the provider's table; policy blames the sender."""
    answer = await house.reports(name, word)
    assert (answer.status_code, answer.json()["parked"]) == (200, 0), answer.text
    (event,) = await events(database)
    assert (event.source, event.kind, event.data["email"]) == (name, KINDS[word], EMAIL)
    assert event.data["message_id"] == MESSAGE_ID
    assert event.data["ref"]
    assert abs((event.occurred_at - house.clock.at).total_seconds()) < 1
    if word in ("hard", "soft", "blocked"):
        assert event.data["kind"] == ("hard" if word == "hard" else "soft")
        assert event.data["blames_sender"] is (word == "blocked")
    if word == "clicked":
        assert event.data["url"] == URL


@pytest.mark.parametrize("name", NAMES)
async def test_a_repeated_report_is_one_event(house: House, database: Database, name: str) -> None:
    """B8: the provider comes again, with a fresh signature over the same event; nothing is new."""
    first = await house.reports(name, "delivered", number=7)
    house.clock.passes(seconds=0) if name == "ses" else None
    again = await house.reports(name, "delivered", number=7)
    assert (first.json()["new"], again.status_code, again.json()["new"]) == (1, 200, 0)
    assert len(await events(database)) == 1


@pytest.mark.parametrize("name", NAMES)
async def test_a_word_we_do_not_know_is_kept_and_named(house: House, database: Database, name: str) -> None:
    """B13: a genuine event of an unknown type is answered 2xx and waits for a person."""
    record = payload(name, "delivered", house.clock.at)
    field = next(key for key in ("event", "RecordType", "eventType", "type") if key in record)
    if name == "mailersend":
        record["data"]["type"] = "teleported"
    answer = await house.post(name, house.senders[name].events({**record, field: "teleported"}))
    (event,) = await events(database)
    assert (answer.status_code, answer.json()["parked"], event.state) == (200, 1, "parked")
    assert "'teleported' is no event of" in event.reason


@pytest.mark.parametrize("name", NAMES)
async def test_a_body_that_cannot_be_read_is_kept_whole(house: House, database: Database, name: str) -> None:
    """B12: a good signature over something else than the documented form; a dead letter, and 2xx."""
    if name in ("mandrill", "ses", "mailgun"):
        pytest.skip("what is signed is in the body: without its form there is no signature")
    sent = house.senders[name].sent(b'{"broken": NaN', {"content-type": "application/json"}, "events")
    answer = await house.post(name, sent)
    (event,) = await events(database)
    assert (answer.status_code, event.state, event.raw) == (200, "parked", b'{"broken": NaN')
    assert "no JSON" in event.reason


@pytest.mark.parametrize("name", BATCHING)
async def test_one_bad_event_in_a_batch_takes_no_other_with_it(house: House, database: Database, name: str) -> None:
    """B14: of 300 events the one that is none is parked, the others are taken."""
    records = [payload(name, "delivered", house.clock.at, number) for number in range(1, 300)]
    records.insert(150, {"nothing": ["of", "ours"]})
    answer = await house.post(name, house.senders[name].events(*records))
    assert answer.json() == {"taken": 300, "new": 300, "parked": 1}
    kinds = [event.kind for event in await events(database) if event.state != "parked"]
    assert kinds == ["mail.delivered"] * 299


async def test_an_event_that_postgres_refuses_is_parked_alone(house: House, database: Database) -> None:
    """B14: a NUL in a text never reaches Postgres, and whatever does not fit takes no other event with it."""
    bad = payload("sendgrid", "clicked", house.clock.at, 1) | {
        "url": "https://x/\x00\ud800",
        "email": "a\x00@b.example",
    }
    good = payload("sendgrid", "delivered", house.clock.at, 2)
    answer = await house.post("sendgrid", house.senders["sendgrid"].events(bad, good))
    assert (answer.status_code, answer.json()["new"]) == (200, 2)


@pytest.mark.parametrize("name", NAMES)
async def test_what_concerns_nobody_is_not_kept(house: House, database: Database, name: str) -> None:
    """Pings and subscriptions are answered and forgotten."""
    pings: dict[str, object] = {
        "sparkpost": [{"msys": {}}],
        "mailersend": {"type": "webhook.test", "data": {}},
        "resend": {"type": "contact.created", "data": {}},
        "brevo": {"event": "list_addition", "email": EMAIL},
        "sendgrid": [],
        "mailjet": [],
        "ses": None,
    }
    if name not in pings:
        pytest.skip("it sends nothing of the sort")
    if name == "ses":
        from tests.providers.senders import Sent, notification

        said = "Successfully validated SNS topic for Amazon SES event publishing."
        sent = Sent(json.dumps(notification(house.senders[name], said)).encode(), {"content-type": "text/plain"})
    else:
        sent = house.senders[name].json(pings[name])
    answer = await house.post(name, sent)
    assert (answer.status_code, answer.json()["taken"]) == (200, 0)
    assert await events(database) == []
