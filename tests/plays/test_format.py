"""The format itself: lengths of time, the schema for editors, and what importing it costs."""

import json
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plays.ids import message_id, run_id, touch_key, workflow_id
from plays.model import Play
from plays.schema import json_schema
from plays.spans import PATTERN, Span, SpanError, Unit

UNITS: list[Unit] = ["min", "h", "d", "bd", "w"]


@given(st.integers(0, 99_999), st.sampled_from(UNITS))
def test_a_length_of_time_is_read_as_it_is_written(count: int, unit: Unit) -> None:
    span = Span.parse(f"{count}{unit}")
    assert span == Span(count, unit)
    assert Span.parse(str(span)) == span
    assert hash(span) == hash(Span(count, unit))


@given(st.text(max_size=12))
def test_any_other_text_is_no_length_of_time(text: str) -> None:
    if PATTERN.match(text.strip()):
        assert str(Span.parse(text)) == text.strip()
        return
    with pytest.raises(SpanError, match="min, h, d, bd, w"):
        Span.parse(text)


@pytest.mark.parametrize("text", ["", "3", "d", "-1d", "1.5h", "03d", "3 d", "3days", "100000d", "١d", "3d\n4d"])
def test_lengths_that_people_mistype_are_refused(text: str) -> None:
    with pytest.raises(SpanError):
        Span.parse(text)


def test_a_business_day_has_no_exact_length() -> None:
    assert Span(2, "h").exact == timedelta(hours=2)
    assert Span(3, "bd").rough == timedelta(days=3)
    with pytest.raises(SpanError, match="business days"):
        _ = Span(3, "bd").exact


def test_a_length_of_time_does_not_change() -> None:
    with pytest.raises(AttributeError):
        Span(1, "d").count = 2


def test_keys_hold_no_version_and_no_temporal_run() -> None:
    run = run_id("usage-drop", "acme", 2)
    assert (workflow_id("usage-drop", "acme"), run) == ("usage-drop/acme", "usage-drop/acme/2")
    key = touch_key(run, "ring-admin", 1, "c-17")
    assert key == "usage-drop/acme/2/ring-admin/1/c-17"
    assert message_id(key, "x.test") == message_id(key, "x.test") != message_id(key + "8", "x.test")


# --- the schema ----------------------------------------------------------------------------------------------------


def test_the_schema_is_json_and_knows_every_key_with_its_meaning() -> None:
    schema = json.loads(json.dumps(json_schema()))
    assert set(schema["properties"]) == {field.alias or name for name, field in Play.model_fields.items()}
    assert schema["additionalProperties"] is False
    assert schema["$defs"]["TaskStep"]["properties"]["go_on"]["description"]


def test_the_schema_allows_the_short_forms_files_may_use() -> None:
    pieces = json_schema()["$defs"]
    assert {one.get("type") for one in pieces["TaskStep"]["properties"]["due"]["anyOf"]} == {"string", "object", "null"}
    assert [one.get("type") for one in pieces["NotifyStep"]["properties"]["to"]["anyOf"]] == ["string", "array"]
    assert len(json_schema()["properties"]["on"]["additionalProperties"]["anyOf"]) == 2


def test_the_schema_has_patterns_for_names_and_times() -> None:
    schema = json_schema()
    assert re.match(schema["properties"]["play"]["pattern"], "usage-drop")
    assert not re.match(schema["properties"]["play"]["pattern"], "Usage drop")
    after = schema["$defs"]["EmailStep"]["properties"]["after"]["anyOf"][0]
    assert re.match(after["pattern"], "3bd")
    assert "business days" in after["description"]
    assert "single dashes" in schema["properties"]["play"]["description"]
    due = [one for one in schema["$defs"]["TaskStep"]["properties"]["due"]["anyOf"] if one.get("type") == "object"]
    assert re.match(due[0]["propertyNames"]["pattern"], "24h")


# --- what it costs to import ---------------------------------------------------------------------------------------

HEAVY = ("cel_expr_python", "liquid", "holidays", "ruamel", "phonenumbers", "sqlalchemy", "asyncpg", "httpx", "fastapi")


def loaded_by(*modules: str) -> set[str]:
    """The top-level packages that importing these loads, in a process of its own."""
    code = f"import sys, {', '.join(modules)}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_what_workflow_code_imports_of_plays_brings_no_library_with_it() -> None:
    loaded = loaded_by("plays.model", "plays.program", "plays.labels", "plays.base", "plays.events", "plays.ids")
    assert "pydantic" in loaded
    assert loaded.isdisjoint(HEAVY)


def test_the_calendar_and_conditions_load_their_libraries_only_when_asked() -> None:
    loaded = loaded_by("plays.calendar", "plays.places", "plays.conditions", "plays.facts")
    assert loaded.isdisjoint({"holidays", "phonenumbers", "cel_expr_python"})


PURE = {"pydantic", "pydantic_core", "liquid", "ruamel", "holidays", "phonenumbers", "cel_expr_python", "plays"}


def test_plays_import_nothing_but_pure_libraries() -> None:
    folder = Path(__file__).parents[2] / "plays"
    for path in folder.glob("*.py"):
        for name in re.findall(r"^\s*(?:from|import) (\w+)", path.read_text(), re.MULTILINE):
            assert name in PURE or name in sys.stdlib_module_names, f"{path.name} imports {name}"
