"""Whatever becomes of a play's text, the check answers: with faults at places of the file, never with an exception."""

import random
import re
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plays.check import check
from plays.faults import Fault
from plays.playbook import CATALOG, catalog
from plays.yaml_source import MAX_BYTES
from tests.plays.builders import SOUND, with_steps, write_play

TEXTS = [SOUND, *(path.read_text(encoding="utf-8") for path in catalog().values())]
WORDS = sorted(set(re.findall(r"[\w.'\"\[\]{}-]+", "\n".join(TEXTS))))
ODD = [
    "", ":", "- ", "{", "}", "[", "]", "'", '"', "\t", "  ", "&a", "*a", "!x", "\x00", "\ud800", "0", "-1", "1e999",
    "null", "~", "on", "25:00", "31", "9" * 30, "é", "𝔘", "%", "|", ">", "#", "? ", "---\n", "{{", "{% for", "= 1 +",
    "a" * 300,
]  # fmt: skip
HOSTILE = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def spoil(text: str, dice: random.Random) -> str:
    """The text with a few things changed as slips of the keyboard, of copying and of malice change them."""
    for _ in range(dice.randint(1, 4)):
        lines = text.split("\n")
        at, other = dice.randrange(len(lines)), dice.randrange(len(lines))
        match dice.randrange(8):
            case 0:
                del lines[at : at + dice.randint(1, 3)]
            case 1:
                lines.insert(other, lines[at])
            case 2:
                lines[at], lines[other] = lines[other], lines[at]
            case 3:
                lines[at] = " " * dice.randint(0, 9) + lines[at].lstrip()
            case 4:
                pieces = re.split(r"([\w.-]+)", lines[at])
                pieces[dice.randrange(len(pieces))] = dice.choice(dice.choice((WORDS, ODD)))
                lines[at] = "".join(pieces)
            case 5:
                lines[at] = lines[at] + dice.choice(ODD)
            case 6:
                lines[at] = lines[at][: dice.randint(0, len(lines[at]))]
            case _:
                lines[at] = f"{' ' * dice.randint(0, 8)}{dice.choice(WORDS)}: {dice.choice(WORDS)}"
        text = "\n".join(lines)
    return text


def placed(path: Path, found: list[Fault]) -> bool:
    """Every fault says where: a line and column of the play or a template, or a whole file."""
    return all(
        one.message and one.code and (one.line > 0 or one.file != str(path) or one.code == "file") for one in found
    )


@HOSTILE
@given(seed=st.integers(0, 2**32), which=st.integers(0, len(TEXTS) - 1))
def test_a_spoilt_play_is_answered_with_faults_that_have_a_place(tmp_path: Path, seed: int, which: int) -> None:
    text = spoil(TEXTS[which], random.Random(seed))
    path = tmp_path / "winter.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    found = check(path)
    lines = text.count("\n") + 1
    assert placed(path, found), found
    assert all(one.line <= lines for one in found if one.file == str(path)), found


def test_the_play_with_any_line_left_out_is_answered(tmp_path: Path) -> None:
    path = write_play(tmp_path)
    lines = SOUND.split("\n")
    for at in range(len(lines)):
        path.write_text("\n".join(lines[:at] + lines[at + 1 :]), encoding="utf-8")
        assert placed(path, check(path)), lines[at]


def took(text: str, folder: Path) -> tuple[float, list[Fault]]:
    path = folder / "winter.yaml"
    path.write_text(text, encoding="utf-8")
    begun = time.process_time()
    found = check(path)
    return time.process_time() - begun, found


STEP = "  - {{wait: 1d, name: w{0}}}\n"


def test_a_million_steps_are_refused_with_a_sentence_and_soon(tmp_path: Path) -> None:
    seconds, [found] = took(with_steps("  - wait: 1d\n" * 1_000_000), tmp_path)
    assert f"at most {MAX_BYTES // 1024} KB" in found.message
    assert (found.line, found.suggestion) == (1, "split it")
    assert seconds < 2


def test_as_many_steps_as_a_file_may_have_are_checked_soon(tmp_path: Path) -> None:
    text = with_steps("".join(STEP.format(n) for n in range(1300)) + "  - end: over\n")
    seconds, found = took(text, tmp_path)
    assert {one.code for one in found if one.severity == "error"} <= {"no-template"}
    assert seconds < 5


def test_more_steps_than_a_file_may_have_are_refused_where_they_are_too_many(tmp_path: Path) -> None:
    _, [found] = took(with_steps("".join(STEP.format(n) for n in range(4000))), tmp_path)
    assert "too long" in found.message
    assert found.line > 1000


@pytest.mark.parametrize("open_", ["- choose: [{when: 'true', steps: [", "- {stage: s, steps: [", "[", "{a: "])
def test_deep_nesting_is_refused_with_a_sentence(tmp_path: Path, open_: str) -> None:
    seconds, found = took(with_steps("  " + open_.replace("- ", "", 1).join(["- ", *[""] * 500])), tmp_path)
    assert any("nested too deep" in one.message or "not YAML" in one.message for one in found)
    assert seconds < 2


def test_choices_that_multiply_are_judged_soon(tmp_path: Path) -> None:
    mail = "{{email: {1}{0}, from: rep, to: lead, reason: {1}{0}}}"
    one, two = mail.replace("{1}", "a"), mail.replace("{1}", "b")
    fork = f"  - choose:\n      - {{{{when: account.tier == '1', steps: [{one}]}}}}\n      - else: [{two}]\n"
    seconds, found = took(with_steps("".join(fork.format(n) for n in range(60)) + "  - end: over\n"), tmp_path)
    assert {one.code for one in found if one.severity == "error"} == {"no-template"}
    assert seconds < 5


def test_many_jumps_are_followed_soon(tmp_path: Path) -> None:
    stages = "".join(
        f"  - {{stage: s{n}, steps: [{{task: t{n}, by: rep, due: 1d}}, {{go: s{n + 1}, name: g{n}}}]}}\n"
        for n in range(250)
    )
    seconds, found = took(with_steps(stages + "  - {stage: s250, steps: [{end: over}]}\n"), tmp_path)
    assert {one.code for one in found if one.severity == "error"} <= {"no-template"}
    assert seconds < 5


ENDLESS = [
    "{% for i in (1..100000000) %}x{% endfor %}",
    "{% for i in (1..900) %}{% for j in (1..900) %}x{% endfor %}{% endfor %}",
    "{% for i in (1..900) %}" + "long " * 200 + "{% endfor %}",
    "{{ 'x' | append: 'y' }}" * 600,
    "{{ 'x' " + "| append: 'y' " * 200 + "}}",
    "{% if a %}" * 200 + "x" + "{% endif %}" * 200,
    "{{" * 20_000,
    "word " * 20_000,
]  # fmt: skip


@pytest.mark.parametrize("body", ENDLESS, ids=[one[:30] for one in ENDLESS])
def test_an_endless_or_huge_template_is_refused_or_bounded(tmp_path: Path, body: str) -> None:
    path = write_play(tmp_path)
    (tmp_path / "content/winter/first-mail.en.liquid").write_text(f"subject: a\n---\n{body}\n", encoding="utf-8")
    begun = time.process_time()
    found = [one for one in check(path) if one.code == "template"]
    assert [(one.step, one.line > 0, bool(one.message)) for one in found] == [("first-mail", True, True)]
    assert time.process_time() - begun < 2


def test_the_catalog_is_what_the_mutations_began_with() -> None:
    assert (CATALOG / "play.schema.json").is_file()
    assert len(TEXTS) > 15
