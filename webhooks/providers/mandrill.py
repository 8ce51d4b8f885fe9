"""Mandrill (Mailchimp Transactional): webhooks and inbound, each a form with a JSON array in `mandrill_events`.

Source: mailchimp.com/developer/transactional, "Track and respond to activity with webhooks" and "Inbound email".
"""

from collections.abc import Sequence
from typing import Any

from webhooks.providers.calls import Call, Unreadable, read_json
from webhooks.providers.dialect import (
    BLOCKED,
    BOUNCED,
    CLICKED,
    COMPLAINT,
    DEFERRED,
    DELIVERED,
    HARD,
    OPENED,
    REJECTED,
    SENT,
    SOFT,
    UNSUBSCRIBED,
    Dialect,
    Fields,
    Finer,
    Received,
    Sort,
)  # fmt: skip
from webhooks.providers.shapes import inner, words
from webhooks.providers.values import address

WORDS = {
    "send": SENT,
    "delivered": DELIVERED,
    "deferral": DEFERRED,
    "hard_bounce": HARD,
    "soft_bounce": SOFT,
    "reject": REJECTED,
    "spam": COMPLAINT,
    "unsub": UNSUBSCRIBED,
    "open": OPENED,
    "click": CLICKED,
}
FINER = (
    Finer(
        ("hard_bounce", "soft_bounce"),
        ("msg.bounce_description",),
        {
            "bad_mailbox": HARD,
            "invalid_domain": HARD,
            "mailbox_full": SOFT,
            "greylisted": SOFT,
            **dict.fromkeys(("spam", "block", "relay_denied", "invalid_sender"), BLOCKED),
            "general": BOUNCED,
        },
    ),
)
FIELDS = Fields(
    name=("event", "type"),
    email=("msg.email", "reject.email", "entry.email"),
    at=("ts",),
    message_id=("msg.headers.Message-Id",),
    key=("msg.metadata.send_key",),
    ref=("_id", "msg._id"),
    identity=("action", "ip", "msg.bounce_description"),
    reason=("msg.diag", "msg.bounce_description", "msg.reject.reason", "msg.reject"),
    url=("url",),
)


def records(call: Call) -> Sequence[Any]:
    """The events of the form. Raises Unreadable."""
    field = call.first("mandrill_events")
    found = read_json(field.value) if field else None
    if not isinstance(found, list):
        raise Unreadable("the form holds no array `mandrill_events`")
    return found


def sort(call: Call) -> Sort:
    """A mail that came in has the word `inbound`; Mandrill does not mix it with others."""
    first = next(iter(records(call)), None)
    if not isinstance(first, dict):
        return ""
    return "inbound" if first.get("event") == "inbound" else "event"


def mails(call: Call) -> Sequence[Received]:
    """Every mail, as it was. Mandrill gives it no id."""
    return [_mail(inner(one, "msg")) for one in records(call)]


def _mail(message: dict[str, Any]) -> Received:
    raw = words(message, "raw_msg").encode("utf-8", "replace")
    return Received(address(message, ("email",)), raw, why_parked="" if raw else "the event holds no `raw_msg`")


MANDRILL = Dialect("Mandrill", WORDS, FIELDS, records, sort, mails, FINER)
