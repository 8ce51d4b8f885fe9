"""The mail sink: keeps what it accepted, misbehaves as told, and counts, so that "none twice" can be proved."""

import asyncio
import time
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import pytest
from pydantic import ValidationError

from local.mail_faults import Fault
from local.mail_sink import MailSink
from local.mail_store import MailStore
from tests.local.processes import until


@pytest.fixture
async def sink(tmp_path: Path) -> AsyncIterator[MailSink]:
    """A sink on a free port, in this process."""
    async with MailSink(tmp_path / "mail") as sink:
        yield sink


def mail(message_id: str = "<1@setpiece.example>", to: str = "dana@acme.example") -> EmailMessage:
    """A small mail."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Rita <rita@us.example>", to, "It works again"
    message["Message-ID"] = message_id
    message.set_content("Hello\n.\n..two dots\n")
    return message


async def send(sink: MailSink, message: EmailMessage | None = None, *to: str) -> None:
    """Send a mail, as the email activity does; raises aiosmtplib's errors."""
    whole = message or mail()
    await aiosmtplib.send(whole, recipients=list(to) or None, hostname="127.0.0.1", port=sink.port, timeout=5)


async def test_a_mail_is_kept_with_its_envelope_and_outlives_a_restart(sink: MailSink, tmp_path: Path) -> None:
    await send(sink, None, "dana@acme.example", "boss@acme.example")
    again = MailStore(tmp_path / "mail")
    again.close()
    (arrival,) = again.newest()
    assert arrival.rcpt_tos == ("dana@acme.example", "boss@acme.example")
    assert (arrival.mail_from, arrival.message_id) == ("rita@us.example", "<1@setpiece.example>")
    assert again.raw(arrival.id).endswith(b"Hello\r\n.\r\n..two dots\r\n")


async def test_ids_go_on_after_a_restart_even_over_a_file_that_was_never_accepted(tmp_path: Path) -> None:
    store = MailStore(tmp_path)
    first = store.keep("a@x.test", ["b@y.test"], b"Subject: one\r\n\r\n")
    store.close()
    (tmp_path / "000002.eml").write_bytes(b"half a mess")
    with (tmp_path / "index.jsonl").open("a") as index:
        index.write('{"id": 2, "received_at')
    again = MailStore(tmp_path)
    assert [arrival.id for arrival in again.newest()] == [first.id]
    with pytest.raises(FileNotFoundError):
        again.raw(2)
    assert again.keep("a@x.test", ["b@y.test"], b"Subject: three\r\n\r\n").id == 3
    again.close()
    third = MailStore(tmp_path)
    assert [arrival.subject for arrival in third.newest()] == ["three", "one"]
    third.close()


async def test_one_recipient_can_be_refused_while_the_other_gets_the_mail(sink: MailSink) -> None:
    sink.faults.plan(Fault(at="RCPT", recipient="gone@acme.example", reply="550 5.1.1 no such user"))
    refused, _ = await aiosmtplib.send(
        mail(), recipients=["gone@acme.example", "dana@acme.example"], hostname="127.0.0.1", port=sink.port
    )
    assert refused["gone@acme.example"].code == 550
    assert sink.store.newest()[0].rcpt_tos == ("dana@acme.example",)


@pytest.mark.parametrize(
    ("at", "error"),
    [
        ("MAIL", aiosmtplib.SMTPSenderRefused),
        ("RCPT", aiosmtplib.SMTPRecipientsRefused),
        ("DATA", aiosmtplib.SMTPDataError),
        ("DOT", aiosmtplib.SMTPDataError),
    ],
)
async def test_a_fault_at_any_verb_is_answered_as_told_and_nothing_is_kept(
    sink: MailSink, at: str, error: type[Exception]
) -> None:
    sink.faults.plan(Fault.model_validate({"at": at, "reply": "451 4.3.0 try later"}))
    with pytest.raises(error, match=r"4\.3\.0 try later"):
        await send(sink)
    assert sink.store.newest() == []


