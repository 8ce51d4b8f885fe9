"""Mailgun's v3 API: the frozen bytes as they are (`messages.mime`), and its events to ask what became of them
(Mailgun: Messages, Events).
"""

import base64
import re
from datetime import timedelta
from typing import Final
from urllib.parse import quote, urlencode

from activities.channels.providers.api import BAD_ADDRESS, INACTIVE, SENDERS_FAULT, Api, Said
from activities.channels.providers.calling import Answer, Ask
from activities.channels.providers.decoding import send_key
from activities.channels.transport import Accepted, Found, Look, Sought

LAG: Final = timedelta(minutes=30)  # younger events may still be missing ("Event polling": half an hour)
_RECIPIENT: Final = re.compile(r"'to' parameter is not a valid address|to parameter is (?:missing|not valid)", re.I)
_SUPPRESSED: Final = re.compile(r"\bsuppress", re.I)
_ACCOUNT: Final = re.compile(r"domain .*(?:not found|disabled|not verified|not active)|account is disabled", re.I)


class Mailgun(Api):
    """POST /v3/{domain}/messages.mime; its 200 repeats the Message-ID."""

    name = "mailgun"
    base = "https://api.mailgun.net"
    utf8 = True

    def request(self, recipient: str, mime: bytes, key: str) -> Ask:
        """As `Api.request`; multipart/form-data (RFC 7578), written here so that the same mail is the same bytes."""
        boundary = f"setpiece-{key}"
        fields = {"to": recipient, "v:send_key": key, "o:tracking": "no"}
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        ]
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="message"; filename="message.mime"\r\n'
            "Content-Type: message/rfc822\r\n\r\n"
        )
        body = b"".join(parts) + head.encode() + mime + f"\r\n--{boundary}--\r\n".encode()
        headers = {**self._login(), "content-type": f"multipart/form-data; boundary={boundary}"}
        return Ask("POST", f"/v3/{self._domain()}/messages.mime", headers, body)

    def accepted(self, answer: Answer, mime: bytes) -> Accepted | None:
        """200 with `id`."""
        ref = answer.json.get("id")
        if answer.status != 200 or not isinstance(ref, str):
            return None
        return Accepted(f"200 {answer.json.get('message', '')}".strip(), ref=ref.strip("<>"))

    def meaning(self, answer: Answer) -> Said | None:
        """By its words: Mailgun has no codes."""
        said = self.words(answer)
        if answer.status == 429:
            return None
        if answer.status == 404 or _ACCOUNT.search(said):
            return SENDERS_FAULT
        if _RECIPIENT.search(said):
            return BAD_ADDRESS
        return INACTIVE if _SUPPRESSED.search(said) else None

    async def look_up(self, sought: Sought) -> Found:
        """Its events of this Message-ID and of our key: any at all means that Mailgun has the mail."""
        query = {"message-id": sought.message_id.strip("<>"), "limit": "50"}
        answer = await self.caller.read(Ask("GET", f"/v3/{self._domain()}/events?{urlencode(query)}", self._login()))
        items = answer.json.get("items") if answer is not None and answer.status == 200 else None
        if not isinstance(items, list):
            return Found(Look.SILENT, "Mailgun's events could not be read")
        key, named = send_key(sought.message_id), sought.message_id.strip("<>")
        mine = [one for one in items if isinstance(one, dict) and _is(one, key, named)]
        if mine:
            return Found(Look.THERE, f"Mailgun has the event `{mine[-1].get('event')}` of it", named)
        return Found(Look.ABSENT, "Mailgun has no event of it", lag=LAG)

    def _login(self) -> dict[str, str]:
        return {"authorization": "Basic " + base64.b64encode(f"api:{self.key}".encode()).decode()}

    def _domain(self) -> str:
        return quote(self.provider.domain or "", safe="")


def _is(event: dict[str, object], key: str, named: str) -> bool:
    """Whether an event is of this mail, whatever the filter let through."""
    variables, message = event.get("user-variables"), event.get("message")
    headers = message.get("headers") if isinstance(message, dict) else None
    ours = isinstance(variables, dict) and variables.get("send_key") == key
    return ours or (isinstance(headers, dict) and headers.get("message-id") == named)
