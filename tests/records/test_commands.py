"""`starter.py import`, `export` and `db upgrade` as they are typed: sentences, tables, JSON, exit codes."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from commands import accounts, db
from commands.failures import Wrong
from tests.records.builders import ACCOUNTS, CONTACTS, PLAYERS, file


@pytest.fixture
def here(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)


@pytest.fixture
def empty(empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", empty_database_url)


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(accounts.app, [str(word) for word in words])


@pytest.fixture
def house(tmp_path: Path) -> list[Path]:
    contents = {"players": PLAYERS, "accounts": ACCOUNTS, "contacts": CONTACTS}
    return [file(tmp_path, f"{name}.csv", content) for name, content in contents.items()]


@pytest.mark.usefixtures("here")
def test_good_files_are_counted_and_exit_with_nought(house: list[Path]) -> None:
    result = run("import", *house)
    assert result.exit_code == 0, result.output
    assert "Imported" in result.stdout
    assert "unchanged" in result.stdout
    assert result.stderr == ""


@pytest.mark.usefixtures("here")
def test_bad_rows_are_named_on_standard_error_and_exit_with_one(tmp_path: Path) -> None:
    bad = file(tmp_path, "accounts.csv", "id,name,zone\nacme,Acme,Europe/Berln\nbeta,Beta,\n")
    result = run("import", bad)
    assert result.exit_code == 1
    assert "accounts.csv line 2, zone: 'Europe/Berln' is no time zone. Did you mean 'Europe/Berlin'?" in result.stderr
    assert "The good rows are in." in result.stdout
    strict = run("import", bad, "--strict")
    assert strict.exit_code == 1
    assert "Nothing was written: --strict" in strict.stdout


@pytest.mark.usefixtures("here")
def test_a_dry_run_lists_what_would_change(house: list[Path]) -> None:
    result = run("import", *house, "--dry-run")
    assert result.exit_code == 0
    assert "accounts acme would be new" in result.stdout
    assert "Nothing was written: this was a dry run." in result.stdout


@pytest.mark.usefixtures("here")
def test_json_carries_counts_changes_and_faults(tmp_path: Path) -> None:
    bad = file(tmp_path, "accounts.csv", "id,name\nacme,Acme\nb b,Beta\n")
    result = run("import", bad, "--json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert report["written"] is True
    assert report["files"][0] | {"changes": []} == {
        "file": "accounts.csv",
        "kind": "accounts",
        "rows": 2,
        "new": 1,
        "changed": 0,
        "unchanged": 0,
        "refused": 1,
        "changes": [],
    }
    assert report["faults"][0]["line"] == 3
    assert report["faults"][0]["field"] == "id"


def test_a_file_that_cannot_be_used_is_wrong_input(tmp_path: Path) -> None:
    result = run("import", file(tmp_path, "accounts.csv", b"\xff\xfei\x00d\x00"))
    assert isinstance(result.exception, Wrong)
    assert "UTF-16" in str(result.exception)
    assert isinstance(run("import", tmp_path / "nothing.csv").exception, FileNotFoundError)


@pytest.mark.usefixtures("here")
def test_what_is_exported_can_be_imported_again(house: list[Path], tmp_path: Path) -> None:
    run("import", *house)
    result = run("export", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "1 players" in result.stdout
    again = run("import", *sorted((tmp_path / "out").glob("*.csv")), "--json")
    assert [one["unchanged"] for one in json.loads(again.stdout)["files"]] == [1, 1, 1]
    assert isinstance(run("export", tmp_path / "out").exception, Wrong)


@pytest.mark.usefixtures("empty")
def test_db_upgrade_says_what_it_did() -> None:
    first = CliRunner().invoke(db.app, ["upgrade"])
    assert first.exit_code == 0, first.output
    assert "The database was brought to schema" in first.stdout
    again = CliRunner().invoke(db.app, ["upgrade", "--json"])
    assert "up to date" in json.loads(again.stdout)["sentence"]


def test_the_help_names_every_column() -> None:
    from records.sheets.kinds import KINDS

    told = " ".join(accounts.COLUMNS_HELP)
    page = (Path(__file__).parents[2] / "docs" / "importing.md").read_text(encoding="utf-8")
    for kind in KINDS:
        for name in (*(column.name for column in kind.columns), *(family.prefix for family in kind.families)):
            assert name in told, f"--help does not name {kind.name}.{name}"
            assert f"`{name}" in page, f"docs/importing.md does not name {kind.name}.{name}"
