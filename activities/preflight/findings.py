"""What a check of a sending domain found, and the names it asked DNS for. Types only, and the asking."""

import ipaddress
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

import dns.asyncresolver
import dns.exception
import dns.resolver
import dns.reversename
from dns.rdatatype import RdataType

Level = Literal["ok", "warning", "fails", "unknown"]
LIFETIME: Final = 4.0  # seconds for one question, all tries together


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `right` is what would be right, ready to publish or set, and `where`."""

    what: str
    level: Level
    found: str
    right: str = ""
    where: str = ""

    def as_row(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)


def passed(findings: Sequence[Finding]) -> bool:
    """Nothing fails and nothing is unknown: a domain about which DNS did not answer is not fit yet."""
    return all(one.level in ("ok", "warning") for one in findings)


@dataclass(frozen=True)
class Told:
    """What DNS said. Not `known`: it did not answer, or could not; that is never the same as "there is none"."""

    values: tuple[str, ...] = ()
    known: bool = True


UNKNOWN: Final = Told(known=False)


class Names:
    """DNS, asked at one server or at those of the machine."""

    def __init__(self, server: str | None = None, port: int = 53, lifetime: float = LIFETIME) -> None:
        """`server`: an IP address. Without it the machine's own; where none is set, nothing is known."""
        try:
            self._resolver: dns.asyncresolver.Resolver | None = dns.asyncresolver.Resolver(configure=server is None)
        except dns.resolver.NoResolverConfiguration:
            self._resolver = None
            return
        if server is not None:
            self._resolver.nameservers = [server]
            self._resolver.port = port
        self._resolver.lifetime = lifetime
        self._resolver.use_edns(0, 0, 1232)

    async def txt(self, name: str) -> Told:
        """The TXT records, each with its strings joined (RFC 7208, 3.3)."""
        return await self._ask(name, RdataType.TXT)

    async def mx(self, name: str) -> Told:
        """The MX records as `preference host`, best first; a null MX is `0 .` (RFC 7505)."""
        told = await self._ask(name, RdataType.MX)
        return Told(tuple(sorted(told.values, key=lambda one: int(one.split()[0]))), told.known)

    async def addresses(self, name: str) -> Told:
        """IPv4 and IPv6 addresses."""
        four, six = await self._ask(name, RdataType.A), await self._ask(name, RdataType.AAAA)
        values = four.values + six.values
        return Told(values, bool(values) or (four.known and six.known))

    async def names_of(self, ip: str) -> Told:
        """The names an address says it has (PTR)."""
        return await self._ask(dns.reversename.from_address(ip).to_text(), RdataType.PTR)

    async def _ask(self, name: str, kind: RdataType) -> Told:
        if self._resolver is None:
            return UNKNOWN
        try:
            answer = await self._resolver.resolve(name, kind, raise_on_no_answer=False, search=False)
        except dns.resolver.NXDOMAIN:
            return Told()
        except (dns.exception.DNSException, OSError, UnicodeError):
            return UNKNOWN
        return Told(tuple(_text(one) for one in answer)) if answer.rrset is not None else Told()


def _text(record: Any) -> str:
    if record.rdtype == RdataType.TXT:
        return b"".join(record.strings).decode("utf-8", "replace")
    if record.rdtype == RdataType.MX:
        return f"{record.preference} {_plain(record.exchange.to_text())}"
    return _plain(record.to_text())


def _plain(name: str) -> str:
    return name if name == "." else name.rstrip(".").lower()


def tags_of(record: str) -> dict[str, str]:
    """The `tag=value` list of a DKIM key or a DMARC policy (RFC 6376, 3.2); the first of two equal tags counts."""
    found: dict[str, str] = {}
    for part in record.split(";"):
        name, equals, value = part.partition("=")
        if equals:
            found.setdefault(name.strip().lower(), "".join(value.split()))
    return found


def public(ip: str) -> bool:
    """Whether the address can be reached from outside."""
    try:
        return ipaddress.ip_address(ip).is_global
    except ValueError:
        return False
