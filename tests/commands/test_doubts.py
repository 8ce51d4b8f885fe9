"""`starter.py doubts`: what a person sees of mails in doubt, and how they settle one."""

from datetime import UTC, datetime, timedelta

import pytest

from activities.mail import Letter, frozen
from local.stack import Stack
from plays.content import EmailText
from plays.ids import message_id
from records import doubts, touches
from records.db import Database
from records.tables import Player, Run, Touch
from records.versions import publish
from tests.activities.builders import play_of, source_of
from tests.commands.conftest import Terminal

KEY = "hello/acme/1/first/1/c-1"


@pytest.fixture
async def doubt(acme: str, database: Database, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> str:
    """A mail of an open run that was sent five hours ago, and nobody knows whether it went out."""
    monkeypatch.setenv("SMTP_URL", stack.addresses.smtp_url)
    monkeypatch.setenv("SETPIECE_LINK_SECRET", "a secret for links in tests")
    now, named = datetime.now(UTC), message_id(KEY, "setpiece.example")
    text = EmailText("Hello", "Hello Ann.", "<p>Hello Ann.</p>")
    mime = frozen(Letter("Ada", "ada@us.example", "ann@acme.example", text, "en", named, now))
    run = {"play": "hello", "account": "acme", "number": 1, "version": 1, "workflow_id": "hello/acme"}
    touch = {"run": "hello/acme/1", "account": "acme", "contact": "c-1", "player": "ada", "step": "first"}
    sent = {"claimed_at": now - timedelta(hours=5), "dot_at": now - timedelta(hours=5), "claim_token": "t"}
    async with database.begin() as session:
        await publish(session, source_of(play_of()), "tests")
        (await session.get_one(Player, "ada")).roles = ["csm"]
        session.add(
            Run(id="hello/acme/1", **run, first_execution_run_id="one", state="open", lane="hello", priority=50,
                opened_at=now, roles={"csm": "ada"})
        )  # fmt: skip
        await session.flush()
        session.add(
            Touch(key=KEY, **touch, **sent, channel="email", state="in_doubt", reason="the server was lost",
                  created_at=now, address="ann@acme.example", mailbox="ada@us.example", transport="smtp",
                  message_id=named, mime=mime, mime_sha256=touches.fingerprint(mime), attempts=1)
        )  # fmt: skip
        await session.flush()
        await doubts.told(session, KEY, now, "the server was lost")
    return KEY


def test_no_doubts_are_told_in_a_sentence(desk: Terminal) -> None:
    assert desk.type("doubts").out.strip() == "No mail is in doubt."
    assert desk.type("doubts", "--json").json == []
    assert desk.type("doubts", "unheard").code == 0


def test_a_doubt_is_listed_and_shown_with_its_evidence(desk: Terminal, doubt: str) -> None:
    listed = desk.type("doubts").out
    for word in ("hello/acme/1", "first", "smtp", "c-1", "the server was lost", doubt):
        assert word in listed
    assert "ann@acme.example" not in listed
    (row,) = desk.type("doubts", "--json").json
    assert (row["key"], row["state"], row["lookups"]) == (doubt, "in_doubt", 0)
    shown = desk.type("doubts", "show", doubt)
    assert "Settle it: ./starter.py doubts settle" in shown.out
    assert [one["verdict"] for one in desk.type("doubts", "show", doubt, "--json").json["evidence"]] == ["doubt"]


def test_a_look_asks_the_transport_and_names_an_owner(desk: Terminal, doubt: str) -> None:
    """I4: older than four hours, and SMTP cannot be asked: it is somebody's."""
    (looked,) = desk.type("doubts", "look", doubt, "--json").json
    assert (looked["look"], looked["state"]) == ("silent", "in_doubt")
    (row,) = desk.type("doubts", "--json").json
    assert (row["lookups"], row["doubt_owner"]) == (1, "ada")
    assert desk.type("doubts", "look", "--all").code == 0
    assert desk.type("doubts", "look").code == 2
    assert desk.type("doubts", "look", "no/such/key").code == 2


@pytest.mark.parametrize(("way", "state"), [("--sent", "made"), ("--not-sent", "refused")])
def test_a_person_settles_a_doubt_once(desk: Terminal, doubt: str, way: str, state: str) -> None:
    dry = desk.type("doubts", "settle", doubt, way, "--reason", "looked", "--dry-run")
    assert "Nothing was done" in dry.out
    assert len(desk.type("doubts", "--json").json) == 1
    done = desk.type("doubts", "settle", doubt, way, "--reason", "looked into Sent", "--by", "ada", "--json")
    assert (done.code, done.json["state"]) == (0, state)
    assert "ada says" in done.json["reason"]
    assert desk.type("doubts", "--json").json == []
    again = desk.type("doubts", "settle", doubt, "--not-sent", "--reason", "again")
    assert (again.code, "It is not in doubt" in again.err) == (1, True)


def test_exactly_one_way_is_said(desk: Terminal, doubt: str) -> None:
    for ways in ((), ("--sent", "--not-sent")):
        assert desk.type("doubts", "settle", doubt, *ways, "--reason", "x").code == 2


def test_sending_again_asks_first_and_uses_the_same_name(desk: Terminal, doubt: str) -> None:
    """I1: only when a person says so; the same bytes under the same Message-ID."""
    words = ("doubts", "settle", doubt, "--send-again", "--reason", "she has not got it")
    unasked = desk.type(*words)
    assert (unasked.code, "say --yes" in unasked.err) == (1, True)
    assert desk.type("doubts", "--json").json[0]["state"] == "in_doubt"
    sent = desk.type(*words, "--yes", "--json")
    assert (sent.code, sent.json["state"], sent.json["attempts"]) == (0, "made", 2), sent.err
    assert sent.json["message_id"] == message_id(doubt, "setpiece.example")


def test_sending_again_is_forbidden_by_a_stop(desk: Terminal, doubt: str) -> None:
    """I2: an opt-out that was accepted meanwhile stands."""
    assert desk.type("suppress", "add", "--contact", "c-1", "--reason", "asked by phone").code == 0
    said = desk.type("doubts", "settle", doubt, "--send-again", "--reason", "she has not got it", "--yes")
    assert (said.code, "suppressed" in said.err) == (1, True), said.err
    (row,) = desk.type("doubts", "--json").json
    assert (row["state"], row["attempts"]) == ("in_doubt", 1)
