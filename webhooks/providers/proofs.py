"""What a proof is, and passwords. Signatures are `signing.py`, Amazon's with its certificate `sns.py`; which of them a
provider needs is `accounts.py`.
"""

import base64
import binascii
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from webhooks.providers.calls import Call

TOLERANCE: Final = timedelta(minutes=5)


class Forged(Exception):
    """The request does not prove itself. `why` is for our log, the sender is told no more than that."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class Later(Exception):
    """It cannot be checked now: the certificate cannot be had. The provider is asked to come again."""


class Proof(Protocol):
    """One way to prove a request."""

    async def check(self, call: Call) -> str | None:
        """Raises Forged or Later. Returns a token that must never prove another body; None where there is none."""


class BadKey(ValueError):
    """A secret in the settings cannot be one; the message holds no part of it."""


def timely(call: Call, at: datetime | None, past: timedelta = TOLERANCE) -> None:
    """Raises Forged when the signed time is too old, or more than TOLERANCE ahead (B8)."""
    if at is None or not -TOLERANCE <= call.received_at - at <= past:
        raise Forged("timestamp")


@dataclass(frozen=True)
class Basic:
    """HTTP basic auth (RFC 7617), or a token: as a bearer (RFC 6750), or in a header of the provider's own."""

    secrets: Sequence[str]  # `user:password`, or a token
    header: str = ""  # where the provider puts a token that is no bearer

    async def check(self, call: Call) -> str | None:
        """Every secret is compared, so that none shows by its time."""
        given, own = call.header("authorization").encode(), call.header(self.header).encode() if self.header else b""
        scheme, _, rest = given.partition(b" ")
        sent = scheme.lower() + b" " + rest.strip()
        fits = False
        for secret in self.secrets:
            basic = b"basic " + base64.b64encode(secret.encode())
            fits |= hmac.compare_digest(sent, basic)
            if ":" not in secret:
                fits |= hmac.compare_digest(sent, b"bearer " + secret.encode())
                fits |= bool(own) and hmac.compare_digest(own, secret.encode())
        if not fits:
            raise Forged("credentials" if given or own else "no credentials")
        return None


def exactly(given: str) -> bytes:
    """A signature out of base64, which must be spelled in the one right way. Raises Forged."""
    try:
        found = base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError):
        raise Forged("signature") from None
    if base64.b64encode(found).decode() != given:
        raise Forged("signature")
    return found
