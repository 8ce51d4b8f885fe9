"""A reply that a provider passes on is kept as a mail: whole, once, under the address it came to."""

import base64
import email
import email.policy
import json
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from records.db import Database
from records.tables import Mail
from tests.providers.conftest import House
from tests.providers.inbound_payloads import HEADERS, MAILS, REPORT, SUBJECT, TEXT, TO, WITHOUT_ATTACHMENTS
from tests.providers.payloads import payload
from tests.providers.senders import NAMES, Sent, multipart, notification
from tests.webhooks.builders import events


async def kept(database: Database) -> list[Mail]:
    """Every mail, in the order of their coming."""
    async with database.begin() as session:
        return list(await session.scalars(select(Mail).order_by(Mail.received_at, Mail.id)))


def parsed(raw: bytes) -> EmailMessage:
    """As a reader sees it."""
    return email.message_from_bytes(raw, policy=email.policy.default)


@pytest.mark.parametrize("form", MAILS)
async def test_a_reply_is_kept_whole(house: House, database: Database, form: str) -> None:
    """Sender, subject, thread, text and attachment survive every form; the source is the provider."""
    name, made = MAILS[form]
    answer = await house.post(name, made(house.senders[name]), "inbound")
    assert (answer.status_code, answer.json()) == (200, {"taken": 1, "new": 1, "parked": 0}), answer.text
    (row,) = await kept(database)
    mail = parsed(row.raw)
    assert (row.source, row.mailbox, row.state) == (name, TO, "received")
    assert mail["subject"] == SUBJECT
    assert mail["from"].addresses[0].display_name == "Ann Müller"
    assert {key: mail[key] for key in ("Message-ID", "In-Reply-To", "References", "Auto-Submitted")} == {
        key: value for key, value in HEADERS if key in ("Message-ID", "In-Reply-To", "References", "Auto-Submitted")
    }
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().strip().replace("-", "—") == TEXT
    files = [(one.get_filename(), one.get_payload(decode=True)) for one in mail.iter_attachments()]
    assert files == ([] if name in WITHOUT_ATTACHMENTS else [("offer.pdf", b"%PDF")])
    assert await events(database) == []


@pytest.mark.parametrize("form", MAILS)
async def test_a_reply_that_comes_again_is_kept_once(house: House, database: Database, form: str) -> None:
    """B4: the provider's retry, put together anew, is the same mail."""
    name, made = MAILS[form]
    for new in (1, 0, 0):
        answer = await house.post(name, made(house.senders[name]), "inbound")
        assert answer.json()["new"] == new
    assert len(await kept(database)) == 1


@pytest.mark.parametrize("name", NAMES)
async def test_a_report_at_the_url_for_mails_is_told_so(house: House, database: Database, name: str) -> None:
    """B15: 400 with a sentence that names it; nothing is stored, nothing misread."""
    record = payload(name, "hard", house.clock.at)
    if name == "mandrill":
        from tests.providers.senders import WRAPPERS

        sent = house.senders[name].sent(*WRAPPERS[name]([record]), "inbound")
    else:
        sent = house.senders[name].events(record)
    answer = await house.post(name, sent, "inbound")
    assert (answer.status_code, "this is a delivery event; post it to …/events" in answer.text) == (400, True)
    assert await kept(database) == []
    assert await events(database) == []


@pytest.mark.parametrize("form", MAILS)
async def test_a_mail_at_the_url_for_reports_is_told_so(house: House, database: Database, form: str) -> None:
    """B15: the other way round."""
    name, made = MAILS[form]
    sent = made(house.senders[name])
    if name == "mandrill":
        sent = house.senders[name].sent(sent.body, {"content-type": sent.headers["content-type"]}, "events")
    answer = await house.post(name, sent)
    assert (answer.status_code, "this is a mail that came in; post it to …/inbound" in answer.text) == (400, True)
    assert await kept(database) == []
    assert await events(database) == []


