"""Postmark's email API. After a doubt its outbound search is asked by the metadata `send_key`
(Postmark: Email API, Messages API, API overview "Error codes").
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

from activities.channels.providers.api import (
    BAD_ADDRESS,
    BAD_REQUEST,
    INACTIVE,
    LATER,
    SENDERS_FAULT,
    Api,
    Said,
    in_json,
)
from activities.channels.providers.calling import Answer, Ask
from activities.channels.providers.decoding import fields_of, send_key
from activities.channels.transport import Accepted, Found, Look, Sought

LAG: Final = timedelta(minutes=15)
# Its ErrorCode, which comes with HTTP 422 for nearly everything.
BY_CODE: Final[Mapping[int, Said]] = {
    10: SENDERS_FAULT,  # bad or missing token
    100: LATER,  # maintenance: nothing is taken
    300: BAD_REQUEST,  # invalid email request; see meaning()
    400: SENDERS_FAULT,  # sender signature not found
    401: SENDERS_FAULT,  # sender signature not confirmed
    405: SENDERS_FAULT,  # not allowed to send: out of credits
    406: INACTIVE,  # after a hard bounce, a complaint or an opt-out
    411: Said(554, "5.7.1", "a kind of attachment that Postmark forbids"),
    412: SENDERS_FAULT,  # account pending approval
    413: SENDERS_FAULT,  # account may not send
    429: LATER,
    1235: SENDERS_FAULT,  # no such message stream
}


class Postmark(Api):
    """POST /email."""

    name = "postmark"
    base = "https://api.postmarkapp.com"

    def request(self, recipient: str, mime: bytes, key: str) -> Ask:
        """As `Api.request`. X-PM-KeepID keeps our Message-ID."""
        mail = fields_of(mime)
        headers = {**mail.headers_but("Date"), "X-PM-KeepID": "true"}
        body: dict[str, Any] = {
            "From": mail.sender.whole,
            "To": recipient,
            "Subject": mail.subject,
            "TextBody": mail.text,
            "HtmlBody": mail.html,
            "Headers": [{"Name": name, "Value": value} for name, value in headers.items()],
            "Metadata": {"send_key": key},
            "MessageStream": self._stream(),
            "TrackOpens": False,
            "TrackLinks": "None",
        }
        if mail.reply_to is not None:
            body["ReplyTo"] = mail.reply_to.whole
        return in_json("/email", self._login(), body)

    def accepted(self, answer: Answer, mime: bytes) -> Accepted | None:
        """200 with a MessageID; ErrorCode is 0, or missing when Postmark itself is late."""
        ref = answer.json.get("MessageID")
        if answer.status != 200 or answer.json.get("ErrorCode", 0) != 0 or not isinstance(ref, str):
            return None
        return Accepted(f"200 {answer.json.get('Message', '')}".strip(), ref=ref)

    def meaning(self, answer: Answer) -> Said | None:
        """By its ErrorCode; 300 is about the recipient or the sender as its words begin."""
        code = answer.json.get("ErrorCode")
        if code == 300:
            said = self.words(answer).lower()
            if "'to'" in said:
                return BAD_ADDRESS
            if "'from'" in said:
                return SENDERS_FAULT
        return BY_CODE.get(code) if isinstance(code, int) else None

    def words(self, answer: Answer) -> str:
        """Its Message."""
        return str(answer.json.get("Message") or answer.text)

    def is_unknown(self, answer: Answer) -> bool:
        """A 5xx; not the one that says the API is closed for maintenance."""
        return super().is_unknown(answer) and answer.json.get("ErrorCode") != 100

    async def look_up(self, sought: Sought) -> Found:
        """Its outbound search, which keeps 45 days; every hit is looked at, whatever the filter let through."""
        key = send_key(sought.message_id)
        query = {
            "count": "50",
            "offset": "0",
            "recipient": sought.recipient,
            "messagestream": self._stream(),
            "metadata_send_key": key,
        }
        answer = await self.caller.read(Ask("GET", f"/messages/outbound?{urlencode(query)}", self._login()))
        found = answer.json.get("Messages") if answer is not None and answer.status == 200 else None
        if not isinstance(found, list):
            return Found(Look.SILENT, "Postmark's outbound search could not be read")
        for one in found:
            metadata = one.get("Metadata") if isinstance(one, dict) else None
            if isinstance(metadata, dict) and metadata.get("send_key") == key:
                return Found(Look.THERE, f"Postmark has it as {one.get('Status')}", str(one.get("MessageID") or ""))
        return Found(Look.ABSENT, "Postmark's outbound search does not have it", lag=LAG)

    def _login(self) -> dict[str, str]:
        return {"x-postmark-server-token": self.key, "accept": "application/json"}

    def _stream(self) -> str:
        return self.provider.stream or "outbound"
