"""The machines of a sending domain: where its answers go (MX), and what our own relay's address says it is (PTR)."""

from collections.abc import Sequence

from activities.preflight.findings import Finding, Names, public
from activities.preflight.ways import Way


async def check_mx(names: Names, domain: str) -> Finding:
    """A domain that cannot be answered is no sender: replies and bounces must come back (RFC 5321, 5.1; RFC 7505)."""
    told = await names.mx(domain)
    right = f"MX 10 and the host that takes mail for {domain}"
    if not told.known:
        return Finding("MX", "unknown", "DNS did not answer", "ask again", domain)
    if any(one.split()[1] == "." for one in told.values):
        return Finding("MX", "fails", "a null MX: it says that it takes no mail, answers cannot come", right, domain)
    if not told.values:
        addresses = await names.addresses(domain)
        if not addresses.known:
            return Finding("MX", "unknown", "DNS did not answer", "ask again", domain)
        level, found = ("warning", "no MX; its own address stands in") if addresses.values else ("fails", "no MX")
        return Finding("MX", level, found, right, domain)  # type: ignore[arg-type]
    hosts = [one.split()[1] for one in told.values]
    found_any = [await names.addresses(one) for one in hosts[:5]]
    if any(one.values for one in found_any):
        return Finding("MX", "ok", ", ".join(hosts), where=domain)
    if not all(one.known for one in found_any):
        return Finding("MX", "unknown", f"DNS did not answer for {', '.join(hosts)}", "ask again", domain)
    return Finding("MX", "fails", f"{', '.join(hosts)} have no address", right, domain)


async def relay_ips(names: Names, ways: Sequence[Way], given: Sequence[str]) -> list[str]:
    """The addresses our own relay sends from: as given, else as its host's name says, where they are public."""
    if given:
        return list(given)
    hosts = dict.fromkeys(way.relay for way in ways if way.relay)
    found = [host for host in hosts if public(host)]
    for host in hosts:
        found += [ip for ip in (await names.addresses(host)).values if public(ip)] if not _is_ip(host) else []
    return found


def _is_ip(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()


async def check_ptr(names: Names, ways: Sequence[Way], ips: Sequence[str]) -> list[Finding]:
    """Each address of our relay has a name that leads back to it (Google, "Email sender guidelines": valid PTR)."""
    if not any(way.relay for way in ways) and not ips:
        return []
    if not ips:
        hosts = ", ".join(way.relay for way in ways if way.relay)
        right = "say from which address it sends: --ip 203.0.113.7"
        return [Finding("PTR", "warning", f"the public address of {hosts} is not known", right, hosts)]
    return [await _ptr(names, ip) for ip in ips]


async def _ptr(names: Names, ip: str) -> Finding:
    told = await names.names_of(ip)
    right = f"PTR of {ip} to your relay's name, whose A or AAAA is {ip}; whoever owns the address sets it"
    if not told.known:
        return Finding("PTR", "unknown", "DNS did not answer", "ask again", ip)
    if not told.values:
        return Finding("PTR", "fails", "the address has no name", right, ip)
    for name in told.values:
        back = await names.addresses(name)
        if ip in back.values:
            return Finding("PTR", "ok", name, where=ip)
        if not back.known:
            return Finding("PTR", "unknown", f"DNS did not answer for {name}", "ask again", ip)
    return Finding("PTR", "fails", f"{', '.join(told.values)} does not lead back to it", right, ip)
