"""The frozen mail taken apart into fields, for the APIs that take no raw MIME. Nothing is added and nothing lost: what
cannot be said in fields is refused.
"""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr
from typing import Final

from activities.channels.transport import Refusal

OWN: Final = frozenset(
    {"from", "to", "subject", "reply-to", "mime-version", "content-type", "content-transfer-encoding"}
)  # said in fields of their own; every other header goes along under its name
_UUID: Final = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_SPECIAL: Final = re.compile(r'[()<>\[\]:;@\\,."]')  # RFC 5322, 3.2.3


@dataclass(frozen=True)
class Person:
    """An address with the name before it, as text."""

    address: str
    name: str = ""

    @property
    def whole(self) -> str:
        """`Name <address>` in Unicode, the name quoted where it must be."""
        if not self.name:
            return self.address
        quoted = '"' + self.name.replace("\\", "\\\\").replace('"', '\\"') + '"' if _SPECIAL.search(self.name) else None
        return f"{quoted or self.name} <{self.address}>"


@dataclass(frozen=True)
class Fields:
    """A mail in fields. `headers` are those that have no field of their own, in their order."""

    sender: Person
    subject: str
    text: str
    html: str
    reply_to: Person | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def headers_but(self, *names: str) -> dict[str, str]:
        """Those headers without some that this API puts in itself."""
        out = {name.lower() for name in names}
        return {name: value for name, value in self.headers.items() if name.lower() not in out}


def send_key(message_id: str) -> str:
    """What providers get to know a mail by: the UUID in its Message-ID, which names neither run nor account."""
    found = _UUID.search(message_id.lower())
    return found[1] if found else str(uuid.uuid5(uuid.NAMESPACE_URL, message_id))


def message_id_of(mime: bytes) -> str:
    """The Message-ID of a frozen mail."""
    return _text(_parsed(mime.split(b"\r\n\r\n", 1)[0] + b"\r\n\r\n"), "Message-ID")


def fields_of(mime: bytes) -> Fields:
    """The mail's fields. Raises Refusal for one that has more than a text and an HTML part."""
    message = _parsed(mime)
    bodies = _bodies(message)
    reply_to = _text(message, "Reply-To")
    return Fields(
        sender=_person(message, "From"),
        subject=_text(message, "Subject"),
        text=bodies.get("text/plain", ""),
        html=bodies.get("text/html", ""),
        reply_to=_person(message, "Reply-To") if reply_to else None,
        headers={name: _text(message, name) for name in message if name.lower() not in OWN},
    )


def _parsed(mime: bytes) -> Message:
    return message_from_bytes(mime, policy=policy.compat32)


def _text(message: Message, name: str) -> str:
    """A header decoded and unfolded. Raises Refusal where a control sign is left: the API's own header would break."""
    raw = str(message[name] or "").encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    unfolded = re.sub(r"\r?\n(?=[ \t])", "", raw).strip()
    decoded = str(make_header(decode_header(unfolded))) if "=?" in unfolded else unfolded
    if _CONTROL.search(decoded.replace("\t", " ")):
        raise Refusal(554, f"5.6.0 the header {name} holds a line break or a control sign; it was not sent")
    return decoded


def _person(message: Message, name: str) -> Person:
    """The one address of a header; its name is decoded after it was split off, since it may hold a comma."""
    raw = str(message[name] or "").encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    display, address = parseaddr(re.sub(r"\r?\n(?=[ \t])", "", raw))
    decoded = str(make_header(decode_header(display))) if "=?" in display else display
    if _CONTROL.search(decoded):
        raise Refusal(554, f"5.6.0 the header {name} holds a line break or a control sign; it was not sent")
    return Person(address, decoded)


def _bodies(message: Message) -> dict[str, str]:
    """The text of each part by its type."""
    found: dict[str, str] = {}
    for part in message.walk():
        if part.is_multipart():
            continue
        kind = part.get_content_type()
        if kind not in ("text/plain", "text/html") or kind in found or part.get_filename():
            raise Refusal(
                554, f"5.6.1 the mail has a part ({kind}) that this provider's API cannot be given as a field"
            )
        body = part.get_payload(decode=True)
        raw = body if isinstance(body, bytes) else b""
        found[kind] = raw.decode(part.get_content_charset("utf-8"), "replace").replace("\r\n", "\n")
    return found
