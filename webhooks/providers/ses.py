"""Amazon SES: events and received mail, each in the `Message` of an SNS notification.

Source: docs.aws.amazon.com/ses, "Contents of event data that Amazon SES publishes to Amazon SNS" and "Contents of
notifications for Amazon SES email receiving". The notification's own signature is `sns.py`.
"""

from collections.abc import Sequence
from typing import Any, Final

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
    Dialect,
    Fields,
    Finer,
    Received,
    Sort,
    Word,
)  # fmt: skip
from webhooks.providers.mime import decoded
from webhooks.providers.shapes import whole, words
from webhooks.providers.values import address, dig, plain

VALIDATED: Final = "Successfully validated SNS topic for Amazon SES event publishing."
ELSEWHERE: Final = "SES sent only a notice of the mail: let the receipt rule publish it to SNS, with its content"

WORDS = {
    "Send": SENT,
    "Delivery": DELIVERED,
    "DeliveryDelay": DEFERRED,
    "Bounce": BOUNCED,
    "Complaint": COMPLAINT,
    "Reject": REJECTED,
    "Rendering Failure": REJECTED,
    "Open": OPENED,
    "Click": CLICKED,
    "Subscription": Word(why_parked="they changed at SES what they want to hear of: see `raw` for what"),
}
FINER = (
    Finer(
        ("Bounce",),
        ("bounce.bounceSubType",),
        {"contentrejected": BLOCKED, "attachmentrejected": BLOCKED, "messagetoolarge": BLOCKED, "mailboxfull": SOFT},
    ),
    Finer(("Bounce",), ("bounce.bounceType",), {"permanent": HARD, "transient": SOFT, "undetermined": SOFT}),
)
FIELDS = Fields(
    name=("eventType", "notificationType"),
    email=("recipient.emailAddress", "recipient"),
    at=("published", "mail.timestamp"),  # when SNS passed it on: seconds after it happened, and there for every word
    message_id=("mail.headers.@message-id", "mail.commonHeaders.messageId"),
    key=("mail.tags.send_key.0",),
    ref=("mail.messageId",),
    identity=("sns",),
    status=("recipient.status",),
    reason=(
        "recipient.diagnosticCode", "deliveryDelay.delayType", "reject.reason", "failure.errorMessage",
        "bounce.bounceSubType", "delivery.smtpResponse",
    ),
    url=("click.link",),
)  # fmt: skip

# Whom each of them is about; the others are about everybody the mail went to.
RECIPIENTS = {
    "Bounce": "bounce.bouncedRecipients",
    "Complaint": "complaint.complainedRecipients",
    "Delivery": "delivery.recipients",
    "DeliveryDelay": "deliveryDelay.delayedRecipients",
}


def message(call: Call) -> dict[str, Any]:
    """What SES says in the notification; empty for a greeting of SNS. Raises Unreadable."""
    said = words(whole(call), "Message")
    if whole(call).get("Type") != "Notification" or said.strip() == VALIDATED:
        return {}
    found = read_json(said)
    if not isinstance(found, dict):
        raise Unreadable("the notification's Message is JSON, but no object")
    return found


def records(call: Call) -> Sequence[Any]:
    """One event for each recipient."""
    said = message(call)
    if not said:
        return []
    named = plain(said.get("eventType") or said.get("notificationType"), 100)
    found = dig(said, RECIPIENTS.get(named, "mail.destination"))
    about = found[:1000] if isinstance(found, list) and found else [None]
    shared = {"sns": whole(call).get("MessageId"), "published": whole(call).get("Timestamp")}
    return [{**said, **shared, "recipient": one} for one in about]


def sort(call: Call) -> Sort:
    """Mail that came in is `Received`."""
    said = message(call)
    named = said.get("eventType") or said.get("notificationType")
    return "inbound" if named == "Received" else "event" if named else ""


def mails(call: Call) -> Sequence[Received]:
    """The mail, where the receipt rule's action is to publish it to SNS."""
    said = message(call)
    if not said:
        return []
    mailbox = address(said, ("receipt.recipients.0", "mail.destination.0"))
    external_id = plain(dig(said, "mail.messageId"), 200)
    content = words(said, "content")
    if not content:
        return [Received(mailbox, b"", external_id, ELSEWHERE)]
    return [Received(mailbox, _bytes(content, plain(dig(said, "receipt.action.encoding"))), external_id)]


def _bytes(content: str, encoding: str) -> bytes:
    """As the action names its encoding; where it does not, a mail has a colon in its first line and base64 has none."""
    if encoding.upper() == "BASE64" or (not encoding and ":" not in content.lstrip()[:1000]):
        return decoded(content) or content.encode("utf-8", "replace")
    return content.encode("utf-8", "replace")


SES = Dialect("Amazon SES", WORDS, FIELDS, records, sort, mails, FINER)