async def test_a_fault_for_some_times_ends_by_itself(sink: MailSink) -> None:
    sink.faults.plan(Fault(reply="451 4.3.0 try later", times=2))
    for _ in range(2):
        with pytest.raises(aiosmtplib.SMTPDataError):
            await send(sink)
    await send(sink)
    counts = sink.faults.counts()
    assert (counts.data_by_message_id, counts.kept_by_message_id) == (
        {"<1@setpiece.example>": 3},
        {"<1@setpiece.example>": 1},
    )


@pytest.mark.parametrize(("drop", "kept"), [("unkept", 0), ("before-250", 1)])
async def test_a_connection_dropped_at_the_dot_leaves_the_sender_without_an_answer(
    sink: MailSink, drop: str, kept: int
) -> None:
    sink.faults.plan(Fault.model_validate({"drop": drop}))
    with pytest.raises((aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPReadTimeoutError)):
        await send(sink)
    assert len(sink.store) == kept
    assert sink.faults.counts().kept == kept
    assert sink.faults.attempts[0].verdict == "dropped"


async def test_a_connection_dropped_after_the_250_has_given_its_answer(sink: MailSink) -> None:
    sink.faults.plan(Fault(drop="after-250"))
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=sink.port)
    await client.connect()
    await client.send_message(mail())
    await until(lambda: not client.is_connected, within=5)
    assert len(sink.store) == 1


async def test_the_answer_to_the_dot_can_be_late(sink: MailSink) -> None:
    sink.faults.plan(Fault(delay=0.3))
    began = time.monotonic()
    await send(sink)
    assert time.monotonic() - began >= 0.3


async def test_a_data_command_is_timed_before_its_message_and_a_lost_one_is_not_kept(sink: MailSink) -> None:
    began = time.time()
    reader, writer = await asyncio.open_connection("127.0.0.1", sink.port)
    for command in (b"EHLO x", b"MAIL FROM:<a@x.test>", b"RCPT TO:<b@y.test>", b"DATA"):
        writer.write(command + b"\r\n")
    await reader.readuntil(b"354 ")
    (attempt,) = sink.faults.attempts
    assert began <= attempt.started <= time.time()
    assert (attempt.rcpt_tos, attempt.verdict) == (["b@y.test"], "open")
    writer.write(b"Subject: half")
    writer.close()
    await until(lambda: attempt.verdict == "lost")
    assert (len(sink.store), sink.faults.counts().data_started) == (0, 1)


async def test_a_data_command_without_recipients_is_no_attempt(sink: MailSink) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", sink.port)
    writer.write(b"EHLO x\r\nMAIL FROM:<a@x.test>\r\nDATA\r\n")
    await reader.readuntil(b"503 ")
    writer.close()
    assert sink.faults.attempts == []


async def test_addresses_and_subjects_beyond_ascii_are_taken(sink: MailSink) -> None:
    message = mail(to="дана@пример.example")
    message.replace_header("Subject", "Снова работает")
    await aiosmtplib.send(message, hostname="127.0.0.1", port=sink.port, mail_options=["SMTPUTF8"])
    (arrival,) = sink.store.newest(to="ДАНА")
    assert (arrival.rcpt_tos, arrival.subject) == (("дана@пример.example",), "Снова работает")


async def test_fifty_senders_at_once_lose_nothing(sink: MailSink) -> None:
    await asyncio.gather(*(send(sink, mail(f"<{number}@x>")) for number in range(50)))
    assert {arrival.message_id for arrival in sink.store.newest()} == {f"<{number}@x>" for number in range(50)}
    assert set(sink.faults.counts().kept_by_message_id.values()) == {1}


@pytest.mark.parametrize("wrong", [{"reply": "250 OK"}, {"reply": "550 a\r\nb"}, {"at": "QUIT"}, {"dropp": "unkept"}])
def test_a_misspelt_fault_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Fault.model_validate(wrong)
