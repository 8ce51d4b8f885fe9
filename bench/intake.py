"""Webhooks a second over 16 kept-open connections: a bare endpoint, and ours with matching and stops."""

import asyncio
import sys
import time
import uuid
from urllib.parse import urlsplit

from bench.house import Bench
from local import ports
from local.child import Child
from tests.playhouse import SECRET, eventually
from webhooks.sending import body_of, signed_headers

CONNECTIONS = 16


async def bare_endpoint(bench: Bench) -> str:
    """Start the bare endpoint; its address."""
    port = ports.choose(0, "free")
    argv = [sys.executable, "-m", "bench.bare_endpoint", str(port)]
    child: Child = await bench.house._process("bare", argv, {"BENCH_SECRET": SECRET})

    async def answers() -> bool:
        return child.ended() is None and ports.answers(port)

    await eventually(answers, "the bare endpoint answers", 30)
    return f"http://127.0.0.1:{port}"


async def rate(url: str, events: int) -> float:
    """Events a second that were answered 202. Each is signed beforehand and has an id of its own."""
    requests = [_request(url, number) for number in range(events)]
    shares = [requests[lane::CONNECTIONS] for lane in range(CONNECTIONS)]
    began = time.perf_counter()
    await asyncio.gather(*(_lane(url, share) for share in shares))
    return events / (time.perf_counter() - began)


def _request(url: str, number: int) -> bytes:
    body = body_of("trigger.visit", {"account": f"nobody-{number}", "page": "pricing", "seconds": number})
    headers = signed_headers(SECRET, f"bench-{uuid.uuid4().hex}", body)
    lines = [f"POST /events/test HTTP/1.1\r\nhost: {urlsplit(url).netloc}\r\ncontent-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def _lane(url: str, requests: list[bytes]) -> None:
    where = urlsplit(url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    try:
        for request in requests:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 202"):
                raise RuntimeError(f"not accepted: {head[:80]!r}")
            length = next((line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b":0")
            await reader.readexactly(int(length.split(b":")[1]))
    finally:
        writer.close()
