"""`starter.py domains …`: whether the domains our mail comes from are fit to send, and let to."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.output import Json, examples, row_of, say, show_json, show_list, show_table, tell

if TYPE_CHECKING:
    from activities.preflight.findings import Finding, Names
    from commands.connections import House

app = typer.Typer(help="Sending domains: their preflight, and what complaints have come to.", no_args_is_help=True)

COLUMNS = {
    "domain": "domain",
    "state": "state",
    "mailboxes": "mailboxes",
    "problems": "findings",
    "checked_at": "checked",
    "since": "since",
    "reason": "why",
}
LEVELS = {"ok": "ok", "warning": "warning", "fails": "FAILS", "unknown": "unknown"}

Domain = Annotated[str, typer.Argument(metavar="DOMAIN", help="What stands behind the @ of the mailboxes.")]
Server = Annotated[
    str | None, typer.Option("--dns", help="Ask this DNS server, 192.0.2.53 or 127.0.0.1:5353; the machine's else.")
]
Selectors = Annotated[list[str] | None, typer.Option("--selector", help="Of DKIM, as your provider shows it (repeat).")]
Addresses = Annotated[
    list[str] | None, typer.Option("--ip", help="A public address of your own relay, where its name does not say it.")
]


@app.command("list", epilog=examples("domains list", "domains list --json"))
def list_domains(as_json: Json = False) -> None:
    """List the domains of our players' mailboxes, and whether they may send."""
    from commands.connections import with_house

    rows = with_house(_rows)
    if not as_json:
        for row in rows:
            row["mailboxes"] = len(row["mailboxes"])
    empty = "No player has a mailbox yet: ./starter.py import players.csv"
    show_list(rows, COLUMNS, as_json=as_json, title="Sending domains", empty=empty)


@app.command(
    epilog=examples(
        "domains check firm.example",
        "domains check firm.example --selector k2 --ip 203.0.113.7",
        "domains check firm.example --dns 127.0.0.1:5353 --json",
    )
)
def check(
    domain: Domain,
    dns: Server = None,
    selector: Selectors = None,
    ip: Addresses = None,
    as_json: Json = False,
) -> None:
    """Look at everything receivers look at: what was found, and the exact record where something is wrong.

    Changes nothing but the list of findings. Ends with 1 when something fails or is not known.
    """
    from activities.preflight.findings import passed
    from commands.connections import with_house

    name = _named(domain)
    found = with_house(lambda house: _check(house, name, _server(dns), selector or [], ip or []))
    if as_json:
        show_json({"domain": name, "passed": passed(found), "findings": [one.as_row() for one in found]})
    else:
        _show(name, found)
    if not passed(found):
        raise typer.Exit(1)


@app.command(epilog=examples("domains activate firm.example", "domains activate firm.example --by ada"))
def activate(
    domain: Domain,
    dns: Server = None,
    selector: Selectors = None,
    ip: Addresses = None,
    by: Annotated[str, typer.Option(help="Who decides it; kept.")] = "ops",
    as_json: Json = False,
) -> None:
    """Check the domain and let it send. A broken one is refused; in production it then sends nothing."""
    from activities.preflight.findings import passed
    from commands.connections import with_house
    from commands.failures import Refused

    name = _named(domain)
    found, row = with_house(lambda house: _activate(house, name, _server(dns), selector or [], ip or [], by))
    if as_json:
        show_json(row)
    elif passed(found):
        say(f"{name} is {row['state']}: its mailboxes may send.")
        for one in found:
            if one.level == "warning":
                say(f"Still to mend: {one.what}: {one.found}. {one.right}")
    if not passed(found):
        if not as_json:
            _show(name, found)
        raise Refused(f"{name} is not fit to send; its state is {row['state']}. What would be right stands above.")


@app.command(epilog=examples("domains lift firm.example --reason 'the bought list was deleted'"))
def lift(
    domain: Domain,
    reason: Annotated[str, typer.Option(help="What was done about the complaints; kept.")],
    by: Annotated[str, typer.Option(help="Who lifts it; kept.")] = "ops",
    as_json: Json = False,
) -> None:
    """Let a domain that was slowed or stopped for complaints send in full again. They are counted anew from now."""
    from commands.connections import with_house
    from commands.failures import Refused, Wrong

    name = _named(domain)
    if not reason.strip():
        raise Wrong("Say what was done about the complaints: --reason '…'. Nothing was changed.")
    row = with_house(lambda house: _lift(house, name, reason, by))
    if row is None:
        raise Refused(
            f"{name} is neither slowed nor stopped; nothing was changed. `./starter.py domains list` shows it."
        )
    if as_json:
        show_json(row)
    else:
        say(f"{name} is {row['state']} again. Mails that wait ask again within two hours.")


