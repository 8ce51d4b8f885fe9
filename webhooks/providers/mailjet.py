"""Mailjet: Event API (one JSON object, or an array where grouped), Parse API (one JSON object).

Source: dev.mailjet.com, "Event API: real-time notifications" and "Parse API: inbound emails".
"""

from collections.abc import Sequence
from typing import Any

from webhooks.providers.calls import Call
from webhooks.providers.dialect import (
    BLOCKED,
    CLICKED,
    COMPLAINT,
    DEFERRED,
    DELIVERED,
    HARD,
    OPENED,
    REJECTED,
    SOFT,
    UNSUBSCRIBED,
    Dialect,
    Fields,
    Finer,
    Received,
    Sort,
)  # fmt: skip
from webhooks.providers.mime import Attached, decoded, headers_of, rebuilt, with_more
from webhooks.providers.shapes import head, listed, one_or_many, whole, words
from webhooks.providers.values import address, plain

WORDS = {
    "sent": DELIVERED,  # "successfully accepted by the destination server"
    "open": OPENED,
    "click": CLICKED,
    "bounce": SOFT,
    "blocked": REJECTED,
    "spam": COMPLAINT,
    "unsub": UNSUBSCRIBED,
}
FINER = (
    Finer(
        ("bounce",),
        ("error",),
        {
            "greylisted": DEFERRED,
            "sender blocked": BLOCKED,
            "content blocked": BLOCKED,
            "policy issue": BLOCKED,
            "relay/access denied": BLOCKED,
            "blacklisted": BLOCKED,
            "spam reporter": BLOCKED,
            "quota exceeded": SOFT,
        },
    ),
    Finer(("blocked",), ("error",), {"greylisted": DEFERRED}),
    Finer(("bounce",), ("hard_bounce",), {"true": HARD, "1": HARD, "false": SOFT, "0": SOFT}),
)
FIELDS = Fields(
    name=("event",),
    email=("email",),
    at=("time",),
    key=("Payload.!.send_key", "CustomID", "Payload"),
    ref=("MessageID", "Message_GUID"),
    identity=("Message_GUID", "error"),
    reason=("comment", "smtp_reply", "error"),
    url=("url",),
)


def sort(call: Call) -> Sort:
    """A mail that came in has a sender and a recipient."""
    body = head(call.json)
    return "event" if "event" in body else "inbound" if "Recipient" in body or "Headers" in body else ""


def mails(call: Call) -> Sequence[Received]:
    """One mail, put together from its fields and parts."""
    body = whole(call)
    mailbox = address(body, ("Recipient",)) or address(body, ("Headers.To",))
    return [Received(mailbox, _rebuilt(body))]


def _rebuilt(body: dict[str, Any]) -> bytes:
    named = [
        ("From", plain(body.get("From"), 1000) or plain(body.get("Sender"), 320)),
        ("To", plain(body.get("To"), 1000) or plain(body.get("Recipient"), 320)),
        ("Subject", plain(body.get("Subject"), 2000)),
        ("Date", plain(body.get("Date"), 100)),
    ]
    attached = [_attached(body, part) for part in listed(body, "Parts") if _is_attachment(part)]
    headers = with_more(headers_of(body.get("Headers")), named)
    return rebuilt(headers, words(body, "Text-part"), words(body, "Html-part"), attached)


def _is_attachment(part: Any) -> bool:
    return isinstance(part, dict) and "Attachment" in words(part, "ContentRef")


def _attached(body: dict[str, Any], part: dict[str, Any]) -> Attached:
    """Mailjet always sends attachments in base64, under the key that the part names."""
    headers = {name.lower(): value for name, value in headers_of(part.get("Headers"))}
    disposition = f"{headers.get('content-disposition', '')}; {headers.get('content-type', '')}"
    named = disposition.partition("name=")[2].split(";")[0].strip().strip('"')
    content = decoded(body.get(words(part, "ContentRef")))
    return Attached(content, headers.get("content-type", ""), named, headers.get("content-id", ""))


MAILJET = Dialect("Mailjet", WORDS, FIELDS, one_or_many, sort, mails, FINER)
