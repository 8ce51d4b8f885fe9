"""Calls over HTTP, safe against being led into our own network (reliability.md F11).

The name is resolved once, every address it has is looked at, and the connection goes to one of those addresses: a
name that answers differently a moment later (DNS rebinding) changes nothing. No redirects, no proxy, no cookies.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import Final
from urllib.parse import SplitResult, urlsplit

from activities.channels.calls import Call, Forbidden, Unreached

WITHIN: Final = 20.0  # seconds for all of it; Standard Webhooks gives a receiver 15
CONNECT: Final = 5.0
MOST: Final = 64 * 1024  # bytes read of an answer
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


async def resolved(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, as the system knows them. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


class HttpCaller:
    """Calls with httpx."""

    def __init__(self, resolve: Resolve = resolved, within: float = WITHIN) -> None:
        self._resolve, self._within = resolve, within

    async def post(self, call: Call) -> int:
        """As `Caller.post`."""
        url = _checked(call)
        try:
            async with asyncio.timeout(self._within):
                return await self._send(call, url, await self._address(call, url))
        except TimeoutError:
            raise Unreached(f"no answer within {self._within:.0f} seconds") from None

    async def _address(self, call: Call, url: SplitResult) -> str:
        """The address to connect to, looked at: the first of them, when all may be called."""
        try:
            found = await self._resolve(url.hostname or "", _port(url))
        except OSError as error:
            raise Unreached("its name cannot be resolved") from error
        if not found:
            raise Unreached("its name has no address")
        if not call.private and not all(is_public(one) for one in found):
            raise Forbidden(
                "its name leads into a private network; if that is meant, say `private: true` in the endpoint's setting"
            )
        return found[0]

    async def _send(self, call: Call, url: SplitResult, address: str) -> int:
        import httpx  # a tenth of a second, for those who have webhook steps

        host = f"[{address}]" if ":" in address else address
        target = url._replace(netloc=f"{host}:{_port(url)}", fragment="").geturl()
        named = url.netloc.rpartition("@")[2]
        limits = httpx.Timeout(self._within, connect=CONNECT)
        try:
            async with (
                httpx.AsyncClient(follow_redirects=False, trust_env=False, timeout=limits) as client,
                client.stream(
                    "POST",
                    target,
                    content=call.body,
                    headers={**call.headers, "host": named},
                    extensions={"sni_hostname": url.hostname},  # the certificate is that of the name
                ) as answer,
            ):
                return await _status(answer)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise Unreached(f"it could not be reached ({type(error).__name__})") from error


async def _status(answer: "object") -> int:
    """The status, once the answer has ended or has gone on long enough: what it says is of no interest."""
    import httpx

    assert isinstance(answer, httpx.Response)  # noqa: S101 - typed so that httpx is imported late
    read = 0
    async for chunk in answer.aiter_raw(8192):
        read += len(chunk)
        if read > MOST:
            break
    return answer.status_code


def _checked(call: Call) -> SplitResult:
    """The address in its parts. Raises Forbidden."""
    try:
        url = urlsplit(call.url)
        port = url.port
    except ValueError:
        raise Forbidden("it is no web address") from None
    if url.scheme not in ("http", "https") or not url.hostname or url.username is not None or port == 0:
        raise Forbidden("it is no web address like https://host/path")
    if url.scheme != "https" and not call.plain:
        raise Forbidden("it is not encrypted; outside development an endpoint begins with https://")
    return url


def _port(url: SplitResult) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def is_public(text: str) -> bool:
    """True for an address of the public network; not for one that hides a private IPv4 address in IPv6."""
    try:
        address: Address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        if address.sixtofour is not None or address.teredo is not None:
            return False
        if address in _NAT64:
            address = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        elif address.ipv4_mapped is not None:
            address = address.ipv4_mapped
    return address.is_global and not address.is_multicast and not address.is_reserved
