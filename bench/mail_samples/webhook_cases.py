"""The samples of providers' webhooks as calls: what the provider sent, what it was configured with, what is expected.

Amazon's are recorded without a signature, so they are signed here with a certificate of our own.
"""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from settings import ProviderKind
from webhooks.providers.accounts import Route
from webhooks.providers.calls import Call, Unreadable, read_json
from webhooks.providers.sns import told

KINDS: Final[dict[str, ProviderKind]] = {
    "amazon_ses": "ses",
    "brevo": "brevo",
    "mailersend": "mailersend",
    "mailgun": "mailgun",
    "mailjet": "mailjet",
    "mandrill": "mandrill",
    "postmark": "postmark",
    "resend": "resend",
    "sendgrid": "sendgrid",
    "sparkpost": "sparkpost",
}
TOPIC: Final = "arn:aws:sns:us-east-1:111111111111:SES_Inbound"
CERTIFICATE: Final = "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem"
HOST: Final = "http://testserver"  # under which the samples were recorded
HEADERS: Final = {  # what proves a call, with the place from which every byte counts
    "x-twilio-email-event-webhook-signature": 0,
    "svix-signature": len("v1,"),
    "signature": 0,
    "x-mandrill-signature": 0,
    "authorization": len("Basic "),
}
MAILGUN: Final = re.compile(
    rb'(?:"(?:token|timestamp|signature)": "|name="(?:token|timestamp|signature)"\r\n\r\n)(\w+)'
)


class Notary:
    """Signs as Amazon would, and hands out the certificate."""

    def __init__(self) -> None:
        self._key = generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
        made = x509.CertificateBuilder(name, name, self._key.public_key(), x509.random_serial_number())
        early, late = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
        signed = made.not_valid_before(early).not_valid_after(late).sign(self._key, SHA256())
        self._pem = signed.public_bytes(Encoding.PEM)

    async def fetch(self, url: str) -> bytes:
        """The certificate, whatever is asked for."""
        return self._pem

    def sign(self, message: dict[str, Any]) -> bytes:
        """The notification with everything that a real one has."""
        whole = {"TopicArn": TOPIC, "Timestamp": "2026-11-22T00:00:00.000Z", **message}
        whole |= {"SignatureVersion": "2", "SigningCertURL": CERTIFICATE}
        signature = self._key.sign(told(whole), PKCS1v15(), SHA256())
        return json.dumps({**whole, "Signature": base64.b64encode(signature).decode()}).encode()


