"""C10: a raw mail as texts, whatever is wrong with it."""

import base64

import pytest

from tests.meaning.builders import GIVEN_BACK, mail, report
from webhooks.meaning.reading import MAX_PARTS, Mail, read_mail, text_of, text_of_html


def read(body: str = "hello", **headers: str) -> Mail:
    return read_mail(mail(body, **headers))


def test_headers_come_decoded_on_one_line_and_keep_every_value() -> None:
    found = read_mail(
        b"Subject: =?utf-8?q?Caf=C3=A9?=\r\n =?utf-8?b?IGF1IGxhaXQ=?=\r\nTo: a@x.example\r\nTo: b@x.example\r\n\r\n"
    )
    assert found.header("Subject") == "Café au lait"
    assert found.headers["to"] == ("a@x.example", "b@x.example")
    assert found.header("x-missing") == ""


@pytest.mark.parametrize(
    ("charset", "raw", "text"),
    [
        ("koi8-r", "Привет".encode("koi8-r"), "Привет"),
        ("windows-1251", "Привет".encode("cp1251"), "Привет"),
        ("nonsense", "Привет".encode(), "Привет"),
        ("us-ascii", "Grüße".encode("latin-1"), "Grüße"),
        ("utf-8", b"caf\xc3\xa9 \xff", "café \N{REPLACEMENT CHARACTER}"),
        ("punycode", b"caf\xe9", "café"),
        ("idna", b"hello", "hello"),
        ("zlib", b"hello", "hello"),
        ("\x00", b"hello", "hello"),
        ("a" * 500, b"hello", "hello"),
    ],
)
def test_a_bad_charset_never_costs_the_words(charset: str, raw: bytes, text: str) -> None:
    """C10: bad charset."""
    assert text_of(raw, charset) == text


def test_a_mail_without_headers_without_a_body_or_without_anything_is_read() -> None:
    """C10: no From, no date."""
    assert read_mail(b"").parts[0].text == ""
    assert read_mail(b"\r\n\r\nhello").said == "hello"
    assert read_mail(b"From: a@x.example").header("from") == "a@x.example"


def test_blank_lines_and_an_mbox_line_before_the_headers_are_passed_over() -> None:
    assert read_mail(b"   \r\n\r\nSubject: hello\r\n\r\nbody").header("subject") == "hello"
    assert read_mail(b"From ben@x Mon Jan  1 00:00:00 2026\nSubject: hello\n\nbody").header("subject") == "hello"


def test_the_plain_part_speaks_and_html_only_where_there_is_none() -> None:
    both = report("x", (("text/plain", "plain words"), ("text/html", "<p>html words</p>")))
    alone = read("<p>html <b>words</b></p>", content_type="text/html")
    assert read_mail(both).said.strip() == "plain words"
    assert alone.said.strip() == "html words"


def test_parts_whose_boundary_is_another_are_found() -> None:
    """C10: broken boundaries."""
    raw = report("x", (("text/plain", "words"),), boundary="b2", content_type='multipart/mixed; boundary="b1"')
    assert read_mail(raw).said.strip() == "words"


def test_a_multipart_without_any_boundary_is_text() -> None:
    assert read("just words", content_type="multipart/mixed").said == "just words"


def test_a_part_without_a_type_that_looks_like_a_mail_is_the_mail_given_back() -> None:
    raw = mail(
        f"--b1\r\n\r\nwords\r\n--b1\r\n{GIVEN_BACK}\r\nhello\r\n--b1--", content_type='multipart/mixed; boundary="b1"'
    )
    found = read_mail(raw)
    assert found.original.startswith("Message-ID: <0b9fd54e")
    assert found.said.strip() == "words"


def test_a_report_that_is_encoded_for_transfer_is_decoded() -> None:
    coded = base64.b64encode(b"Final-Recipient: rfc822; ben@acme.example\r\nAction: failed\r\n").decode()
    part = (
        f"--b1\r\nContent-Type: message/delivery-status\r\nContent-Transfer-Encoding: base64\r\n\r\n{coded}\r\n--b1--"
    )
    found = read(part, content_type='multipart/report; report-type=delivery-status; boundary="b1"')
    assert "ben@acme.example" in found.report("message/delivery-status")


@pytest.mark.parametrize("coding", ["base64", "quoted-printable", "x-uuencode", "7bit", "nonsense"])
def test_content_that_is_not_what_its_encoding_says_stays_readable(coding: str) -> None:
    """C10: the encoding of a part is wrong."""
    assert isinstance(read("=ZZ !!! not encoded", content_transfer_encoding=coding).said, str)


def test_outlooks_winmail_and_other_attachments_are_not_read() -> None:
    """C10, C14: TNEF and files are not opened."""
    raw = report("x", (("application/ms-tnef", "\x78\x9f\x3e\x22"), ("application/zip", "PK"), ("image/png", "x")))
    assert read_mail(raw).parts == ()


def test_more_parts_than_anybody_sends_are_left_out_and_named() -> None:
    found = read_mail(report("x", [("text/plain", "a")] * (MAX_PARTS + 50)))
    assert len(found.parts) == MAX_PARTS
    assert found.limits


def test_html_comes_as_lines_without_what_nobody_sees() -> None:
    markup = (
        "<head><title>t</title></head><style>p{}</style><!-- c --><p>One&nbsp;<b>two</b></p><div>three<br>four</div>"
    )
    assert text_of_html(markup).split("\n") == ["One\N{NO-BREAK SPACE}two", "three", "four", ""]


@pytest.mark.parametrize("piece", ["<", "<style>", "<!--", "<a ", "</", "<p", "&", "< ", "<script", "<br<"])
def test_hostile_html_is_read_in_one_pass(piece: str) -> None:
    """C10: a million of them end as fast as a million letters: the test would never end otherwise."""
    assert len(text_of_html(piece * 1_000_000)) <= 1_000_000
