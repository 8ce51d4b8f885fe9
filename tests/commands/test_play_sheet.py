"""`plays show`: every kind of step in words, what is inside something indented under it, touches numbered."""

from pathlib import Path

import pytest

from commands.play_sheet import facts_of, handlers_of, step_lines
from plays.playbook import catalog, read_play
from plays.program import lay_out
from tests.plays.builders import with_steps

STEPS = """\
  - stage: begin
    title: Beginning
    norm: 5d
    stall: {7d: [{notify: slow, to: rep, reason: it has lasted a week}]}
    steps:
      - {form: facts, by: rep, ask: {cause: [snow, rain], note?: text}, due: 24h}
      - {set: {pace: "= form['facts'].cause == 'snow' ? 'slow' : 'quick'"}}
      - {email: first, from: rep, to: lead, copy: chief, reason: it snows, variants: {a: 2, b: 1}, expires: 3d}
  - gather: gate
    need: any
    within: 5d
    of: [{call: ring, by: rep, to: lead, reason: r}]
    for: [reply, product.login]
  - tracks: both
    of:
      words: {steps: [{survey: ask, from: rep, to: lead, ask: {score: number}, reason: a score}]}
      paper: {when: param.pace == 'slow', steps: [{parcel: book, by: rep, to: lead, reason: to hold, go_on: true}]}
  - {repeat: months, every: [2w, 1mo], until: "touch['ask'].replied", most: 6, steps: [{task: think, by: rep}]}
  - {wait: 3d, at: renewal - 30d, for: reply, to: lead, where: event.kind == 'positive', name: last-word}
  - {hold: rest, to: account, lasts: 30d, plays: all}
  - {webhook: tell, to: crm}
  - {play: summer, as: child, within: 10d, with: {pace: slow}}
  - choose:
      - {when: param.pace == 'slow', steps: []}
      - else: [{go: begin}]
  - {play: spring, as: successor}
"""
HEAD = (
    "parameters: {pace: {type: choice, of: [slow, quick], default: slow, change: true}}\nanchors: {renewal: account}\n"
)


@pytest.fixture
def shown(tmp_path: Path) -> str:
    (tmp_path / "winter.yaml").write_text(with_steps(STEPS, head=HEAD), encoding="utf-8")
    return "\n".join(step_lines(read_play(tmp_path / "winter.yaml").play))


@pytest.mark.parametrize(
    "words",
    [
        "stage   begin  (Beginning)  norm 5d",
        "after 7d in the stage:",
        "form    facts  rep  asks cause, note?  [due: 24h ladder]",
        "set     pace: form['facts'].cause == 'snow'",
        "email   first  rep -> lead  copy to chief  variants a, b  expires after 3d",
        "gather  gate  any of:  events reply, product.login  within 5d",
        "tracks  both  side by side",
        "paper, if param.pace == 'slow':",
        "repeat  months  every 2w, 1mo  at most 6 times  until touch['ask'].replied",
        "wait    last-word  3d  until reply from lead where event.kind == 'positive'  at renewal - 30d",
        "hold    rest  account left alone for 30d, by this play too",
        "webhook tell  -> crm",
        "play    summer as child  with pace slow  within 10d",
        "go on",
        "go      to begin",
        "play    spring as successor  end: to-spring",
    ],
)
def test_every_kind_of_step_is_said_in_words(shown: str, words: str) -> None:
    assert words in shown


def test_touches_are_numbered_in_their_order_and_those_of_a_stall_are_not(shown: str) -> None:
    numbered = [line.split()[2] for line in shown.splitlines() if line[:3].strip().isdigit()]
    assert numbered == ["facts", "first", "ring", "ask", "book", "think", "rest", "tell"]


def test_the_head_says_parameters_anchors_and_what_the_play_answers(tmp_path: Path) -> None:
    (tmp_path / "winter.yaml").write_text(with_steps(STEPS, head=HEAD + "base: {reply: {by: chief}, bounce: off}\n"))
    facts = facts_of(read_play(tmp_path / "winter.yaml").play)
    assert facts["parameters"] == {"pace": "slow (slow | quick, may be changed)"}
    assert facts["anchors"] == {"renewal": "the account's date"}
    assert facts["base contract"] == "reply by chief, bounce off"
    assert "second-touch: nobody hurries in winter" in str(facts["craft"])


@pytest.mark.parametrize("path", catalog().values(), ids=lambda path: path.stem)
def test_every_touch_of_every_play_is_shown(path: Path) -> None:
    play = read_play(path).play
    lines = step_lines(play)
    assert sum(line[:3].strip().isdigit() for line in lines) == lay_out(play).touches
    assert len(handlers_of(play)) == sum(map(len, play.on.values()))
