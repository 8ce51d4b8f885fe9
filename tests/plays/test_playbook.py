"""Reading plays: what is refused and where, what a version pins, which template speaks."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plays.model import Play
from plays.playbook import NoContent, PlayFaults, catalog, content_for, read_play
from plays.program import program_of
from tests.plays.builders import MAIL, SOUND, spoilt, write_play, write_template


def refusal(folder: Path, text: str | bytes) -> list[tuple[int, str, str]]:
    """Line, message and suggestion of each fault of a file that cannot be read."""
    path = folder / "winter.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(PlayFaults) as caught:
        read_play(path)
    assert all(one.file == str(path) for one in caught.value.faults)
    return [(one.line, one.message, one.suggestion) for one in caught.value.faults]


BAD_YAML: list[tuple[str | bytes, int, str, str]] = [
    ("", 1, "empty", "play: name"),
    ("- play\n", 1, "keys and values", "play: name"),
    ("play: winter\nplay: summer\n", 2, "twice, first in line 1", "keep one"),
    ("play: winter\nplayers:\n\trep: x\n", 3, "tab", "spaces"),
    ("play: winter\nwhen: !touch['x'].made\n", 2, "tag", "quotes"),
    ("play: &a winter\n", 1, "anchors", ""),
    ("play: *a\n", 1, "anchors", ""),
    ("play: winter\n---\nplay: summer\n", 2, "one play", "---"),
    ("play: winter\ntitle: a: b\n", 2, "not YAML", "colon"),
    ("play: winter\ntitle: 'open\n", 2, "not YAML", "quote"),
    ("play: [winter\n", 2, "not YAML", ""),
    ("play: winter\n  title: x\n", 2, "not YAML", ""),
    (b"play: winter\ntitle: \xff\xfe\n", 2, "UTF-8", "UTF-8"),
    ("play: winter\ntitle: a\x00b\n", 2, "U+0000", "remove"),
    ("[" * 5000, 1, "too deep", "split"),
    ("a: " * 3000, 1, "not YAML", ""),
    ("{? [a]: b}", 1, "a key is one word", ""),
    ("play: winter\n" + "# filler\n" * 200_000, 1, "128 KB", "split"),
    ("x: 1\ny: [*a, *a]", 2, "anchors", "write it out"),
]


@pytest.mark.parametrize(("text", "line", "message", "hint"), BAD_YAML, ids=range(len(BAD_YAML)))
def test_what_is_no_yaml_of_ours_is_refused_with_its_line(
    tmp_path: Path, text: str | bytes, line: int, message: str, hint: str
) -> None:
    [(found_line, found_message, found_hint)] = refusal(tmp_path, text)
    assert message in found_message
    assert hint in found_hint
    assert found_line == line


@pytest.mark.parametrize(
    ("old", "new", "key", "message", "hint"),
    [
        ("    from: rep\n", "    sender: rep\n    form: rep\n", "form", "no key `form`", "from?"),
        ("    from: rep\n", "", "first-mail", "`from` is missing", "from"),
        ("owner: rep", "ownr: rep", "ownr", "no key `ownr`", "owner?"),
        ("lane: sales\n", "", "play: winter", "`lane` is missing", "lane"),
        ("  - email: first-mail", "  - emial: first-mail", "emial", "begins with its kind", "email?"),
        ("persona: champion", "persona: champoin", "persona: champoin", "champoin", "champion?"),
        ("after: 1bd", "after: 1 day", "after: 1 day", "'1 day' is no length of time", ""),
        ("after: 1bd", "after: 3", "after: 3", "'3' is no length of time", ""),
        ("due: 24h", "due: {24h: boss}", "due: {24h: boss}", "boss", "one of"),
        ("due: 24h", "due: {1 day: ladder}", "due: {1 day", "'1 day' is no length of time", ""),
        ("priority: 40", "priority: 400", "priority", "at most 100", ""),
        ("priority: 40", "priority: high", "priority", "whole number", ""),
        ("title: Winter", "title: 5", "title: 5", "`title` is a text; the number 5", "quotes"),
        ("title: Winter", "title: ", "title:", "`title` is a text; nothing", ""),
        ("  rep: {role: adr}", "  rep: adr", "rep: adr", "group of keys; the text 'adr'", "key: value"),
        ("email: first-mail", "email: First Mail", "email: First", "'First Mail' is no name", "write first-mail"),
        ("    reason: the", "    window: night\n    reason: the", "window", "night", "one of"),
        ("      - else:", "      - elsee:", "elsee", "no key `elsee`", "else?"),
        ("    end: meeting", "    endd: meeting", "endd", "no key `endd`", "end?"),
        ("      - notify: booked", "      - notify: booked\n        form: rep", "form", "no key `form`", ""),
        ("  lead: {persona: champion}", "  lead: {persona: champion, pik: first}", "lead:", "no key `pik`", "pick?"),
        ("  on: trigger.snow", "  onn: trigger.snow", "onn", "no key `onn`", "on?"),
        ("steps:\n", "steps: []\nsteeps:\n", "steps: []", "`steps` is empty", "at least one"),
        ("outcomes: [again, never]", "outcomes: [Again!]", "outcomes", "no name", "write again"),
    ],
)  # fmt: skip
def test_what_has_not_the_shape_of_a_play_is_refused_at_its_key(
    tmp_path: Path, old: str, new: str, key: str, message: str, hint: str
) -> None:
    text = spoilt(old, new)
    found = refusal(tmp_path, text)
    line = text[: text.index(key)].count("\n") + 1
    matching = [one for one in found if message in one[1]]
    assert matching, found
    assert matching[0][0] == line
    assert hint in matching[0][2]


def test_every_fault_of_the_shape_is_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    found = refusal(tmp_path, spoilt("owner: rep", "ownr: rep").replace("after: 1bd", "after: soon"))
    assert len(found) == 3  # ownr unknown, owner missing, after unreadable
    assert [line for line, _, _ in found] == sorted(line for line, _, _ in found)


def test_a_file_that_is_not_there_is_a_fault_and_no_crash(tmp_path: Path) -> None:
    with pytest.raises(PlayFaults, match="cannot be read"):
        read_play(tmp_path / "nothing.yaml")


def test_on_and_no_are_words_and_times_stay_texts(tmp_path: Path) -> None:
    text = spoilt("title: Winter", "title: no").replace("stage: sales", "stage: 12:30:45")
    play = read_play(write_play(tmp_path, text)).play
    assert (play.title, play.stage) == ("no", "12:30:45")
    assert "meeting.booked" in play.on


def test_a_definition_is_read_back_to_the_same_play_with_its_base_contract(tmp_path: Path) -> None:
    source = read_play(write_play(tmp_path))
    again = Play.model_validate_json(source.definition)
    assert again.steps == source.play.steps
    program = program_of(source.definition)
    assert {"answer-reply", "find-address"} <= set(program.nodes)
    assert json.loads(source.definition)["play"] == "winter"


def test_the_hash_is_of_what_is_said_and_not_of_how_it_is_written(tmp_path: Path) -> None:
    first = read_play(write_play(tmp_path))
    reordered = "priority: 40\n" + spoilt("priority: 40\n", "# a remark\n")
    assert read_play(write_play(tmp_path, reordered)).hash == first.hash
    changed = spoilt("after: 1bd", "after: 2bd")
    assert read_play(write_play(tmp_path, changed)).hash != first.hash


def test_a_changed_template_makes_another_version(tmp_path: Path) -> None:
    path = write_play(tmp_path)
    first = read_play(path)
    write_template(tmp_path, "first-mail", MAIL + "\nOne more line.\n", locales=("ru",))
    assert read_play(path).hash != first.hash
    write_template(tmp_path, "first-mail", MAIL, locales=("ru",))
    assert read_play(path).hash == first.hash


def test_line_ends_of_another_system_make_no_other_version(tmp_path: Path) -> None:
    path = write_play(tmp_path)
    first = read_play(path)
    (tmp_path / "content/winter/first-mail.en.liquid").write_bytes(MAIL.replace("\n", "\r\n").encode())
    path.write_bytes(b"\xef\xbb\xbf" + SOUND.replace("\n", "\r\n").encode())
    assert read_play(path).hash == first.hash


def test_content_of_other_steps_is_no_part_of_a_version(tmp_path: Path) -> None:
    path = write_play(tmp_path)
    write_template(tmp_path, "never-used", MAIL)
    assert not any(key.startswith("never-used") for key in read_play(path).content)


def test_a_template_that_is_not_utf8_is_refused_with_its_file(tmp_path: Path) -> None:
    path = write_play(tmp_path)
    (tmp_path / "content/winter/first-mail.en.liquid").write_bytes(b"subject: a\n---\n\xff\n")
    with pytest.raises(PlayFaults) as caught:
        read_play(path)
    assert caught.value.faults[0].file.endswith("first-mail.en.liquid")
    assert caught.value.faults[0].line == 3


def test_the_first_language_there_is_speaks_and_english_comes_last() -> None:
    content = {"a.en": "English", "a.ru": "Russian", "a.de": "German", "b.ru": "Russian"}
    assert content_for(content, "a", ["ru-RU", "de"]) == "Russian"
    assert content_for(content, "a", ["fr", "de_AT"]) == "German"
    assert content_for(content, "a", [None, "fr"]) == "English"
    with pytest.raises(NoContent, match="'b'"):
        content_for(content, "b", ["fr"])


def test_the_catalog_is_found_by_the_names_of_its_files() -> None:
    assert {"account-capture", "executive", "usage-drop"} <= set(catalog())
    assert all(name == path.stem for name, path in catalog().items())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_a_play_or_a_list_of_faults(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "any.yaml"
    path.write_bytes(raw)
    with pytest.raises(PlayFaults) as caught:
        read_play(path)
    assert caught.value.faults


LINES = SOUND.splitlines(keepends=True)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_play_with_lines_lost_or_doubled_is_read_or_refused_with_a_line(tmp_path: Path, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(LINES) - 1))
    line = data.draw(st.sampled_from(["", LINES[index] * 2, LINES[index].upper(), "  " + LINES[index], "x: y\n"]))
    path = tmp_path / "winter.yaml"
    path.write_text("".join([*LINES[:index], line, *LINES[index + 1 :]]))
    try:
        assert read_play(path).play
    except PlayFaults as error:
        assert all(fault.line >= 1 for fault in error.faults)  # noqa: PT017
