"""Amazon's notifications: refused before anybody is asked, and no address in a message is ever followed (B10)."""

import json
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from records.db import Database
from tests.providers.conftest import House
from tests.providers.payloads import payload
from tests.providers.senders import TOPIC, Sent, notification
from tests.webhooks.builders import events
from webhooks.providers.proofs import Later
from webhooks.providers.sns import fetch, of_amazon

ADDRESSES = (
    "http://sns.eu-west-1.amazonaws.com/x.pem",
    "https://sns.eu-west-1.amazonaws.com.evil.example/x.pem",
    "https://evil.example/x.pem",
    "https://sns.eu-west-1.amazonaws.com@evil.example/x.pem",
    "https://user@sns.eu-west-1.amazonaws.com/x.pem",
    "https://evil.example/sns.eu-west-1.amazonaws.com/x.pem",
    "https://sns.eu-west-1.amazonaws.com:8443/x.pem",
    "https://sns.eu-west-1.amazonaws.com/x.txt",
    "https://sns.eu-west-1.amazonaws.com/../x.pem",
    "https://sns.eu-west-1.amazonaws.com/x.pem?to=http://10.0.0.1",
    "https://sns.eu-west-1.amazonaws.com/x.pem#y",
    "https://bucket.s3.amazonaws.com/x.pem",
    "https://sns.amazonaws.com/x.pem",
    "https://169.254.169.254/latest/x.pem",
    "https://sns.eu-west-1.amazonaws.com\\@evil.example/x.pem",
    "https://sns.eu-west-1.amazonaws.com%2eevil.example/x.pem",
    "https://sns.eu-west-1.amazonaws.com/x.pem\n",
    "https://SNS.eu-west-1.amazonaws.com./x.pem",
    "file:///etc/ssl/x.pem",
    "https://[::1]/x.pem",
    "https://[",
    "",
)


def message(house: House, **more: str) -> Sent:
    """A genuine notification with some of its fields replaced, signed as it then is."""
    said = payload("ses", "hard", house.clock.at)
    return as_sent(notification(house.senders["ses"], said, **more))


def as_sent(body: dict[str, Any]) -> Sent:
    """As SNS posts it."""
    return Sent(json.dumps(body).encode(), {"content-type": "text/plain; charset=UTF-8"})


@pytest.fixture
async def listener() -> AsyncIterator[tuple[str, list[bytes]]]:
    """A place where a hit would be seen; yields its address and what came."""
    import asyncio

    seen: list[bytes] = []

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.read(100))
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(met, sock=socket.create_server(("127.0.0.1", 0)))
    host, port = server.sockets[0].getsockname()
    yield f"http://{host}:{port}/x.pem", seen
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize("version", ["1", "2"])
async def test_both_versions_of_the_signature_are_checked(house: House, database: Database, version: str) -> None:
    """B10: SHA1 and SHA256; the certificate is fetched once."""
    assert (await house.post("ses", message(house, SignatureVersion=version))).status_code == 200
    assert (await house.post("ses", message(house, SignatureVersion=version, MessageId="2"))).status_code == 200
    assert len(house.amazon.fetched) == 1
    assert [event.kind for event in await events(database)] == ["bounce", "bounce"]


@pytest.mark.parametrize("address", ADDRESSES)
async def test_a_certificate_from_anywhere_else_is_not_fetched(house: House, database: Database, address: str) -> None:
    """B10: refused by the address alone."""
    assert not of_amazon(address)
    assert (await house.post("ses", message(house, SigningCertURL=address))).status_code == 401
    assert house.amazon.fetched == []
    assert await events(database) == []


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "us-gov-west-1", "ap-southeast-3"])
def test_amazons_own_addresses_are_known(region: str) -> None:
    """B10: every region, China's too."""
    assert of_amazon(f"https://sns.{region}.amazonaws.com/SimpleNotificationService-0a1b.pem")
    assert of_amazon("https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-0a1b.pem")


