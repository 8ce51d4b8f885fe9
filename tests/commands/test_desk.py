"""What ops change by hand, on a real database: holds, suppressions, the kill switch, events that need a person."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from records.db import Database
from records.tables import Run, Task, Touch
from tests.commands.conftest import Terminal


def test_a_hold_is_placed_listed_and_lifted(desk: Terminal, acme: str) -> None:
    placed = desk.type(
        "holds", "place", "--account", "acme", "--until", "14d", "--cause", "merger talks", "--json"
    ).json
    assert (placed["scope"], placed["value"], placed["cause"]) == ("account", "acme", "merger talks")
    assert [hold["id"] for hold in desk.type("holds", "list", "--json").json] == [placed["id"]]
    assert "merger talks" in desk.type("holds", "list").out
    assert desk.type("holds", "lift", str(placed["id"])).code == 0
    assert desk.type("holds", "list", "--json").json == []
    again = desk.type("holds", "lift", str(placed["id"]))
    assert again.code == 1
    assert "nothing was changed" in again.err


def test_an_address_is_suppressed_in_its_normal_form_and_freed_only_after_a_yes(desk: Terminal) -> None:
    added = desk.type("suppress", "add", "--address", "Ann@ACME.example", "--reason", "asked by phone", "--json").json
    assert added["value"] == "ann@acme.example"
    assert len(desk.type("suppress", "list", "--of", "ANN@acme.example", "--json").json) == 1
    unasked = desk.type("suppress", "lift", str(added["id"]))
    assert unasked.code == 1
    assert "--yes" in unasked.err
    assert desk.type("suppress", "lift", str(added["id"]), "--yes").code == 0
    assert desk.type("suppress", "list", "--json").json == []


def test_the_kill_switch_is_turned_on_and_off_with_its_reason(desk: Terminal) -> None:
    assert desk.type("kill", "status", "--json").json["on"] is False
    assert desk.type("kill", "on", "--reason", "wrong prices").code == 0
    assert desk.type("kill", "status", "--json").json == {"on": True, "reason": "wrong prices"}
    assert "wrong prices" in desk.type("kill", "status").out
    assert desk.type("kill", "off").code == 0
    assert desk.type("kill", "status", "--json").json["on"] is False


def test_an_event_is_taken_straight_in_when_no_webhooks_run(desk: Terminal, acme: str) -> None:
    said = desk.type("signal", "reply", "--email", "ann@acme.example", "--data", "kind=positive", "--json")
    assert said.code == 0, said.err
    assert (said.json["account"], said.json["contact"]) == ("acme", "c-1")
    assert "straight" in said.json["way"]
    assert desk.type("holds", "list", "--json").json[0]["value"] == "acme"


def test_the_same_event_again_changes_nothing(desk: Terminal, acme: str) -> None:
    words = ("signal", "trigger.funding", "--account", "acme", "--id", "news-7", "--json")
    assert desk.type(*words).json["new"] is True
    assert desk.type(*words).json["new"] is False
    assert len(desk.type("inbox", "list", "--all", "--json").json) == 1


def test_an_event_about_nobody_waits_for_a_person_who_matches_it(desk: Terminal, acme: str) -> None:
    said = desk.type("signal", "reply", "--email", "someone@elsewhere.example", "--id", "odd-1", "--json")
    assert said.code == 1
    assert said.json["state"] == "unmatched"
    assert [event["id"] for event in desk.type("inbox", "list", "--json").json] == ["ops:odd-1"]
    assert desk.type("inbox", "retry", "ops:odd-1").code == 1
    matched = desk.type("inbox", "match", "ops:odd-1", "--account", "acme", "--json")
    assert matched.code == 0, matched.err
    assert matched.json["account"] == "acme"
    assert desk.type("inbox", "list", "--json").json == []
    assert desk.type("holds", "list", "--json").json[0]["cause"] == "a reply is being answered"
    again = desk.type("inbox", "match", "ops:odd-1", "--account", "acme")
    assert again.code == 1
    assert "only unmatched events" in again.err


def test_a_name_with_control_characters_and_markup_changes_only_its_own_text(desk: Terminal, acme: str) -> None:
    said = desk.type("accounts", "show", "acme")
    assert said.code == 0
    assert "\x1b" not in said.out
    assert "[bold]" in said.out
    assert not any(line.startswith("Bcc:") for line in said.out.splitlines())
    assert desk.type("contacts", "list", "--json").json[0]["last_name"].endswith("\r\nBcc: x")


def test_a_dry_run_says_who_would_be_refused_and_starts_nothing(desk: Terminal, acme: str) -> None:
    desk.type("plays", "publish", "--all")
    said = desk.type("start", "usage-drop", "--segment", "robots", "--dry-run", "--json")
    assert said.code == 0, said.err
    assert [(row["account"], row["result"]) for row in said.json] == [("acme", "would be admitted")]
    assert desk.type("runs", "list", "--all", "--json").json == []


def test_rows_of_a_file_that_name_nobody_are_told_beside_the_good_ones(
    desk: Terminal, acme: str, tmp_path: Path
) -> None:
    desk.type("plays", "publish", "--all")
    file = tmp_path / "targets.csv"
    file.write_text("name,account\nAcme,acme\nOther,acne\nAcme,acme\n", encoding="utf-8")
    said = desk.type("start", "usage-drop", "--csv", str(file), "--dry-run", "--json").json
    assert [(row["account"], row["result"]) for row in said] == [("acme", "would be admitted"), ("acne", "unknown")]
    assert "line 3" in said[1]["reason"]
    assert "Did you mean acme?" in said[1]["reason"]


async def _drafted(database: Database) -> int:
    """An open approval at acme; returns the task's number."""
    now = datetime.now(UTC)
    async with database.begin() as session:
        session.add(
            Run(
                id="hello/acme/1",
                play="hello",
                account="acme",
                number=1,
                version=1,
                workflow_id="hello/acme",
                first_execution_run_id="one",
                state="open",
                lane="sales",
                priority=1,
                opened_at=now,
            )
        )
        await session.flush()
        touch = Touch(
            key="hello/acme/1/first/1/c-1",
            run="hello/acme/1",
            account="acme",
            contact="c-1",
            player="ada",
            step="first",
            channel="email",
            state="planned",
            created_at=now,
        )
        task = Task(
            touch=touch.key,
            run=touch.run,
            account="acme",
            contact="c-1",
            step="first",
            kind="approval",
            title="Approve the first mail",
            guide="Read it aloud.",
            outcomes=["approved", "rejected"],
            player="ada",
            first_player="ada",
            state="open",
            draft={"subject": "Old", "text": "Old text", "html": "<p>Old text</p>", "language": "en"},
            handed_at=now,
        )
        session.add_all([touch, task])
        await session.flush()
        return task.id


