"""SPF (RFC 7208): who may send for a domain. One record, not open to all, within ten lookups, our carriers in it."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from activities.preflight.findings import Finding, Names
from activities.preflight.ways import Way

MOST_LOOKUPS: Final = 10  # RFC 7208, 4.6.4
MOST_VOID: Final = 2  # of them such that find nothing
_ASKING: Final = frozenset({"include", "a", "mx", "ptr", "exists", "redirect"})
_KNOWN: Final = _ASKING | {"all", "ip4", "ip6", "exp"}
_QUALIFIERS: Final = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}


@dataclass
class Seen:
    """What was come across while following a record."""

    lookups: int = 0
    void: int = 0
    includes: set[str] = field(default_factory=set)
    networks: list[str] = field(default_factory=list)  # addresses and networks that pass
    faults: list[str] = field(default_factory=list)
    known: bool = True
    every: str = ""  # the qualifier of `all`


async def check_spf(names: Names, domain: str, ways: Sequence[Way], relay_ips: Sequence[str]) -> list[Finding]:
    """The record, and each of our ways in it."""
    told = await names.txt(domain)
    if not told.known:
        return [Finding("SPF", "unknown", "DNS did not answer", "ask again, or name a server with --dns", domain)]
    records = [one for one in told.values if one.lower() == "v=spf1" or one.lower().startswith("v=spf1 ")]
    wanted = _wanted(ways, relay_ips)
    if len(records) != 1:
        found = "there is no record" if not records else f"{len(records)} records; receivers then ignore all"
        return [Finding("SPF", "fails", found, f"TXT one record: {wanted}", domain)]
    seen = Seen()
    await _follow(names, records[0], domain, seen, top=True)
    return [_record(records[0], seen, wanted, domain), *_ways(seen, ways, relay_ips, records[0], domain)]


def _wanted(ways: Sequence[Way], relay_ips: Sequence[str]) -> str:
    includes = [f"include:{one.carrier.include}" for one in ways if one.carrier.include]
    ours = [f"ip{ipaddress.ip_address(one).version}:{one}" for one in relay_ips]
    return " ".join(["v=spf1", *dict.fromkeys(includes + ours), "~all"])


def _record(record: str, seen: Seen, wanted: str, domain: str) -> Finding:
    if seen.faults:
        return Finding("SPF", "fails", f"{seen.faults[0]}: {record}", f"TXT {wanted}", domain)
    if seen.every == "+":
        return Finding("SPF", "fails", f"lets everybody send for it: {record}", f"end it with ~all: {wanted}", domain)
    if seen.lookups > MOST_LOOKUPS:
        found = f"takes more than {MOST_LOOKUPS} DNS lookups, receivers give up: {record}"
        return Finding("SPF", "fails", found, "fewer includes, or ip4: networks in their place", domain)
    if seen.void > MOST_VOID:
        found = f"more than {MOST_VOID} of its names do not exist, receivers give up: {record}"
        return Finding("SPF", "fails", found, "take out the names that are gone", domain)
    if not seen.known:
        return Finding("SPF", "unknown", f"DNS did not answer for a part of it: {record}", "ask again", domain)
    if seen.every in ("", "?"):
        return Finding("SPF", "warning", f"says nothing about all others: {record}", "end it with ~all", domain)
    return Finding("SPF", "ok", record, where=domain)


def _ways(seen: Seen, ways: Sequence[Way], relay_ips: Sequence[str], record: str, domain: str) -> list[Finding]:
    """Whether each way is in the record. A carrier that sends under its own return path needs no place in it."""
    head, _, _ = record.rpartition(" ")
    found = []
    for one in (way.carrier for way in ways):
        if one.include and one.include not in seen.includes:
            level = "fails" if one.envelope_is_ours else "warning"
            right = f"TXT {head} include:{one.include} {record.split()[-1]}"
            found.append(Finding("SPF", level, f"{one.name} is not in it", right, domain))  # type: ignore[arg-type]
    for ip in relay_ips:
        if not any(_holds(network, ip) for network in seen.networks):
            right = f"TXT {head} ip{ipaddress.ip_address(ip).version}:{ip} {record.split()[-1]}"
            found.append(Finding("SPF", "fails", f"our relay {ip} is not in it", right, domain))
    return found


def _holds(network: str, ip: str) -> bool:
    address, held = ipaddress.ip_address(ip), ipaddress.ip_network(network, strict=False)
    return address.version == held.version and address in held


async def _follow(names: Names, record: str, domain: str, seen: Seen, *, top: bool) -> None:
    """Read a record's terms, and those it includes, until there is a fault or too much is asked."""
    redirect = ""
    for term in record.split()[1:]:
        if seen.faults or seen.lookups > MOST_LOOKUPS:
            return
        qualifier = term[0] if term[0] in _QUALIFIERS else "+"
        bare = term.removeprefix(qualifier) if term[0] in _QUALIFIERS else term
        kind, value = _split(bare)
        if kind not in _KNOWN and "=" not in bare:
            seen.faults.append(f"'{term}' is no term of SPF")
        elif kind == "all":
            seen.every = qualifier if top else seen.every
            return
        elif kind == "redirect":
            redirect = value
        else:
            await _term(names, kind, value, domain, seen, passes=qualifier == "+")
    if redirect:
        seen.lookups += 1
        await _enter(names, redirect, seen, top=top)


