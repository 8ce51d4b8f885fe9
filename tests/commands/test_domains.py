"""`starter.py domains`: the preflight as a person sees it, what activation refuses, and how a stop is lifted."""

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from records.db import Database
from records.tables import SendingDomain
from tests.activities.dns_stub import Stub
from tests.activities.sending_domain import DKIM, SPF, good
from tests.commands.conftest import Terminal


@pytest.fixture
def zone() -> Iterator[Stub]:
    """A DNS server in a thread of its own: commands have a loop of theirs."""
    loop, stub = asyncio.new_event_loop(), Stub(good())
    transport, _ = loop.run_until_complete(loop.create_datagram_endpoint(lambda: stub, local_addr=("127.0.0.1", 0)))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield stub
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    transport.close()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()


@pytest.fixture
def at_firm(desk: Terminal, zone: Stub, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal of a house that sends from firm.example by Google."""
    monkeypatch.setenv("SMTP_URL", "smtp+starttls://a@smtp.gmail.com:587")
    monkeypatch.setenv("SETPIECE_LINK_SECRET", "a secret nobody can guess")
    monkeypatch.setenv("SETPIECE_PUBLIC_URL", "https://go.firm.example")
    monkeypatch.setenv("SETPIECE_POSTAL_ADDRESS", "Firm AG, Hauptstr. 1, Berlin")
    return desk


def test_a_domain_in_order_is_activated_and_listed(at_firm: Terminal, zone: Stub) -> None:
    """A19."""
    checked = at_firm.type("domains", "check", "firm.example", "--dns", zone.address, "--json")
    assert (checked.code, checked.json["passed"]) == (0, True)
    activated = at_firm.type("domains", "activate", "Ada@FIRM.example", "--dns", zone.address, "--by", "ada")
    assert activated.code == 0, activated.err
    assert "firm.example is active" in activated.out
    [row] = at_firm.type("domains", "list", "--json").json
    assert (row["state"], row["changed_by"], row["problems"]) == ("active", "ada", "all ok")
    assert "firm.example" in at_firm.type("domains", "list").out


def test_a_broken_domain_is_refused_with_the_record_that_would_be_right(at_firm: Terminal, zone: Stub) -> None:
    """A19."""
    zone.zone[SPF] = ["v=spf1 mx +all"]
    zone.zone[DKIM] = ["v=DKIM1; p="]
    said = at_firm.type("domains", "activate", "firm.example", "--dns", zone.address)
    assert said.code == 1
    assert "include:_spf.google.com ~all" in said.out
    assert "revoked" in said.out
    assert "is not fit to send" in said.err
    [row] = at_firm.type("domains", "list", "--json").json
    assert (row["state"], row["reason"]) == ("refused", "not passed: SPF, DKIM, alignment")
    assert row["problems"].endswith("FAILS")


def test_a_check_changes_no_state_and_ends_with_1_when_something_is_wrong(at_firm: Terminal, zone: Stub) -> None:
    at_firm.type("domains", "activate", "firm.example", "--dns", zone.address)
    zone.zone[SPF] = ["SERVFAIL"]
    said = at_firm.type("domains", "check", "firm.example", "--dns", zone.address)
    assert said.code == 1
    assert "unknown" in said.out
    assert at_firm.type("domains", "list", "--json").json[0]["state"] == "active"
    again = at_firm.type("domains", "activate", "firm.example", "--dns", zone.address)
    assert again.code == 1
    assert at_firm.type("domains", "list", "--json").json[0]["state"] == "active"


def test_a_check_without_a_database_still_answers(
    terminal: Terminal, zone: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = terminal.type("domains", "check", "firm.example", "--dns", zone.address, "--json")
    assert {one["what"] for one in said.json["findings"]} >= {"SPF", "DKIM", "DMARC", "MX", "postal address"}
    assert "The findings were not kept" in said.err
    assert terminal.type("domains", "activate", "firm.example", "--dns", zone.address).code == 3


async def test_only_what_is_slowed_or_stopped_can_be_lifted_and_only_with_a_reason(
    desk: Terminal, database: Database
) -> None:
    """A17: until a person lifts it."""
    async with database.begin() as session:
        session.add(SendingDomain(domain="firm.example", state="stopped", activated_at=datetime.now(UTC)))

    def type_all() -> None:
        assert desk.type("domains", "lift", "firm.example").code == 2
        assert desk.type("domains", "lift", "firm.example", "--reason", " ").code == 2
        lifted = desk.type("domains", "lift", "firm.example", "--reason", "the list is gone", "--json")
        assert (lifted.json["state"], lifted.json["reason"]) == ("active", "the list is gone")
        again = desk.type("domains", "lift", "firm.example", "--reason", "once more")
        assert again.code == 1
        assert "neither slowed nor stopped" in again.err

    await asyncio.to_thread(type_all)


@pytest.mark.parametrize(
    "words",
    [
        ("check", "no domain at all"),
        ("check", "localhost"),
        ("check", "firm.example", "--dns", "dns.google"),
        ("check", "firm.example", "--dns", "127.0.0.1:99999"),
        ("check", "firm.example", "--dns", "127.0.0.1:9", "--ip", "relay"),
        ("activate", "..", "--dns", "127.0.0.1:9"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(desk: Terminal, words: tuple[str, ...]) -> None:
    said = desk.type("domains", *words)
    assert (said.code, said.out) == (2, "")
    assert "Traceback" not in said.err


async def test_the_domains_of_the_players_are_listed_before_anybody_looked_at_them(desk: Terminal, acme: str) -> None:
    [row] = (await asyncio.to_thread(desk.type, "domains", "list", "--json")).json
    assert (row["domain"], row["state"], row["mailboxes"]) == (
        "us.example",
        "unchecked",
        ["ada@us.example", "ben@us.example"],
    )
