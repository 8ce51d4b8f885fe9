"""The signatures of the providers that sign: over the raw bytes, in even time, with several keys at once.

Amazon's, which needs a certificate, is `sns.py`. Which of them a provider needs is `accounts.py`.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from webhooks.providers.calls import Call, Unreadable
from webhooks.providers.proofs import BadKey, Forged, exactly, timely
from webhooks.providers.shapes import form_record, inner, whole
from webhooks.providers.values import plain

# Mailgun tries again for 8 hours, and its documentation warns of being strict with the time ("Webhook retries",
# "Securing webhooks"): its token, which is remembered, is what keeps a request from being played again.
MAILGUN_RETRIES: Final = timedelta(hours=12)


def _epoch(text: str, call: Call) -> datetime | None:
    return datetime.fromtimestamp(int(text), call.received_at.tzinfo) if text.isdecimal() and len(text) < 11 else None


@dataclass(frozen=True)
class Svix:
    """Resend: Svix, which is Standard Webhooks under other names. `id.timestamp.body`, HMAC-SHA256."""

    keys: Sequence[bytes]

    @classmethod
    def of(cls, secrets: Sequence[str]) -> "Svix":
        """From `whsec_…`. Raises BadKey."""
        return cls([_base64(secret.removeprefix("whsec_")) for secret in secrets])

    async def check(self, call: Call) -> str | None:
        """Any one of the signatures by any one of the keys is enough."""
        named, stamp, given = (_either(call, name) for name in ("id", "timestamp", "signature"))
        if not named or not stamp or not given:
            raise Forged("no signature")
        told = f"{named}.{stamp}.".encode() + call.raw
        expected = [b"v1," + base64.b64encode(hmac.digest(key, told, "sha256")) for key in self.keys]
        fits = False
        for one in given.split()[:50]:
            for right in expected:
                fits |= hmac.compare_digest(one.encode(), right)
        if not fits:
            raise Forged("signature")
        timely(call, _epoch(stamp, call))
        return None


def _either(call: Call, name: str) -> str:
    return call.header(f"svix-{name}") or call.header(f"webhook-{name}")


@dataclass(frozen=True)
class Ecdsa:
    """SendGrid: ECDSA with SHA-256 on P-256 over the timestamp and the body."""

    keys: Sequence[ec.EllipticCurvePublicKey]

    @classmethod
    def of(cls, secrets: Sequence[str]) -> "Ecdsa":
        """From the public keys as SendGrid shows them: base64 of a SubjectPublicKeyInfo. Raises BadKey."""
        keys = []
        for secret in secrets:
            bare = "".join(line for line in secret.split() if not line.startswith("-----"))
            try:
                key = load_der_public_key(_base64(bare.replace("-----BEGINPUBLICKEY-----", "")))
            except (ValueError, UnsupportedAlgorithm) as error:
                raise BadKey("is no public key in base64") from error
            if not isinstance(key, ec.EllipticCurvePublicKey):
                raise BadKey("is no public key for ECDSA")
            keys.append(key)
        return cls(keys)

    async def check(self, call: Call) -> str | None:
        """Any one of the keys is enough."""
        stamp = call.header("x-twilio-email-event-webhook-timestamp")
        given = call.header("x-twilio-email-event-webhook-signature")
        if not stamp or not given:
            raise Forged("no signature")
        signature = exactly(given)
        if not any(_verifies(key, signature, stamp.encode() + call.raw) for key in self.keys):
            raise Forged("signature")
        timely(call, _epoch(stamp, call))
        return None


def _verifies(key: ec.EllipticCurvePublicKey, signature: bytes, told: bytes) -> bool:
    try:
        key.verify(signature, told, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


@dataclass(frozen=True)
class TokenHmac:
    """Mailgun: HMAC-SHA256 over timestamp and token, both in the body, which itself is not covered (B9)."""

    keys: Sequence[str]

    async def check(self, call: Call) -> str | None:
        """The token: whoever stores the request remembers with which body it came."""
        try:
            record = form_record(call) if call.is_form else inner(whole(call), "signature")
        except Unreadable:
            raise Forged("no signature") from None
        stamp, token, given = (plain(record.get(name), 300) for name in ("timestamp", "token", "signature"))
        if not stamp or not token or not given:
            raise Forged("no signature")
        _compare(self.keys, (stamp + token).encode(), given)
        timely(call, _epoch(stamp, call), MAILGUN_RETRIES)
        return token


@dataclass(frozen=True)
class BodyHmac:
    """MailerSend: HMAC-SHA256 over the body, in hexadecimal, in the header `Signature`."""

    keys: Sequence[str]

    async def check(self, call: Call) -> str | None:
        """It holds no time: a repeat is known by its event's id."""
        if not (given := call.header("signature")):
            raise Forged("no signature")
        _compare(self.keys, call.raw, given)
        return None


def _compare(keys: Sequence[str], told: bytes, given: str) -> None:
    fits = False
    for key in keys:
        right = hmac.new(key.encode(), told, hashlib.sha256).hexdigest()
        fits |= hmac.compare_digest(given.encode(), right.encode())
    if not fits:
        raise Forged("signature")


@dataclass(frozen=True)
class FormHmac:
    """Mandrill: HMAC-SHA1 over the URL it was given and the form's fields in the order of their names."""

    keys: Sequence[str]
    passwords: Sequence[str] = ()  # `user:password`, which is part of the URL that Mandrill was given

    async def check(self, call: Call) -> str | None:
        """It holds no time: a repeat is known by its event's id."""
        if not (given := call.header("x-mandrill-signature")):
            raise Forged("no signature")
        try:
            fields = {part.name: part.value for part in call.parts}
        except Unreadable:
            raise Forged("signature") from None
        told = b"".join(name.encode() + fields[name] for name in sorted(fields))
        fits = False
        for url in self._urls(call):
            for key in self.keys:
                right = base64.b64encode(hmac.digest(key.encode(), url.encode() + told, "sha1"))
                fits |= hmac.compare_digest(given.encode(), right)
        if not fits:
            raise Forged("signature")
        return None

    def _urls(self, call: Call) -> list[str]:
        """As it was typed at Mandrill: with the password in it, where one is asked for, or without."""
        parts = urlsplit(call.url)
        given = [urlunsplit(parts._replace(netloc=f"{one}@{parts.netloc}")) for one in self.passwords]
        return [call.url, *given]


def _base64(text: str) -> bytes:
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if len(found) < 16:
        raise BadKey("is no base64, or too short")
    return found