def _split(term: str) -> tuple[str, str]:
    """`include:x` -> include, x; `a/24` -> a, /24; `redirect=x` -> redirect, x."""
    for index, sign in enumerate(term):
        if sign in ":=":
            return term[:index].lower(), term[index + 1 :]
        if sign == "/":
            return term[:index].lower(), term[index:]
    return term.lower(), ""


async def _term(names: Names, kind: str, value: str, domain: str, seen: Seen, *, passes: bool) -> None:
    seen.lookups += kind in _ASKING
    if "%" in value:  # a macro: known only when a mail comes
        return
    if kind in ("ip4", "ip6"):
        _network(value, seen, passes)
    elif kind == "include":
        seen.includes.add(value.lower().rstrip("."))
        await _enter(names, value, seen, top=False)
    elif kind in ("a", "mx"):
        host, _, prefix = value.partition("/")
        for address in await _addresses(names, kind, host or domain, seen):
            if passes:
                seen.networks.append(f"{address}/{prefix.split('//')[0]}" if prefix and ":" not in address else address)


def _network(value: str, seen: Seen, passes: bool) -> None:
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        seen.faults.append(f"'{value}' is no network")
    else:
        seen.networks += [value] if passes else []


async def _addresses(names: Names, kind: str, host: str, seen: Seen) -> list[str]:
    hosts = [host]
    if kind == "mx":
        told = await names.mx(host)
        seen.known = seen.known and told.known
        hosts = [one.split()[1] for one in told.values if not one.endswith(" .")]
    found: list[str] = []
    for one in hosts[:MOST_LOOKUPS]:
        told = await names.addresses(one)
        seen.known = seen.known and told.known
        seen.void += told.known and not told.values
        found += told.values
    return found


async def _enter(names: Names, name: str, seen: Seen, *, top: bool) -> None:
    """Another domain's record. RFC 7208, 5.2: one that is not there makes the whole an error."""
    if seen.lookups > MOST_LOOKUPS:
        return
    told = await names.txt(name)
    if not told.known:
        seen.known = False
        return
    records = [one for one in told.values if one.lower() == "v=spf1" or one.lower().startswith("v=spf1 ")]
    if len(records) != 1:
        seen.faults.append(
            f"{name}, which it includes, has {len(records) or 'no'} SPF record{'s' * (len(records) > 1)}"
        )
        return
    await _follow(names, records[0], name, seen, top=top)
