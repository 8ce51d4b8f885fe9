"""Only what a provider has proved to be its own is taken; the rest leaves a line in the log and a count."""

import base64
from dataclasses import replace

import pytest

from records.db import Database
from settings import Provider, Settings
from tests.providers.conftest import House
from tests.providers.payloads import payload
from tests.providers.senders import NAMES, PUBLIC, SIGNED, UNSIGNED, Clock, Sender, Sent, sender
from tests.webhooks.builders import events
from webhooks.providers.accounts import accounts
from webhooks.signatures import SecretError

PROOFS = ("authorization", "svix-signature", "signature", "x-mandrill-signature",
          "x-twilio-email-event-webhook-signature")  # fmt: skip
COVERED = ("sendgrid", "resend", "mailersend", "mandrill", "ses")  # whose signature covers the body


def without_proof(sent: Sent) -> Sent:
    """The request of somebody who knows the URL alone."""
    body = sent.body.replace(b'"signature"', b'"signatury"').replace(b'"Signature"', b'"Signatury"')
    return Sent(body, {name: value for name, value in sent.headers.items() if name not in PROOFS})


@pytest.mark.parametrize("name", NAMES)
async def test_a_request_without_proof_is_refused(house: House, database: Database, name: str) -> None:
    """B7: nothing is stored, the refusal is counted, and its words are the same for every reason (B21)."""
    answer = await house.post(name, without_proof(house.report(name, "delivered")))
    assert answer.status_code == 401
    assert "does not prove" in answer.json()["error"]
    assert await events(database) == []
    assert sum(house.desk.refused.values()) == 1


@pytest.mark.parametrize("name", NAMES)
async def test_a_strangers_key_proves_nothing(house: House, database: Database, clock: Clock, name: str) -> None:
    """B7: signed as the provider does it, with another key."""
    stranger = sender(name, clock)
    if name in UNSIGNED:
        stranger.key = "setpiece:wrong-horse"
    answer = await house.post(name, stranger.events(payload(name, "delivered", clock.at)))
    assert answer.status_code == 401
    assert await events(database) == []


@pytest.mark.parametrize("name", COVERED)
async def test_a_changed_byte_of_the_body_is_seen(house: House, database: Database, name: str) -> None:
    """B7: a genuine request with another address in it."""
    sent = house.report(name, "hard")
    changed = replace(sent, body=sent.body.replace(b"ann", b"bob"))
    assert changed.body != sent.body
    assert (await house.post(name, changed)).status_code == 401
    assert await events(database) == []


@pytest.mark.parametrize("name", NAMES)
async def test_a_changed_byte_of_the_signature_is_seen(house: House, database: Database, name: str) -> None:
    """B7: every proof in a header with its last character changed."""
    sent = house.report(name, "delivered")
    proofs = [header for header in sent.headers if header in PROOFS]
    for header in proofs:
        value = sent.headers[header].rstrip("=")
        forged = value[:-1] + ("A" if value[-1] != "A" else "B")
        answer = await house.post(name, replace(sent, headers={**sent.headers, header: forged}))
        assert answer.status_code == 401, header
    assert proofs or name in ("mailgun", "ses")
    assert await events(database) == []


@pytest.mark.parametrize("name", NAMES)
async def test_one_providers_proof_opens_no_other_door(house: House, database: Database, name: str) -> None:
    """B20: what one provider signed is posted to every other one."""
    sent = house.report(name, "delivered")
    for other in NAMES:
        if other != name:
            assert (await house.post(other, sent)).status_code == 401, other
    assert await events(database) == []


async def test_an_unknown_name_is_not_there(house: House, database: Database) -> None:
    """B20, B21: 404 with the words of every other page that is not there, for both URLs and for HEAD."""
    sent = house.report("resend", "delivered")
    for route in ("events", "inbound"):
        answer = await house.post("nobody", sent, route)
        assert (answer.status_code, answer.json()) == (404, {"error": "nothing is here"})
        assert (await house.http.head(f"/providers/nobody/{route}")).status_code == 404
    assert await events(database) == []


@pytest.mark.parametrize(("name", "minutes"), [("resend", 6), ("sendgrid", 6), ("ses", 66), ("mailgun", 721)])
async def test_what_was_signed_too_long_ago_is_refused(
    house: House, database: Database, name: str, minutes: int
) -> None:
    """B8: beyond the tolerance, which is five minutes, or as long as the provider tries again with the first time."""
    old, early = house.report(name, "delivered"), house.report(name, "opened")
    house.clock.passes(minutes=minutes)
    assert (await house.post(name, old)).status_code == 401
    house.clock.passes(minutes=-minutes - 6)
    assert (await house.post(name, early)).status_code == 401, "signed six minutes ahead"
    assert await events(database) == []


@pytest.mark.parametrize(("name", "minutes"), [("resend", 4), ("sendgrid", 4), ("ses", 59), ("mailgun", 480)])
async def test_what_comes_late_within_the_tolerance_is_taken(house: House, name: str, minutes: int) -> None:
    """B8: a provider's own late retry is not refused for its age."""
    sent = house.report(name, "delivered")
    house.clock.passes(minutes=minutes)
    assert (await house.post(name, sent)).status_code == 200


