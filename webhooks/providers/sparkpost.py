"""SparkPost: event webhooks and relay webhooks, each a JSON array of `{"msys": {class: {…}}}`.

Source: developers.sparkpost.com, "Webhooks", "Event types", "Relay webhooks"; the support page "Bounce
classification codes".
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
    SENT,
    SOFT,
    UNSUBSCRIBED,
    Dialect,
    Fields,
    Finer,
    Received,
    Sort,
)  # fmt: skip
from webhooks.providers.mime import decoded
from webhooks.providers.shapes import inner, one_or_many, words
from webhooks.providers.values import address, dig

PING = "ping"  # what SparkPost sends to try the URL: an event without a class

WORDS = {
    PING: NOTHING,
    "injection": SENT,
    "delivery": DELIVERED,
    "delay": DEFERRED,
    "bounce": BOUNCED,
    "out_of_band": BOUNCED,
    "policy_rejection": REJECTED,
    "generation_failure": REJECTED,
    "generation_rejection": REJECTED,
    "spam_complaint": COMPLAINT,
    "list_unsubscribe": UNSUBSCRIBED,
    "link_unsubscribe": UNSUBSCRIBED,
    "open": OPENED,
    "initial_open": OPENED,
    "amp_open": OPENED,
    "amp_initial_open": OPENED,
    "click": CLICKED,
    "amp_click": CLICKED,
    "ab_test_completed": NOTHING,
    "ab_test_cancelled": NOTHING,
    "ingest_success": NOTHING,
    "ingest_error": NOTHING,
}
FINER = (
    Finer(
        ("bounce", "out_of_band"),
        ("bounce_class",),
        {
            "1": BOUNCED,
            **dict.fromkeys(("10", "30"), HARD),
            **dict.fromkeys(("20", "21", "22", "23", "24", "40", "70"), SOFT),
            **dict.fromkeys(("25", "50", "51", "52", "53", "54"), BLOCKED),
            **dict.fromkeys(("60",), AWAY),
            **dict.fromkeys(("80", "100"), NOTHING),
            "90": UNSUBSCRIBED,
        },
    ),
)
FIELDS = Fields(
    name=("type",),
    email=("raw_rcpt_to", "rcpt_to"),
    at=("timestamp",),
    key=("rcpt_meta.send_key",),
    ref=("transmission_id", "message_id"),
    id=("event_id",),
    identity=("message_id", "injection_time"),
    status=("status",),
    reason=("raw_reason", "reason"),
    url=("target_link_url",),
)


def records(call: Call) -> Sequence[Any]:
    """Each event out of its two wrappings."""
    return [_unwrapped(one) for one in one_or_many(call)]


def _unwrapped(one: Any) -> Any:
    msys = dig(one, "msys")
    if not isinstance(msys, dict) or len(msys) > 1:
        return one
    return next(iter(msys.values()), {"type": PING})


def sort(call: Call) -> Sort:
    """A mail that came in is a `relay_message`."""
    first = next(iter(one_or_many(call)), None)
    if "relay_message" in inner(first, "msys"):
        return "inbound"
    return "event" if inner(first, "msys") else ""


def mails(call: Call) -> Sequence[Received]:
    """Every mail, as it was. SparkPost gives it no id."""
    found = [dig(one, "msys.relay_message") for one in one_or_many(call)]
    return [_mail(one) for one in found if isinstance(one, dict)]


def _mail(message: dict[str, Any]) -> Received:
    content = inner(message, "content")
    given = words(content, "email_rfc822")
    raw = decoded(given) if content.get("email_rfc822_is_base64") is True else given.encode("utf-8", "replace")
    mailbox = address(message, ("rcpt_to",)) or address(content, ("to.0",))
    return Received(mailbox, raw, why_parked="" if raw else "the relay message holds no `email_rfc822`")


SPARKPOST = Dialect("SparkPost", WORDS, FIELDS, records, sort, mails, FINER)
