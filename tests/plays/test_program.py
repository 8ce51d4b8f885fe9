"""A play laid out: what follows what, through branches and handlers."""

from pathlib import Path

import pytest

from activities.contracts import Plan
from plays.base import with_base_contract
from plays.conditions import event_facts, holds
from plays.labels import step_label, wait_label
from plays.model import Play
from plays.playbook import read_play
from plays.program import Program, Unwalkable, lay_out, program_of
from tests.plays.builders import SOUND, spoilt, write_play


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return lay_out(with_base_contract(read_play(write_play(tmp_path)).play))


def test_steps_follow_in_the_order_of_the_file(program: Program) -> None:
    assert program.first == "first-mail"
    assert [program.nodes[name].follows for name in ("first-mail", "ring", "wait-1", "choose-1", "end-1")] == [
        "ring", "wait-1", "choose-1", "end-1", None,
    ]  # fmt: skip


def test_branches_come_back_to_what_follows_their_choose(program: Program) -> None:
    assert program.nodes["choose-1"].branches == ("thanks", "think")
    assert program.nodes["thanks"].follows == "end-1"
    assert program.nodes["think"].follows == "end-1"


def test_an_empty_branch_leads_on(tmp_path: Path) -> None:
    steps = "      - when: account.tier == '9'\n        steps: []\n      - else:"
    program = lay_out(read_play(write_play(tmp_path, spoilt("      - else:", steps))).play)
    assert program.nodes["choose-1"].branches == ("thanks", "end-1", "think")


def test_handlers_have_their_own_way_and_come_to_its_end(program: Program) -> None:
    [booked] = program.handlers["meeting.booked"]
    assert booked.first == "booked"
    assert program.nodes["booked"].follows is None
    assert booked.handler.end == "meeting"


def test_a_handler_of_several_steps_walks_them_in_order(tmp_path: Path) -> None:
    more = "reason: they said yes\n      - task: prepare\n        by: rep\n        reason: to be ready"
    program = lay_out(read_play(write_play(tmp_path, spoilt("reason: they said yes", more))).play)
    assert program.nodes["booked"].follows == "prepare"


def test_two_steps_of_one_name_cannot_be_walked(tmp_path: Path) -> None:
    play = read_play(write_play(tmp_path, spoilt("call: ring", "call: first-mail"))).play
    with pytest.raises(Unwalkable, match="first-mail"):
        lay_out(play)


def test_unnamed_steps_are_numbered_by_kind_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = spoilt("  - end: silence", "  - wait: 1d\n  - {wait: 2d, name: long}\n  - wait: 3d\n  - end: silence")
    names = list(lay_out(read_play(write_play(tmp_path, text)).play).nodes)
    assert [name for name in names if name.startswith(("wait", "long"))] == ["wait-1", "wait-2", "long", "wait-3"]


def test_only_the_main_line_counts_as_touches_of_the_play(program: Program) -> None:
    main = [name for name, node in program.nodes.items() if node.reaches and node.on is None]
    assert main == ["first-mail", "ring", "thanks", "think"]
    assert program.touches == 4
    assert {node.on for node in program.nodes.values()} == {None, "meeting.booked", "reply", "bounce"}


def test_one_definition_is_laid_out_once(tmp_path: Path) -> None:
    definition = read_play(write_play(tmp_path)).definition
    assert program_of(definition) is program_of(definition)


# --- the base contract ---------------------------------------------------------------------------------------------


def taken(play: Play, kind: str, data: dict[str, object], persona: str = "champion") -> tuple[str | None, str | None]:
    """First step and end of the handler that answers an event."""
    facts = {"event": event_facts(kind, data), "contact": {"persona": persona}}
    for entry in lay_out(with_base_contract(play)).handlers.get(kind, ()):
        if entry.handler.when is None or holds(entry.handler.when, facts):
            return entry.first, entry.handler.end
    return None, None


@pytest.mark.parametrize(
    ("kind", "data", "persona", "expected"),
    [
        ("reply", {"kind": "positive"}, "champion", ("answer-reply", "replied")),
        ("reply", {"kind": "question"}, "champion", ("answer-reply", "replied")),
        ("reply", {"kind": "referral"}, "economic-buyer", ("add-referred", None)),
        ("reply", {}, "champion", ("answer-reply", "replied")),  # nobody could classify it: a person shall look
        ("reply", {"kind": "ooo"}, "champion", (None, None)),
        ("reply", {"kind": "defer"}, "champion", ("resume-as-asked", None)),
        ("reply", {"kind": "not_interested"}, "champion", (None, None)),
        ("reply", {"kind": "not_interested"}, "economic-buyer", (None, "opted-out")),
        ("reply", {"kind": "unsubscribe"}, "economic-buyer", (None, "opted-out")),
        ("unsubscribed", {}, "champion", (None, None)),
        ("unsubscribed", {}, "economic-buyer", (None, "opted-out")),
        ("bounce", {"kind": "hard"}, "champion", ("find-address", None)),
        ("bounce", {"kind": "soft"}, "champion", (None, None)),
    ],
)
def test_every_play_answers_replies_opt_outs_and_bounces(
    tmp_path: Path, kind: str, data: dict[str, object], persona: str, expected: tuple[str | None, str | None]
) -> None:
    assert taken(read_play(write_play(tmp_path)).play, kind, data, persona) == expected


def test_a_plays_own_handler_is_asked_before_the_base_contract(tmp_path: Path) -> None:
    own = SOUND + "  reply:\n    when: event.kind == 'positive'\n    end: won\n"
    play = read_play(write_play(tmp_path, own)).play
    assert taken(play, "reply", {"kind": "positive"}) == (None, "won")
    assert taken(play, "reply", {"kind": "question"}) == ("answer-reply", "replied")


# --- labels --------------------------------------------------------------------------------------------------------


def test_labels_speak_of_roles_and_never_of_people(program: Program) -> None:
    said = {name: step_label(program, node, 2) for name, node in program.nodes.items()}
    assert said["first-mail"] == "Touch 2 of 4 · email first-mail to champion as rep"
    assert said["ring"] == "Touch 2 of 4 · call ring to champion by rep"
    assert said["think"] == "Touch 2 of 4 · task think for rep"
    assert said["wait-1"] == "Wait 3bd for meeting.booked"
    assert all(len(one.encode()) <= 200 for one in said.values())


def test_steps_of_handlers_are_named_by_their_event_and_not_numbered(program: Program) -> None:
    assert step_label(program, program.nodes["answer-reply"], 20) == "On reply · task answer-reply for rep"
    assert step_label(program, program.nodes["booked"], 20) == "On meeting.booked · notice booked to chief"


def test_a_wait_says_until_when_and_why() -> None:
    plan = Plan.model_validate({"step": "ring", "due": "2026-11-23T08:00:00Z", "why": "window opens Mon 09:00 Berlin"})
    assert wait_label(plan) == "Until Mon 23 Nov 08:00 UTC: window opens Mon 09:00 Berlin"
