"""What ops change by hand, on a real database: holds, suppressions, the kill switch, events that need a person."""

from pathlib import Path

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
