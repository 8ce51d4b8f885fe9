"""What each provider says of a mail to `ann@acme.example`: the words of its documentation, by our own words."""

import datetime as dt
from collections.abc import Callable
from typing import Any, Final

from plays.ids import message_id

EMAIL: Final = "ann@acme.example"
TOUCH: Final = "usage-drop/acme/1/first/1/ann"
DOMAIN: Final = "setpiece.example"
MESSAGE_ID: Final = message_id(TOUCH, DOMAIN)
SEND_KEY: Final = MESSAGE_ID.strip("<>").partition("@")[0]
WORDS: Final = ("sent", "delivered", "deferred", "hard", "soft", "blocked", "rejected", "complaint", "unsubscribed",
                "opened", "clicked")  # fmt: skip
KINDS: Final = dict.fromkeys(("hard", "soft", "blocked"), "bounce") | {
    word: word if word in ("complaint", "unsubscribed") else f"mail.{word}"
    for word in WORDS
    if word not in ("hard", "soft", "blocked")
}
NO_USER: Final = "550 5.1.1 <ann@acme.example>: user unknown"
FULL: Final = "452 4.2.2 mailbox full"
SPAM: Final = "550 5.7.1 refused by our spam policy"
URL: Final = "https://setpiece.example/offer"


def _sendgrid(word: str, at: dt.datetime, number: int) -> dict[str, Any]:
    said: dict[str, dict[str, Any]] = {
        "sent": {"event": "processed"},
        "delivered": {"event": "delivered", "response": "250 OK"},
        "deferred": {"event": "deferred", "response": FULL},
        "hard": {"event": "bounce", "type": "bounce", "reason": NO_USER, "status": "5.1.1"},
        "soft": {"event": "bounce", "type": "bounce", "reason": FULL, "status": "4.2.2"},
        "blocked": {"event": "bounce", "type": "blocked", "reason": "550 no thank you", "status": "5.0.0"},
        "rejected": {"event": "dropped", "reason": "Bounced Address"},
        "complaint": {"event": "spamreport"},
        "unsubscribed": {"event": "unsubscribe"},
        "opened": {"event": "open"},
        "clicked": {"event": "click", "url": URL},
    }
    shared = {"email": EMAIL, "timestamp": int(at.timestamp()), "send_key": SEND_KEY, "smtp-id": "<x@ismtpd>"}
    return {**shared, "sg_message_id": "sg.1", "sg_event_id": f"sg-{word}-{number}", **said[word]}


def _mailgun(word: str, at: dt.datetime, number: int) -> dict[str, Any]:
    said: dict[str, dict[str, Any]] = {
        "sent": {"event": "accepted"},
        "delivered": {"event": "delivered"},
        "deferred": {"event": "failed", "severity": "temporary", "delivery-status": {"code": 452, "message": FULL}},
        "hard": {"event": "failed", "severity": "permanent", "delivery-status": {"code": 550, "message": NO_USER}},
        "soft": {"event": "failed", "severity": "permanent", "delivery-status": {"code": 552, "message": FULL}},
        "blocked": {"event": "failed", "severity": "permanent", "delivery-status": {"code": 550, "message": SPAM}},
        "rejected": {"event": "rejected", "reject": {"reason": "sandbox"}},
        "complaint": {"event": "complained"},
        "unsubscribed": {"event": "unsubscribed"},
        "opened": {"event": "opened"},
        "clicked": {"event": "clicked", "url": URL},
    }
    headers = {"to": f"Ann <{EMAIL}>", "message-id": MESSAGE_ID.strip("<>")}
    shared = {"id": f"mg-{word}-{number}", "timestamp": at.timestamp(), "recipient": EMAIL}
    return {**shared, "message": {"headers": headers}, "user-variables": {}, **said[word]}


def _postmark(word: str, at: dt.datetime, number: int) -> dict[str, Any]:
    bounce = {"RecordType": "Bounce", "ID": number, "Email": EMAIL, "BouncedAt": at.isoformat()}
    said: dict[str, dict[str, Any]] = {
        "sent": {},
        "delivered": {"RecordType": "Delivery", "Recipient": EMAIL, "DeliveredAt": at.isoformat()},
        "deferred": {**bounce, "Type": "Transient", "Details": FULL},
        "hard": {**bounce, "Type": "HardBounce", "Details": NO_USER},
        "soft": {**bounce, "Type": "SoftBounce", "Details": FULL},
        "blocked": {**bounce, "Type": "Blocked", "Details": SPAM},
        "rejected": {**bounce, "Type": "ManuallyDeactivated"},
        "complaint": {**bounce, "RecordType": "SpamComplaint", "Type": "SpamComplaint"},
        "unsubscribed": {
            "RecordType": "SubscriptionChange", "Recipient": EMAIL, "ChangedAt": at.isoformat(),
            "SuppressSending": True, "SuppressionReason": "ManualSuppression",
        },
        "opened": {"RecordType": "Open", "Recipient": EMAIL, "ReceivedAt": at.isoformat()},
        "clicked": {"RecordType": "Click", "Recipient": EMAIL, "ReceivedAt": at.isoformat(), "OriginalLink": URL},
    }  # fmt: skip
    return {"MessageID": "pm-1", "Metadata": {"send_key": SEND_KEY}, **said[word]} if said[word] else {}


