"""docs/writing-a-play.md says what is true: every example on the page is a sound play or step."""

import re
from pathlib import Path

import pytest

from plays.check import check
from plays.model import STEP_KINDS
from tests.plays.builders import write_play

PAGE = (Path(__file__).parent.parent.parent / "docs" / "writing-a-play.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(yaml|yaml step)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
PLAYS = [text for kind, text in BLOCKS if kind == "yaml" and "\nsteps:" in text]
STEPS = [text for kind, text in BLOCKS if kind == "yaml step"]
AROUND = """\
play: example
title: Example
stage: customer success
purpose: Hold one example of the page.
parameters: {{strategy: {{type: choice, of: [full, light], default: full}}}}
anchors: {{renewal: account}}
lane: examples
priority: 20
owner: rep
executive: chief
players:
  rep: {{role: adr}}
  ae: {{role: ae}}
  chief: {{role: executive, else: ae}}
audience:
  champion: {{persona: champion, else: user}}
  economic: {{persona: economic-buyer}}
steps:
  - email: first-mail
    from: rep
    to: champion
    reason: the beginning
  - call: first-call
    by: rep
    to: champion
    reason: the mail in one sentence
{steps}
  - end: over
"""


def name_of(text: str) -> str:
    found = re.search(r"^play: (\S+)$", text, re.MULTILINE)
    assert found, text
    return found[1]


def errors(path: Path) -> list[str]:
    return [str(fault) for fault in check(path) if fault.severity == "error"]


@pytest.mark.parametrize("text", PLAYS, ids=name_of)
def test_a_whole_play_of_the_page_is_sound(tmp_path: Path, text: str) -> None:
    assert errors(write_play(tmp_path, text, name=name_of(text))) == []


@pytest.mark.parametrize("text", STEPS, ids=lambda text: text.split("\n")[0].lstrip("- "))
def test_a_step_of_the_page_is_sound(tmp_path: Path, text: str) -> None:
    indented = "\n".join(f"  {line}" for line in text.rstrip().splitlines())
    path = write_play(tmp_path, AROUND.format(steps=indented), name="example")
    assert errors(path) == []


def test_every_kind_of_step_has_an_example() -> None:
    begun = {kind for text in STEPS for kind in re.findall(r"^\s*- \{?(\w+):", text, re.MULTILINE)}
    assert set(STEP_KINDS) - begun == set()


def test_the_play_written_on_the_page_has_a_mail_that_can_be_read() -> None:
    mails = re.findall(r"^```liquid\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert [text.split(":")[0] for text in mails] == ["subject"]
