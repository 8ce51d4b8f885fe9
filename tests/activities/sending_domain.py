"""A sending domain with nothing to complain of, in a DNS server's table and in settings; and its preflight."""

import base64
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from activities.preflight.check import preflight
from activities.preflight.findings import Finding, Names
from settings import Settings
from tests.activities.dns_stub import Stub

DOMAIN = "firm.example"
SPF, DKIM, DMARC, MX = (
    (DOMAIN, "TXT"),
    ("google._domainkey.firm.example", "TXT"),
    ("_dmarc.firm.example", "TXT"),
    (DOMAIN, "MX"),
)
GMAIL = "smtp+starttls://ada@smtp.gmail.com:587"
RELAY = "smtp://relay.firm.example"


SHORT = (
    "v=DKIM1; k=rsa; p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAL4VwAvB5IXFUa3LzgUnRTg3c5Ftwz+oWzNVBS8UqwFbOoTyYq5v1YbT"
    "GYmhHGR9mVKWJAMeQeSIz+1f8l6Zf5kCAwEAAQ=="
)


@cache
def rsa(bits: int) -> str:
    """A key as a DKIM record."""
    public = generate_private_key(public_exponent=65537, key_size=bits).public_key()
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode()}"


@cache
def ed25519() -> str:
    raw = Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return f"v=DKIM1; k=ed25519; p={base64.b64encode(raw).decode()}"


def good() -> dict[tuple[str, str], list[str]]:
    """A domain at Google with nothing to complain of."""
    return {
        SPF: ["v=spf1 include:_spf.google.com ~all", "google-site-verification=abc"],
        ("_spf.google.com", "TXT"): ["v=spf1 include:_netblocks.google.com ~all"],
        ("_netblocks.google.com", "TXT"): ["v=spf1 ip4:35.190.247.0/24 ip6:2001:4860:4000::/36 ~all"],
        DKIM: [rsa(2048)],
        DMARC: ["v=DMARC1; p=quarantine; rua=mailto:dmarc@firm.example"],
        MX: ["1 aspmx.l.google.com."],
        ("aspmx.l.google.com", "A"): ["142.250.102.27"],
        ("relay.firm.example", "A"): ["203.0.112.7"],
        ("7.112.0.203.in-addr.arpa", "PTR"): ["relay.firm.example."],
    }


def settings(send: str = GMAIL, **more: Any) -> Settings:
    """Production with everything set."""
    return Settings.model_validate(
        {
            "environment": "production",
            "SMTP_URL": "smtp://mail.elsewhere.example",
            "mailboxes": {"ada@firm.example": {"send": send}},
            "postal_address": "Firm AG, Hauptstr. 1, 10115 Berlin",
            "public_url": "https://go.firm.example",
            "link_secret": "a secret nobody can guess",
        }
        | more
    )


async def found(stub: Stub, given: Settings | None = None, **more: Any) -> list[Finding]:
    host, _, port = stub.address.rpartition(":")
    names = Names(host, int(port), lifetime=0.6)
    return await preflight(names, given or settings(), DOMAIN, **more)


def of(findings: list[Finding], what: str) -> list[tuple[str, str]]:
    return [(one.level, one.found) for one in findings if one.what == what]
