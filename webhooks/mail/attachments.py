"""What is attached to a mail: name, type, size and hash. Nothing is opened, unpacked or written anywhere (C14)."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.message import Message
from email.parser import BytesParser
from typing import Final

from webhooks.mail.wording import text
from webhooks.meaning.bounding import bounded
from webhooks.meaning.decoding import decoded_header, untransferred

MOST: Final = 100
_NAME: Final = 200  # characters


@dataclass(frozen=True)
class Attachment:
    """One part that is not the mail's own text."""

    name: str  # as its sender wrote it: never a path to write to
    type: str
    bytes: int
    sha256: str


def attachments_of(raw: bytes) -> list[Attachment]:
    """In the order of the mail, the first hundred. Never raises on a mail; of one that was cut, what is there."""
    kept, _ = bounded(raw)
    found: list[Attachment] = []
    try:
        message = BytesParser(policy=policy.compat32).parsebytes(kept)
        for part in _leaves(message, 0):
            if len(found) < MOST and _attached(part):
                found.append(_attachment(part))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return found
    return found


def _leaves(part: Message, depth: int) -> Iterator[Message]:
    inside = part.get_payload()
    if isinstance(inside, list) and depth < MOST:
        for one in inside:
            yield from _leaves(one, depth + 1) if isinstance(one, Message) else ()
    elif isinstance(inside, str):
        yield part


def _attached(part: Message) -> bool:
    named = part.get_filename() or part.get_param("name")
    return bool(named) or part.get_content_disposition() == "attachment" or part.get_content_maintype() != "text"


def _attachment(part: Message) -> Attachment:
    encoding = str(part.get("content-transfer-encoding", "")).strip().lower()
    content = untransferred(str(part.get_payload()).encode("utf-8", "surrogateescape"), encoding)
    name = str(part.get_filename() or "")
    return Attachment(
        name=text(decoded_header(name), _NAME),
        type=text(part.get_content_type(), _NAME),
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )
