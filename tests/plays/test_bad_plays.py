"""Bad plays of every sort (`bad_plays.yaml`): each is refused with its line, the step, and what would be right."""

from pathlib import Path
from typing import Any

import pytest

from plays.yaml_source import read_yaml
from tests.plays.builders import SOUND, fault, with_steps

CASES: list[dict[str, Any]] = read_yaml((Path(__file__).parent / "bad_plays.yaml").read_bytes()).value
AUDIENCE = SOUND[SOUND.index("audience:") : SOUND.index("start:")]


def text_of(case: dict[str, Any]) -> str:
    """The play of a case."""
    steps = "".join(f"  {line}\n" for line in case["steps"].splitlines())
    text = with_steps(steps, head=case.get("head", ""), on=case.get("on", ""))
    return text.replace(AUDIENCE, "", 1) if "audience:" in case.get("head", "") else text


@pytest.mark.parametrize("case", CASES, ids=[f"{one['code']}: {one['says'][:40]}" for one in CASES])
def test_a_bad_play_is_told_what_is_wrong_and_where(tmp_path: Path, case: dict[str, Any]) -> None:
    found = fault(tmp_path, text_of(case), case["code"])
    assert case["says"] in found.message
    assert case.get("hint", "") in found.suggestion
    assert found.step == case.get("step")
    assert (found.line > 0, found.column > 0, found.file) == (True, True, str(tmp_path / "winter.yaml"))
