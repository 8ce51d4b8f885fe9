"""SendGrid's v3 Mail Send API. No idempotency key and nothing to ask by a key of ours: after a doubt only the
`processed` webhook, which carries `send_key`, tells (Twilio: Mail Send, Errors, Event Webhook reference).
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from activities.channels.providers.api import BAD_ADDRESS, SENDERS_FAULT, Api, Said, in_json
from activities.channels.providers.calling import Answer, Ask
from activities.channels.providers.decoding import Fields, Person, fields_of
from activities.channels.transport import Accepted

# Tracking would rewrite our links, the unsubscribe link among them.
TRACKING: Final = {
    "click_tracking": {"enable": False, "enable_text": False},
    "open_tracking": {"enable": False},
    "subscription_tracking": {"enable": False},
}
_BY_FIELD: Final[tuple[tuple[re.Pattern[str], Said], ...]] = (
    (re.compile(r"^personalizations\.\d+\.to\b"), BAD_ADDRESS),
    (re.compile(r"^from\b"), SENDERS_FAULT),
)


class SendGrid(Api):
    """POST /v3/mail/send, answered 202 with an empty body."""

    name = "sendgrid"
    base = "https://api.sendgrid.com"

    def request(self, recipient: str, mime: bytes, key: str) -> Ask:
        """As `Api.request`."""
        mail = fields_of(mime)
        body: dict[str, Any] = {
            "personalizations": [{"to": [{"email": recipient}]}],
            "from": _person(mail.sender),
            "subject": mail.subject,
            "content": _content(mail),
            "headers": dict(mail.headers),
            "custom_args": {"send_key": key},
            "tracking_settings": TRACKING,
        }
        if mail.reply_to is not None:
            body["reply_to"] = _person(mail.reply_to)
        return in_json("/v3/mail/send", {"authorization": f"Bearer {self.key}"}, body)

    def accepted(self, answer: Answer, mime: bytes) -> Accepted | None:
        """202; X-Message-Id begins the `sg_message_id` of its webhooks."""
        if answer.status != 202:
            return None
        return Accepted("202 Accepted", ref=answer.headers.get("x-message-id"))

    def meaning(self, answer: Answer) -> Said | None:
        """By the field an error is about."""
        if answer.status != 400:
            return None
        fields = [str(one.get("field") or "") for one in _errors(answer)]
        return next((said for pattern, said in _BY_FIELD if any(pattern.match(one) for one in fields)), None)

    def words(self, answer: Answer) -> str:
        """The messages of its `errors`."""
        said = [f"{one.get('message')} ({one.get('field')})" for one in _errors(answer)]
        return "; ".join(said) or answer.text


def _person(person: Person) -> Mapping[str, str]:
    return {"email": person.address} | ({"name": person.name} if person.name else {})


def _content(mail: Fields) -> list[Mapping[str, str]]:
    """Text before HTML, as the API wants it."""
    parts = (("text/plain", mail.text), ("text/html", mail.html))
    return [{"type": kind, "value": value} for kind, value in parts if value]


def _errors(answer: Answer) -> list[Mapping[str, Any]]:
    found = answer.json.get("errors")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
