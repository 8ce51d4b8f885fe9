"""A19: the preflight of a sending domain against a DNS server on loopback: right, broken, or not known."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from activities.preflight.findings import passed
from tests.activities.dns_stub import Stub, listening
from tests.activities.sending_domain import DKIM, DOMAIN, MX, RELAY, SPF, found, good, of, settings


@pytest.fixture
async def stub() -> AsyncIterator[Stub]:
    async with listening(good()) as stub:
        yield stub


async def test_a_domain_in_order_passes(stub: Stub) -> None:
    findings = await found(stub)
    assert passed(findings)
    assert {one.level for one in findings} == {"ok"}, findings
    assert of(findings, "DKIM") == [("ok", "an RSA key of 2048 bits")]
    assert of(findings, "alignment") == [("ok", "DKIM and SPF are the domain's own")]


@pytest.mark.parametrize(
    ("records", "level", "words"),
    [
        ([], "fails", "there is no record"),
        (["v=spf1 include:_spf.google.com ~all", "v=spf1 mx -all"], "fails", "2 records"),
        (["v=spf1 include:_spf.google.com +all"], "fails", "lets everybody send"),
        (["v=spf1 include:_spf.google.com all"], "fails", "lets everybody send"),
        (["v=spf1 include:_spf.google.com ?all"], "warning", "says nothing about all others"),
        (["v=spf1 include:_spf.google.com"], "warning", "says nothing about all others"),
        (["v=spf1 include:nowhere.example ~all"], "fails", "nowhere.example, which it includes, has no SPF record"),
        (["v=spf1 inculde:_spf.google.com ~all"], "fails", "'inculde:_spf.google.com' is no term of SPF"),
        (["v=spf1 ip4:300.1.1.1 ~all"], "fails", "'300.1.1.1' is no network"),
        (["v=spf1 " + "a:relay.firm.example " * 11 + "~all"], "fails", "more than 10 DNS lookups"),
        (["v=spf1 a:gone-1.example a:gone-2.example a:gone-3.example ~all"], "fails", "names do not exist"),
        (["v=spf1 include:firm.example ~all"], "fails", "more than 10 DNS lookups"),
        (["v=spf1 redirect=_spf.google.com"], "ok", "redirect"),
        (["V=SPF1 include:_spf.google.com -ALL"], "ok", "-ALL"),
        (["v=spf10 -all"], "fails", "there is no record"),
    ],
)
async def test_spf(stub: Stub, records: list[str], level: str, words: str) -> None:
    """A19: RFC 7208."""
    stub.zone[SPF] = records
    first = of(await found(stub), "SPF")[0]
    assert first[0] == level
    assert words in first[1]


async def test_spf_names_the_record_that_would_let_our_provider_send(stub: Stub) -> None:
    stub.zone[SPF] = ["v=spf1 mx ~all"]
    findings = await found(stub)
    [missing] = [one for one in findings if one.found == "Google is not in it"]
    assert (missing.level, missing.right, missing.where) == (
        "fails",
        "TXT v=spf1 mx include:_spf.google.com ~all",
        DOMAIN,
    )
    stub.zone[SPF] = []
    assert (await found(stub))[0].right == "TXT one record: v=spf1 include:_spf.google.com ~all"


@pytest.mark.parametrize(
    ("spf", "level"),
    [
        ("v=spf1 ip4:203.0.112.0/24 -all", "ok"), ("v=spf1 a:relay.firm.example -all", "ok"),
        ("v=spf1 ip4:198.18.0.1 -all", "fails"), ("v=spf1 -ip4:203.0.112.7 ~all", "fails"),
    ],
)  # fmt: skip
async def test_our_own_relay_must_be_in_spf_and_its_address_must_lead_back_to_it(
    stub: Stub, spf: str, level: str
) -> None:
    stub.zone[SPF] = [spf]
    findings = await found(stub, settings(RELAY))
    assert ("fails" if ("fails", "our relay 203.0.112.7 is not in it") in of(findings, "SPF") else "ok") == level
    assert of(findings, "PTR") == [("ok", "relay.firm.example")]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], ("fails", "the address has no name")),
        (["other.example."], ("fails", "other.example does not lead back to it")),
        (["SILENT"], ("unknown", "DNS did not answer")),
    ],
)
async def test_ptr(stub: Stub, names: list[str], expected: tuple[str, str]) -> None:
    """A19: Gmail refuses mail from an address without a valid PTR."""
    stub.zone["7.112.0.203.in-addr.arpa", "PTR"] = names
    stub.zone["relay.firm.example", "A"] = ["10.0.0.1"]
    assert of(await found(stub, settings(RELAY), ips=["203.0.112.7"]), "PTR") == [expected]
    assert of(await found(stub, settings(RELAY)), "PTR")[0][0] == "warning"


@pytest.mark.parametrize(
    ("records", "level", "words"),
    [
        (["0 ."], "fails", "null MX"),
        ([], "fails", "no MX"),
        (["10 nowhere.example."], "fails", "nowhere.example have no address"),
        (["SILENT"], "unknown", "did not answer"),
    ],
)
async def test_a_domain_that_cannot_be_answered_is_no_sender(
    stub: Stub, records: list[str], level: str, words: str
) -> None:
    """A19: RFC 7505."""
    stub.zone[MX] = records
    [(its, said)] = of(await found(stub), "MX")
    assert its == level
    assert words in said


async def test_a_server_that_does_not_answer_at_all_is_never_ok(stub: Stub) -> None:
    for key in list(stub.zone):
        stub.zone[key] = ["SILENT"]
    findings = await found(stub)
    assert not passed(findings)
    by_dns = [one for one in findings if one.what in ("SPF", "DKIM", "DMARC", "MX", "alignment")]
    assert {one.level for one in by_dns} == {"unknown"}


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"postal_address": "  "}, "postal address"),
        ({"postal_address": "Setpiece Ltd, 1 Example Street, London"}, "postal address"),
        ({"public_url": "http://go.firm.example"}, "one-click unsubscribe"),
        ({"public_url": "https://127.0.0.1:8080"}, "one-click unsubscribe"),
        ({"public_url": "https://localhost"}, "one-click unsubscribe"),
        ({"public_url": None}, "one-click unsubscribe"),
        ({"link_secret": None}, "link secret"),
        ({"link_secret": "short"}, "link secret"),
    ],
)
async def test_what_every_mail_must_carry(stub: Stub, changed: dict[str, Any], what: str) -> None:
    """A19: CAN-SPAM's postal address, RFC 8058's one click, and the key of the links."""
    findings = await found(stub, settings(**changed))
    [one] = [one for one in findings if one.what == what]
    assert one.level == "fails"
    assert one.where.startswith("SETPIECE_")
    assert not passed(findings)
    assert "guess" not in one.found


async def test_a_provider_with_its_own_return_path_is_aligned_by_dkim_alone(stub: Stub) -> None:
    stub.zone[SPF] = ["v=spf1 -all"]
    more = {"providers": {"main": {"kind": "sendgrid"}}}
    findings = await found(stub, settings("provider:main", **more))
    assert of(findings, "SPF") == [("ok", "v=spf1 -all"), ("warning", "SendGrid is not in it")]
    assert of(findings, "alignment") == [("ok", "DKIM is the domain's own")]
    assert passed(findings)
    del stub.zone[DKIM]
    assert of(await found(stub, settings("provider:main", **more)), "alignment")[0][0] == "fails"
