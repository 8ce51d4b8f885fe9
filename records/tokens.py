"""Unsubscribe and survey links, return paths: tokens that give nothing away, cannot be guessed and never expire.

A token is the random-looking half of the mail's Message-ID and a tag made with the installation's secret, one for each
purpose: who was sent a survey cannot make a link that opts somebody out. It names no person, play or account, and its
touch is found in the ledger, so links in mails sent years ago still work (CASL asks for 60 days; RFC 8058 for a token
that cannot be forged).
"""

import base64
import binascii
import hashlib
import hmac
import re
import uuid
from typing import Literal

_TAG = 16  # bytes of the tag: 128 bits cannot be guessed
Purpose = Literal["unsubscribe", "survey", "reply"]  # reply: in the return path of a mail
_LONGEST_LOCAL = 64  # octets of a local part (RFC 5321, 4.5.3.1.1)
_MESSAGE_ID = re.compile(r"^<?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@")
_TOKEN = re.compile(r"^[A-Za-z0-9_-]{43}$")


def make_token(secret: str, message_id: str, purpose: Purpose = "unsubscribe") -> str:
    """The token of a mail, by its Message-ID (`plays.ids.message_id`): 43 letters, digits, `-` and `_`.

    Raises ValueError for an empty secret or a Message-ID that is not ours.
    """
    found = _MESSAGE_ID.match(message_id)
    if not found:
        raise ValueError("a link needs a Message-ID made by plays.ids.message_id")
    name = uuid.UUID(found[1]).bytes
    return base64.urlsafe_b64encode(name + _tag(secret, name, purpose)).rstrip(b"=").decode("ascii")


def read_token(secret: str, token: str, purpose: Purpose = "unsubscribe") -> uuid.UUID | None:
    """The left side of the Message-ID the token was made for; None if it was not made with this secret for this."""
    if not _TOKEN.match(token):
        return None
    try:
        raw = base64.b64decode(token + "=", altchars=b"-_", validate=True)
    except binascii.Error:
        return None
    name, tag = raw[:-_TAG], raw[-_TAG:]
    genuine = hmac.compare_digest(tag, _tag(secret, name, purpose))
    # The last letter of base64 has spare bits: only the spelling we made is ours.
    canonical = base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii") == token
    return uuid.UUID(bytes=name) if genuine and canonical else None


def unsubscribe_url(public_url: str, secret: str, message_id: str) -> str:
    """The link for List-Unsubscribe (RFC 8058) and the foot of a mail. Raises as `make_token`."""
    return f"{public_url.rstrip('/')}/u/{make_token(secret, message_id)}"


def survey_url(public_url: str, secret: str, message_id: str) -> str:
    """The link to the questions of a survey, in its mail. Raises as `make_token`."""
    return f"{public_url.rstrip('/')}/s/{make_token(secret, message_id, 'survey')}"


def return_path(mailbox: str, secret: str, message_id: str) -> str:
    """`ada+b.TOKEN@ours.example`: what comes back to it is about this mail. The mailbox itself if that is too long.

    For mailboxes that take mail to name+anything@. Raises as `make_token`.
    """
    return _plus(mailbox, f"b.{make_token(secret, message_id, 'reply')}") or mailbox


def unsubscribe_address(mailbox: str, secret: str, message_id: str) -> str | None:
    """`ada+u.TOKEN@ours.example`, for List-Unsubscribe (RFC 2369); None if that is too long. Raises as `make_token`."""
    return _plus(mailbox, f"u.{make_token(secret, message_id)}")


def _plus(mailbox: str, tag: str) -> str | None:
    local, _, domain = mailbox.rpartition("@")
    return f"{local}+{tag}@{domain}" if len(f"{local}+{tag}".encode()) <= _LONGEST_LOCAL else None


def _tag(secret: str, name: bytes, purpose: Purpose) -> bytes:
    if not secret.strip():
        raise ValueError("the secret of links is empty")
    return hmac.new(secret.encode(), f"setpiece {purpose} 1:".encode() + name, hashlib.sha256).digest()[:_TAG]
