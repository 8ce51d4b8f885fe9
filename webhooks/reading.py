"""Reading a body that a stranger sends: bounded in bytes and in time before anything looks at it (B11)."""

import asyncio
import contextlib
from typing import Final

from fastapi import Request
from starlette.requests import ClientDisconnect

from webhooks.refusals import Refusal

BODY_SECONDS: Final = 10.0
_DRAINED: Final = 1024 * 1024  # bytes read and thrown away, so that an honest sender gets to see its 413
_DRAIN_SECONDS: Final = 1.0


async def read_body(request: Request, limit: int) -> bytes:
    """The raw body, at most `limit` bytes, within BODY_SECONDS. Raises Refusal 400, 408, 413 or 415."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Refusal(415, "send the body as it is: compressed bodies are not taken", close=True)
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _collect(request, limit)
    except TimeoutError:
        raise Refusal(408, f"the body did not arrive within {BODY_SECONDS:.0f} seconds", close=True) from None
    except ClientDisconnect:
        raise Refusal(400, "the connection was closed before the body had arrived", close=True) from None


async def _collect(request: Request, limit: int) -> bytes:
    declared = request.headers.get("content-length", "")
    announced = int(declared) if declared.isdecimal() else 0
    body = bytearray()
    if announced <= limit:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                break
        else:
            return bytes(body)
    if announced <= _DRAINED:
        await _drain(request)
    raise Refusal(413, f"the body is larger than {limit // 1024} KB; nothing was taken", close=True)


async def _drain(request: Request) -> None:
    with contextlib.suppress(TimeoutError, RuntimeError):
        async with asyncio.timeout(_DRAIN_SECONDS):
            read = 0
            while read < _DRAINED:
                message = await request.receive()
                read += len(message.get("body", b""))
                if message["type"] != "http.request" or not message.get("more_body"):
                    return
