"""The schema that editors read: fresh beside the catalog, whole, and of one mind with the model."""

import json
from pathlib import Path
from typing import Any

import pytest

from plays.model import KINDS, Play
from plays.playbook import CATALOG, PlayFaults, catalog, read_play
from plays.schema import FILE, FIRST_LINE, json_schema, schema_text
from plays.yaml_source import read_yaml
from tests.plays.builders import SOUND, spoilt
from tests.plays.structural import wrong
from tests.plays.test_bad_plays import CASES, text_of

SCHEMA = json_schema()
PIECES: dict[str, dict[str, Any]] = {"Play": SCHEMA, **SCHEMA["$defs"]}


def test_the_schema_beside_the_catalog_is_the_one_of_the_model() -> None:
    beside = (CATALOG / FILE).read_text(encoding="utf-8")
    assert beside == schema_text(), "write it anew: ./starter.py plays schema --out plays/catalog/play.schema.json"


@pytest.mark.parametrize("path", catalog().values(), ids=lambda path: path.stem)
def test_every_play_of_the_catalog_is_as_the_schema_wants_it(path: Path) -> None:
    assert list(wrong(SCHEMA, read_yaml(path.read_bytes()).value)) == []


@pytest.mark.parametrize("path", catalog().values(), ids=lambda path: path.stem)
def test_every_play_of_the_catalog_names_the_schema_in_its_first_line(path: Path) -> None:
    assert path.read_text(encoding="utf-8").split("\n")[0] == FIRST_LINE


@pytest.mark.parametrize("path", catalog().values(), ids=lambda path: path.stem)
def test_what_a_version_pins_is_as_the_schema_wants_it_too(path: Path) -> None:
    assert list(wrong(SCHEMA, json.loads(read_play(path).definition))) == []


def test_an_editor_says_something_of_every_key() -> None:
    silent = [
        f"{name}.{key}"
        for name, piece in PIECES.items()
        for key, field in piece.get("properties", {}).items()
        if not field.get("description")
    ]
    assert silent == []


def test_every_kind_of_step_can_be_written() -> None:
    steps = {one["$ref"].rpartition("/")[2] for one in SCHEMA["$defs"]["Step"]["oneOf"]}
    assert steps == {kind.__name__ for kind in KINDS.values()}
    assert all(PIECES[name]["description"] for name in steps)
    assert SCHEMA["properties"].keys() == {field.alias or name for name, field in Play.model_fields.items()}


SHORT = [
    ("    due: 24h\n", "    due: {24h: ladder, 2d: skip}\n"),
    ("champion}", "[champion, user]}"),
    ("lead: {persona: champion}", "lead: [{persona: champion, when: contact.engagement > 3}, {pick: event}]"),
    ("for: meeting.booked", "for: [meeting.booked, trigger.snow-storm, product.login]"),
    ("to: chief", "to: [chief, rep]"),
    ("on: trigger.snow", "on: [trigger.snow, reply]\n  unless_open: renewal"),
    ("  meeting.booked:\n    steps:", "  reply: {end: answered}\n  meeting.booked:\n    steps:"),
    ("- wait: 3bd\n", "- wait:\n"),
    ("lane: sales", "lane: sales\nanchors: {renewal: account, meeting: meeting.booked}\nbase: {reply: off}"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), SHORT)
def test_short_forms_that_the_model_reads_are_in_the_schema(tmp_path: Path, old: str, new: str) -> None:
    text = spoilt(old, new)
    (tmp_path / "winter.yaml").write_text(text, encoding="utf-8")
    assert read_play(tmp_path / "winter.yaml").play.play == "winter"
    assert list(wrong(SCHEMA, read_yaml(text.encode()).value)) == []


# What a form of several parts says of itself, which no schema says: that words agree with one another.
BEYOND = {"value_error"}


@pytest.mark.parametrize("case", CASES, ids=[f"{one['code']}: {one['says'][:40]}" for one in CASES])
def test_what_the_model_refuses_the_schema_refuses_and_nothing_else(tmp_path: Path, case: dict[str, Any]) -> None:
    path = tmp_path / "winter.yaml"
    path.write_text(text_of(case), encoding="utf-8")
    try:
        read_play(path)
        shaped = True
    except PlayFaults as error:
        shaped = False
        if {fault.code for fault in error.faults} <= BEYOND:
            return
    found = list(wrong(SCHEMA, read_yaml(path.read_bytes()).value))
    assert (found == []) == shaped or case["code"] == "unknown-event"


def test_the_sound_play_of_the_tests_is_sound_for_the_schema() -> None:
    assert list(wrong(SCHEMA, read_yaml(SOUND.encode()).value)) == []
