"""`contacts consent`: what is shown, recorded, withdrawn, and what runs out soon."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.commands.conftest import Terminal

TODAY = datetime.now(UTC).date()


def test_a_ground_is_recorded_shown_and_withdrawn(desk: Terminal, acme: str) -> None:
    made = desk.type("contacts", "consent", "c-1", "--basis", "consent", "--source", "fair", "--json").json
    assert (made["basis"], made["purpose"], made["at"]) == ("consent", "marketing", TODAY.isoformat())
    withdrawn = desk.type("contacts", "consent", "c-1", "--withdraw", "--source", "by phone")
    assert "none goes out from now on" in withdrawn.out
    shown = desk.type("contacts", "consent", "c-1", "--json").json
    assert shown["marketing"]["may_be_mailed"] is False
    assert "withdrawn" in shown["marketing"]["why_not"]
    assert [one["basis"] for one in shown["history"]] == ["none", "consent"]
    assert "withdrawn" in desk.type("contacts", "consent", "c-1").out


def test_what_the_list_said_is_shown_while_nothing_was_recorded(desk: Terminal, acme: str) -> None:
    said = desk.type("contacts", "consent", "c-1")
    assert "as their list said" in said.out
    assert "marketing mail may go out" in said.out


def test_grounds_that_run_out_within_thirty_days_are_listed_and_those_that_have(desk: Terminal, acme: str) -> None:
    soon, late = (TODAY + timedelta(days=12)).isoformat(), (TODAY + timedelta(days=45)).isoformat()
    base = ("contacts", "consent", "c-1", "--basis", "consent", "--source", "fair", "--at", "2020-01-01")
    desk.type(*base, "--until", late)
    assert desk.type("contacts", "consent", "--expiring", "--json").json == []
    assert len(desk.type("contacts", "consent", "--expiring", "--within", "60", "--json").json) == 1
    desk.type(*base, "--until", soon)
    (row,) = desk.type("contacts", "consent", "--expiring", "--json").json
    assert (row["contact"], row["ends"], row["days"]) == ("c-1", soon, 12)
    desk.type(*base, "--until", "2021-01-01")
    assert desk.type("contacts", "consent", "--expiring", "--json").json[0]["days"] < 0
    desk.type("contacts", "consent", "c-1", "--withdraw")
    assert "No ground runs out" in desk.type("contacts", "consent", "--expiring").out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["c-2"], "Did you mean c-1?"),
        ([], "Name a contact"),
        (["c-1", "--basis", "consnt", "--source", "x"], "Did you mean 'consent'?"),
        (["c-1", "--basis", "consent"], "source is empty"),
        (["c-1", "--basis", "consent", "--source", "=cmd()"], "looks like a formula"),
        (["c-1", "--basis", "consent", "--source", "x", "--at", "01.02.2026"], "is no date"),
        (["c-1", "--basis", "consent", "--source", "x", "--until", "2020-01-01"], "is before"),
        (["c-1", "--basis", "consent", "--source", "x", "--purpose", "sales"], "A purpose is"),
        (["c-1", "--basis", "consent", "--withdraw"], "one of the two"),
    ],
)
def test_what_cannot_be_recorded_changes_nothing(desk: Terminal, acme: str, words: list[str], says: str) -> None:
    refused = desk.type("contacts", "consent", *words)
    assert (refused.code, says in refused.err) == (2, True), refused.err
    assert desk.type("contacts", "consent", "c-1", "--json").json["history"] == []
