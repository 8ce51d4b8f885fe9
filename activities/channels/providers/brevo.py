"""Brevo's v3 API. Its idempotency key lives 15 minutes by the changelog and 30 by the guide: 15 it is. Past them its
events are asked by our tag (Brevo: Send a transactional email, Idempotency, email event report).
"""

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from email.header import Header
from typing import Any, Final
from urllib.parse import urlencode

from activities.channels.providers.api import BAD_ADDRESS, INACTIVE, LATER, SENDERS_FAULT, Api, Said, in_json
from activities.channels.providers.calling import Answer, Ask
from activities.channels.providers.decoding import Person, fields_of, send_key
from activities.channels.transport import Accepted, Found, Look, Sought

KEY_LIFE: Final = timedelta(minutes=14)  # one minute for clocks that differ
LAG: Final = timedelta(minutes=15)
ALREADY: Final = "duplicate_parameter"  # the key was used: an identical request was taken
BY_CODE: Final[Mapping[str, Said]] = {
    "account_under_validation": SENDERS_FAULT,
    "not_enough_credits": SENDERS_FAULT,
    "permission_denied": SENDERS_FAULT,
    "too_many_requests": LATER,
    "unauthorized": SENDERS_FAULT,
}
_BY_WORDS: Final[tuple[tuple[re.Pattern[str], Said], ...]] = (
    (re.compile(r"\bsender\b", re.I), SENDERS_FAULT),
    (re.compile(r"blocked|blacklisted|unsubscribed", re.I), INACTIVE),
    (re.compile(r"not valid in to\b|\bto\b.*\bvalid|valid.*\bto\b", re.I), BAD_ADDRESS),
)
_SPECIAL: Final = re.compile(r'[()<>\[\]:;@\\,."]')


class Brevo(Api):
    """POST /v3/smtp/email with headers.idempotencyKey, a UUID."""

    name = "brevo"
    base = "https://api.brevo.com"

    def request(self, recipient: str, mime: bytes, key: str) -> Ask:
        """As `Api.request`."""
        mail = fields_of(mime)
        body: dict[str, Any] = {
            "sender": _person(mail.sender),
            "to": [{"email": recipient}],
            "subject": mail.subject,
            "textContent": mail.text,
            "htmlContent": mail.html,
            "headers": {
                **mail.headers_but("Date", "Message-ID"),
                "idempotencyKey": key,
                "X-Mailin-custom": json.dumps({"send_key": key}),  # comes back with every webhook
            },
            "tags": [key],
        }
        if mail.reply_to is not None:
            body["replyTo"] = _person(mail.reply_to)
        return in_json("/v3/smtp/email", self._login(), body)

    def accepted(self, answer: Answer, mime: bytes) -> Accepted | None:
        """201 or 202 with a `messageId`, which is the Message-ID it goes out under; or our key taken before."""
        if answer.json.get("code") == ALREADY:
            return Accepted("the same request was taken before")
        ref = answer.json.get("messageId")
        if answer.status not in (201, 202) or not isinstance(ref, str):
            return None
        named = f"<{ref.strip('<>')}>"
        return Accepted(f"{answer.status} Created", ref=named, message_id=named)

    def meaning(self, answer: Answer) -> Said | None:
        """By its code; `invalid_parameter` by its words."""
        code = str(answer.json.get("code"))
        if code in ("invalid_parameter", "missing_parameter"):
            words = self.words(answer)
            return next((said for pattern, said in _BY_WORDS if pattern.search(words)), None)
        return BY_CODE.get(code)

    async def look_up(self, sought: Sought) -> Found:
        """Its events by our tag; while none is there and the key lives, the identical request again."""
        key = send_key(sought.message_id)
        query = {"tags": json.dumps([key]), "days": "30", "limit": "50"}
        answer = await self.caller.read(Ask("GET", f"/v3/smtp/statistics/events?{urlencode(query)}", self._login()))
        events = _events(answer)
        mine = [one for one in events or () if _tagged(one, key)]
        if mine:
            return Found(Look.THERE, f"Brevo has the event `{mine[0].get('event')}` of it", mine[0].get("messageId"))
        repeated = await self.repeated(sought, KEY_LIFE)
        if repeated is not None:
            return repeated
        if events is None:
            return Found(Look.SILENT, "Brevo's events could not be read")
        return Found(Look.ABSENT, "Brevo has no event of it", lag=LAG)

    def _login(self) -> dict[str, str]:
        return {"api-key": self.key, "accept": "application/json"}


def _person(person: Person) -> Mapping[str, str]:
    """A name with a letter outside ASCII and a comma is dropped by Brevo unless it comes encoded (RFC 2047)."""
    name = person.name
    if not name.isascii() and _SPECIAL.search(name):
        name = Header(name, "utf-8", maxlinelen=10_000).encode()
    return {"email": person.address} | ({"name": name} if name else {})


def _events(answer: Answer | None) -> list[Mapping[str, Any]] | None:
    """The events in an answer; none at all are an empty object. None when it is no such answer."""
    if answer is None or answer.status != 200:
        return None
    found = answer.json.get("events", [] if answer.body.strip() == b"{}" else None)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else None


def _tagged(event: Mapping[str, Any], key: str) -> bool:
    return key in (str(event.get("tag") or ""), *map(str, event.get("tags") or ()))
