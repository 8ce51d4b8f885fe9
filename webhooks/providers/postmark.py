"""Postmark: webhooks and inbound, each one JSON object.

Source: postmarkapp.com/developer/webhooks, and "Bounce API", the list of bounce types.
"""

from collections.abc import Sequence
from typing import Any

from webhooks.providers.calls import Call
from webhooks.providers.dialect import (
    AWAY,
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
    SOFT,
    UNSUBSCRIBED,
    Dialect,
    Fields,
    Finer,
    Received,
    Sort,
    Word,
)  # fmt: skip
from webhooks.providers.mime import Attached, Headers, decoded, headers_of, rebuilt, with_more
from webhooks.providers.shapes import listed, one_or_many, whole, words
from webhooks.providers.values import address, plain

WORDS = {
    "Delivery": DELIVERED,
    "Bounce": BOUNCED,
    "SpamComplaint": COMPLAINT,
    "Open": OPENED,
    "Click": CLICKED,
    "SubscriptionChange": UNSUBSCRIBED,
    "SMTPApiError": REJECTED,
}
FINER = (
    Finer(
        ("Bounce", "SpamComplaint"),
        ("Type",),
        {
            "hardbounce": HARD,
            "bademailaddress": HARD,
            "manuallydeactivated": REJECTED,
            "softbounce": SOFT,
            "undeliverable": SOFT,
            "virusnotification": BLOCKED,
            "blocked": BLOCKED,
            "spamnotification": BLOCKED,
            "dmarcpolicy": BLOCKED,
            "openrelaytest": DEFERRED,
            "transient": DEFERRED,
            "dnserror": DEFERRED,
            "challengeverification": DEFERRED,
            "autoresponder": AWAY,
            "addresschange": Word(why_parked="they say that their address has changed: look for the new one"),
            "unsubscribe": UNSUBSCRIBED,
            "subscribe": NOTHING,
            "spamcomplaint": COMPLAINT,
            "smtpapierror": REJECTED,
            "templaterenderingfailed": REJECTED,
            "unconfirmed": REJECTED,
            "inbounderror": NOTHING,
            "unknown": BOUNCED,
        },
    ),
    Finer(("SubscriptionChange",), ("SuppressSending",), {"false": NOTHING}),
    Finer(
        ("SubscriptionChange",),
        ("SuppressionReason",),
        {"hardbounce": HARD, "spamcomplaint": COMPLAINT, "manualsuppression": UNSUBSCRIBED},
    ),
)
FIELDS = Fields(
    name=("RecordType",),
    email=("Recipient", "Email"),
    at=("DeliveredAt", "BouncedAt", "ReceivedAt", "ChangedAt"),
    key=("Metadata.send_key",),
    ref=("MessageID",),
    id=("ID",),
    identity=("Type", "SuppressSending", "OriginalLink"),
    reason=("Details", "Description", "Name"),
    url=("OriginalLink",),
)


def sort(call: Call) -> Sort:
    """A mail that came in has a `FromFull`."""
    body = whole(call)
    if body.get("RecordType", "Inbound") == "Inbound" and ("FromFull" in body or "RecordType" in body):
        return "inbound"
    return "event" if "RecordType" in body else ""


def mails(call: Call) -> Sequence[Received]:
    """One mail: in `RawEmail` as it was, where that is switched on, else in fields of its parts."""
    body = whole(call)
    mailbox = address(body, ("OriginalRecipient", "ToFull.0.Email", "To"))
    raw = words(body, "RawEmail").encode("utf-8", "replace") or _rebuilt(body)
    return [Received(mailbox, raw, plain(body.get("MessageID"), 200))]


def _rebuilt(body: dict[str, Any]) -> bytes:
    attached = [
        Attached(
            decoded(one.get("Content") or one.get("Data")),
            plain(one.get("ContentType"), 100),
            plain(one.get("Name"), 200),
            plain(one.get("ContentID"), 200),
        )
        for one in listed(body, "Attachments")
        if isinstance(one, dict)
    ]
    return rebuilt(_headers(body), words(body, "TextBody"), words(body, "HtmlBody"), attached)


def _headers(body: dict[str, Any]) -> Headers:
    """Postmark takes these out of the headers; the mail's own Message-ID stays among them."""
    named = [
        ("From", _people([body.get("FromFull")]) or plain(body.get("From"), 1000)),
        ("To", _people(listed(body, "ToFull")) or plain(body.get("To"), 2000)),
        ("Cc", _people(listed(body, "CcFull")) or plain(body.get("Cc"), 2000)),
        ("Reply-To", plain(body.get("ReplyTo"), 1000)),
        ("Subject", plain(body.get("Subject"), 2000)),
        ("Date", plain(body.get("Date"), 100)),
    ]
    return with_more(headers_of(body.get("Headers")), named)


def _people(found: list[Any]) -> str:
    people = [one for one in found if isinstance(one, dict) and plain(one.get("Email"))]
    return ", ".join(_person(plain(one.get("Name"), 200), plain(one.get("Email"), 320)) for one in people)


def _person(name: str, email: str) -> str:
    bare = name.replace("\\", "").replace('"', "'")
    return f'"{bare}" <{email}>' if bare else email


POSTMARK = Dialect("Postmark", WORDS, FIELDS, one_or_many, sort, mails, FINER)