@pytest.fixture
async def draft(acme: str, database: Database) -> str:
    return str(await _drafted(database))


def test_a_draft_is_approved_in_the_senders_own_words(desk: Terminal, draft: str, tmp_path: Path) -> None:
    body = tmp_path / "edited.txt"
    body.write_text("Hello Ann,\n\n2 < 3, as you said.", encoding="utf-8")
    words = (
        "tasks",
        "done",
        draft,
        "--outcome",
        "approved",
        "--subject",
        "Your stock in Lyon",
        "--body-file",
        str(body),
    )
    said = desk.type(*words)
    assert said.code == 0, said.err
    kept = desk.type("tasks", "show", draft, "--json").json
    assert (kept["state"], kept["outcome"], kept["closed_by"]) == ("done", "approved", "ada")
    assert kept["draft"]["subject"] == "Your stock in Lyon"
    assert "2 &lt; 3" in kept["draft"]["html"]
    assert kept["draft"]["language"] == "en"


@pytest.mark.parametrize("subject", ["One\r\nBcc: all@acme.example", "", "Hello {{ contact.first_name }}"])
def test_a_draft_that_must_not_go_out_stays_open_and_as_it_was(subject: str, desk: Terminal, draft: str) -> None:
    said = desk.type("tasks", "done", draft, "--outcome", "approved", "--subject", subject)
    assert said.code == 1
    assert "the draft was not changed" in said.err
    kept = desk.type("tasks", "show", draft, "--json").json
    assert (kept["state"], kept["draft"]["subject"]) == ("open", "Old")


def test_a_task_is_closed_once_and_only_with_its_own_outcomes(desk: Terminal, draft: str) -> None:
    wrong = desk.type("tasks", "done", draft, "--outcome", "aproved")
    assert wrong.code == 1
    assert "did you mean 'approved'" in wrong.err
    assert desk.type("tasks", "done", draft, "--outcome", "approved").code == 0
    again = desk.type("tasks", "done", draft, "--outcome", "approved", "--json")
    assert (again.code, again.json["new"]) == (0, False)
    other = desk.type("tasks", "done", draft, "--outcome", "rejected")
    assert other.code == 1
    assert "nothing was changed" in other.err


def test_a_task_is_read_and_handed_on(desk: Terminal, draft: str) -> None:
    read = desk.type("tasks", "show", draft)
    assert "Read it aloud." in read.out
    assert "Subject: Old" in read.out
    assert desk.type("tasks", "reassign", draft, "ben").code == 0
    assert [task["player"] for task in desk.type("tasks", "list", "--json").json] == ["ben"]
    assert desk.type("tasks", "list", "--overdue", "--json").json == []
    nobody = desk.type("tasks", "reassign", draft, "bne")
    assert nobody.code == 1
    assert "did you mean 'ben'" in nobody.err


def test_a_run_is_told_from_the_records_when_no_worker_lives(desk: Terminal, draft: str) -> None:
    told = desk.type("runs", "show", "hello/acme", "--json")
    assert told.code == 0, told.err
    assert told.json["run"]["id"] == "hello/acme/1"
    assert told.json["now"] is None
    assert told.json["silence"]
    assert [touch["step"] for touch in told.json["touches"]] == ["first"]
    assert [line["open_tasks"] for line in desk.type("runs", "list", "--json").json] == [1]
    assert desk.type("runs", "list", "--blocked", "--json").json == []
    assert desk.type("doubts", "--json").json == []
