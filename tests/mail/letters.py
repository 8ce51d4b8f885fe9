"""Mails as others would send them: replies, reports, complaints, opt-outs. Written here, copied from nowhere."""

from email.message import EmailMessage
from email.policy import SMTP
from typing import Any
from uuid import uuid4

HUMAN = "Hi Ada,\n\nyes, that is exactly what we are looking for. Could we talk on Tuesday?\n\nBest,\nAnn\n"


def letter(
    text: str = HUMAN, sender: str = "ann@acme.example", to: str = "ada@setpiece.example", **headers: str
) -> bytes:
    """A mail; headers by keyword with `_` for `-`."""
    mail = EmailMessage(policy=SMTP)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    named = {
        "From": sender, "To": to, "Subject": "Re: News", "Date": "Wed, 18 Nov 2026 12:30:00 +0000",
        "Message-ID": f"<{uuid4()}@theirs.example>", **given,
    }  # fmt: skip
    for name, value in named.items():
        mail[name] = value
    mail.set_content(text)
    return mail.as_bytes()


def bounce(message_id: str, *recipients: tuple[str, str, str], to: str = "ada@setpiece.example", **more: str) -> bytes:
    """A DSN (RFC 3464) about a mail of ours; a recipient is (address, action, status)."""
    groups = "".join(
        f"\r\nFinal-Recipient: rfc822; {address}\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; {more.get('said') or f'{status[0]}50 {status}'}\r\n"
        for address, action, status in recipients
    )
    return _joined(
        "delivery-status",
        "message/delivery-status",
        "Your message could not be delivered.",
        f"Reporting-MTA: dns; mx.theirs.example\r\n{groups}",
        _original(message_id, recipients[0][0] if recipients else "ann@acme.example"),
        {"From": "MAILER-DAEMON@mx.theirs.example", "To": to, "Subject": "Undelivered Mail", "Return-Path": "<>"},
    )


def complaint(message_id: str, kind: str = "abuse", who: str = "") -> bytes:
    """A feedback report (RFC 5965); the recipient is blacked out unless given."""
    whom = f"Original-Rcpt-To: {who}\r\n" if who else ""
    fields = f"Feedback-Type: {kind}\r\nUser-Agent: Loop/1.0\r\nVersion: 1\r\n{whom}"
    return _joined(
        "feedback-report",
        "message/feedback-report",
        "This is an abuse report for a mail from you.",
        fields,
        _original(message_id, who or "redacted@redacted.invalid"),
        {"From": "feedback@isp.example", "To": "abuse@setpiece.example", "Subject": "FW: News"},
    )


def _original(message_id: str, to: str) -> str:
    named = f"Message-ID: {message_id}\r\n" if message_id else ""
    return f"From: Ada <ada@setpiece.example>\r\nTo: {to}\r\nSubject: News\r\n{named}\r\nHello\r\n"


def _joined(kind: str, report: str, said: str, fields: str, original: str, headers: dict[str, Any]) -> bytes:
    parts = [("text/plain; charset=utf-8", said), (report, fields), ("message/rfc822", original)]
    body = "".join(f"--frontier\r\nContent-Type: {of}\r\n\r\n{text}\r\n" for of, text in parts)
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return (
        f"{head}Date: Wed, 18 Nov 2026 12:31:00 +0000\r\nMessage-ID: <{uuid4()}@mx.theirs.example>\r\n"
        f"MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type={kind}; boundary=frontier\r\n\r\n"
        f"{body}--frontier--\r\n"
    ).encode()