@pytest.mark.parametrize("name", [name for name in NAMES if name != "ses"])
async def test_two_keys_hold_while_one_is_changed(settings: Settings, clock: Clock, name: str) -> None:
    """B22: both prove, then only the new one."""
    old, new = sender(name, clock), sender(name, clock)
    if name in UNSIGNED:
        old.key, new.key = "setpiece:old", "setpiece:new"
    both = {name: new.settings(old)}
    only_new = {name: new.settings()}
    assert await _proved(settings, both, name, old)
    assert await _proved(settings, both, name, new)
    assert await _proved(settings, only_new, name, new)
    assert not await _proved(settings, only_new, name, old)


async def _proved(settings: Settings, configured: dict[str, Provider], name: str, one: Sender) -> bool:
    from webhooks.providers.calls import Call
    from webhooks.providers.proofs import Forged

    account = accounts(settings.model_copy(update={"providers": configured}))[name]
    sent = one.events(payload(name, "delivered", one.clock.at))
    try:
        await account.prove(Call(sent.body, sent.headers, one.clock.at, f"{PUBLIC}/providers/{name}/events"), "events")
    except Forged:
        return False
    return True


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize("given", [{}, {"secrets": [""]}, {"secrets": ["  "]}, {"password": " "}])
def test_a_provider_that_could_not_be_verified_keeps_us_from_starting(
    settings: Settings, kind: str, given: dict[str, object]
) -> None:
    """B7: no secret, or an empty one; the message names the provider and what is missing."""
    provider = Provider.model_validate({"kind": kind, **given})
    with pytest.raises(SecretError, match="'acme-mail'"):
        accounts(settings.model_copy(update={"providers": {"acme-mail": provider}}))


@pytest.mark.parametrize("kind", SIGNED)
def test_a_secret_that_cannot_be_one_keeps_us_from_starting(settings: Settings, kind: str) -> None:
    """B7: a key that is none, a topic that is none; no part of it is in the message."""
    wrong: dict[str, object] = {"topics": ["hunter2"]} if kind == "ses" else {"secrets": ["hunter2"]}
    if kind in ("mailgun", "mandrill", "mailersend"):
        wrong = {"password": "hunter2", "secrets": ["fine"]}
    provider = Provider.model_validate({"kind": kind, **wrong})
    with pytest.raises(SecretError) as refused:
        accounts(settings.model_copy(update={"providers": {"acme-mail": provider}}))
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("name", ["demo", "task", "imap", "a/b", "a:b"])
def test_a_providers_name_is_its_own(settings: Settings, name: str) -> None:
    """Two sources under one name could take each other's events for repeats."""
    provider = Provider(kind="postmark", password="a:b")
    with pytest.raises(SecretError):
        accounts(settings.model_copy(update={"providers": {name: provider}}))


def test_a_provider_that_only_sends_may_report_nothing(settings: Settings) -> None:
    """An API key alone opens no URL."""
    provider = Provider(kind="resend", key="re_123")
    assert accounts(settings.model_copy(update={"providers": {"resend": provider}})) == {}


@pytest.mark.parametrize(
    ("kind", "header", "value"),
    [
        ("brevo", "authorization", "Bearer a-token"),
        ("brevo", "authorization", "bearer a-token"),
        ("sparkpost", "x-messagesystems-webhook-token", "a-token"),
    ],
)
async def test_a_token_is_taken_where_the_provider_sends_one(
    settings: Settings, clock: Clock, kind: str, header: str, value: str
) -> None:
    """As their documentation has it, instead of a user and a password; a password in that place is none."""
    from webhooks.providers.calls import Call
    from webhooks.providers.proofs import Forged

    provider = Provider.model_validate({"kind": kind, "secrets": ["a-token"]})
    account = accounts(settings.model_copy(update={"providers": {kind: provider}}))[kind]
    assert await account.prove(Call(b"{}", {header: value}, clock.at), "events") is None
    with pytest.raises(Forged):
        await account.prove(Call(b"{}", {header: value[:-1]}, clock.at), "events")


async def test_a_signing_provider_with_a_password_needs_both(settings: Settings, clock: Clock) -> None:
    """B9: the second lock where the signature does not cover the body."""
    from webhooks.providers.calls import Call
    from webhooks.providers.proofs import Forged

    one = sender("mailgun", clock)
    provider = Provider.model_validate({"kind": "mailgun", "secrets": [one.key], "password": "user:word"})
    account = accounts(settings.model_copy(update={"providers": {"mailgun": provider}}))["mailgun"]
    sent = one.events(payload("mailgun", "delivered", clock.at))
    signed = {**sent.headers, "authorization": "Basic " + base64.b64encode(b"user:word").decode()}
    assert await account.prove(Call(sent.body, signed, clock.at), "events")
    with pytest.raises(Forged):
        await account.prove(Call(sent.body, sent.headers, clock.at), "events")


async def test_mandrill_finds_the_url_before_it_is_used(house: House) -> None:
    """It asks with HEAD when the webhook is set up; no other provider's URL answers that."""
    assert (await house.http.head("/providers/mandrill/events")).status_code == 200
    assert (await house.http.head("/providers/mailgun/events")).status_code == 404


async def test_a_body_beyond_the_bound_is_refused(house: House, database: Database) -> None:
    """B11: one megabyte of events, with 413, before anything looks at it."""
    sent = house.senders["mailjet"].json([{"event": "open", "comment": "x" * 1024 * 1024}])
    assert (await house.post("mailjet", sent)).status_code == 413
    assert await events(database) == []
