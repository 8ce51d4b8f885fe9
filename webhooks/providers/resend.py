"""Resend: webhooks signed by Svix, each one JSON object; received mail too, where it carries the mail.

Source: resend.com/docs/webhooks, "Event Types" and "email.received".
"""

from collections.abc import Sequence
from typing import Any, Final

from webhooks.providers.calls import Call
from webhooks.providers.dialect import (
    BLOCKED,
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
    Dialect,
    Fields,
    Finer,
    Received,
    Sort,
)  # fmt: skip
from webhooks.providers.mime import Attached, decoded, headers_of, rebuilt, with_more
from webhooks.providers.shapes import inner, listed, whole, words
from webhooks.providers.values import address, plain

ELSEWHERE: Final = "Resend sends only a notice of the mail, not its text: let it forward to a mailbox that is read"

WORDS = {
    "email.sent": SENT,
    "email.delivered": DELIVERED,
    "email.delivery_delayed": DEFERRED,
    "email.bounced": HARD,  # "permanently rejected", say its docs
    "email.complained": COMPLAINT,
    "email.opened": OPENED,
    "email.clicked": CLICKED,
    "email.failed": REJECTED,
    "email.suppressed": REJECTED,
    "email.scheduled": NOTHING,
    **dict.fromkeys(
        (
            "contact.created", "contact.updated", "contact.deleted", "domain.created", "domain.updated",
            "domain.deleted", "suppression.added", "suppression.removed",
        ),
        NOTHING,
    ),
}  # fmt: skip
FINER = (
    Finer(
        ("email.bounced",),
        ("data.bounce.subType",),
        {"contentrejected": BLOCKED, "attachmentrejected": BLOCKED, "messagetoolarge": BLOCKED, "mailboxfull": SOFT},
    ),
    Finer(
        ("email.bounced",),
        ("data.bounce.type",),
        {"permanent": HARD, "transient": SOFT, "undetermined": SOFT, "temporary": SOFT},
    ),
)
FIELDS = Fields(
    name=("type",),
    email=("data.to.0", "data.to"),
    at=("created_at", "data.created_at"),
    message_id=("data.headers.@message-id", "data.message_id"),
    key=("data.tags.send_key", "data.tags.@send_key", "data.headers.@x-send-key"),
    ref=("data.email_id",),
    id=("svix_id",),
    reason=("data.bounce.message", "data.failed.reason", "data.suppressed.message", "data.bounce.subType"),
    url=("data.click.link",),
)


def records(call: Call) -> Sequence[Any]:
    """One event. Its id is a header, the same for every attempt to bring it."""
    return [{**whole(call), "svix_id": call.header("svix-id") or call.header("webhook-id")}]


def sort(call: Call) -> Sort:
    """A mail that came in is `email.received`."""
    named = whole(call).get("type")
    return "inbound" if named == "email.received" else "event" if isinstance(named, str) else ""


def mails(call: Call) -> Sequence[Received]:
    """The mail, where the event carries more of it than who wrote to whom."""
    data = inner(whole(call), "data")
    mailbox = address(data, ("received_for.0", "to.0", "to"))
    external_id = plain(data.get("email_id") or call.header("svix-id"), 200)
    if raw := words(data, "raw"):
        return [Received(mailbox, raw.encode("utf-8", "replace"), external_id)]
    if not words(data, "text") and not words(data, "html"):
        return [Received(mailbox, b"", external_id, ELSEWHERE)]
    return [Received(mailbox, _rebuilt(data), external_id)]


def _rebuilt(data: dict[str, Any]) -> bytes:
    named = [
        ("From", plain(data.get("from"), 1000)),
        ("To", ", ".join(plain(one, 320) for one in listed(data, "to"))),
        ("Cc", ", ".join(plain(one, 320) for one in listed(data, "cc"))),
        ("Subject", plain(data.get("subject"), 2000)),
        ("Message-ID", plain(data.get("message_id"), 500)),
    ]
    attached = [
        Attached(
            decoded(one["content"]),
            plain(one.get("content_type"), 100),
            plain(one.get("filename"), 200),
            plain(one.get("content_id"), 200),
        )
        for one in listed(data, "attachments")
        if isinstance(one, dict) and isinstance(one.get("content"), str)
    ]
    headers = with_more(headers_of(data.get("headers")), named)
    return rebuilt(headers, words(data, "text"), words(data, "html"), attached)


RESEND = Dialect("Resend", WORDS, FIELDS, records, sort, mails, FINER)
