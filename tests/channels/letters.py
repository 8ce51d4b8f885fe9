"""Frozen mails for the tests of transports, made as the email activity makes them."""

from datetime import UTC, datetime

from activities.channels.transport import Sought
from activities.mail import Letter, Thread, frozen
from plays.content import EmailText
from plays.ids import message_id

SENDER = "rita@us.example"
RECIPIENT = "dana@acme.example"
UNSUBSCRIBE = "https://plays.us.example/u/abcdefghijklmnop?token=0123456789"
AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def letter(
    key: str = "hello/acme/1/first/1/acme-dana",
    *,
    recipient: str = RECIPIENT,
    subject: str = "Zahlen für Grüße, 日本 & „Anführung“",
    name: str = "Zoë Müller, CEO",
    text: str = "Grüß Gott,\n\n.\n..two dots\nпривет",
) -> tuple[bytes, str]:
    """The bytes and the Message-ID."""
    named = message_id(key, "us.example")
    made = frozen(
        Letter(
            sender_name=name,
            sender=SENDER,
            recipient=recipient,
            text=EmailText(subject, text, f"<p>{text}</p>"),
            language="en",
            message_id=named,
            date=AT,
            thread=Thread("<first@us.example>", "<first@us.example>", subject),
            unsubscribe=UNSUBSCRIBE,
            postal_address="Us Ltd, 1 High Street, London",
        )
    )
    return made, named


def sought(
    mime: bytes, named: str, *, repeat: bool = True, ref: str | None = None, transport: str | None = None
) -> Sought:
    """The mail as one in doubt, claimed just now."""
    at = datetime.now(UTC)
    return Sought(named, SENDER, RECIPIENT, at, mime, ref=ref, repeat=repeat, transport=transport)
