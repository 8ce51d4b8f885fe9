"""A DNS server of a test's own on loopback: answers from a table over UDP, and says nothing for names it is told to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset


class Stub(asyncio.DatagramProtocol):
    """Answers what stands in `zone`: (name, type) -> values, `SILENT` for no answer, `SERVFAIL` for that.

    A CNAME is followed. Every question is kept in `asked`.
    """

    def __init__(self, zone: dict[tuple[str, str], list[str]]) -> None:
        self.zone = zone
        self.asked: list[tuple[str, str]] = []
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It listens."""
        self._transport = cast(asyncio.DatagramTransport, transport)

    @property
    def address(self) -> str:
        """Where, as `--dns` takes it."""
        host, port = self._transport.get_extra_info("sockname")[:2] if self._transport else ("", 0)
        return f"{host}:{port}"

    def datagram_received(self, data: bytes, addr: Any) -> None:
        """One question."""
        query = dns.message.from_wire(data)
        name = query.question[0].name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(query.question[0].rdtype)
        self.asked.append((name, kind))
        values = self.zone.get((name, kind), [])
        if values == ["SILENT"] or self._transport is None:
            return
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if values == ["SERVFAIL"]:
            answer.set_rcode(dns.rcode.SERVFAIL)
        else:
            self._fill(answer, name, kind)
        self._transport.sendto(answer.to_wire(), addr)

    def _fill(self, answer: dns.message.Message, name: str, kind: str) -> None:
        if (alias := self.zone.get((name, "CNAME"))) and kind != "CNAME":
            answer.answer.append(_set(name, "CNAME", alias))
            name = alias[0].rstrip(".")
        if values := self.zone.get((name, kind)):
            answer.answer.append(_set(name, kind, values))
        elif not any(known == name for known, _ in self.zone):
            answer.set_rcode(dns.rcode.NXDOMAIN)


def _set(name: str, kind: str, values: list[str]) -> dns.rrset.RRset:
    """The records; a TXT value is cut into strings of 255 bytes, as DNS wants it."""
    if kind == "TXT":
        values = [" ".join(f'"{one[at : at + 255]}"' for at in range(0, max(len(one), 1), 255)) for one in values]
    return dns.rrset.from_text_list(dns.name.from_text(name), 60, "IN", kind, values)


@asynccontextmanager
async def listening(zone: dict[tuple[str, str], list[str]]) -> AsyncIterator[Stub]:
    """The server, while the test needs it."""
    loop = asyncio.get_running_loop()
    transport, stub = await loop.create_datagram_endpoint(lambda: Stub(zone), local_addr=("127.0.0.1", 0))
    try:
        yield stub
    finally:
        transport.close()