def _ses(word: str, at: dt.datetime, number: int) -> dict[str, Any]:
    def bounced(kind: str, said: str) -> dict[str, Any]:
        recipients = [{"emailAddress": EMAIL, "diagnosticCode": said}]
        return {"eventType": "Bounce", "bounce": {"bounceType": kind, "bouncedRecipients": recipients}}

    said: dict[str, dict[str, Any]] = {
        "sent": {"eventType": "Send", "send": {}},
        "delivered": {"eventType": "Delivery", "delivery": {"recipients": [EMAIL], "smtpResponse": "250 OK"}},
        "deferred": {
            "eventType": "DeliveryDelay",
            "deliveryDelay": {"delayType": "MailboxFull", "delayedRecipients": [{"emailAddress": EMAIL}]},
        },
        "hard": bounced("Permanent", NO_USER),
        "soft": bounced("Transient", FULL),
        "blocked": bounced("Permanent", SPAM),
        "rejected": {"eventType": "Reject", "reject": {"reason": "Bad content"}},
        "complaint": {"eventType": "Complaint", "complaint": {"complainedRecipients": [{"emailAddress": EMAIL}]}},
        "unsubscribed": {},
        "opened": {"eventType": "Open", "open": {}},
        "clicked": {"eventType": "Click", "click": {"link": URL}},
    }
    mail = {"messageId": "ses-1", "destination": [EMAIL], "tags": {"send_key": [SEND_KEY]}, "number": number}
    return {"mail": mail, **said[word]} if said[word] else {}


def _resend(word: str, at: dt.datetime, number: int) -> dict[str, Any]:
    said: dict[str, tuple[str, dict[str, Any]]] = {
        "sent": ("email.sent", {}),
        "delivered": ("email.delivered", {}),
        "deferred": ("email.delivery_delayed", {}),
        "hard": ("email.bounced", {"bounce": {"type": "Permanent", "subType": "General", "message": "gone"}}),
        "soft": ("email.bounced", {"bounce": {"type": "Transient", "subType": "MailboxFull", "message": "full"}}),
        "blocked": ("email.bounced", {"bounce": {"type": "Permanent", "subType": "General", "message": SPAM}}),
        "rejected": ("email.suppressed", {}),
        "complaint": ("email.complained", {}),
        "opened": ("email.opened", {}),
        "clicked": ("email.clicked", {"click": {"link": URL}}),
    }
    if word not in said:
        return {}
    name, more = said[word]
    data = {"email_id": f"re-1-{number}", "to": [f"Ann <{EMAIL}>"], "tags": {"send_key": SEND_KEY}, **more}
    return {"type": name, "created_at": at.isoformat(), "data": data}


def _brevo(word: str, at: dt.datetime, number: int) -> dict[str, Any]:
    said: dict[str, dict[str, Any]] = {
        "sent": {"event": "request"},
        "delivered": {"event": "delivered"},
        "deferred": {"event": "deferred", "reason": FULL},
        "hard": {"event": "hard_bounce", "reason": NO_USER},
        "soft": {"event": "soft_bounce", "reason": FULL},
        "blocked": {"event": "hard_bounce", "reason": SPAM},
        "rejected": {"event": "blocked", "reason": "blocked : due to blacklist user"},
        "complaint": {"event": "spam"},
        "unsubscribed": {"event": "unsubscribed"},
        "opened": {"event": "unique_opened"},
        "clicked": {"event": "click", "link": URL},
    }
    shared = {"email": EMAIL, "ts_epoch": int(at.timestamp() * 1000), "ts_event": number, "message-id": "<b@relay>"}
    return {**shared, "X-Mailin-custom": f'{{"send_key": "{SEND_KEY}"}}', **said[word]}


