"""Bad plays of every sort (`bad_plays.yaml`): each is refused with its line, the step, and what would be right."""

from pathlib import Path
from typing import Any

import pytest

from plays.check import check
from plays.yaml_source import read_yaml
from tests.plays.builders import SOUND, fault, faults_of, with_steps, write_play, write_template

CASES: list[dict[str, Any]] = read_yaml((Path(__file__).parent / "bad_plays.yaml").read_bytes()).value
PLAYERS = SOUND[SOUND.index("players:") : SOUND.index("audience:")]
AUDIENCE = SOUND[SOUND.index("audience:") : SOUND.index("start:")]


def text_of(case: dict[str, Any]) -> str:
    """The play of a case."""
    steps = "".join(f"  {line}\n" for line in case["steps"].splitlines())
    on = "".join(f"  {line}\n" for line in case.get("on", "").splitlines())
    text = with_steps(steps, head=case.get("head", ""), on=on)
    if "players" in case:
        text = text.replace(PLAYERS, f"players: {case['players']}\n", 1)
    return text.replace(AUDIENCE, "", 1) if "audience:" in case.get("head", "") else text


@pytest.mark.parametrize("case", CASES, ids=[f"{one['code']}: {one['says'][:40]}" for one in CASES])
def test_a_bad_play_is_told_what_is_wrong_and_where(tmp_path: Path, case: dict[str, Any]) -> None:
    found = fault(tmp_path, text_of(case), case["code"])
    assert case["says"] in found.message
    assert case.get("hint", "") in found.suggestion
    assert found.step == case.get("step")
    assert (found.line > 0, found.column > 0, found.file) == (True, True, str(tmp_path / "winter.yaml"))


TASK = "  - {task: think, by: rep, due: 1d, reason: it is time}\n"
HAND = "  - {{play: {0}, as: successor}}\n"


def other(folder: Path, name: str, steps: str) -> None:
    """Another play beside the one under examination."""
    text = with_steps(steps).replace("play: winter", f"play: {name}", 1)
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def test_plays_that_hand_over_in_a_circle_are_told_with_the_circle(tmp_path: Path) -> None:
    other(tmp_path, "spring", HAND.format("summer"))
    other(tmp_path, "summer", HAND.format("winter"))
    found = fault(tmp_path, with_steps(HAND.format("spring")), "circle")
    assert found.severity == "warning"
    assert "winter -> spring -> summer -> winter" in found.message


def test_a_circle_of_plays_with_a_wait_in_it_is_sound(tmp_path: Path) -> None:
    other(tmp_path, "spring", "  - {wait: 3mo, name: rest}\n" + HAND.format("winter"))
    assert [one.code for one in faults_of(tmp_path, with_steps(HAND.format("spring")))] == []


@pytest.mark.parametrize("kind", ["run.ended", "task.done"])
def test_a_play_is_not_started_by_what_its_own_runs_raise(tmp_path: Path, kind: str) -> None:
    text = with_steps(TASK + "  - end: over\n")
    started = text.replace('on: trigger.snow\n  when: account.tier == "1"', f"on: {kind}")
    assert "starts itself" in fault(tmp_path, started, "starts-itself").message
    narrowed = started.replace(f"on: {kind}", f"on: {kind}\n  once_per: 90d")
    assert [one.code for one in faults_of(tmp_path, narrowed)] == []


def test_a_play_that_hands_over_to_itself_after_a_while_is_sound(tmp_path: Path) -> None:
    assert faults_of(tmp_path, with_steps(TASK + HAND.format("winter"))) == []


@pytest.mark.parametrize("line", ["unless_open: sumer", "unless_open: [spring, sumer]"])
def test_a_play_that_is_named_and_not_there_is_told(tmp_path: Path, line: str) -> None:
    other(tmp_path, "spring", TASK + "  - end: over\n")
    other(tmp_path, "summer", TASK + "  - end: over\n")
    found = fault(tmp_path, SOUND.replace("  on: trigger.snow", f"  {line}\n  on: trigger.snow"), "unknown-play")
    assert (found.severity, found.suggestion) == ("warning", "did you mean summer?")


def test_what_another_play_is_given_fits_its_parameters(tmp_path: Path) -> None:
    other(tmp_path, "spring", TASK + "  - end: over\n")
    path = tmp_path / "spring.yaml"
    path.write_text("parameters: {pace: {type: choice, of: [slow, quick], default: slow}}\n" + path.read_text())
    given = HAND.replace("successor}}", "successor, with: {{{1}}}}}")
    assert "quick?" in fault(tmp_path, with_steps(TASK + given.format("spring", "pace: quik")), "parameter").suggestion
    assert "'pase'" in fault(tmp_path, with_steps(TASK + given.format("spring", "pase: quick")), "parameter").message
    assert faults_of(tmp_path, with_steps(TASK + given.format("spring", "pace: quick"))) == []


def test_a_text_may_name_only_what_the_play_asks_and_has(tmp_path: Path) -> None:
    form = "  - {form: facts, by: rep, ask: {cause: [snow, rain]}, due: 1d}\n"
    path = write_play(tmp_path, with_steps(form + TASK + "  - end: over\n", head="anchors: {renewal: account}\n"))
    for named, wrong in (
        ("form['facts'].cause", ""),
        ("anchors.renewal", ""),
        ("form['fact'].cause", "no form or survey is called 'fact'"),
        ("form['facts'].reason", "does not ask for 'reason'"),
        ("param.pace", "no parameter is called 'pace'"),
        ("anchors.end", "no anchor is called 'end'"),
        ("survey.link", "is no survey"),
    ):
        write_template(tmp_path, "think", f"title: a\n---\n\n{{{{ {named} | default: 'x' }}}}\n", locales=("en",))
        found = check(path)
        assert [(one.line, wrong in one.message) for one in found] == ([(4, True)] if wrong else []), named
