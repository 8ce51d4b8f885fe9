"""Ten providers that sign as the real ones do, with keys made here; each knows one event of every sort, and a mail."""

import base64
import datetime as dt
import hashlib
import hmac
import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from settings import Provider, ProviderKind
from tests.providers.wrappers import BATCHING as BATCHING
from tests.providers.wrappers import WRAPPERS as WRAPPERS

PUBLIC: Final = "https://hooks.setpiece.example"
PASSWORD: Final = "sendgrid:correct-horse"
TOPIC: Final = "arn:aws:sns:eu-west-1:123456789012:setpiece"
CERTIFICATE: Final = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0a1b2c.pem"


@dataclass
class Clock:
    """The time that providers sign and we compare with."""

    at: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC).replace(microsecond=0))

    def now(self) -> dt.datetime:
        """UTC."""
        return self.at

    def passes(self, **span: float) -> None:
        """Let time pass."""
        self.at += dt.timedelta(**span)


@dataclass(frozen=True)
class Sent:
    """A request of a provider."""

    body: bytes
    headers: dict[str, str]


@dataclass
class Sender:
    """One provider's account."""

    name: str
    clock: Clock
    key: Any

    def sent(self, body: bytes, headers: dict[str, str], route: str) -> Sent:
        """The request signed at the clock's time."""
        return SIGNERS[self.name](self, body, headers, route)

    def events(self, *records: Any) -> Sent:
        """These events, in the form in which the provider sends them."""
        body, headers = WRAPPERS[self.name](records)
        return self.sent(body, headers, "events")

    def json(self, payload: Any, route: str = "events") -> Sent:
        """Any JSON, signed."""
        return self.sent(json.dumps(payload).encode(), {"content-type": "application/json"}, route)

    def form(self, fields: dict[str, str | bytes], route: str = "inbound", files: Sequence[Any] = ()) -> Sent:
        """Any form as multipart, signed; files are (name, filename, type, bytes)."""
        signed = {**fields, **mailgun_fields(self)} if self.name == "mailgun" else fields
        body, kind = multipart(signed, files)
        return self.sent(body, {"content-type": kind}, route)

    def settings(self, *more: "Sender") -> Provider:
        """Its entry in our settings; `more` are older keys that still hold."""
        keys = [self, *more]
        if self.name in UNSIGNED:
            return Provider(kind=self.name, password=self.key, secrets=[one.key for one in keys[1:]])
        if self.name == "ses":
            return Provider(kind="ses", topics=[TOPIC])
        secrets = [_shown(one.key) for one in keys]
        return Provider(kind=self.name, secrets=secrets, password=PASSWORD if self.name == "sendgrid" else None)


UNSIGNED: Final = ("postmark", "brevo", "mailjet", "sparkpost")
NAMES: Final[tuple[ProviderKind, ...]] = (
    "sendgrid", "mailgun", "postmark", "ses", "resend", "brevo", "mailjet", "sparkpost", "mandrill", "mailersend",
)  # fmt: skip
SIGNED: Final = tuple(name for name in NAMES if name not in UNSIGNED)


def sender(name: str, clock: Clock) -> Sender:
    """A provider with a fresh key."""
    if name == "sendgrid":
        return Sender(name, clock, ec.generate_private_key(ec.SECP256R1()))
    if name == "ses":
        return Sender(name, clock, Notary.of(clock))
    if name in UNSIGNED:
        return Sender(name, clock, f"{name}:correct-horse")
    secret = base64.b64encode(uuid.uuid4().bytes + uuid.uuid4().bytes).decode()
    return Sender(name, clock, f"whsec_{secret}" if name == "resend" else secret)


def _shown(key: Any) -> str:
    """A key as it is typed into the settings."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(der).decode()
    return str(key)


@dataclass(frozen=True)
class Notary:
    """Amazon: a key and its certificate."""

    key: RSAPrivateKey
    pem: bytes

    @classmethod
    def of(cls, clock: Clock) -> "Notary":
        """Valid around the clock's time."""
        key = generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
        made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        year = dt.timedelta(days=365)
        made = made.not_valid_before(clock.at - year).not_valid_after(clock.at + year)
        return cls(key, made.sign(key, SHA256()).public_bytes(Encoding.PEM))

    def sign(self, message: dict[str, Any]) -> dict[str, Any]:
        """The message with its signature, over the fields that Amazon's documentation names."""
        names = ["Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
        told = "".join(f"{name}\n{message[name]}\n" for name in names if name in message).encode()
        hashed = {"1": SHA1(), "2": SHA256()}.get(message["SignatureVersion"], SHA256())  # noqa: S303
        return {**message, "Signature": base64.b64encode(self.key.sign(told, PKCS1v15(), hashed)).decode()}


def notification(one: Sender, said: Any, **more: str) -> dict[str, Any]:
    """An SNS message, signed."""
    message = {
        "Type": "Notification",
        "MessageId": str(uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(said, sort_keys=True))),
        "TopicArn": TOPIC,
        "Message": said if isinstance(said, str) else json.dumps(said),
        "Timestamp": one.clock.at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "SignatureVersion": "2",
        "SigningCertURL": CERTIFICATE,
        **more,
    }
    notary: Notary = one.key
    return notary.sign(message)


