"""The frozen mail taken apart: nothing added, nothing lost, nothing that could break out of a header."""

import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.channels.providers.decoding import Person, fields_of, message_id_of, send_key
from activities.channels.transport import Refusal
from plays.content import ContentError
from plays.ids import message_id
from tests.channels.letters import SENDER, UNSUBSCRIBE, letter

HEAD = b"From: Rita <rita@us.example>\r\nTo: dana@acme.example\r\nMessage-ID: <1@us.example>\r\n"
TEXT = b"Content-Type: text/plain; charset=utf-8\r\n\r\nhello\r\n"


def test_every_header_that_has_no_field_goes_along() -> None:
    mime, named = letter()
    found = fields_of(mime)
    assert found.sender == Person(SENDER, "Zoë Müller, CEO")
    assert found.subject == "Re: Zahlen für Grüße, 日本 & „Anführung“"
    assert found.headers == {
        "Message-ID": named,
        "Date": "Tue, 24 Nov 2026 10:00:00 +0000",
        "In-Reply-To": "<first@us.example>",
        "References": "<first@us.example>",
        "List-Unsubscribe": f"<{UNSUBSCRIBE}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    assert "Date" not in found.headers_but("date")


def test_a_reply_address_and_what_a_robot_wrote_are_kept() -> None:
    mime = HEAD + b"Reply-To: =?utf-8?q?R=C3=A9ponse?= <r@us.example>\r\nAuto-Submitted: auto-generated\r\n" + TEXT
    found = fields_of(mime)
    assert found.reply_to == Person("r@us.example", "Réponse")
    assert found.headers["Auto-Submitted"] == "auto-generated"
    assert (found.text, found.html) == ("hello\n", "")


@pytest.mark.parametrize(
    "header",
    [
        b"Subject: =?utf-8?q?Hi=0D=0ABcc=3A_v=40x.test?=\r\n",
        b"References: <1@x>\x00<2@x>\r\n",
        b"X-Own: =?utf-8?b?4oCo?=\r\n",
        b"Reply-To: =?utf-8?q?a=0Ab?= <r@us.example>\r\n",
    ],
    ids=["CVE-2024-6923", "nul", "line separator", "name"],
)
def test_an_encoded_line_break_gets_into_no_field(header: bytes) -> None:
    """F4: what is decoded here would be a header of its own in the provider's mail."""
    with pytest.raises(Refusal, match="554"):
        fields_of(HEAD + header + TEXT)


@pytest.mark.parametrize(
    "part",
    [
        b"Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\n",
        b"Content-Type: application/pdf\r\n\r\nx\r\n",
        b'Content-Type: text/plain; name="a.txt"\r\nContent-Disposition: attachment; filename="a.txt"\r\n\r\nx\r\n',
    ],
    ids=["invitation", "pdf", "attached text"],
)
def test_a_part_that_has_no_field_is_refused_and_not_left_out(part: bytes) -> None:
    mime = HEAD + b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
    with pytest.raises(Refusal) as refused:
        fields_of(mime + TEXT + b"--b\r\n" + part + b"--b--\r\n")
    assert refused.value.short == "554 5.6.1"


def test_the_send_key_is_the_uuid_of_the_message_id_and_a_uuid_in_any_case() -> None:
    named = message_id("usage-drop/acme/1/first/1/dana", "us.example")
    assert send_key(named) == str(uuid.UUID(named[1:37]))
    odd = send_key("<odd-one@us.example>")
    assert (odd, str(uuid.UUID(odd))) == (send_key("<odd-one@us.example>"), odd)
    assert message_id_of(letter()[0]) == letter()[1]


@pytest.mark.parametrize(
    ("name", "whole"),
    [
        ("", "a@b.example"),
        ("Zoë", "Zoë <a@b.example>"),
        ("Müller, Zoë", '"Müller, Zoë" <a@b.example>'),
        ('The "Boss"', '"The \\"Boss\\"" <a@b.example>'),
    ],
)
def test_a_name_with_signs_is_quoted(name: str, whole: str) -> None:
    assert Person("a@b.example", name).whole == whole


@settings(max_examples=150, deadline=None)
@given(
    subject=st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=60),
    name=st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=40),
    text=st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=300),
)
def test_whatever_is_frozen_comes_apart_as_it_was_put_in(subject: str, name: str, text: str) -> None:
    """F12, as a property."""
    try:
        mime, _ = letter(subject=subject, name=name, text=text)
    except ContentError:
        return  # refused before it was frozen
    found = fields_of(mime)
    assert found.subject == f"Re: {subject.removeprefix('Re: ')}"
    assert (found.sender.name, found.sender.address) == (name, SENDER)
    assert found.text.startswith(text.replace("\r\n", "\n"))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_break_it(raw: bytes) -> None:
    try:
        found = fields_of(HEAD + raw)
    except Refusal:
        return
    assert not any("\n" in value or "\r" in value for value in (found.subject, *found.headers.values()))
