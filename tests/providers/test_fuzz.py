"""Whatever a body holds, reading it ends in events, mails, a parked copy or the clean refusal: in nothing else."""

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plays.events import is_event_kind
from records.mails import mail_id
from tests.providers.inbound_payloads import MAILS
from tests.providers.payloads import CASES, payload
from tests.providers.senders import NAMES, Clock, multipart, sender
from webhooks.providers.accounts import Route
from webhooks.providers.calls import Call
from webhooks.providers.normalising import Source, events_of
from webhooks.providers.taking import Read, read
from webhooks.providers.vocabularies import DIALECTS
from webhooks.refusals import Refusal

AT = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
CLOCK = Clock(AT)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
KEYS = (
    "event", "type", "RecordType", "Type", "eventType", "notificationType", "event-data", "msys", "message_event",
    "relay_message", "content", "email_rfc822", "email_rfc822_is_base64", "items", "Headers", "data", "email", "to",
    "timestamp", "time", "ts", "created_at", "bounce", "bouncedRecipients", "mail", "destination", "Message",
    "reason", "status", "delivery-status", "message", "headers", "message-id", "user-variables", "send_key",
    "Attachments", "Parts", "ContentRef", "Text-part", "RawEmail", "FromFull", "ToFull", "Payload", "X-Mailin-custom",
    "recipients", "rcptTo", "raw", "msg", "raw_msg", "tags", "receipt", "action", "Uuid", "hard_bounce", "error",
)  # fmt: skip
WORDS = sorted({word for dialect in DIALECTS.values() for word in dialect.words})
leaves = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**30), 10**30), st.floats(), st.text(max_size=30), st.sampled_from(WORDS),
    st.sampled_from(["\x00", "\ud800", "a@b.example", "Ann <a@b.example>", '{"send_key": 1}', "1e999", "9" * 400]),
)  # fmt: skip
values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.sampled_from(KEYS), st.text(max_size=8)), inner, max_size=6),
    ),
    max_leaves=30,
)


def source(name: Any) -> Source:
    """The provider under its own name."""
    return Source(name, DIALECTS[name], "setpiece.example")


def sound(found: Read) -> None:
    """What may be stored, whatever was sent: known kinds, bounded texts, times that are possible."""
    for offer in found.offers:
        assert offer.parked or is_event_kind(offer.kind)
        assert len(offer.external_id) <= 300
        assert offer.occurred_at.tzinfo is not None
        assert offer.occurred_at <= AT + dt.timedelta(minutes=5)
        for value in offer.data.values():
            assert isinstance(value, str | bool)
            assert isinstance(value, bool) or (len(value) <= 500 and "\x00" not in value and value.encode("utf-8"))
        assert offer.kind != "bounce" or offer.data["kind"] in ("hard", "soft")
        json.dumps(offer.data)
    for arrival in found.arrivals:
        assert isinstance(arrival.raw, bytes)
        assert len(arrival.external_id) <= 300
        assert mail_id(arrival.raw)


def reads(name: str, body: bytes, kind: str) -> None:
    """Both ways, by both routes."""
    call = Call(body, {"content-type": kind}, AT)
    routes: tuple[Route, ...] = ("events", "inbound")
    for route in routes:
        try:
            sound(read(source(name), call, route))
        except Refusal as refusal:
            assert refusal.status == 400  # noqa: PT017
    sound(Read(events_of(source(name), call)))


@pytest.mark.parametrize("name", NAMES)
@QUICK
@given(value=values)
def test_any_json(name: str, value: Any) -> None:
    """B12, B13: structures of the providers' own keys with anything in them."""
    reads(name, json.dumps(value).encode(), "application/json")
    wrapped = {"Type": "Notification", "Message": json.dumps(value), "MessageId": "m"}
    reads(name, json.dumps(wrapped).encode(), "application/json")


@pytest.mark.parametrize("name", NAMES)
@QUICK
@given(body=st.binary(max_size=300), kind=st.sampled_from(["application/json", "application/x-www-form-urlencoded",
       "multipart/form-data; boundary=b", "multipart/form-data", "text/plain", "\x00"]))  # fmt: skip
def test_any_bytes(name: str, body: bytes, kind: str) -> None:
    """B12: no JSON, no form, no UTF-8."""
    reads(name, body, kind)
    reads(name, b"--b\r\n" + body + b"\r\n--b--\r\n", kind)


@pytest.mark.parametrize("name", ["sendgrid", "mailgun", "mandrill"])
@QUICK
@given(
    fields=st.dictionaries(
        st.sampled_from(["email", "headers", "text", "html", "charsets", "envelope", "attachment-info", "to", "event",
                         "recipient", "body-mime", "body-plain", "message-headers", "content-id-map", "timestamp",
                         "mandrill_events", "attachment-1"]),
        st.one_of(st.binary(max_size=60), values.map(lambda value: json.dumps(value).encode())),
    ),
    file=st.binary(max_size=60),
)  # fmt: skip
def test_any_form(name: str, fields: dict[str, str | bytes], file: bytes) -> None:
    """B12: the fields that are read, with anything in them."""
    body, kind = multipart(fields, [("attachment-1", "x", "message/delivery-status", file)])
    reads(name, body, kind)


@pytest.mark.parametrize(("name", "word"), CASES)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_any_field_of_a_genuine_event_may_be_anything(name: str, word: str, data: st.DataObject) -> None:
    """B13: a provider changes the type of one field; a mutated sample of each."""
    record = payload(name, word, AT)
    key = data.draw(st.sampled_from(sorted(record)))
    record[key] = data.draw(values)
    sound(Read(events_of(source(name), call_of(name, record))))


def call_of(name: str, record: dict[str, Any]) -> Call:
    """As the provider wraps it."""
    sent = sender_of(name).events(record)
    return Call(sent.body, sent.headers, AT)


_SENDERS: dict[str, Any] = {name: sender(name, CLOCK) for name in NAMES}


def sender_of(name: str) -> Any:
    """Made once: keys take long."""
    return _SENDERS[name]


@pytest.mark.parametrize("form", MAILS)
@QUICK
@given(at=st.floats(0, 1, exclude_max=True), what=st.binary(min_size=1, max_size=4))
def test_any_bytes_of_a_genuine_mail_may_be_anything(form: str, at: float, what: bytes) -> None:
    """C10: a mail is kept or parked, never lost in a traceback."""
    name, made = MAILS[form]
    sent = made(sender_of(name))
    place = int(at * len(sent.body))
    reads(name, sent.body[:place] + what + sent.body[place + len(what) :], sent.headers["content-type"])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"a":' * 100_000, b"[" * 900 + b"]" * 900, b"9" * 5000, b"\xef\xbb\xbf{}"]
)
def test_depth_and_length_end_in_a_parked_copy(name: str, body: bytes) -> None:
    """B11, B12: 100,000 levels, a number of 5,000 digits, a byte order mark."""
    reads(name, body, "application/json")
    wrapped = json.dumps({"Type": "Notification", "MessageId": "m", "Message": body.decode()}).encode()
    reads(name, wrapped, "application/json")
