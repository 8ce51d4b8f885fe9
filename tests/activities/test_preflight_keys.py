"""A19: what the preflight says of keys and policies: DKIM and DMARC, against a DNS server on loopback."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from activities.preflight.check import preflight
from activities.preflight.findings import Names
from tests.activities.dns_stub import Stub, listening
from tests.activities.sending_domain import DKIM, DMARC, SHORT, ed25519, found, good, of, rsa, settings


@pytest.fixture
async def stub() -> AsyncIterator[Stub]:
    async with listening(good()) as stub:
        yield stub


@pytest.mark.parametrize(
    ("record", "level", "words"),
    [
        ("v=DKIM1; p=", "fails", "revoked"),
        (lambda: rsa(512 * 2), "warning", "1024 bits"),
        (SHORT, "fails", "512 bits"),
        ("v=DKIM1; p=nonsense!", "fails", "cannot be read"),
        ("v=DKIM2; p=abc", "fails", "its version is DKIM2"),
        (lambda: rsa(2048) + "; t=y:s", "warning", "in test"),
        (ed25519, "ok", "an ED25519 key"),
        ("SILENT", "unknown", "did not answer"),
        ("SERVFAIL", "unknown", "did not answer"),
        ("hello", "fails", "there is no key"),
    ],
)  # fmt: skip
async def test_dkim(stub: Stub, record: Any, level: str, words: str) -> None:
    """A19: RFC 6376, 8301."""
    stub.zone["k2._domainkey.firm.example", "TXT"] = [record() if callable(record) else record]
    [(its, said)] = of(await found(stub, selectors=["k2"]), "DKIM")
    assert its == level
    assert words in said


async def test_without_a_selector_the_usual_ones_are_tried_also_behind_a_cname(stub: Stub) -> None:
    del stub.zone[DKIM]
    assert of(await found(stub), "DKIM")[0][1].startswith("there is no key under google, default")
    assert of(await found(stub), "alignment")[0][0] == "warning"
    stub.zone["s1._domainkey.firm.example", "CNAME"] = ["s1.domainkey.u1.wl.sendgrid.net."]
    stub.zone["s1.domainkey.u1.wl.sendgrid.net", "TXT"] = [rsa(2048)]
    assert of(await found(stub), "DKIM") == [("ok", "an RSA key of 2048 bits")]


@pytest.mark.parametrize(
    ("records", "level", "words"),
    [
        ([], "fails", "there is no record"),
        (["v=DMARC1; p=none; rua=mailto:a@firm.example"], "warning", "protects nobody"),
        (["v=DMARC1; p=reject"], "warning", "nobody gets its reports"),
        (["v=DMARC1; rua=mailto:a@firm.example"], "fails", "no policy"),
        (["v=DMARC1; p=monitor"], "fails", "its policy is 'monitor'"),
        (["v=DMARC1; p=none", "v=DMARC1; p=reject"], "fails", "2 records"),
        (["SERVFAIL"], "unknown", "did not answer"),
    ],
)
async def test_dmarc(stub: Stub, records: list[str], level: str, words: str) -> None:
    """A19: RFC 7489."""
    stub.zone[DMARC] = records
    [(its, said)] = of(await found(stub), "DMARC")
    assert its == level
    assert words in said


async def test_a_subdomain_inherits_the_policy_of_the_domain_above(stub: Stub) -> None:
    host, _, port = stub.address.rpartition(":")
    stub.zone[DMARC] = ["v=DMARC1; p=reject; sp=none; rua=mailto:a@firm.example"]
    names = Names(host, int(port), lifetime=0.6)
    [one] = [one for one in await preflight(names, settings(), "mail.firm.example") if one.what == "DMARC"]
    assert (one.level, one.where) == ("warning", "_dmarc.firm.example")
