"""`starter.py mail …`: what a person sees of mail that came in, and that none of it reaches the terminal unescaped."""

import pytest

from commands.gathered import app
from records import mailbox_places, mails
from records.db import Database
from records.mails import Arrival
from tests.commands.conftest import Terminal

EVIL = (
    b"From: kim@acme.example\r\nMessage-ID: <1@acme.example>\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    b"Yes, \x1b[2J\x1b]0;owned\x07 please \xe2\x80\xae call me.\r\n"
    b'--b\r\nContent-Type: application/zip; name="\x1b[31mred.zip"\r\nContent-Transfer-Encoding: base64\r\n'
    b'Content-Disposition: attachment; filename="\x1b[31mred.zip"\r\n\r\nUEsDBA==\r\n--b--\r\n'
)


@pytest.fixture
async def listed(database: Database) -> str:
    """A mail that a person must look at; its id."""
    async with database.begin() as session:
        (mail,) = await mails.keep(session, [Arrival("imap", "ada@us.example", "INBOX/1/1", EVIL)])
        await mails.settle(session, mail, "listed", kind="unclear", reason="it cannot be read with confidence")
    return mail


@pytest.fixture
async def trouble(database: Database) -> None:
    """A mailbox that cannot be read."""
    async with database.begin() as session:
        await mailbox_places.move(session, "ada@us.example", "INBOX", 7, 41)
        await mailbox_places.trouble(session, "ada@us.example", "INBOX", "nobody listens at imap.us.example:993")


def test_what_needs_a_person_is_listed(desk: Terminal, listed: str) -> None:
    (row,) = desk.type("mail", "list", "--json").json
    assert (row["id"], row["state"], "raw" in row) == (listed, "listed", False)
    assert "cannot be read with confidence" in desk.type("mail", "list").out
    assert desk.type("mail", "list", "--state", "own", "--json").json == []
    wrong = desk.type("mail", "list", "--state", "lsited")
    assert wrong.code == 2
    assert "listed" in wrong.err


def test_a_mail_is_shown_without_a_sign_that_a_terminal_obeys(desk: Terminal, listed: str) -> None:
    """C14: its text and the names of its files are a stranger's; files are named, never opened."""
    shown = desk.type("mail", "show", listed[:8])
    assert shown.code == 0, shown.err
    assert "please" in shown.out
    assert "red.zip" in shown.out
    assert "4 bytes" in shown.out
    assert not [char for char in shown.out if (ord(char) < 32 and char != "\n") or char in "\x7f\u202e\x9b"]
    facts = desk.type("mail", "show", listed, "--json").json
    assert facts["attachments"][0]["bytes"] == 4
    assert facts["from"] == "kim@acme.example"


def test_the_bytes_of_a_mail_come_as_they_came(desk: Terminal, listed: str) -> None:
    assert desk._runner.invoke(app, ["mail", "raw", listed]).stdout_bytes == EVIL


def test_a_mail_is_read_again(desk: Terminal, listed: str) -> None:
    assert desk.type("mail", "again", listed[:10], "--json").json == {"id": listed, "state": "received"}
    assert desk.type("mail", "list", "--state", "received", "--json").json[0]["id"] == listed


@pytest.mark.parametrize("words", [("show", "nothere0"), ("raw", "x"), ("again", "%")])
def test_a_mail_that_is_not_there_is_said_in_a_sentence(desk: Terminal, words: tuple[str, str]) -> None:
    said = desk.type("mail", *words)
    assert said.code == 2
    assert "mail list --all" in said.err


def test_the_mailboxes_tell_how_far_they_were_read_and_what_is_wrong(
    desk: Terminal, trouble: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    boxes = '{"ada@us.example": {"listen": "imaps://a:hunter2@h/INBOX"}, "bob@us.example": {"listen": "imaps://b:x@h"}}'
    monkeypatch.setenv("SETPIECE_MAILBOXES", boxes)
    first, second = desk.type("mail", "boxes", "--json").json
    assert (first["last_uid"], first["error"]) == (41, "nobody listens at imap.us.example:993")
    assert second["mailbox"] == "bob@us.example"
    assert "not looked into yet" in second["error"]
    assert "hunter2" not in desk.type("mail", "boxes").out