@dataclass(frozen=True)
class Case:
    """One sample."""

    name: str
    esp: str
    accept: bool
    route: Route
    call: Call
    secrets: tuple[str, ...]
    passwords: tuple[str, ...]
    expected: tuple[dict[str, Any], ...]

    @property
    def topics(self) -> list[str]:
        """Of Amazon's: whichever it came from is trusted."""
        return [json.loads(self.call.raw).get("TopicArn", TOPIC)] if self.esp == "amazon_ses" else []

    @property
    def greeting(self) -> bool:
        """True for what SNS itself says."""
        return self.esp == "amazon_ses" and json.loads(self.call.raw).get("Type") != "Notification"

    @property
    def unlike(self) -> bool:
        """True where the sample is no call that the provider makes: it signs a timestamp that is no number."""
        stamp = self.call.headers.get("x-twilio-email-event-webhook-timestamp", "0")
        return bool(self.secrets) and not stamp.isdecimal()

    @cached_property
    def without_mail(self) -> bool:
        """True where the mail itself is not in the body, and the sample's reader fetched it or had nothing to read."""
        notice = self.esp == "resend" and b'"text"' not in self.call.raw and b'"html"' not in self.call.raw
        empty = self.esp == "sendgrid" and not any(one.get("subject") or one.get("text") for one in self.expected)
        bucket = self.esp == "amazon_ses" and b'\\"content\\"' not in self.call.raw
        return notice or empty or bucket

    def signed_headers(self) -> Iterator[tuple[str, int]]:
        """Headers that prove the call under its configuration."""
        for name, start in HEADERS.items():
            needed = self.passwords if name == "authorization" else self.secrets
            if needed and self.call.headers.get(name):
                yield name, start

    def signed_bytes(self) -> Iterator[int]:
        """Places in the body that the provider's signature covers, at most 40."""
        raw = self.call.raw
        places: list[int] = []
        if self.esp == "mailgun" and self.secrets:
            last = {found.group(0)[:12]: found.span(1) for found in MAILGUN.finditer(raw)}
            places = [at for span in last.values() for at in range(*span)]
        elif self.esp == "mandrill" and self.secrets:
            start = raw.index(b"\r\n\r\n") + 4
            places = list(range(start, raw.index(b"\r\n--", start)))
        elif self.esp == "amazon_ses" or (self.secrets and self.esp in ("resend", "mailersend", "sendgrid")):
            signed = self.esp != "sendgrid" or self.route == "events"
            places = list(range(len(raw))) if signed and self.esp != "amazon_ses" else []
            if self.esp == "amazon_ses":
                start = raw.index(b'"Message": "') + 12
                places = list(range(start, raw.index(b'", "', start)))
        yield from places[:: max(1, len(places) // 40)]


def cases(folder: Path, notary: Notary) -> Iterator[Case]:
    """Every sample of the folder's manifest."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    for sample in manifest["samples"]:
        raw = (folder / sample["file"]).read_bytes()
        yield _recorded(sample, raw, notary) if isinstance(sample["http"], dict) else _dumped(sample, raw)


def _recorded(sample: dict[str, Any], raw: bytes, notary: Notary) -> Case:
    http, configured = sample["http"], sample["verification_settings"]
    if sample["esp"] == "amazon_ses":
        raw = notary.sign(json.loads(raw))
    headers = {name.lower(): value for name, value in http["headers"].items()}
    query = f"?{http['query']}" if http["query"] else ""
    received_at = datetime.fromtimestamp(sample["received_at_unix"], UTC)
    call = Call(raw, headers, received_at, f"{HOST}{http['path']}{query}")
    secrets = [str(one) for name, one in configured.items() if name != "WEBHOOK_SECRET" and "API_KEY" not in name]
    given = configured.get("WEBHOOK_SECRET", [])
    return Case(
        name=sample["file"],
        esp=sample["esp"],
        accept=sample["expected"] == "accept",
        route="inbound" if _inbound(sample) else "events",
        call=replace(call, received_at=_clock(call, sample["esp"])),
        secrets=tuple(secrets),
        passwords=tuple([given] if isinstance(given, str) else given),
        expected=tuple(sample["expected_events"]),
    )


def _inbound(sample: dict[str, Any]) -> bool:
    """Mandrill has one URL for both at anymail: there the expected event says which it is."""
    if sample["esp"] == "mandrill" and sample["expected_events"]:
        return bool(sample["expected_events"][0]["cls"] == "inbound")
    return bool(sample["kind"] == "inbound")


def _clock(call: Call, esp: str) -> datetime:
    """The time that the call signs, else that of its receipt."""
    try:
        found = read_json(call.raw)
    except Unreadable:
        found = {}
    if isinstance(found, dict) and isinstance(found.get("Timestamp"), str):
        return datetime.fromisoformat(found["Timestamp"])
    stamp = call.headers.get("x-twilio-email-event-webhook-timestamp", "").encode()
    for signed in MAILGUN.finditer(call.raw) if esp == "mailgun" else ():
        stamp = signed.group(1) if b"timestamp" in signed.group(0) else stamp
    if stamp.isdigit():
        return datetime.fromtimestamp(int(stamp), UTC) + timedelta(seconds=1)
    return call.received_at


def _dumped(sample: dict[str, Any], raw: bytes) -> Case:
    """A whole request in a file. Its provider's password is not known: it is given one, and sends it."""
    head, body = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)
    rows = [line.partition(":") for line in head.decode("latin-1").splitlines()[1:]]
    headers = {name.strip().lower(): value.strip() for name, _, value in rows}
    headers["authorization"] = "Basic " + base64.b64encode(b"user:password").decode()
    signs = sample["esp"] in ("mailgun", "mandrill")
    return Case(
        name=sample["file"],
        esp=sample["esp"],
        accept=sample["expected"] == "accept",
        route="inbound",
        call=Call(body, headers, datetime(2026, 11, 22, tzinfo=UTC), f"{HOST}/"),
        secrets=("a key that is not known",) if signs else (),
        passwords=() if signs else ("user:password",),
        expected=tuple(sample["expected_events"]),
    )
