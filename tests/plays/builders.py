"""A small sound play on disk, to be spoilt one way at a time."""

from pathlib import Path

from plays.base import with_base_contract
from plays.check import check
from plays.faults import Fault
from plays.playbook import PlayFaults, read_play
from plays.program import Unwalkable, lay_out
from plays.wording import text_names
from plays.words import NO_TEXT

SOUND = """\
play: winter
title: Winter
stage: sales
purpose: Speak to them before the snow.
lane: sales
priority: 40
owner: rep
executive: chief
players:
  rep: {role: adr}
  chief: {role: executive, else: ae}
audience:
  lead: {persona: champion}
  boss: {persona: economic-buyer, else: champion}
start:
  on: trigger.snow
  when: account.tier == "1"
craft: {second-touch: nobody hurries in winter, long-mail: these are read in the snow}
steps:
  - email: first-mail
    from: rep
    to: lead
    reason: the snow comes early
  - call: ring
    by: rep
    to: lead
    after: 1bd
    due: 24h
    reason: what the mail said, in person
    when: "!touch['first-mail'].replied"
  - wait: 3bd
    for: meeting.booked
  - choose:
      - when: touch['ring'].outcome == "connected"
        steps:
          - email: thanks
            from: rep
            to: lead
            thread: first-mail
            reason: what was agreed
      - else:
          - task: think
            by: rep
            due: {1d: ladder}
            outcomes: [again, never]
            reason: nobody answered
  - end: silence
on:
  meeting.booked:
    steps:
      - notify: booked
        to: chief
        reason: they said yes
    end: meeting
"""
MAIL = (
    "subject: News for {{ account.name }}\n---\nHello {{ contact.first_name | default: 'there' }},\n\nshort and true.\n"
)
SURVEY = MAIL + "\n{{ survey.link }}\n"
GUIDE = "title: {{ account.name }}\n---\nSay hello, ask, listen.\n"


def write_play(folder: Path, text: str = SOUND, *, name: str = "winter") -> Path:
    """The play as a file, with a template of every step it can be read to have, in both languages."""
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    try:
        play = read_play(path).play
        nodes = lay_out(with_base_contract(play)).nodes
    except (PlayFaults, Unwalkable):
        return path
    for step, node in nodes.items():
        if node.reaches and node.kind not in NO_TEXT:
            text = {"email": MAIL, "survey": SURVEY}.get(node.kind, GUIDE)
            for name in text_names(node.step, step):
                write_template(folder, name, text, play=play.play)
    return path


def write_template(
    folder: Path, step: str, text: str, *, play: str = "winter", locales: tuple[str, ...] = ("en", "ru")
) -> None:
    """The template of a step."""
    home = folder / "content" / play
    home.mkdir(parents=True, exist_ok=True)
    for locale in locales:
        (home / f"{step}.{locale}.liquid").write_text(text, encoding="utf-8")


def spoilt(old: str, new: str) -> str:
    """The sound play with one piece replaced; the piece must be there."""
    assert old in SOUND
    return SOUND.replace(old, new, 1)


def faults_of(folder: Path, text: str) -> list[Fault]:
    """What the check says of a play of this text."""
    return check(write_play(folder, text))


def fault(folder: Path, text: str, code: str) -> Fault:
    """The first fault of this code; fails with what was found instead."""
    found = faults_of(folder, text)
    matching = [one for one in found if one.code == code]
    assert matching, "\n".join(str(one) for one in found) or "no fault at all"
    return matching[0]


def with_steps(steps: str, *, head: str = "", on: str = "") -> str:
    """The sound play with other steps (indented by two), with more keys before them and other handlers."""
    before = SOUND[: SOUND.index("steps:\n")]
    return f"{before}{head}steps:\n{steps}" + (f"on:\n{on}" if on else "")
