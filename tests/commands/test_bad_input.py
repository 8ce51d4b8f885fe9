"""One sentence to the person, an exit code to the script, and never a traceback."""

from pathlib import Path

import pytest

from tests.commands.conftest import Terminal


@pytest.mark.parametrize(
    "words",
    [
        ("accounts", "list"),
        ("runs", "list"),
        ("runs", "show", "usage-drop/acme"),
        ("tasks", "list"),
        ("inbox", "list"),
        ("holds", "list"),
        ("suppress", "list"),
        ("kill", "status"),
        ("start", "usage-drop", "--account", "acme"),
        ("signal", "reply", "--account", "acme"),
        ("plays", "publish", "usage-drop"),
        ("db", "upgrade"),
    ],
    ids=" ".join,
)
def test_without_a_stack_the_command_that_starts_it_is_named(words: tuple[str, ...], terminal: Terminal) -> None:
    said = terminal.type(*words)
    assert said.code == 3
    assert "make run" in said.err
    assert "Traceback" not in said.err + said.out


def test_a_database_that_does_not_answer_is_named_without_its_password(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+asyncpg://ops:secret-word@127.0.0.1:9/setpiece")
    said = terminal.type("runs", "list")
    assert said.code == 3
    assert "Postgres does not answer at 127.0.0.1:9. DATABASE_URL named it" in said.err
    assert "secret-word" not in said.err + said.out


def test_temporal_that_does_not_answer_is_named(desk: Terminal, acme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:9")
    said = desk.type("runs", "pause", "usage-drop/acme")
    assert said.code == 3
    assert "Temporal does not answer at 127.0.0.1:9. TEMPORAL_ADDRESS named it" in said.err
    assert "make run" in said.err


def test_a_schema_that_is_behind_says_how_to_upgrade_it(
    terminal: Terminal, empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", empty_database_url)
    said = terminal.type("runs", "list")
    assert said.code == 1
    assert "./starter.py db upgrade" in said.err


def test_an_unknown_account_is_answered_with_the_nearest(desk: Terminal, acme: str) -> None:
    said = desk.type("accounts", "show", "acne")
    assert said.code == 2
    assert "There is no account 'acne'. Did you mean acme?" in said.err


def test_an_unknown_play_is_answered_with_the_nearest(desk: Terminal, acme: str) -> None:
    said = desk.type("start", "usage-dorp", "--account", "acme")
    assert said.code == 2
    assert "Did you mean usage-drop?" in said.err


def test_a_play_that_is_not_published_says_how_to_publish_it(desk: Terminal, acme: str) -> None:
    said = desk.type("start", "usage-drop", "--account", "acme")
    assert said.code == 1
    assert "./starter.py plays publish usage-drop" in said.err


def test_a_start_at_nobody_is_wrong_usage(desk: Terminal, acme: str) -> None:
    desk.type("plays", "publish", "usage-drop")
    said = desk.type("start", "usage-drop")
    assert said.code == 2
    assert "--account" in said.err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("runs", "list", "--state", "opne"), "Did you mean open?"),
        (("inbox", "list", "--state", "matched"), "unmatched"),
        (("signal", "replly", "--account", "acme"), "Did you mean reply?"),
        (("signal", "task.done", "--account", "acme"), "raised by Setpiece itself"),
        (("signal", "reply"), "Say whom it is about"),
        (("signal", "usage.dropped", "--account", "acme", "--data", "drop_pct:4"), "no KEY=VALUE"),
        (("signal", "usage.dropped", "--account", "acme", "--data", "drop_pct=much"), "drop_pct"),
        (("signal", "reply", "--account", "acme", "--at", "yesterday"), "is no time"),
        (("signal", "reply", "--account", "acme", "--at", "2w"), "in the future"),
        (("holds", "place", "--account", "acme", "--until", "3 weeks", "--cause", "x"), "is no time"),
        (("holds", "place", "--account", "acme", "--until", "2020-01-01", "--cause", "x"), "has passed"),
        (("holds", "place", "--until", "3d", "--cause", "x"), "exactly one of --account, --contact"),
        (("suppress", "add", "--contact", "c-9", "--reason", "x"), "There is no contact 'c-9'"),
        (("suppress", "add", "--contact", "c-1", "--reason", "x", "--channel", "emial"), "Did you mean email?"),
        (("tasks", "show", "7"), "There is no task 7"),
        (("tasks", "list", "--player", "adda"), "Did you mean ada?"),
        (("runs", "show", "usage-drop"), "write PLAY/ACCOUNT"),
        (("runs", "pause"), "--all --play NAME"),
        (("inbox", "show", "demo:nothing"), "There is no event 'demo:nothing'"),
        (("inbox", "match", "demo:nothing", "--account", "acme"), "There is no event 'demo:nothing'"),
        (("inbox", "retry", "demo:nothing"), "There is no event 'demo:nothing'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_words_are_answered_with_what_would_be_right(
    words: tuple[str, ...], sentence: str, desk: Terminal, acme: str
) -> None:
    said = desk.type(*words)
    assert said.code == 2
    assert sentence in said.err
    assert said.out == ""


def test_impossible_settings_are_named(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SETPIECE_WEBHOOKS_PORT", "eighty")
    said = terminal.type("runs", "list")
    assert said.code == 2
    assert "webhooks_port" in said.err.lower()


@pytest.mark.parametrize(("name", "url"), [("DATABASE_URL", "mysql://u:secret@h/x"), ("SMTP_URL", "mail.secret")])
def test_an_address_of_another_kind_is_named_without_its_text(
    name: str, url: str, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, url)
    said = terminal.type("runs", "list")
    assert said.code == 2
    assert name in said.err
    assert "://user:password@host" in said.err
    assert "secret" not in said.err


def test_a_file_that_is_not_utf8_is_named_so(desk: Terminal, acme: str, tmp_path: Path) -> None:
    desk.type("plays", "publish", "usage-drop")
    file = tmp_path / "targets.csv"
    file.write_bytes("account\nKöln\n".encode("latin-1"))
    said = desk.type("start", "usage-drop", "--csv", str(file))
    assert said.code == 2
    assert "not UTF-8" in said.err
