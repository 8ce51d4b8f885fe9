"""Twilio SendGrid: Event Webhook (a JSON array), Inbound Parse (a form, raw or taken apart).

Source: twilio.com/docs/sendgrid, "Event Webhook Reference" and "Setting up the Inbound Parse Webhook".
"""

from collections.abc import Sequence

from webhooks.providers.calls import Call, Part, Unreadable, read_json
from webhooks.providers.dialect import (
    BLOCKED,
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
from webhooks.providers.mime import Attached, rebuilt
from webhooks.providers.shapes import block, head, inner, one_or_many
from webhooks.providers.values import address, plain

WORDS = {
    "processed": SENT,
    "delivered": DELIVERED,
    "deferred": DEFERRED,
    "dropped": REJECTED,
    "bounce": BOUNCED,
    "blocked": BLOCKED,
    "open": OPENED,
    "click": CLICKED,
    "spamreport": COMPLAINT,
    "unsubscribe": UNSUBSCRIBED,
    "group_unsubscribe": UNSUBSCRIBED,
    "group_resubscribe": NOTHING,
    "account_status_change": NOTHING,
}
FINER = (
    Finer(("bounce",), ("type",), {"blocked": BLOCKED, "block": BLOCKED, "expired": BOUNCED}),
    Finer(
        ("bounce",),
        ("bounce_classification",),
        {
            "invalid address": HARD,
            "reputation": BLOCKED,
            "content": BLOCKED,
            "frequency/volume": BLOCKED,
            "mailbox unavailable": BOUNCED,
            "technical": BOUNCED,
            "technical failure": BOUNCED,
            "unclassified": BOUNCED,
        },
    ),
    Finer(("bounce",), ("type",), {"bounce": HARD}),
)
FIELDS = Fields(
    name=("event",),
    email=("email",),
    at=("timestamp",),
    message_id=("smtp-id",),
    key=("send_key", "unique_args.send_key", "custom_args.send_key"),
    ref=("sg_message_id",),
    id=("sg_event_id",),
    identity=("url_offset.index", "asm_group_id"),
    status=("status",),
    reason=("reason", "response", "type"),
    url=("url",),
)


def sort(call: Call) -> Sort:
    """Inbound Parse posts a form; everything else is JSON."""
    if call.is_form:
        return "inbound"
    return "event" if "event" in head(call.json) else ""


def mails(call: Call) -> Sequence[Received]:
    """One mail: in the field `email` as it was, or in fields of its parts."""
    try:
        envelope = read_json(call.said("envelope") or "{}")
    except Unreadable:
        envelope = {}
    mailbox = address(envelope, ("to.0", "to")) or address({"to": call.said("to")}, ("to",))
    if raw := call.first("email"):
        return [Received(mailbox, raw.value, why_parked="" if raw.value.strip() else "the mail in it is empty")]
    if call.first("headers") is None:
        raise Unreadable("the form holds neither `email` nor `headers`")
    return [Received(mailbox, _rebuilt(call))]


def _rebuilt(call: Call) -> bytes:
    charsets, named = (_object(call, name) for name in ("charsets", "attachment-info"))
    attached = []
    for part in call.parts:
        if part.filename or part.name in named:
            about = inner(named, part.name)
            kind = part.kind or plain(about.get("type"), 100)
            attached.append(Attached(part.value, kind, part.filename, plain(about.get("content-id"), 200)))
    texts = [_decoded(call.first(name), plain(charsets.get(name), 40)) for name in ("text", "html")]
    return rebuilt(block(call.said("headers")), texts[0], texts[1], attached)


def _object(call: Call, name: str) -> dict[str, object]:
    try:
        found = read_json(call.said(name) or "{}")
    except Unreadable:
        return {}
    return found if isinstance(found, dict) else {}


def _decoded(part: Part | None, charset: str) -> str:
    """The fields of a text have the charset that the mail had, which `charsets` names."""
    try:
        return part.value.decode(charset or "utf-8", "replace") if part else ""
    except LookupError:
        return part.text if part else ""


SENDGRID = Dialect("SendGrid", WORDS, FIELDS, one_or_many, sort, mails, FINER)
