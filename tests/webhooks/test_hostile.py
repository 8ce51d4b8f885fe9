"""What strangers send: forged, replayed, late, too large, too slow, malformed. Refused in bounded time and memory."""

import asyncio
import datetime as dt
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as quickly
from hypothesis import strategies as st
from pydantic import SecretStr

from records.db import Database
from settings import Settings
from tests.webhooks import builders as b
from tests.webhooks.conftest import SECRET, Sender, served
from webhooks import reading, signatures
from webhooks.app import create_app
from webhooks.forms import normalise
from webhooks.router import Router
from webhooks.secrets import new_secret
from webhooks.sending import body_of, signed_headers
from webhooks.server import PunctualProtocol
from webhooks.strict_json import Malformed, parse

BODY = body_of("reply", {"contact": "ann"})


async def test_a_forged_signature_is_refused_and_nothing_is_stored(sender: Sender, database: Database) -> None:
    headers = signed_headers(new_secret(), "e1", BODY)
    answer = await sender.http.post("/events/demo", content=BODY, headers=headers)
    assert answer.status_code == 401
    assert await b.events(database) == []


async def test_a_genuine_signature_over_another_body_is_refused(sender: Sender) -> None:
    for changed in (BODY + b" ", BODY.replace(b"ann", b"bob"), b""):
        answer = await sender.http.post("/events/demo", content=changed, headers=signed_headers(SECRET, "e1", BODY))
        assert answer.status_code == 401


async def test_a_broken_header_is_refused_never_an_error_of_ours(sender: Sender) -> None:
    good = signed_headers(SECRET, "e1", BODY)
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        for value in (None, "", "hello", "v1,", "v1,%%%", ",", "v2,abc", "1e400", "nan", "-1", "ü"):
            broken = {**good, name: value}
            raw = [(key.encode(), text.encode()) for key, text in broken.items() if text is not None]
            answer = await sender.http.post("/events/demo", content=BODY, headers=raw)
            assert answer.status_code == 401, (name, value)


async def test_an_event_signed_too_long_ago_or_ahead_is_refused(sender: Sender) -> None:
    for minutes in (-6, 6):
        at = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=minutes)
        answer = await sender.http.post("/events/demo", content=BODY, headers=signed_headers(SECRET, "e1", BODY, at))
        assert answer.status_code == 401


async def test_one_good_signature_among_many_is_enough(sender: Sender) -> None:
    headers = signed_headers(SECRET, "e1", BODY)
    headers["webhook-signature"] = "v1,AAAA v2,BBBB " + headers["webhook-signature"]
    assert (await sender.http.post("/events/demo", content=BODY, headers=headers)).status_code == 202


async def test_an_unknown_source_is_not_found_whether_signed_or_not(sender: Sender) -> None:
    assert (await sender.raw(BODY, source="nobody")).status_code == 404
    assert (await sender.http.post("/events/nobody", content=BODY)).status_code == 404


async def test_a_body_over_the_cap_is_refused_and_one_at_the_cap_is_read(sender: Sender) -> None:
    padding = len(body_of("reply", {"text": ""}))
    at_the_cap = body_of("reply", {"text": "x" * (256 * 1024 - padding)})
    assert (await sender.raw(at_the_cap)).status_code == 202
    assert (await sender.raw(at_the_cap + b" ", "e2")).status_code == 413


async def test_a_compressed_body_is_refused(sender: Sender) -> None:
    headers = {**signed_headers(SECRET, "e1", BODY), "content-encoding": "gzip"}
    assert (await sender.http.post("/events/demo", content=BODY, headers=headers)).status_code == 415