async def _rows(house: "House") -> list[dict[str, Any]]:
    from records import sending_domains

    async with house.session() as session:
        used = await sending_domains.in_use(session)
        known = {one.domain: row_of(one) for one in await sending_domains.listing(session)}
    return [_row(name, known.get(name), used.get(name, [])) for name in sorted(set(used) | set(known))]


def _row(name: str, known: dict[str, Any] | None, mailboxes: list[str]) -> dict[str, Any]:
    row: dict[str, Any] = known or {"domain": name, "state": "unchecked", "findings": []}
    counted = [one["level"] for one in row["findings"]]
    words = [f"{counted.count(level)} {word}" for level, word in LEVELS.items() if level != "ok" and level in counted]
    return row | {"mailboxes": mailboxes, "problems": ", ".join(words) or ("all ok" if counted else "")}


async def _check(house: "House", domain: str, names: "Names", selectors: list[str], ips: list[str]) -> "list[Finding]":
    from datetime import UTC, datetime

    from activities.preflight.check import preflight
    from commands.failures import Unreachable
    from records import sending_domains

    found = await preflight(names, house.settings, domain, selectors=selectors, ips=_checked(ips))
    try:
        async with house.session() as session:
            rows = [one.as_row() for one in found]
            await sending_domains.keep_findings(session, domain, rows, datetime.now(UTC))
    except Unreachable as error:
        tell(f"The findings were not kept. {error.sentence}")
    return found


async def _activate(
    house: "House", domain: str, names: "Names", selectors: list[str], ips: list[str], by: str
) -> "tuple[list[Finding], dict[str, Any]]":
    from datetime import UTC, datetime

    from activities.preflight.findings import passed
    from records import sending_domains

    async with house.session():  # first: nobody waits for DNS to hear that Postgres is away
        pass
    found = await _check(house, domain, names, selectors, ips)
    now = datetime.now(UTC)
    async with house.session() as session:
        if passed(found):
            row = await sending_domains.activate(session, domain, by, now)
        else:
            why = ", ".join(dict.fromkeys(one.what for one in found if one.level in ("fails", "unknown")))
            row = await sending_domains.refuse(session, domain, f"not passed: {why}", by, now)
        return found, row_of(row)


async def _lift(house: "House", domain: str, reason: str, by: str) -> dict[str, Any] | None:
    from datetime import UTC, datetime

    from records import sending_domains

    async with house.session() as session:
        row = await sending_domains.lift(session, domain, reason, by, datetime.now(UTC))
        return row_of(row) if row else None


def _show(domain: str, found: "list[Finding]") -> None:
    rows = [(LEVELS[one.level], one.what, one.found, one.right, one.where) for one in found]
    show_table(f"Preflight of {domain}", ("", "what", "found", "what would be right", "where"), rows)


def _named(domain: str) -> str:
    from commands.failures import Wrong
    from records.addresses import normal_domain

    name = normal_domain(domain.strip().rpartition("@")[2])
    if not name.isascii() or "." not in name or len(name) > 253 or not all(map(_label, name.split("."))):
        raise Wrong(f"'{domain}' is no domain: write what stands behind the @, e.g. firm.example. Nothing was changed.")
    return name


def _label(text: str) -> bool:
    return 0 < len(text) < 64 and text.replace("-", "").replace("_", "").isalnum()


def _server(given: str | None) -> "Names":
    """The DNS server as typed: an IP address, with a port if it is not 53."""
    import ipaddress

    from activities.preflight.findings import Names
    from commands.failures import Wrong

    if given is None:
        return Names()
    host, port = given, "53"
    if given.count(":") == 1 or given.startswith("["):
        host, _, port = given.rpartition(":")
    host = host.strip("[]")
    try:
        ipaddress.ip_address(host)
        if not 0 < int(port) < 65536:
            raise ValueError(port)
        return Names(host, int(port))
    except ValueError:
        raise Wrong(f"'{given}' is no DNS server: write its address, 192.0.2.53 or 127.0.0.1:5353.") from None


def _checked(ips: list[str]) -> list[str]:
    import ipaddress

    from commands.failures import Wrong

    for one in ips:
        try:
            ipaddress.ip_address(one)
        except ValueError:
            raise Wrong(f"'{one}' is no IP address: write it as 203.0.113.7. Nothing was changed.") from None
    return ips
