"""`suppress …` as it is typed: purposes, lists in and out."""

from pathlib import Path

import pytest

from tests.commands.conftest import Terminal


def test_a_marketing_suppression_is_placed_listed_and_lifted(desk: Terminal, acme: str) -> None:
    words = ("suppress", "add", "--contact", "c-1", "--purpose", "marketing", "--reason", "no news")
    said = desk.type(*words)
    assert "is not contacted for marketing on any channel" in said.out
    (row,) = desk.type("suppress", "list", "--json").json
    assert (row["purpose"], row["channel"]) == ("marketing", None)
    assert desk.type("suppress", "lift", str(row["id"]), "--yes").code == 0
    assert desk.type("suppress", "list", "--json").json == []


def test_an_unknown_purpose_or_channel_is_refused_with_what_would_be_right(desk: Terminal, acme: str) -> None:
    for option, near in (("--purpose", "marketing or service"), ("--channel", "email or call")):
        refused = desk.type("suppress", "add", "--contact", "c-1", option, "servce", "--reason", "x")
        assert (refused.code, near in refused.err) == (2, True), refused.err


def test_a_list_goes_in_with_its_bad_rows_named_and_comes_out_again(desk: Terminal, acme: str, tmp_path: Path) -> None:
    path = tmp_path / "optouts.csv"
    path.write_text("email,reason\nann@acme.example,asked\nnobody,\n")
    looked = desk.type("suppress", "import", str(path), "--dry-run")
    assert "Nothing was written: this was a dry run." in looked.out
    taken = desk.type("suppress", "import", str(path), "--json")
    assert (taken.code, taken.json["placed"]["new"], len(taken.json["faults"])) == (1, 1, 1)
    again = desk.type("suppress", "import", str(path))
    assert "optouts.csv line 3" in again.err
    out = tmp_path / "out.csv"
    assert desk.type("suppress", "export", str(out), "--json").json == {"file": str(out), "rows": 1}
    assert "address,ann@acme.example,,,asked," in out.read_text()
    assert desk.type("suppress", "export", str(out)).code == 2


def test_a_file_that_is_no_list_is_refused(desk: Terminal, acme: str, tmp_path: Path) -> None:
    path = tmp_path / "book.csv"
    path.write_bytes(b"PK\x03\x04")
    refused = desk.type("suppress", "import", str(path))
    assert (refused.code, "workbook" in refused.err) == (2, True)
    assert desk.type("suppress", "import", str(tmp_path / "none.csv")).code == 2


def test_an_erased_person_is_gone_and_stays_out(
    desk: Terminal, acme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """G5, as ops do it."""
    refused = desk.type("contacts", "erase", "c-1", "--yes")
    assert (refused.code, "SETPIECE_LINK_SECRET" in refused.err) == (1, True)
    monkeypatch.setenv("SETPIECE_LINK_SECRET", "a long secret of links")
    looked = desk.type("contacts", "erase", "--email", "ANN@acme.example", "--dry-run", "--json").json
    assert (looked["written"], looked["contacts"], looked["cleared"]["contacts"]) == (False, ["c-1"], 1)
    assert desk.type("contacts", "erase", "c-1").code == 1  # nobody can be asked here
    assert "They stay suppressed" in desk.type("contacts", "erase", "c-1", "--yes").out
    path = tmp_path / "contacts.csv"
    path.write_text("id,account,persona,email\nc-7,acme,user,ann@acme.example\n")
    again = desk.type("import", str(path))
    assert (again.code, "had their data erased here" in again.err) == (1, True)
    words = ("contacts", "add", "--account", "acme", "--name", "Ann", "--persona", "user")
    assert desk.type(*words, "--email", "ann@acme.example").code == 2
    assert desk.type("contacts", "list", "--json").json[0]["email"] is None
