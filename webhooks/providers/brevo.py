"""Brevo: transactional webhooks (one JSON object, or an array where batched), inbound parsing (`items`).

Source: developers.brevo.com, "Transactional webhooks", "Inbound parsing webhooks" and "Secured webhooks".
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
from webhooks.providers.shapes import head, listed, one_or_many, whole, words
from webhooks.providers.values import address, dig, plain

WORDS = {
    "request": SENT,
    "sent": SENT,
    "delivered": DELIVERED,
    "deferred": DEFERRED,
    "hard_bounce": HARD,
    "soft_bounce": SOFT,
    "invalid_email": HARD,
    "blocked": REJECTED,
    "error": REJECTED,
    "spam": COMPLAINT,
    "complaint": COMPLAINT,
    "unsubscribe": UNSUBSCRIBED,
    "unsubscribed": UNSUBSCRIBED,
    "opened": OPENED,
    "unique_opened": OPENED,
    "proxy_open": OPENED,
    "unique_proxy_open": OPENED,
    "click": CLICKED,
    "list_addition": NOTHING,
    "contact_updated": NOTHING,
    "contact_deleted": NOTHING,
    "inbound_email_processed": NOTHING,
}
FIELDS = Fields(
    name=("event",),
    email=("email",),
    at=("ts_epoch", "ts_event", "ts"),
    message_id=("message-id",),
    key=("X-Mailin-custom.!.send_key", "X-Mailin-custom"),
    ref=("message-id",),
    identity=("ts_event",),
    reason=("reason",),
    url=("link",),
)


def sort(call: Call) -> Sort:
    """Mails that came in are `items`."""
    body = head(call.json)
    return "inbound" if "items" in body else "event" if "event" in body else ""


def mails(call: Call) -> Sequence[Received]:
    """Every mail, put together from its fields. Brevo keeps the attachments to itself."""
    return [_mail(one) for one in listed(whole(call), "items") if isinstance(one, dict)]


def _mail(item: dict[str, Any]) -> Received:
    headers = headers_of(item.get("Headers"))
    to = address({name.lower(): value for name, value in headers}, ("delivered-to", "x-original-to", "to"))
    mailbox = address(item, ("Recipients.0", "To.0.Address", "Recipients.0.Address"))
    named = [
        ("From", _person(item.get("From"))),
        ("To", ", ".join(_person(one) for one in listed(item, "To"))),
        ("Subject", plain(item.get("Subject"), 2000)),
        ("Message-ID", plain(item.get("MessageId"), 500)),
        ("In-Reply-To", plain(item.get("InReplyTo"), 500)),
        ("Date", plain(item.get("SentAtDate"), 100)),
    ]
    text = words(item, "RawTextBody") or words(item, "ExtractedMarkdownMessage")
    raw = rebuilt(with_more(headers, named), text, words(item, "RawHtmlBody"))
    return Received(to or mailbox, raw, plain(dig(item, "Uuid.0"), 200))


def _person(found: Any) -> str:
    name, email = plain(dig(found, "Name"), 200).replace('"', "'"), plain(dig(found, "Address"), 320)
    return f'"{name}" <{email}>' if name and email else email


BREVO = Dialect("Brevo", WORDS, FIELDS, one_or_many, sort, mails)