def _mailjet(word: str, at: dt.datetime, number: int) -> dict[str, Any]:
    bounce = {"event": "bounce", "error_related_to": "recipient"}
    said: dict[str, dict[str, Any]] = {
        "sent": {},
        "delivered": {"event": "sent", "smtp_reply": "250 OK"},
        "deferred": {**bounce, "error": "greylisted", "hard_bounce": False},
        "hard": {**bounce, "error": "user unknown", "hard_bounce": True, "comment": NO_USER},
        "soft": {**bounce, "error": "quota exceeded", "hard_bounce": False, "comment": FULL},
        "blocked": {**bounce, "error": "policy issue", "error_related_to": "spam", "hard_bounce": True},
        "rejected": {"event": "blocked", "error": "preblocked"},
        "complaint": {"event": "spam", "source": "JMRPP"},
        "unsubscribed": {"event": "unsub"},
        "opened": {"event": "open"},
        "clicked": {"event": "click", "url": URL},
    }
    shared = {"email": EMAIL, "time": int(at.timestamp()), "MessageID": 1152921508273473968, "CustomID": SEND_KEY}
    return {**shared, "Message_GUID": f"mj-{number}", **said[word]} if said[word] else {}


def _sparkpost(word: str, at: dt.datetime, number: int) -> dict[str, Any]:
    said: dict[str, dict[str, Any]] = {
        "sent": {"type": "injection"},
        "delivered": {"type": "delivery"},
        "deferred": {"type": "delay", "bounce_class": "22", "raw_reason": FULL},
        "hard": {"type": "bounce", "bounce_class": "10", "raw_reason": NO_USER},
        "soft": {"type": "bounce", "bounce_class": "22", "raw_reason": FULL},
        "blocked": {"type": "bounce", "bounce_class": "51", "raw_reason": "550 see our page"},
        "rejected": {"type": "policy_rejection"},
        "complaint": {"type": "spam_complaint"},
        "unsubscribed": {"type": "list_unsubscribe"},
        "opened": {"type": "open"},
        "clicked": {"type": "click", "target_link_url": URL},
    }
    shared = {"raw_rcpt_to": EMAIL, "timestamp": str(int(at.timestamp())), "event_id": f"9{number}{word}"}
    return {**shared, "transmission_id": "sp-1", "rcpt_meta": {"send_key": SEND_KEY}, **said[word]}


def _mandrill(word: str, at: dt.datetime, number: int) -> dict[str, Any]:
    said: dict[str, tuple[str, dict[str, Any]]] = {
        "sent": ("send", {}),
        "delivered": ("delivered", {}),
        "deferred": ("deferral", {"diag": FULL}),
        "hard": ("hard_bounce", {"bounce_description": "bad_mailbox", "diag": NO_USER}),
        "soft": ("soft_bounce", {"bounce_description": "mailbox_full", "diag": FULL}),
        "blocked": ("soft_bounce", {"bounce_description": "spam", "diag": "550 rejected"}),
        "rejected": ("reject", {}),
        "complaint": ("spam", {}),
        "unsubscribed": ("unsub", {}),
        "opened": ("open", {}),
        "clicked": ("click", {}),
    }
    name, more = said[word]
    msg = {"email": EMAIL, "metadata": {"send_key": SEND_KEY}, "_id": "md-1", "ts": number, **more}
    url = {"url": URL} if word == "clicked" else {}
    return {"event": name, "ts": int(at.timestamp()), "_id": f"md-1-{number}", "msg": msg, **url}


def _mailersend(word: str, at: dt.datetime, number: int) -> dict[str, Any]:
    said: dict[str, tuple[str, dict[str, Any]]] = {
        "sent": ("sent", {}),
        "delivered": ("delivered", {}),
        "deferred": ("deferred", {}),
        "hard": ("hard_bounced", {"bounce_reason": NO_USER}),
        "soft": ("soft_bounced", {"bounce_reason": FULL}),
        "blocked": ("soft_bounced", {"bounce_reason": SPAM}),
        "rejected": ("suppressed", {"suppression_reason": "On hold list"}),
        "complaint": ("spam_complaints", {}),
        "unsubscribed": ("unsubscribed", {}),
        "opened": ("opened", {}),
        "clicked": ("clicked", {"url": URL}),
    }
    name, meta = said[word]
    data = {"id": f"ms-{word}-{number}", "type": name, "recipient": EMAIL, "message_id": "ms-1", "meta": meta}
    headers = [{"name": "Message-ID", "value": MESSAGE_ID}]
    return {"type": f"activity.{name}", "created_at": at.isoformat(), "data": {**data, "email": {"headers": headers}}}


PAYLOADS: Final[dict[str, Callable[[str, dt.datetime, int], dict[str, Any]]]] = {
    "sendgrid": _sendgrid,
    "mailgun": _mailgun,
    "postmark": _postmark,
    "ses": _ses,
    "resend": _resend,
    "brevo": _brevo,
    "mailjet": _mailjet,
    "sparkpost": _sparkpost,
    "mandrill": _mandrill,
    "mailersend": _mailersend,
}


def payload(name: str, word: str, at: dt.datetime, number: int = 1) -> dict[str, Any]:
    """The provider's record; empty where it reports nothing of the sort."""
    return PAYLOADS[name](word, at, number)


CASES: Final = [
    (name, word) for name in PAYLOADS for word in WORDS if payload(name, word, dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
]