@pytest.mark.parametrize(
    "more",
    [
        {"TopicArn": "arn:aws:sns:eu-west-1:999999999999:setpiece"},
        {"TopicArn": ""},
        {"SignatureVersion": "3"},
        {"SignatureVersion": ""},
        {"Type": "Something"},
        {"Timestamp": "yesterday"},
        {"Timestamp": "2020-01-01T00:00:00.000Z"},
        {"Timestamp": "2020-01-01T00:00:00"},
    ],
)
async def test_what_is_not_for_us_is_refused_before_any_fetch(
    house: House, database: Database, more: dict[str, str]
) -> None:
    """B10: another topic, algorithm, type or time; signed by Amazon all the same."""
    assert (await house.post("ses", message(house, **more))).status_code == 401
    assert house.amazon.fetched == []
    assert await events(database) == []


async def test_no_forged_message_makes_us_call_anybody(
    house: House, database: Database, listener: tuple[str, list[bytes]]
) -> None:
    """B10: certificate, subscription and unsubscription addresses point to a listener; it sees no hit."""
    address, seen = listener
    house.desk.accounts["ses"].sns.fetch = fetch  # type: ignore[union-attr]  # the real one
    for kind in ("Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation"):
        more = {"Type": kind, "SubscribeURL": address, "UnsubscribeURL": address, "Token": "t"}
        assert (await house.post("ses", message(house, SigningCertURL=address, **more))).status_code == 401
    assert seen == []
    assert await events(database) == []


async def test_a_redirect_is_not_followed(listener: tuple[str, list[bytes]]) -> None:
    """B10: whoever answers with another address is not believed."""
    address, seen = listener
    with pytest.raises(Later):
        await fetch(address)
    assert len(seen) == 1


async def test_a_subscription_is_confirmed_at_amazon_and_never_by_its_link(house: House, database: Database) -> None:
    """B10: by the API of the topic's region, with the token; SubscribeURL says something else."""
    more = {"Type": "SubscriptionConfirmation", "Token": "abc 123", "SubscribeURL": "http://169.254.169.254/"}
    assert (await house.post("ses", message(house, **more))).status_code == 200
    certificate, confirmed = house.amazon.fetched
    assert certificate.endswith(".pem")
    assert confirmed.startswith("https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=arn%3Aaws")
    assert "Token=abc+123" in confirmed
    assert await events(database) == []


async def test_the_end_of_a_subscription_is_answered_and_not_undone(house: House) -> None:
    """B10: nothing is called."""
    more = {"Type": "UnsubscribeConfirmation", "Token": "t", "SubscribeURL": "https://evil.example/"}
    assert (await house.post("ses", message(house, **more))).status_code == 200
    assert len(house.amazon.fetched) == 1


async def test_a_field_slipped_in_or_changed_is_seen(house: House, database: Database) -> None:
    """B7: subject added, message, id and topic changed after signing."""
    genuine = json.loads(message(house).body)
    for name, value in (("Subject", "x"), ("Message", "{}"), ("MessageId", "x"), ("Timestamp", stamp(house))):
        answer = await house.post("ses", as_sent({**genuine, name: value}))
        assert answer.status_code == 401, name
    assert await events(database) == []


def stamp(house: House) -> str:
    """Another moment within the tolerance."""
    house.clock.passes(seconds=1)
    return house.clock.at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


async def test_a_certificate_that_cannot_be_had_now_puts_the_call_off(house: House, database: Database) -> None:
    """Amazon is asked to come again: nothing is refused for good because of our network."""

    async def away(url: str) -> bytes:
        raise Later("ConnectTimeout")

    house.desk.accounts["ses"].sns.fetch = away  # type: ignore[union-attr]
    answer = await house.post("ses", message(house))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert await events(database) == []


async def test_every_recipient_has_an_event_of_its_own(house: House, database: Database) -> None:
    """Two bounced of three: two bounces, and another delivery of the same notification adds none."""
    recipients = [{"emailAddress": f"{name}@acme.example"} for name in ("ann", "bob")]
    said = {
        "eventType": "Bounce",
        "mail": {"messageId": "m", "destination": ["ann@acme.example", "bob@acme.example", "eve@acme.example"]},
        "bounce": {"bounceType": "Permanent", "bouncedRecipients": recipients},
    }
    sent = as_sent(notification(house.senders["ses"], said))
    assert (await house.post("ses", sent)).json()["new"] == 2
    assert (await house.post("ses", sent)).json()["new"] == 0
    assert {event.data["email"] for event in await events(database)} == {"ann@acme.example", "bob@acme.example"}
    assert TOPIC.startswith("arn:aws:sns:")
