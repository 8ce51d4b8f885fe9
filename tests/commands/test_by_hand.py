"""Answers to forms, one date, one person, parameters: what people type, and what they are told when it does not fit."""

from datetime import UTC, datetime

import pytest

from records.db import Database
from records.tables import Run, Task, Touch
from tests.commands.conftest import Terminal

KEY = "hello/acme/1/diagnose/1/-"


@pytest.fixture
async def form(database: Database, acme: str) -> int:
    """An open form at acme; the task's number."""
    now = datetime.now(UTC)
    async with database.begin() as session:
        session.add(
            Run(
                id="hello/acme/1", play="hello", account="acme", number=1, version=1, workflow_id="hello/acme",
                first_execution_run_id="one", state="open", lane="sales", priority=1, opened_at=now,
            )
        )  # fmt: skip
        await session.flush()
        session.add(
            Touch(
                key=KEY, run="hello/acme/1", account="acme", step="diagnose", channel="form", state="made",
                created_at=now, settled_at=now,
            )
        )  # fmt: skip
        task = Task(
            touch=KEY, run="hello/acme/1", account="acme", step="diagnose", kind="form", title="Why?", guide="Look.",
            outcomes=["answered"], player="ada", first_player="ada", state="open", handed_at=now,
            ask={"cause": ["technical", "people"], "seats?": "number"},
        )  # fmt: skip
        session.add(task)
        await session.flush()
        return task.id


def test_a_form_is_answered_by_the_words_its_letter_says(desk: Terminal, form: int) -> None:
    shown = desk.type("tasks", "show", str(form)).out
    assert "cause: one of technical, people" in shown
    assert f"tasks done {form} --answer 'cause=…'" in shown
    refused = desk.type("tasks", "done", str(form), "--answer", "cause=tecnical", "--answer", "seats=many")
    assert refused.code != 0
    assert "did you mean 'technical'" in refused.err
    assert "'seats' cannot be 'many': a number" in refused.err
    assert "stays open" in refused.err
    done = desk.type("tasks", "done", str(form), "--answer", "cause=technical", "--answer", "seats=12", "--json")
    assert done.json["outcome"] == "answered", done.err
    assert desk.type("tasks", "show", str(form), "--json").json["answers"] == {"cause": "technical", "seats": 12}


@pytest.mark.parametrize("words", [["cause"], ["=technical"], ["cause=technical", "--answer", "cause=people"]])
def test_what_is_no_answer_changes_nothing(desk: Terminal, form: int, words: list[str]) -> None:
    refused = desk.type("tasks", "done", str(form), "--answer", *words)
    assert refused.code == 2
    assert "Nothing was changed" in refused.err


def test_a_form_without_answers_says_what_is_missing_where_nobody_can_be_asked(desk: Terminal, form: int) -> None:
    refused = desk.type("tasks", "done", str(form))
    assert "'cause' is missing: one of technical, people" in refused.err


def test_a_date_is_moved_by_hand_after_a_look(desk: Terminal, form: int) -> None:
    looked = desk.type("accounts", "anchor", "acme", "renewal", "2027-03-31", "--dry-run", "--json").json
    assert (looked["moves"], looked["written"], looked["runs"]) == (True, False, ["hello/acme/1"])
    assert desk.type("accounts", "show", "acme", "--json").json["account"]["anchors"] == {}
    said = desk.type("accounts", "anchor", "acme", "renewal", "2027-03-31")
    assert (said.code, "renewal of acme is 2027-03-31" in said.out) == (0, True), said.err
    assert desk.type("accounts", "show", "acme", "--json").json["account"]["anchors"] == {"renewal": "2027-03-31"}
    assert "already" in desk.type("accounts", "anchor", "acme", "renewal", "2027-03-31").out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["acne", "renewal", "2027-03-31"], "Did you mean acme?"),
        (["acme", "Re newal", "2027-03-31"], "no name of a date"),
        (["acme", "renewal", "31.03.2027"], "write it as 2027-03-31"),
        (["acme", "renewal", "2027-02-30"], "is no day"),
    ],
)
def test_what_is_no_date_changes_nothing(desk: Terminal, acme: str, words: list[str], says: str) -> None:
    refused = desk.type("accounts", "anchor", *words)
    assert (refused.code, says in refused.err) == (2, True), refused.err


def test_one_person_is_added_with_what_an_import_would_ask(desk: Terminal, acme: str) -> None:
    words = ["contacts", "add", "--account", "acme", "--name", "Zoe New", "--persona", "champion"]
    made = desk.type(*words, "--email", "zoe@acme.example", "--json").json
    assert (made["first_name"], made["last_name"], made["address"]) == ("Zoe", "New", "zoe@acme.example")
    assert "zoe" not in made["id"]
    again = desk.type(*words, "--email", "ZOE@acme.example")
    assert (again.code, made["id"] in again.err) == (2, True)
    assert "no email address" in desk.type(*words, "--email", "zoe@").err
    assert "none of" in desk.type(*words[:-1], "boss").err


def test_a_parameter_is_typed_as_its_play_declares_it(desk: Terminal, acme: str) -> None:
    desk.type("plays", "publish", "--all")
    refused = desk.type("start", "renewal", "--account", "acme", "--dry-run", "--param", "strategi=light")
    assert (refused.code, "has no parameter 'strategi'" in refused.err) == (2, True), refused.err
    assert "no NAME=VALUE" in desk.type("start", "renewal", "--account", "acme", "--param", "light").err


@pytest.mark.parametrize("command", [["change", "hello/acme", "a=b"], ["override", "hello/acme", "--reason", "x"]])
def test_a_run_that_is_not_there_is_named(desk: Terminal, acme: str, command: list[str]) -> None:
    refused = desk.type("runs", *command)
    assert (refused.code, "There is no run 'hello/acme'" in refused.err) == (2, True), refused.err
