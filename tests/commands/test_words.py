"""What people type and what they see: instants, pairs, files of accounts, cells, suggestions."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from commands.failures import Failure, Refused, Unreachable, Wrong, in_words, plainly
from commands.instants import instant, later_than_now
from commands.links import list_link, run_link
from commands.output import as_data, plain
from commands.run_updates import workflow_of
from commands.selection import read_accounts
from commands.signalling import pair
from commands.suggestions import did_you_mean
from settings import Settings

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("3h", NOW + timedelta(hours=3)),
        ("2w", NOW + timedelta(weeks=2)),
        ("2026-12-01", datetime(2026, 11, 30, 23, 0, tzinfo=UTC)),
        ("2026-12-01T09:00+03:00", datetime(2026, 12, 1, 6, 0, tzinfo=UTC)),
        ("2026-12-01T09:00", datetime(2026, 12, 1, 8, 0, tzinfo=UTC)),
    ],
)
def test_an_instant_is_a_length_a_day_or_a_moment(text: str, meant: datetime) -> None:
    assert instant(text, "Europe/Berlin", NOW) == meant


@pytest.mark.parametrize("text", ["tomorrow", "3 d", "2026-13-01", "", "3bd"])
def test_what_is_no_instant_is_refused_with_what_would_be(text: str) -> None:
    with pytest.raises(Wrong, match="write a length"):
        instant(text, "Europe/Berlin", NOW)


def test_a_time_that_has_passed_is_refused() -> None:
    with pytest.raises(Wrong, match="has passed"):
        later_than_now("2020-01-01", "Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("drop_pct=45", ("drop_pct", 45)),
        ("feature=shared reports", ("feature", "shared reports")),
        ("trial=true", ("trial", True)),
        ("text=a=b", ("text", "a=b")),
        ("text=[1]", ("text", "[1]")),
        ("text=", ("text", "")),
    ],
)
def test_a_pair_is_a_key_and_a_plain_value(text: str, read: tuple[str, object]) -> None:
    assert pair(text) == read


@pytest.mark.parametrize("text", ["drop_pct", "=45", " =1"])
def test_what_is_no_pair_is_refused(text: str) -> None:
    with pytest.raises(Wrong, match="KEY=VALUE"):
        pair(text)


@pytest.mark.parametrize(
    "content",
    [
        "account\nacme\nother\n",
        "acme\nother\n",
        "name;x,Account_ID\nAcme,acme\n\nOther, other \n",
        "\ufeffid\nacme\nother",
    ],
)
def test_accounts_are_read_from_a_column_or_a_bare_list(content: str, tmp_path: Path) -> None:
    file = tmp_path / "targets.csv"
    file.write_text(content, encoding="utf-8")
    assert [account for _, account in read_accounts(file)] == ["acme", "other"]


@pytest.mark.parametrize(
    ("content", "why"), [("name,town\nAcme,Lyon\n", "no column called account"), ("\n", "no rows")]
)
def test_a_file_without_accounts_is_refused(content: str, why: str, tmp_path: Path) -> None:
    file = tmp_path / "targets.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(Wrong, match=why):
        read_accounts(file)


def test_nothing_from_outside_moves_the_cursor_or_turns_the_text() -> None:
    assert plain("a\x1b[31m\r\nb\u202ec") == "a\\x1b[31m\\r\\nb\\u202ec"
    assert plain("Wisła Чехов 北京") == "Wisła Чехов 北京"


def test_instants_are_utc_in_json() -> None:
    berlin = datetime.fromisoformat("2026-12-01T09:00+01:00")
    assert as_data({"at": berlin, "raw": b"abc"}) == {"at": "2026-12-01T08:00:00Z", "raw": "3 bytes"}


@pytest.mark.parametrize("run", ["acme", "a/b/c/d", "/acme", "usage-drop/"])
def test_a_run_is_a_play_and_an_account(run: str) -> None:
    with pytest.raises(Wrong, match="PLAY/ACCOUNT"):
        workflow_of(run)
    assert workflow_of("usage-drop/acme/2") == "usage-drop/acme"


def test_the_nearest_words_are_suggested_and_far_ones_are_not() -> None:
    assert did_you_mean("acne", ["acme", "monsoon"]) == " Did you mean acme?"
    assert did_you_mean("ACM", ["acme", "acme-2"]) == " Did you mean acme or acme-2?"
    assert did_you_mean("zzz", ["acme"]) == ""


def test_links_lead_to_one_run_and_to_a_filtered_list() -> None:
    settings = Settings(temporal_ui="http://127.0.0.1:8233", TEMPORAL_NAMESPACE="default")
    assert run_link(settings, "usage-drop/acme").endswith("/namespaces/default/workflows/usage-drop%2Facme")
    assert list_link(settings, 'Play="executive"').endswith("/workflows?query=Play%3D%22executive%22")


class ServerGone(ConnectionRefusedError):
    """As a driver may derive one."""


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ServerGone(111, "Connection refused"), Unreachable),
        (FileNotFoundError(2, "No such file", "targets.csv"), Wrong),
        (ExceptionGroup("several", [Refused("The run is over.")]), Refused),
    ],
)
def test_known_errors_become_sentences(error: BaseException, kind: type[Failure]) -> None:
    assert isinstance(in_words(error), kind)


def test_an_unknown_error_is_told_without_its_trace_which_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SETPIECE_FOLDER", str(tmp_path))
    failure = in_words(ZeroDivisionError("division by zero"))
    assert failure.code == 4
    assert "ZeroDivisionError: division by zero" in failure.sentence
    assert "ZeroDivisionError" in (tmp_path / "log" / "starter.log").read_text(encoding="utf-8")


def test_a_drivers_class_name_is_not_shown() -> None:
    wrapped = RuntimeError("<class 'asyncpg.exceptions.SomethingError'>: it is too late\n[SQL: select 1]")
    assert plainly(wrapped) == "it is too late"
