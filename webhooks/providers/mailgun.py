"""Mailgun: webhooks (JSON, or the forms of before 2018), routes that forward a mail (a form, as MIME or taken apart).

Source: documentation.mailgun.com, "Webhook Payloads", "Routes" and "Securing Webhooks".
"""

from collections.abc import Sequence
from typing import Any

from webhooks.providers.calls import Call, Unreadable, read_json
from webhooks.providers.dialect import (
    BOUNCED,
    CLICKED,
    COMPLAINT,
    DEFERRED,
    DELIVERED,
    HARD,
    NOTHING,
    OPENED,
    REJECTED,
    SENT,
    UNSUBSCRIBED,
    Dialect,
    Fields,
    Finer,
    Received,
    Sort,
)  # fmt: skip
from webhooks.providers.mime import Attached, headers_of, rebuilt, with_more
from webhooks.providers.shapes import form_record, inner, whole
from webhooks.providers.values import address, plain

WORDS = {
    "accepted": SENT,
    "delivered": DELIVERED,
    "failed": BOUNCED,
    "permanent_fail": BOUNCED,
    "temporary_fail": DEFERRED,
    "bounced": BOUNCED,  # this and `dropped` in the old forms only
    "dropped": REJECTED,
    "rejected": REJECTED,
    "opened": OPENED,
    "clicked": CLICKED,
    "complained": COMPLAINT,
    "unsubscribed": UNSUBSCRIBED,
    "stored": NOTHING,
    "list_member_uploaded": NOTHING,
    "list_member_upload_error": NOTHING,
    "list_uploaded": NOTHING,
}
FINER = (
    Finer(("failed",), ("severity",), {"temporary": DEFERRED}),
    Finer(
        ("failed", "permanent_fail"),
        ("reason",),
        {"suppress-bounce": HARD, "suppress-complaint": REJECTED, "suppress-unsubscribe": REJECTED},
    ),
)
FIELDS = Fields(
    name=("event",),
    email=("recipient", "message.headers.to", "message.recipients.0"),
    at=("timestamp",),
    message_id=("message.headers.message-id", "Message-Id", "message-id"),
    key=("user-variables.send_key", "send_key"),
    ref=("message.headers.message-id", "Message-Id", "message-id"),
    identity=("id", "ip", "token"),  # its id is unique within a day only
    status=("delivery-status.enhanced-code", "delivery-status.code", "code"),
    reason=(
        "delivery-status.message", "delivery-status.description", "reject.reason", "error", "notification",
        "description", "reason",
    ),
    url=("url",),
)  # fmt: skip


def records(call: Call) -> Sequence[Any]:
    """One event: under `event-data`, or the form itself."""
    if not call.is_form:
        return [inner(whole(call), "event-data")]
    return [form_record(call)]


def sort(call: Call) -> Sort:
    """A forwarded mail has a recipient and no event."""
    if not call.is_form:
        return "event" if "event-data" in whole(call) else ""
    record = form_record(call)
    if "event" in record:
        return "event"
    return "inbound" if "recipient" in record or "body-mime" in record or "message-headers" in record else ""


def mails(call: Call) -> Sequence[Received]:
    """One mail: in `body-mime` as it was, or in fields of its parts."""
    record = form_record(call)
    mailbox = address(record, ("recipient", "To", "to"))
    if raw := call.first("body-mime"):
        return [Received(mailbox, raw.value)]
    if "message-headers" not in record and "body-plain" not in record:
        raise Unreadable("the form holds neither `body-mime` nor `body-plain`")
    return [Received(mailbox, _rebuilt(call, record))]


def _rebuilt(call: Call, record: dict[str, str]) -> bytes:
    headers = headers_of(_read(record, "message-headers"))
    headers = with_more(headers, [(name, plain(record.get(name.lower()) or record.get(name), 2000)) for name in NAMED])
    by_part = {plain(part): plain(cid) for cid, part in _pairs(_read(record, "content-id-map"))}
    attached = [
        Attached(part.value, part.kind, part.filename, by_part.get(part.name, ""))
        for part in call.parts
        if part.filename or (part.name.startswith("attachment-") and part.kind)
    ]
    return rebuilt(headers, record.get("body-plain", ""), record.get("body-html", ""), attached)


NAMED = ("From", "To", "Cc", "Subject", "Date", "Message-Id", "In-Reply-To", "References")


def _read(record: dict[str, str], name: str) -> Any:
    try:
        return read_json(record.get(name) or "null")
    except Unreadable:
        return None


def _pairs(found: Any) -> list[tuple[Any, Any]]:
    return list(found.items()) if isinstance(found, dict) else []


MAILGUN = Dialect("Mailgun", WORDS, FIELDS, records, sort, mails, FINER)
