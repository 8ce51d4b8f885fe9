"""`starter.py plays`: the playbook read, checked, published."""

import json
from pathlib import Path

import pytest

from tests.commands.conftest import Terminal

BROKEN = """play: broken
title: Broken
stage: sales
purpose: To be refused.
lane: sales
priority: 10
owner: adr
players: {adr: {role: adr}}
steps:
  - wiat: 3d
"""


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    file = tmp_path / "broken.yaml"
    file.write_text(BROKEN, encoding="utf-8")
    return file


def test_the_catalog_is_listed_without_a_database(terminal: Terminal) -> None:
    said = terminal.type("plays", "list", "--json")
    assert said.code == 0
    assert {"account-capture", "executive", "usage-drop"} <= {row["play"] for row in said.json}


def test_the_catalog_is_sound(terminal: Terminal) -> None:
    said = terminal.type("plays", "check", "--json")
    assert said.code == 0, said.out
    assert said.json["errors"] == 0


def test_a_fault_is_shown_with_file_line_and_a_suggestion(broken: Path, terminal: Terminal) -> None:
    said = terminal.type("plays", "check", str(broken))
    assert said.code == 1
    assert f"{broken}:10:" in said.out
    assert "error" in said.out
    assert "wait" in said.out


def test_faults_are_data_for_scripts(broken: Path, terminal: Terminal) -> None:
    said = terminal.type("plays", "check", str(broken), "--json")
    assert said.code == 1
    assert 10 in {fault["line"] for fault in said.json["faults"]}


def test_a_faulty_play_is_not_published(broken: Path, desk: Terminal) -> None:
    said = desk.type("plays", "publish", str(broken))
    assert said.code == 1
    assert "Nothing was published" in said.err
    assert desk.type("plays", "list", "--json").json[-1]["version"] is None


def test_a_play_is_published_once(desk: Terminal) -> None:
    dry = desk.type("plays", "publish", "--all", "--dry-run", "--json").json
    assert {row["state"] for row in dry} == {"would be published"}
    first = desk.type("plays", "publish", "--all", "--json").json
    assert {(row["state"], row["version"]) for row in first} == {("published", 1)}
    again = desk.type("plays", "publish", "--all", "--json").json
    assert {(row["state"], row["version"]) for row in again} == {("unchanged", 1)}
    assert {row["state"] for row in desk.type("plays", "list", "--json").json} == {"published"}


def test_names_and_all_together_are_wrong_usage(desk: Terminal) -> None:
    assert desk.type("plays", "publish", "usage-drop", "--all").code == 2
    assert desk.type("plays", "publish").code == 2


def test_a_play_is_shown_step_by_step(terminal: Terminal) -> None:
    said = terminal.type("plays", "show", "usage-drop")
    assert said.code == 0
    assert "diagnose" in said.out
    assert "usage.recovered" in said.out
    assert json.loads(terminal.type("plays", "show", "usage-drop", "--json").out)["play"]["play"] == "usage-drop"
    assert terminal.type("plays", "show", "usage-drop", "--source").out.lstrip("#").strip() != ""


def test_an_unknown_play_is_answered_with_the_nearest(terminal: Terminal) -> None:
    said = terminal.type("plays", "show", "usage-dorp")
    assert said.code == 2
    assert "Did you mean usage-drop?" in said.err


def test_the_schema_is_json_and_can_be_written(tmp_path: Path, terminal: Terminal) -> None:
    printed = terminal.type("plays", "schema").json
    assert printed["properties"]["steps"]
    file = tmp_path / "play.schema.json"
    assert terminal.type("plays", "schema", "--out", str(file)).code == 0
    assert json.loads(file.read_text(encoding="utf-8")) == printed
