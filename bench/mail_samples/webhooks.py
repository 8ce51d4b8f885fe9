"""What the samples of providers' webhooks come to: read right, refused when forged. Part of `bench.mail_samples`.

The samples speak the words of django-anymail; here they are brought into ours. A case's clock stands at the time that
it signs, or at its receipt where it signs none.
"""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr

from bench.mail_samples.figures import Figure
from bench.mail_samples.webhook_cases import KINDS, Case, Notary, cases
from bench.mail_samples.webhook_words import wrong_event, wrong_mail
from settings import Provider, Settings
from webhooks.providers.accounts import Account, accounts
from webhooks.providers.calls import Call
from webhooks.providers.proofs import BadKey, Forged, Later
from webhooks.providers.signing import Svix
from webhooks.providers.taking import Read, read
from webhooks.refusals import Refusal
from webhooks.signatures import SecretError

NAME: Final = "sample"
SETTINGS: Final = Settings(environment="test", link_secret=SecretStr("a secret of the samples"))


def figures(folder: Path) -> list[Figure]:
    """The figures of the folders `esp_webhooks` and `standard_webhooks`."""
    notary = Notary()
    found = list(cases(folder / "esp_webhooks", notary))
    return [*asyncio.run(_figures(found, notary)), _vectors(folder / "standard_webhooks")]


async def _figures(found: list[Case], notary: Notary) -> list[Figure]:
    ours = [case for case in found if case.esp in KINDS]
    genuine = [case for case in ours if case.accept and not case.unlike]
    read_wrong = [(case.name, why) for case in genuine if (why := await _misread(case, notary))]
    refused = [case for case in ours if not case.accept]
    let_in = [(case.name, "taken") for case in refused if not await _refused(case, notary)]
    forged = [(case, call) for case in genuine for call in _forgeries(case)]
    passed = [(case.name, "a changed byte was not seen") for case, call in forged if await _proves(case, call, notary)]
    return [
        _figure("webhooks: genuine ones read right", len(genuine), read_wrong),
        _figure("webhooks: refused as they must be", len(refused), let_in),
        _figure("webhooks: refused with one byte changed", len(forged), passed),
    ]


def _figure(name: str, of: int, wrong: list[tuple[str, str]]) -> Figure:
    return Figure(name, of - len(wrong), of, 1.0, tuple(f"{case}: {why}" for case, why in wrong))


def _account(case: Case, notary: Notary) -> Account:
    """Raises SecretError for a case that is about missing secrets."""
    provider = Provider(
        kind=KINDS[case.esp],
        secrets=[SecretStr(secret) for secret in case.secrets],
        password=SecretStr(" ".join(case.passwords)) if case.passwords else None,
        topics=case.topics,
    )
    return accounts(SETTINGS.model_copy(update={"providers": {NAME: provider}}), notary.fetch)[NAME]


async def _proves(case: Case, call: Call, notary: Notary) -> bool:
    try:
        await _account(case, notary).prove(call, case.route)
    except (Forged, Later, SecretError):
        return False
    return True


async def _refused(case: Case, notary: Notary) -> bool:
    """Not proved, sent to the wrong URL, not to be configured so, or kept unread for a person."""
    if not await _proves(case, case.call, notary):
        return True
    try:
        found = read(_account(case, notary).source, case.call, case.route)
    except Refusal:
        return True
    return bool(found.offers) and all(offer.parked for offer in found.offers)


async def _misread(case: Case, notary: Notary) -> str:
    """What is wrong with how a genuine case was read; empty when nothing is."""
    if not await _proves(case, case.call, notary):
        return "refused"
    account = _account(case, notary)
    if account.sns and case.greeting:
        return "" if not case.expected else "read as a greeting"
    try:
        found = read(account.source, case.call, case.route)
    except Refusal as refusal:
        return refusal.sentence
    return _compared(case, found)


def _compared(case: Case, found: Read) -> str:
    if case.route == "inbound":
        return wrong_mail(case, found)
    told = [offer for offer in found.offers if not offer.parked]
    known = [one for one in case.expected if one["anymail_event"] not in ("unknown", "subscribed", "autoresponded")]
    if len(told) != len(known):
        return f"{len(told)} events instead of {len(known)}"
    return next((why for one, offer in zip(known, told, strict=True) if (why := wrong_event(case, one, offer))), "")


def _forgeries(case: Case) -> Iterator[Call]:
    """The call with one byte changed, in what proves it: of the body where it is signed, of header or token else."""
    for name, start in case.signed_headers():
        value = case.call.headers[name]
        for at in range(start, len(value)):
            changed = value[:at] + ("A" if value[at] != "A" else "B") + value[at + 1 :]
            yield replace(case.call, headers={**case.call.headers, name: changed})
    for at in case.signed_bytes():
        raw = bytearray(case.call.raw)
        raw[at] ^= 1
        yield replace(case.call, raw=bytes(raw))


def _vectors(folder: Path) -> Figure:
    """The published cases of Standard Webhooks, by the proof that Resend's calls are checked with."""
    table = json.loads((folder / "vectors.json").read_text("utf-8"))
    wrong = [(case["name"], "otherwise") for case in table["cases"] if _vector(table, case) != case["expect"]]
    return _figure("Standard Webhooks: the published cases", len(table["cases"]), wrong)


def _vector(table: dict[str, Any], case: dict[str, Any]) -> str:
    named = {"webhook-id": "msg_id", "webhook-timestamp": "timestamp", "webhook-signature": "signature"}
    headers = {header: str(table[key]) for header, key in named.items()} | case.get("set", {})
    headers["webhook-signature"] = " ".join([*case.get("prefix_signatures", []), headers["webhook-signature"]])
    headers.pop(case.get("drop", ""), None)
    now = datetime.fromtimestamp(case.get("clock", table["timestamp"]), UTC)
    try:
        proof = Svix.of([case.get("secret", table["secret"])])
        asyncio.run(proof.check(Call(table["payload"].encode(), headers, now)))
    except BadKey:
        return "refuse to start"
    except Forged:
        return "reject"
    return "accept"
