"""`starter.py rehearse` as a person types it, on a machine where nothing runs, and beside a running stack."""

import json
from pathlib import Path

import pytest

from local.rehearsal import files
from local.stack import Stack
from tests.commands.conftest import Said, Terminal, nothing_runs, terminal
from tests.rehearsal.conftest import USUAL, write_play

__all__ = ["nothing_runs", "terminal"]

FILE = """play: small
rehearsals:
  - title: silence
    account: acme
    at: 2026-11-30 09:00
"""


@pytest.fixture
def play(tmp_path: Path) -> str:
    """The file of a small play."""
    return str(write_play(tmp_path, *USUAL).path)


@pytest.fixture
def beside(terminal: Terminal, stack: Stack, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal that finds the session's stack, so that none has to be started."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("TEMPORAL_ADDRESS", stack.temporal.address)
    return terminal


def test_where_nothing_runs_a_rehearsal_starts_what_it_needs(terminal: Terminal, play: str, tmp_path: Path) -> None:
    page = tmp_path / "out.html"
    said = terminal.type("rehearse", play, "--account", "acme", "--at", "2026-11-30T09:00", "--html", str(page))
    assert said.code == 0, said.err
    assert "starting a Postgres and a Temporal" in said.err
    for words in ("Tue 1 Dec 09:00", "email first to champion as adr", "Outcome: silence", "nothing to say against it"):
        assert words in said.out
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_rehearsal_as_json_has_lines_texts_and_the_verdict(beside: Terminal, play: str) -> None:
    said = beside.type(
        "rehearse", play, "--at", "2026-11-30T09:00", "--answer", "ring=connected after 2h", "--json",
        "--event", "day 1 12:00: reply ooo until=day 9 from champion",
    )  # fmt: skip
    found = said.json
    assert (found["outcome"], found["account"], found["warnings"]) == ("silence", "acme", [])
    mail = next(line for line in found["lines"] if line["step"] == "first" and line["kind"] == "made")
    assert mail["text"]["title"] == "News for Akme Maschinenbau, first"
    assert found["link"].endswith(found["workflow"].replace("/", "%2F"))


def test_mails_are_printed_as_rendered(beside: Terminal, play: str) -> None:
    said = beside.type("rehearse", play, "--at", "2026-11-30T09:00", "--mails")
    assert "Subject: News for Akme Maschinenbau, first" in said.out
    assert "what it would take to have it by spring" in said.out


def test_a_scenario_file_is_played_and_changed_by_options(beside: Terminal, play: str, tmp_path: Path) -> None:
    scenario = tmp_path / "one.yaml"
    scenario.write_text("account: acme\nat: 2026-11-30 09:00\nanswers: {ring: connected}\n", encoding="utf-8")
    said = beside.type(
        "rehearse", play, "--scenario", str(scenario), "--event", "day 2 12:00: meeting.booked", "--json"
    )
    assert said.json["outcome"] == "booked"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--event", "day 3: replied"), "there is no event 'replied'"),
        (("--answer", "ring"), "write step=outcome"),
        (("--param", "strategy"), "write name=value"),
        (("--account", "acmee"), "Did you mean acme?"),
        (("--at", "tomorrow"), "at: "),
        (("--until", "soon"), "is no length of time"),
        (("--players", "lazy"), "players: "),
        (("--version", "7"), "There is no version 7"),
        (("--scenario", "nowhere.yaml"), "nowhere.yaml cannot be read"),
    ],
)
def test_what_cannot_be_played_is_refused_with_what_would_be_right(
    beside: Terminal, play: str, words: tuple[str, ...], sentence: str
) -> None:
    said = beside.type("rehearse", play, *words)
    assert said.code == 2, said
    assert sentence in said.err
    assert "Traceback" not in said.err


def suite(beside: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> Said:
    folder = tmp_path / "rehearsals"
    folder.mkdir(exist_ok=True)
    path = folder / "small.yaml"
    if not path.exists():
        path.write_text(FILE, encoding="utf-8")
    monkeypatch.setattr(files, "paths", lambda: {"small": path})
    return beside.type("rehearse", *words)


def test_a_suite_fails_until_what_it_found_is_accepted(
    beside: Terminal, play: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = suite(beside, tmp_path, monkeypatch, "small", "--all")
    assert first.code == 1
    assert "+   Tue 1 Dec 09:00 email first to champion as adr" in first.out
    accepted = suite(beside, tmp_path, monkeypatch, "--accept")
    assert accepted.code == 0
    assert "Written as expected: 1" in accepted.out
    again = suite(beside, tmp_path, monkeypatch, "--all", "--json")
    assert again.code == 0
    assert json.loads(again.out)["rehearsals"][0]["as_expected"] is True


def test_one_rehearsal_of_a_play_is_looked_at_by_its_number(
    beside: Terminal, play: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    suite(beside, tmp_path, monkeypatch, "--all")
    path = str(tmp_path / "rehearsals" / "small.yaml")
    said = beside.type("rehearse", play, "--scenario", path, "--rehearsal", "1")
    assert said.code == 0, said.err
    assert "Outcome: silence" in said.out
    missing = beside.type("rehearse", play, "--scenario", path, "--rehearsal", "2")
    assert missing.code == 2
    assert "has rehearsals 1 to 1, not 2" in missing.err