def mailgun_fields(one: Sender, token: str = "") -> dict[str, str]:
    """Timestamp, token and signature."""
    token, stamp = token or uuid.uuid4().hex, str(int(one.clock.at.timestamp()))
    signature = hmac.new(one.key.encode(), (stamp + token).encode(), hashlib.sha256).hexdigest()
    return {"timestamp": stamp, "token": token, "signature": signature}


def multipart(fields: dict[str, str | bytes], files: Sequence[Any] = ()) -> tuple[bytes, str]:
    """A form and its content type."""
    boundary = uuid.uuid4().hex
    body = b""
    for name, value in fields.items():
        data = value if isinstance(value, bytes) else value.encode()
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + data + b"\r\n"
    for name, filename, kind, data in files:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        body += f"{head}Content-Type: {kind}\r\n\r\n".encode() + data + b"\r\n"
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


# --- how each signs ---------------------------------------------------------------------------------------------------


def _basic(one: Sender, body: bytes, headers: dict[str, str], route: str) -> Sent:
    credentials = base64.b64encode(str(one.key if one.name in UNSIGNED else PASSWORD).encode()).decode()
    return Sent(body, {**headers, "authorization": f"Basic {credentials}"})


def _sendgrid(one: Sender, body: bytes, headers: dict[str, str], route: str) -> Sent:
    stamp = str(int(one.clock.at.timestamp()))
    signature = base64.b64encode(one.key.sign(stamp.encode() + body, ec.ECDSA(SHA256()))).decode()
    headers = {**headers, "x-twilio-email-event-webhook-timestamp": stamp}
    return _basic(one, body, {**headers, "x-twilio-email-event-webhook-signature": signature}, route)


def _resend(one: Sender, body: bytes, headers: dict[str, str], route: str) -> Sent:
    stamp, named = str(int(one.clock.at.timestamp())), "msg_" + hashlib.sha256(body).hexdigest()[:20]
    key = base64.b64decode(one.key.removeprefix("whsec_"))
    told = f"{named}.{stamp}.".encode() + body
    signature = "v1," + base64.b64encode(hmac.digest(key, told, "sha256")).decode()
    return Sent(body, {**headers, "svix-id": named, "svix-timestamp": stamp, "svix-signature": signature})


def _mailersend(one: Sender, body: bytes, headers: dict[str, str], route: str) -> Sent:
    return Sent(body, {**headers, "signature": hmac.new(one.key.encode(), body, hashlib.sha256).hexdigest()})


def _mandrill(one: Sender, body: bytes, headers: dict[str, str], route: str) -> Sent:
    """Over the URL and the form's one field."""
    told = f"{PUBLIC}/providers/mandrill/{route}mandrill_events".encode() + _events_field(body)
    signature = base64.b64encode(hmac.digest(one.key.encode(), told, "sha1")).decode()
    return Sent(body, {**headers, "x-mandrill-signature": signature})


def _events_field(body: bytes) -> bytes:
    return parse_qs(body, keep_blank_values=True).get(b"mandrill_events", [b""])[0]


def _as_it_is(one: Sender, body: bytes, headers: dict[str, str], route: str) -> Sent:
    """Signed inside the body."""
    return Sent(_signed_inside(one, body) if headers["content-type"] == "application/json" else body, headers)


def _signed_inside(one: Sender, body: bytes) -> bytes:
    if one.name == "ses":
        return json.dumps(notification(one, json.loads(body))).encode()
    return json.dumps({**json.loads(body), "signature": mailgun_fields(one)}).encode()


Signer = Callable[[Sender, bytes, dict[str, str], str], Sent]
SIGNERS: Final[dict[str, Signer]] = {
    "sendgrid": _sendgrid,
    "mailgun": _as_it_is,
    "ses": _as_it_is,
    "resend": _resend,
    "mailersend": _mailersend,
    "mandrill": _mandrill,
    **dict.fromkeys(UNSIGNED, _basic),
}