async def endless(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * 65536


async def test_a_body_in_chunks_without_a_length_is_cut_off(sender: Sender) -> None:
    headers = signed_headers(SECRET, "e1", BODY)
    answer = await sender.http.post("/events/demo", content=endless(8), headers=headers)
    assert answer.status_code == 413


class Wire:
    """A raw connection, for what no client library would send."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def say(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def hear(self, seconds: float = 5) -> bytes:
        """Everything until the server closes."""
        async with asyncio.timeout(seconds):
            return await self.reader.read()


@asynccontextmanager
async def wire_to(url: str) -> AsyncIterator[Wire]:
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    try:
        yield Wire(reader, writer)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


@pytest.fixture
async def impatient(
    settings: Settings,
    database: Database,
    temporal: b.FakeTemporal,
    router: Router,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[str]:
    """The app with half a second for the head and for the body."""
    monkeypatch.setattr(PunctualProtocol, "head_seconds", 0.5)
    monkeypatch.setattr(reading, "BODY_SECONDS", 0.5)
    async with served(create_app(settings, database, temporal.client, router=router)) as url:
        yield url


async def test_a_head_that_never_ends_loses_its_connection(impatient: str) -> None:
    async with wire_to(impatient) as wire:
        await wire.say(b"POST /events/demo HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        assert (await wire.hear()).startswith(b"HTTP/1.1 408")


async def test_a_connection_that_says_nothing_is_closed(impatient: str) -> None:
    async with wire_to(impatient) as wire:
        assert (await wire.hear()).startswith(b"HTTP/1.1 408")


async def test_a_second_head_that_never_ends_loses_its_connection_too(impatient: str) -> None:
    async with wire_to(impatient) as wire:
        await wire.say(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost:")
        heard = await wire.hear()
        assert heard.count(b"HTTP/1.1 200") == 1


async def test_a_body_that_never_comes_is_408(impatient: str) -> None:
    async with wire_to(impatient) as wire:
        await wire.say(b"POST /events/demo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        assert (await wire.hear()).startswith(b"HTTP/1.1 408")


async def test_a_body_in_drops_for_ever_is_408(impatient: str) -> None:
    async with wire_to(impatient) as wire:
        await wire.say(b"POST /events/demo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        heard = asyncio.create_task(wire.hear())
        while not heard.done():
            try:
                await wire.say(b"1\r\nx\r\n")
            except ConnectionError:
                break
            await asyncio.wait({heard}, timeout=0.05)
        assert (await heard).startswith(b"HTTP/1.1 408")


async def test_an_announced_giant_is_refused_before_it_is_sent(impatient: str) -> None:
    async with wire_to(impatient) as wire:
        await wire.say(b"POST /events/demo HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n")
        assert (await wire.hear()).startswith(b"HTTP/1.1 413")


MALFORMED = [
    b"",
    b"no json",
    b"[]",
    b'"text"',
    b"null",
    b'{"type": "reply", "type": "reply"}',
    b'{"type": "reply", "data": {"drop_pct": NaN}}',
    b'{"type": "reply", "data": {"drop_pct": -Infinity}}',
    b'{"type": "reply", "data": {"drop_pct": 1e999}}',
    b'{"type": "reply", "data": {"n": ' + b"9" * 5000 + b"}}",
    b'\xef\xbb\xbf{"type": "reply"}',
    b'{"type": "reply", "data": {"text": "\\u0000"}}',
    b'{"type": "reply", "data": {"\\ud800": 1}}',
    b"[" * 100_000,
    b'{"a":' * 40 + b"1" + b"}" * 40,
    b'{"a":' * 30_000 + b"1" + b"}" * 30_000,
]


async def test_a_malformed_body_is_400_and_kept_for_a_look(sender: Sender, database: Database) -> None:
    for number, body in enumerate(MALFORMED):
        assert (await sender.raw(body, f"e{number}")).status_code == 400, body[:60]
    kept = await b.events(database)
    assert {event.state for event in kept} == {"parked"}
    assert [event.raw for event in kept] == MALFORMED


async def test_the_corrected_body_under_the_same_id_is_new(sender: Sender) -> None:
    await sender.raw(b"{")
    assert (await sender.raw(BODY)).json() == {"id": "demo:e1", "new": True}


async def test_bytes_that_are_no_text_are_refused(sender: Sender) -> None:
    headers = signed_headers(SECRET, "e1", b"")
    assert (await sender.http.post("/events/demo", content=b"\xff\xfe", headers=headers)).status_code in (400, 401)


async def test_an_id_longer_than_any_providers_is_refused(sender: Sender, database: Database) -> None:
    assert (await sender.raw(BODY, "x" * 300)).status_code == 400
    assert await b.events(database) == []


async def test_an_unknown_source_costs_the_same_check_as_a_known_one(monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[bytes] = []

    def fits(key: object, body: bytes, headers: dict[str, str]) -> bool:
        checked.append(body)
        return False

    monkeypatch.setattr(signatures, "_fits", fits)
    ours = signatures.Signatures({"demo": [SecretStr(SECRET)]})
    assert ours.verify("demo", b"1", {}) is signatures.Verdict.FORGED
    assert ours.verify("nobody", b"2", {}) is signatures.Verdict.UNKNOWN_SOURCE
    assert checked == [b"1", b"2"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
KINDS = st.sampled_from(["reply", "bounce", "unsubscribed", "meeting.booked", "usage.dropped", "trigger.x", "opened"])
FIELDS = st.sampled_from(["account", "contact", "email", "message_id", "kind", "until", "drop_pct", "task", "at", "x"])
LIKELY = st.sampled_from(["acme", "ann", "ann@acme.example", "ooo", "defer", "hard", "2027-01-01", "<x@y>", 50, -1])
BODIES = st.fixed_dictionaries({"type": KINDS | JSON, "data": st.dictionaries(FIELDS, LIKELY | JSON) | JSON}) | JSON


@quickly(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | st.text().map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_whatever_bytes_come_they_are_read_or_malformed(raw: bytes) -> None:
    with suppress(Malformed):
        incoming = normalise(parse(raw), b.NOW)
        assert incoming.occurred_at <= b.NOW + dt.timedelta(minutes=5)


@quickly(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=BODIES)
async def test_whatever_a_signed_sender_says_it_is_never_an_error_of_ours(sender: Sender, body: object) -> None:
    raw = json.dumps(body, ensure_ascii=True).encode()
    assert (await sender.raw(raw, uuid.uuid4().hex)).status_code in (202, 400)


async def test_a_body_that_is_no_utf8_is_refused_with_that_as_a_possible_cause(sender: Sender) -> None:
    answer = await sender.http.post("/events/demo", content=b"\xff", headers=signed_headers(SECRET, "e1", b"{}"))
    assert (answer.status_code, "UTF-8" in answer.text) == (401, True)
