"""Amazon SNS: whose notification it is, and saying yes to a subscription. No address in a message is ever followed.

Source: docs.aws.amazon.com/sns, "Verifying the signatures of Amazon SNS messages" and "ConfirmSubscription".
"""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm

from webhooks.providers.calls import Call, Unreadable
from webhooks.providers.proofs import Forged, Later, exactly, timely
from webhooks.providers.shapes import whole, words

Fetch = Callable[[str], Awaitable[bytes]]

# SNS signs once and tries again for up to an hour (a hard limit of its delivery policy): its retries carry the first
# time. Each message's id is signed too, and kept: what is played again changes nothing.
SNS_RETRIES: Final = timedelta(minutes=65)
TOPIC: Final = re.compile(
    r"arn:(aws|aws-cn|aws-us-gov):sns:([a-z]{2}(?:-[a-z]+)+-\d):\d{12}:[A-Za-z0-9_-]{1,256}(?:\.fifo)?"
)
_HOST: Final = re.compile(r"sns\.[a-z]{2}(?:-[a-z]+)+-\d\.amazonaws\.com(?:\.cn)?")
_PATH: Final = re.compile(r"/[A-Za-z0-9_-]{1,200}\.pem")
_CERTIFICATES: Final = 16
_FETCH_SECONDS: Final = 5.0
_MAX_FETCHED: Final = 64 * 1024

NOTIFICATION: Final = "Notification"
SUBSCRIPTION: Final = "SubscriptionConfirmation"
UNSUBSCRIPTION: Final = "UnsubscribeConfirmation"
SIGNED: Final = {
    NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    SUBSCRIPTION: ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    UNSUBSCRIPTION: ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
HASHES: Final[dict[str, HashAlgorithm]] = {"1": SHA1(), "2": SHA256()}  # noqa: S303  # version 1 is SHA1


async def fetch(url: str) -> bytes:
    """GET without following a redirect, bounded. Raises Later."""
    try:
        async with asyncio.timeout(_FETCH_SECONDS):
            return await _get(url)
    except (httpx.HTTPError, TimeoutError) as error:
        raise Later(type(error).__name__) from error


async def _get(url: str) -> bytes:
    body = b""
    async with httpx.AsyncClient(follow_redirects=False, trust_env=False) as http, http.stream("GET", url) as answer:
        if answer.status_code != 200:
            raise Later(f"answered {answer.status_code}")
        async for chunk in answer.aiter_bytes():
            body += chunk
            if len(body) > _MAX_FETCHED:
                raise Later("the answer is too long")
    return body


@dataclass
class Sns:
    """A proof: the topic is one of ours, and Amazon's certificate signed the message (B10)."""

    topics: Sequence[str]
    fetch: Fetch = fetch
    _known: "OrderedDict[str, x509.Certificate]" = field(default_factory=OrderedDict)

    async def check(self, call: Call) -> str | None:
        """Everything that can be refused without asking anybody is refused before the certificate is fetched."""
        try:
            message = whole(call)
        except Unreadable:
            raise Forged("no signature") from None
        if words(message, "TopicArn") not in self.topics:
            raise Forged("topic")
        if words(message, "Type") not in SIGNED or words(message, "SignatureVersion") not in HASHES:
            raise Forged("algorithm")
        timely(call, _moment(words(message, "Timestamp")), SNS_RETRIES)
        url = words(message, "SigningCertURL") or words(message, "SigningCertUrl")
        if not of_amazon(url):
            raise Forged("certificate's address")
        signature = exactly(words(message, "Signature"))
        _verify(await self._certificate(url), signature, message, call.received_at)
        return None

    async def answer(self, call: Call) -> str | None:
        """A word for our log about a message of SNS itself, answered; None for a notification. Raises Later."""
        message = whole(call)
        match words(message, "Type"):
            case "SubscriptionConfirmation":
                await self._confirm(words(message, "TopicArn"), words(message, "Token"))
                return "subscription confirmed"
            case "UnsubscribeConfirmation":
                return "the topic reports here no longer"
            case _:
                return None

    async def _confirm(self, topic: str, token: str) -> None:
        """By the API of the topic's region; the message's SubscribeURL may say anything."""
        found = TOPIC.fullmatch(topic)
        if found is None:
            raise Later("the topic's ARN names no region")
        suffix = ".cn" if found.group(1) == "aws-cn" else ""
        query = {"Action": "ConfirmSubscription", "TopicArn": topic, "Token": token, "Version": "2010-03-31"}
        await self.fetch(f"https://sns.{found.group(2)}.amazonaws.com{suffix}/?{urlencode(query)}")

    async def _certificate(self, url: str) -> x509.Certificate:
        if url in self._known:
            self._known.move_to_end(url)
            return self._known[url]
        try:
            certificate = x509.load_pem_x509_certificate(await self.fetch(url))
        except ValueError as error:
            raise Later("the certificate cannot be read") from error
        self._known[url] = certificate
        if len(self._known) > _CERTIFICATES:
            self._known.popitem(last=False)
        return certificate


def of_amazon(url: str) -> bool:
    """True for the address of a certificate at SNS: https, its host, a .pem, and nothing besides."""
    if not url.isascii() or not url.isprintable() or len(url) > 500:
        return False
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    plainly = url == f"https://{parts.netloc}{parts.path}" and port in (None, 443)
    host = parts.netloc.removesuffix(":443")
    return plainly and bool(_HOST.fullmatch(host)) and bool(_PATH.fullmatch(parts.path))


def told(message: dict[str, Any]) -> bytes:
    """What is signed: the fields of its type that are there, each as name and value on a line of their own."""
    names = SIGNED[words(message, "Type")]
    lines = (f"{name}\n{words(message, name)}\n" for name in names if name in message)
    return "".join(lines).encode("utf-8", "replace")


def _verify(certificate: x509.Certificate, signature: bytes, message: dict[str, Any], now: datetime) -> None:
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey):
        raise Forged("algorithm")
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise Forged("certificate's dates")
    try:
        key.verify(signature, told(message), PKCS1v15(), HASHES[words(message, "SignatureVersion")])
    except InvalidSignature:
        raise Forged("signature") from None


def _moment(said: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        return None
    return at if at.tzinfo else None