async def test_a_bounce_that_was_taken_apart_is_a_report_again(house: House, database: Database) -> None:
    """C7: the machine's part keeps its type and its lines, so that it can be read."""
    fields: dict[str, str | bytes] = {
        "headers": "From: MAILER-DAEMON@acme.example\r\nSubject: Undelivered\r\nMessage-ID: <b@acme.example>\r\n",
        "text": "user unknown",
        "envelope": json.dumps({"to": [TO], "from": ""}),
        "attachment-info": json.dumps({"attachment1": {"type": "message/delivery-status"}}),
    }
    files = [("attachment1", "status", "message/delivery-status", REPORT)]
    await house.post("sendgrid", house.senders["sendgrid"].form(fields, files=files), "inbound")
    (row,) = await kept(database)
    mail = parsed(row.raw)
    assert (mail.get_content_type(), mail.get_param("report-type")) == ("multipart/report", "delivery-status")
    machine = next(part for part in mail.walk() if part.get_content_type() == "message/delivery-status")
    assert "Status: 5.1.1" in machine.as_string()


@pytest.mark.parametrize(
    ("name", "said", "why"),
    [
        (
            "ses",
            {"notificationType": "Received", "receipt": {"action": {"type": "S3"}}, "mail": {"messageId": "m"}},
            "let the receipt rule publish it to SNS",
        ),
        ("resend", {"type": "email.received", "data": {"email_id": "r", "to": [TO]}}, "only a notice of the mail"),
        ("sparkpost", [{"msys": {"relay_message": {"content": {}}}}], "holds no `email_rfc822`"),
    ],
)
async def test_a_notice_without_its_mail_waits_for_a_person(
    house: House, database: Database, name: str, said: object, why: str
) -> None:
    """B13: answered 2xx and parked with what to change, instead of a mail without text."""
    one = house.senders[name]
    body = json.dumps(notification(one, said)).encode() if name == "ses" else b""
    sent = Sent(body, {"content-type": "text/plain"}) if body else one.json(said, "inbound")
    answer = await house.post(name, sent, "inbound")
    (event,) = await events(database)
    assert (answer.status_code, event.state, why in event.reason) == (200, "parked", True)
    assert await kept(database) == []


async def test_a_mail_of_ten_megabytes_with_any_bytes_is_kept_as_it_is(house: House, database: Database) -> None:
    """C10: NUL, bad charsets and broken structure are the reader's affair; nothing is refused or changed."""
    raw = b"Subject: \xff\x00 x\r\nContent-Type: multipart/mixed; boundary=\r\n\r\n" + bytes(range(256)) * 40_000
    fields: dict[str, str | bytes] = {"email": raw, "envelope": json.dumps({"to": [TO]})}
    answer = await house.post("sendgrid", house.senders["sendgrid"].form(fields), "inbound")
    (row,) = await kept(database)
    assert (answer.status_code, row.raw) == (200, raw)


async def test_a_header_cannot_smuggle_in_another(house: House, database: Database) -> None:
    """F4: line breaks in the fields of a mail that is put together again."""
    body = {
        "FromFull": {"Email": "ann@acme.example", "Name": "Ann\r\nBcc: eve@evil.example"},
        "Subject": "Hi\r\nX-Evil: 1",
        "Headers": [{"Name": "X-A\r\nX-Evil", "Value": "1"}, {"Name": "X-B", "Value": "1\r\n\r\nbody"}],
        "TextBody": "hello",
        "ToFull": [{"Email": TO}],
    }
    await house.post("postmark", house.senders["postmark"].json(body, "inbound"), "inbound")
    (row,) = await kept(database)
    mail = parsed(row.raw)
    assert {"x-evil", "bcc"}.isdisjoint(name.lower() for name in mail)
    assert mail.get_content().strip() == "hello"


async def test_too_many_parts_are_not_read(house: House, database: Database) -> None:
    """B11: a form of 1,500 files is kept unread and answered."""
    files = [(f"f{number}", "x", "text/plain", b"x") for number in range(1500)]
    body, kind = multipart({"headers": "From: a@b.example"}, files)
    credentials = base64.b64encode(b"sendgrid:correct-horse").decode()
    sent = Sent(body, {"content-type": kind, "authorization": f"Basic {credentials}"})
    answer = await house.post("sendgrid", sent, "inbound")
    (event,) = await events(database)
    assert (answer.status_code, event.state, "more than 1000" in event.reason) == (200, "parked", True)
