"""Resend's API. Its idempotency key lives 24 hours: within them the identical request, repeated, says what became of
the first (Resend: Send Email, Idempotency Keys, Errors).
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote

from activities.channels.providers.api import (
    BAD_ADDRESS,
    BAD_REQUEST,
    LATER,
    SENDERS_FAULT,
    Api,
    Said,
    in_json,
)
from activities.channels.providers.calling import Answer, Ask
from activities.channels.providers.decoding import fields_of
from activities.channels.transport import Accepted, Found, Look, Sought

KEY_LIFE: Final = timedelta(hours=24) - timedelta(minutes=30)  # the rest is for clocks that differ
# The `name` of its errors.
BY_NAME: Final[Mapping[str, Said]] = {
    "daily_quota_exceeded": LATER,
    "invalid_api_key": SENDERS_FAULT,
    "invalid_from_address": SENDERS_FAULT,
    "invalid_idempotency_key": BAD_REQUEST,
    "invalid_to_address": BAD_ADDRESS,
    "missing_api_key": SENDERS_FAULT,
    "monthly_quota_exceeded": LATER,
    "not_found": SENDERS_FAULT,
    "rate_limit_exceeded": LATER,
    "restricted_api_key": SENDERS_FAULT,
    "security_error": Said(554, "5.7.1"),
}
# Our key is in use by a request whose end is not known, or was taken with another body: never a no.
UNKNOWN: Final = ("concurrent_idempotent_requests", "invalid_idempotent_request")


class Resend(Api):
    """POST /emails with Idempotency-Key."""

    name = "resend"
    base = "https://api.resend.com"

    def request(self, recipient: str, mime: bytes, key: str) -> Ask:
        """As `Api.request`."""
        mail = fields_of(mime)
        body: dict[str, Any] = {
            "from": mail.sender.whole,
            "to": [recipient],
            "subject": mail.subject,
            "text": mail.text,
            "html": mail.html,
            "headers": mail.headers_but("Date"),
            "tags": [{"name": "send_key", "value": key}],
        }
        if mail.reply_to is not None:
            body["reply_to"] = mail.reply_to.whole
        return in_json("/emails", {**self._login(), "idempotency-key": key}, body)

    def accepted(self, answer: Answer, mime: bytes) -> Accepted | None:
        """200 with an `id`; the same one for the same key."""
        ref = answer.json.get("id")
        return Accepted("200 OK", ref=ref) if answer.status == 200 and isinstance(ref, str) else None

    def meaning(self, answer: Answer) -> Said | None:
        """By the name of the error; a `validation_error` by the field its words begin with."""
        name, said = answer.json.get("name"), self.words(answer).lower()
        if name == "validation_error" and "`to`" in said:
            return BAD_ADDRESS
        if name == "validation_error" and "domain is not verified" in said:
            return SENDERS_FAULT
        return BY_NAME.get(str(name))

    def is_unknown(self, answer: Answer) -> bool:
        """A 5xx, or a conflict of keys."""
        return answer.json.get("name") in UNKNOWN or super().is_unknown(answer)

    async def look_up(self, sought: Sought) -> Found:
        """By its id where we have one, else the identical request again while its key lives."""
        if sought.ref:
            return await self._by_id(sought.ref)
        repeated = await self.repeated(sought, KEY_LIFE)
        return repeated or Found(Look.SILENT, "Resend's idempotency key is past its 24 hours or must not be used")

    async def _by_id(self, ref: str) -> Found:
        answer = await self.caller.read(Ask("GET", f"/emails/{quote(ref, safe='')}", self._login()))
        if answer is None or answer.status != 200:
            return Found(Look.SILENT, "Resend does not show the mail")
        return Found(Look.THERE, f"Resend has it as {answer.json.get('last_event')}", ref)

    def _login(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.key}"}
