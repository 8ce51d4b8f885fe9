"""MailerSend: webhooks (the first form, with `data.email`, and the second) and inbound routes, one JSON object each.

Source: developers.mailersend.com, "Webhooks" and "Inbound routing".
"""

from collections.abc import Sequence
from typing import Any

from webhooks.providers.calls import Call
from webhooks.providers.dialect import (
    CLICKED,
    COMPLAINT,
    DEFERRED,
    DELIVERED,
    HARD,
    NOTHING,
    OPENED,
    REJECTED,
    SENT,
    SOFT,
    UNSUBSCRIBED,
    Dialect,
    Fields,
    Received,
    Sort,
)  # fmt: skip
from webhooks.providers.mime import headers_of, rebuilt, with_more
from webhooks.providers.shapes import inner, whole, words
from webhooks.providers.values import address, dig, plain

ACTIVITIES = {
    "sent": SENT,
    "delivered": DELIVERED,
    "deferred": DEFERRED,
    "soft_bounced": SOFT,
    "hard_bounced": HARD,
    "suppressed": REJECTED,
    "spam_complaint": COMPLAINT,
    "spam_complaints": COMPLAINT,
    "unsubscribed": UNSUBSCRIBED,
    "opened": OPENED,
    "opened_unique": OPENED,
    "clicked": CLICKED,
    "clicked_unique": CLICKED,
    "survey_opened": NOTHING,
    "survey_submitted": NOTHING,
}
WORDS = {
    **ACTIVITIES,
    **{f"activity.{word}": meant for word, meant in ACTIVITIES.items()},
    "webhook.test": NOTHING,
    "maintenance.start": NOTHING,
    "maintenance.end": NOTHING,
    "sender_identity.verified": NOTHING,
    "inbound_forward.failed": NOTHING,
    "email_single.verified": NOTHING,
    "email_list.verified": NOTHING,
    "bulk_email.completed": NOTHING,
}
FIELDS = Fields(
    name=("type", "data.type"),
    email=("data.email.recipient.email", "data.recipient", "data.recipient.email"),
    at=("data.created_at", "created_at"),
    message_id=("data.email.headers.@message-id",),
    ref=("data.email.message.id", "data.message_id"),
    id=("data.id",),
    identity=("data.morph.ip",),
    status=("data.meta.bounce_code",),
    reason=(
        "data.morph.readable_reason", "data.morph.reason", "data.meta.bounce_reason", "data.meta.reject_reason",
        "data.meta.suppression_reason",
    ),
    url=("data.morph.url", "data.meta.url"),
)  # fmt: skip


def records(call: Call) -> Sequence[Any]:
    """One event."""
    return [whole(call)]


def sort(call: Call) -> Sort:
    """A mail that came in is an `inbound.message`."""
    body = whole(call)
    named = body.get("type") or dig(body, "data.type")
    return "inbound" if named == "inbound.message" else "event" if isinstance(named, str) else ""


def mails(call: Call) -> Sequence[Received]:
    """One mail: in `raw` as it was, else in fields of its parts."""
    data = inner(whole(call), "data")
    mailbox = address(data, ("recipients.rcptTo.0.email", "recipients.to.data.0.email"))
    raw = words(data, "raw").encode("utf-8", "replace") or _rebuilt(data)
    return [Received(mailbox, raw, plain(data.get("id"), 200))]


def _rebuilt(data: dict[str, Any]) -> bytes:
    named = [
        ("From", plain(dig(data, "from.raw"), 1000) or plain(dig(data, "from.email"), 320)),
        ("To", plain(dig(data, "recipients.to.raw"), 2000)),
        ("Subject", plain(data.get("subject"), 2000)),
        ("Date", plain(data.get("date"), 100)),
    ]
    return rebuilt(with_more(headers_of(data.get("headers")), named), words(data, "text"), words(data, "html"))


MAILERSEND = Dialect("MailerSend", WORDS, FIELDS, records, sort, mails)
