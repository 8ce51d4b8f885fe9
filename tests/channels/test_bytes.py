"""What crosses the wire in SMTP: no command out of an address, no second mail out of a text (reliability.md F5, F6)."""

from collections.abc import AsyncIterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from activities.channels.smtp import SmtpTransport
from activities.channels.transport import Refusal
from activities.refusals import Blame, blamed
from local.mail_faults import Fault
from local.mail_sink import MailSink
from tests.channels.letters import SENDER

HEAD = b"From: rita@us.example\r\nTo: dana@acme.example\r\nSubject: one\r\nMessage-ID: <1@us.example>\r\n\r\n"
SMUGGLED = b"MAIL FROM:<evil@x.test>\r\nRCPT TO:<victim@x.test>\r\nDATA\r\nSubject: smuggled\r\n\r\nboo\r\n"


@pytest.fixture
async def sink(tmp_path: Path) -> AsyncIterator[MailSink]:
    """A sink on a free port, in this process."""
    async with MailSink(tmp_path / "mail") as sink:
        yield sink


async def send(sink: MailSink, mime: bytes, recipient: str = "dana@acme.example", sender: str = SENDER) -> None:
    """One mail."""
    transport = SmtpTransport(sink.url)
    delivery = await transport.open(sender, recipient)
    try:
        await delivery.begin()
        await delivery.finish(mime)
    finally:
        await delivery.close()
        await transport.close()


@pytest.mark.parametrize(
    "end",
    [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r.\r\n", b"\r\n.\r", b"\r\n.\r\n", b"\n\n.\r\n", b"\r\n\x00.\r\n"],
    ids=repr,
)
async def test_an_end_of_data_in_the_text_stays_text(sink: MailSink, end: bytes) -> None:
    """F6: SMTP smuggling. Every bare CR or LF goes out as CRLF, and every line that begins with a dot gets another."""
    await send(sink, HEAD + b"before" + end + SMUGGLED)
    (arrival,) = sink.store.newest()
    assert (arrival.subject, arrival.rcpt_tos) == ("one", ("dana@acme.example",))
    raw = sink.store.raw(arrival.id)
    assert b"Subject: smuggled" in raw
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert sink.faults.counts().data_started == 1


async def test_lines_of_dots_arrive_as_written(sink: MailSink) -> None:
    text = b".\r\n..\r\n...three\r\n.last\r\n"
    await send(sink, HEAD + text)
    raw = sink.store.raw(sink.store.newest()[0].id)
    assert raw.endswith(b"\r\n\r\n" + text)


@pytest.mark.parametrize(
    "address",
    [
        "dana@acme.example>\r\nRCPT TO:<victim@x.test",
        "dana@acme.example\r\nDATA",
        "dana@acme.example\nQUIT",
        "dana@acme.example\r",
        "dana@acme.example> SIZE=1",
        "da na@acme.example",
        "dana\x00@acme.example",
        "dana\x0b@acme.example",
        "<dana@acme.example>",
        "",
    ],
    ids=repr,
)
async def test_an_address_is_never_a_command(sink: MailSink, address: str) -> None:
    """F5: refused as an address, with nothing sent, whichever end it is at."""
    for sender, recipient in ((SENDER, address), (address, "dana@acme.example")):
        with pytest.raises(Refusal) as refused:
            await send(sink, HEAD + b"text\r\n", recipient, sender)
        assert not refused.value.passing
    assert sink.store.newest() == []
    assert sink.faults.counts().data_started == 0


@pytest.mark.parametrize(("at", "code", "ours"), [("MAIL", 550, True), ("MAIL", 451, False), ("RCPT", 550, False)])
async def test_a_no_to_the_sender_is_never_the_recipients_doing(sink: MailSink, at: Any, code: int, ours: bool) -> None:
    """A6: `550 5.1.1` at MAIL speaks of us."""
    sink.faults.plan(Fault(at=at, reply=f"{code} {code // 100}.1.1 no such user"))
    with pytest.raises(Refusal) as refused:
        await send(sink, HEAD + b"text\r\n")
    assert refused.value.ours is ours
    assert blamed(refused.value) is (Blame.SENDER if ours else Blame.ADDRESS if code == 550 else Blame.NOBODY)


async def test_a_domain_in_another_script_goes_out_as_its_a_label(sink: MailSink) -> None:
    """F12: RFC 5891."""
    await send(sink, HEAD + b"text\r\n", "dana@BÜRO.example")
    assert sink.store.newest()[0].rcpt_tos == ("dana@xn--bro-hoa.example",)


async def test_a_local_part_outside_ascii_needs_a_server_that_offers_it(
    sink: MailSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F12: RFC 6531. Refused in words where SMTPUTF8 is missing, never mangled."""
    await send(sink, HEAD + b"text\r\n", "дана@acme.example")
    assert sink.store.newest()[0].rcpt_tos == ("дана@acme.example",)

    import aiosmtplib

    monkeypatch.setattr(aiosmtplib.SMTP, "supports_extension", lambda self, name: False)
    with pytest.raises(Refusal, match="550") as refused:
        await send(sink, HEAD + b"text\r\n", "дана@acme.example")
    assert refused.value.short == "550 5.6.7"
    assert len(sink.store) == 1


async def test_a_long_mail_leaves_whole(sink: MailSink) -> None:
    text = b"".join(b"%06d %s\r\n" % (number, b"x" * 60) for number in range(60_000))
    await send(sink, HEAD + text)
    raw = sink.store.raw(sink.store.newest()[0].id)
    assert raw == HEAD + text
    assert message_from_bytes(raw, policy=policy.default)["Subject"] == "one"
