"""django-anymail's words for what happened in ours, and whether an event or a mail was read as the samples expect."""

from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any, Final

from bench.mail_samples.webhook_cases import Case
from records.addresses import normal_form
from records.offers import Offer
from webhooks.providers.taking import Read

WORDS: Final = {
    "queued": "mail.sent",
    "sent": "mail.sent",
    "delivered": "mail.delivered",
    "deferred": "mail.deferred",
    "rejected": "mail.rejected",
    "failed": "mail.rejected",
    "bounced": "bounce",
    "complained": "complaint",
    "unsubscribed": "unsubscribed",
    "opened": "mail.opened",
    "clicked": "mail.clicked",
}
EARLIEST: Final = "2000"  # a time before it is a slip of the sample's own (Brevo: seconds read as milliseconds)


def wrong_event(case: Case, expected: dict[str, Any], offer: Offer) -> str:
    """What of an event is otherwise than expected; empty when nothing is."""
    kind = WORDS[expected["anymail_event"]]
    if offer.kind != kind and not _same(expected, offer):
        return f"{offer.kind} instead of {kind}"
    for key, ours in (("recipient", "email"), ("click_url", "url")):
        if expected.get(key) and offer.data.get(ours) != expected[key]:
            return f"another {key}"
    ids = {str(offer.data.get(key, "")).strip("<>") for key in ("ref", "message_id")}
    own = b"anymail_id" in case.call.raw  # anymail's own mark on the mail, no field of the provider's
    if expected.get("message_id") and not own and str(expected["message_id"]).strip("<>") not in ids:
        return "another message_id"
    return _wrong_time(expected, offer)


def _same(expected: dict[str, Any], offer: Offer) -> bool:
    """Anymail calls a block by the other side, or an address that cannot be, `rejected`: here it is a bounce too."""
    if expected["anymail_event"] != "rejected" or offer.kind != "bounce":
        return False
    return bool(offer.data["blames_sender"]) or expected.get("reject_reason") in ("invalid", "bounced")


def _wrong_time(expected: dict[str, Any], offer: Offer) -> str:
    said = expected.get("timestamp") or ""
    if not said or said < EARLIEST:
        return ""
    off = abs(offer.occurred_at - datetime.fromisoformat(said))
    return "another time" if off > timedelta(seconds=1) else ""


def wrong_mail(case: Case, found: Read) -> str:
    """What of the mails that came in is otherwise than expected; empty when nothing is."""
    if not found.arrivals and found.offers and all(offer.parked for offer in found.offers):
        return "" if case.without_mail else found.offers[0].parked
    if len(found.arrivals) != len(case.expected):
        return f"{len(found.arrivals)} mails instead of {len(case.expected)}"
    for expected, arrival in zip(case.expected, found.arrivals, strict=True):
        mail = message_from_bytes(arrival.raw, policy=default)
        recipient = expected.get("recipient")
        if recipient and normal_form(arrival.mailbox) != normal_form(recipient):
            return "another recipient"
        for key, said in (("subject", mail["subject"]), ("from_email", mail["from"]), ("text", _text(mail))):
            if expected.get(key) and str(said or "").strip().replace('"', "") != expected[key].strip():
                return f"another {key}"
    return ""


def _text(mail: Any) -> str:
    """The first plain text, wherever it is; all there is where there are no headers."""
    if not mail.keys():
        return str(mail.get_payload() or mail.as_string())
    texts = (part for part in mail.walk() if part.get_content_type() == "text/plain" and not part.is_attachment())
    first = next(texts, None)
    return str(first.get_content()).replace("\r\n", "\n") if first else ""
