"""Mails as servers, programs and people write them, of our own making."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

RECEIVED: Final = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
OURS: Final = "ada@ours.example"
THEIRS: Final = "ben@acme.example"
SENT: Final = "<0b9fd54e-1111-4222-8333-444455556666@ours.example>"
TOKEN: Final = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdE"
GIVEN_BACK: Final = f"Message-ID: {SENT}\r\nFrom: Ada <{OURS}>\r\nTo: Ben <{THEIRS}>\r\nSubject: Your renewal\r\n"


def mail(body: str = "Sounds good, call me.", **headers: str) -> bytes:
    """A mail of one plain part. Headers by their names with `_` for `-`; an empty one is left out."""
    base = {
        "from": f"Ben <{THEIRS}>",
        "to": OURS,
        "subject": "Re: Your renewal",
        "message_id": "<reply-1@acme.example>",
        "date": "Mon, 2 Mar 2026 10:00:00 +0000",
        "content_type": "text/plain; charset=utf-8",
    }
    rows = {**base, **{name.rstrip("_"): value for name, value in headers.items()}}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in rows.items() if value)
    return f"{head}\r\n{body}".encode()


def recipient(address: str, action: str = "failed", status: str = "5.1.1", said: str = "") -> str:
    """What a report says of one recipient (RFC 3464)."""
    said = said or f"550 {status} <{address}>: User unknown"
    verdict = f"Action: {action}\r\nStatus: {status}\r\nDiagnostic-Code: smtp; {said}\r\n"
    return f"Final-Recipient: rfc822; {address}\r\n{verdict}"


def dsn(groups: Sequence[str], words: str = "Your mail could not be delivered.", **headers: str) -> bytes:
    """A report about delivery with a part for people, one for machines, and the mail's headers given back."""
    parts = (
        ("text/plain", words),
        ("message/delivery-status", "Reporting-MTA: dns; mx.ours.example\r\n\r\n" + "\r\n".join(groups)),
        ("text/rfc822-headers", GIVEN_BACK),
    )
    return report("delivery-status", parts, **headers)


def feedback(fields: str, given_back: str = GIVEN_BACK) -> bytes:
    """A feedback report (RFC 5965)."""
    parts = (
        ("text/plain", "This is a report about your mail."),
        ("message/feedback-report", fields),
        ("message/rfc822", given_back + "\r\nHello Ben"),
    )
    return report("feedback-report", parts, from_="feedback@provider.example", subject="Abuse report")


def report(kind: str, parts: Sequence[tuple[str, str]], boundary: str = "b1", **headers: str) -> bytes:
    """A multipart/report (RFC 6522)."""
    body = "".join(f"--{boundary}\r\nContent-Type: {name}\r\n\r\n{text}\r\n" for name, text in parts)
    base = {
        "from_": "Mail Delivery System <mailer-daemon@mx.ours.example>",
        "subject": "Undelivered Mail Returned to Sender",
        "message_id": "<report-1@mx.ours.example>",
        "content_type": f'multipart/report; report-type={kind}; boundary="b1"',
    }
    return mail(f"{body}--{boundary}--\r\n", **{**base, **headers})


def bounce(words: str, **headers: str) -> bytes:
    """A bounce in a server's own words, without a report for machines."""
    base = {"from_": "mailer-daemon@mx.ours.example", "subject": "Returned mail: see transcript for details"}
    return mail(words, **{**base, **headers})
