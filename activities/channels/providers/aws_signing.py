"""AWS Signature Version 4 of a request with its headers, nothing else (AWS General Reference, "Create a signed AWS API
request"). The test vectors of AWS are in tests/channels.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote, urlsplit

ALGORITHM: Final = "AWS4-HMAC-SHA256"


@dataclass(frozen=True)
class Keys:
    """Who signs, for which service where."""

    access: str
    secret: str = field(repr=False)
    region: str
    service: str


def signed(keys: Keys, method: str, url: str, headers: Mapping[str, str], body: bytes, at: datetime) -> dict[str, str]:
    """`headers` with `host`, `x-amz-date` and `authorization` added. `at` is the instant of the request."""
    at = at.astimezone(UTC)
    stamp, day = at.strftime("%Y%m%dT%H%M%SZ"), at.strftime("%Y%m%d")
    whole = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
    whole |= {"host": urlsplit(url).netloc, "x-amz-date": stamp}
    names = ";".join(sorted(whole))
    scope = f"{day}/{keys.region}/{keys.service}/aws4_request"
    canonical = _canonical(method, url, whole, body)
    to_sign = "\n".join((ALGORITHM, stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()))
    signature = hmac.new(_signing_key(keys, day), to_sign.encode(), hashlib.sha256).hexdigest()
    credential = f"Credential={keys.access}/{scope}"
    return {**whole, "authorization": f"{ALGORITHM} {credential}, SignedHeaders={names}, Signature={signature}"}


def _canonical(method: str, url: str, headers: Mapping[str, str], body: bytes) -> str:
    """The canonical request: each part on its line, headers sorted, the query sorted by its encoded form."""
    parts = urlsplit(url)
    query = "&".join(sorted(one if "=" in one else f"{one}=" for one in parts.query.split("&") if one))
    lines = [f"{name}:{headers[name]}" for name in sorted(headers)]
    path = quote(parts.path or "/", safe="/-_.~%")
    names = ";".join(sorted(headers))
    return "\n".join((method, path, query, *lines, "", names, hashlib.sha256(body).hexdigest()))


def _signing_key(keys: Keys, day: str) -> bytes:
    key = f"AWS4{keys.secret}".encode()
    for part in (day, keys.region, keys.service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
