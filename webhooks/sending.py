"""Sending an event to our own webhooks, signed as any provider would: for the terminal, the tour and the tests."""

import asyncio
import json
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from standardwebhooks.webhooks import Webhook


@dataclass(frozen=True)
class Reply:
    """What the webhooks answered."""

    status: int
    body: dict[str, Any]


def signed_headers(secret: str, message_id: str, body: bytes, at: datetime | None = None) -> dict[str, str]:
    """The three Standard Webhooks headers for these bytes; `at` is now by default."""
    at = at or datetime.now(UTC)
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, at, body.decode()),
    }


def body_of(kind: str, data: Mapping[str, Any], occurred_at: datetime | None = None) -> bytes:
    """The documented JSON form (docs/events.md)."""
    at = occurred_at or datetime.now(UTC)
    return json.dumps({"type": kind, "occurred_at": at.isoformat(), "data": dict(data)}, ensure_ascii=False).encode()


def post(url: str, headers: Mapping[str, str], body: bytes, timeout: float = 10.0) -> Reply:
    """POST and wait for the answer, whatever its status. Raises OSError when nobody listens."""
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"'{url}' is no web address")
    request = urllib.request.Request(url, data=body, headers=dict(headers), method="POST")  # noqa: S310  # checked above
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:  # noqa: S310
            return Reply(answer.status, json.loads(answer.read() or b"{}"))
    except urllib.error.HTTPError as refusal:
        with refusal:
            return Reply(refusal.code, json.loads(refusal.read() or b"{}"))


async def sign_and_post(
    url: str,
    secret: str,
    source: str,
    kind: str,
    data: Mapping[str, Any],
    id: str | None = None,
    occurred_at: datetime | None = None,
) -> Reply:
    """Send one event to the webhooks at `url` (without path) as `source`. The same `id` again changes nothing."""
    body = body_of(kind, data, occurred_at)
    headers = signed_headers(secret, id or f"msg_{uuid.uuid4().hex}", body)
    return await asyncio.to_thread(post, f"{url.rstrip('/')}/events/{source}", headers, body)
