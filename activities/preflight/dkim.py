"""DKIM (RFC 6376, 8301, 8463): whether the key that signs the domain's mail is published, long enough and in force."""

import asyncio
import base64
import binascii
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from activities.preflight.findings import Finding, Names, tags_of
from activities.preflight.ways import USUAL, Way

LEAST_BITS: Final = 1024  # RFC 8301, 3.2: receivers ignore shorter ones
GOOD_BITS: Final = 2048
_ED25519: Final = 32  # bytes


async def check_dkim(names: Names, domain: str, ways: Sequence[Way], selectors: Sequence[str]) -> list[Finding]:
    """The key under each selector that was named; else the carriers' usual ones, of which one must be there."""
    if selectors:
        return list(await asyncio.gather(*(_key(names, domain, one) for one in selectors)))
    tried = list(dict.fromkeys([one for way in ways for one in way.carrier.selectors] + list(USUAL)))
    found = await asyncio.gather(*(_key(names, domain, one) for one in tried))
    there = [one for one in found if one.level != "unknown" and not one.found.startswith(_ABSENT)]
    if there:
        return there
    if any(one.level == "unknown" for one in found):
        return [Finding("DKIM", "unknown", "DNS did not answer", "ask again", f"*._domainkey.{domain}")]
    right = "turn DKIM on at your mail provider and publish its key; name it with --selector"
    return [Finding("DKIM", "fails", f"{_ABSENT} under {', '.join(tried)}", right, f"SELECTOR._domainkey.{domain}")]


_ABSENT: Final = "there is no key"


async def _key(names: Names, domain: str, selector: str) -> Finding:
    where = f"{selector}._domainkey.{domain}"
    told = await names.txt(where)
    if not told.known:
        return Finding("DKIM", "unknown", "DNS did not answer", "ask again", where)
    keys = [tags for one in told.values if "p" in (tags := tags_of(one))]
    right = "TXT v=DKIM1; k=rsa; p=… as your mail provider shows it"
    if not keys:
        return Finding("DKIM", "fails", _ABSENT, right, where)
    if len(keys) > 1:
        return Finding("DKIM", "fails", f"{len(keys)} keys; receivers may take either", "keep one", where)
    return _judged(keys[0], where, right)


def _judged(tags: dict[str, str], where: str, right: str) -> Finding:
    if tags.get("v", "DKIM1") != "DKIM1":
        return Finding("DKIM", "fails", f"its version is {tags['v']}", right, where)
    if not tags["p"]:
        return Finding("DKIM", "fails", "the key is revoked (p= is empty)", "sign with a key that is in force", where)
    kind = tags.get("k", "rsa").lower()
    bits = _bits(kind, tags["p"])
    if bits is None:
        return Finding("DKIM", "fails", f"the {kind} key cannot be read", right, where)
    if kind == "rsa" and bits < LEAST_BITS:
        return Finding("DKIM", "fails", f"an RSA key of {bits} bits", f"a key of {GOOD_BITS} bits", where)
    if "y" in tags.get("t", "").split(":"):
        return Finding("DKIM", "warning", "in test (t=y): receivers ignore what it signs", "remove t=y", where)
    if kind == "rsa" and bits < GOOD_BITS:
        return Finding("DKIM", "warning", f"an RSA key of {bits} bits", f"a key of {GOOD_BITS} bits", where)
    return Finding("DKIM", "ok", f"an {kind.upper()} key of {bits} bits", where=where)


def _bits(kind: str, key: str) -> int | None:
    """The length of the key; None when it is none."""
    try:
        raw = base64.b64decode(key, validate=True)
        if kind == "ed25519":
            return 256 if len(raw) == _ED25519 else None
        loaded = load_der_public_key(raw)
    except (ValueError, binascii.Error, UnsupportedAlgorithm):
        return None
    return loaded.key_size if isinstance(loaded, RSAPublicKey) else None
