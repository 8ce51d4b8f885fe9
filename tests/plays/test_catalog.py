"""The plays we ship: sound, complete in both languages, and every text readable for every person of the samples."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from plays.base import with_base_contract
from plays.check import check
from plays.conditions import event_facts, no_touch
from plays.content import EmailText, Guide, render_email, render_guide
from plays.model import EmailStep, FormStep, SurveyStep
from plays.playbook import Source, catalog, read_play
from plays.program import REACHING, Node, Program, lay_out
from plays.wording import text_names
from plays.words import NO_TEXT

SAMPLES = Path(__file__).parents[2] / "samples"
LOCALES = ("en", "ru")
TOUCHES = REACHING - NO_TEXT
MAILS = ("email", "survey")
ANSWERS = {"text": "their own words", "number": 4, "date": "2026-12-14", "yes-no": True, "contact": "c-1"}
SHORT = {"one-line"}  # playbook.md, play 7, touch 7: "same thread, 1-2 lines"
WORD = re.compile(r"\w[\w’'-]*")

each_play = pytest.mark.parametrize("name", sorted(catalog()))


def rows(name: str) -> list[dict[str, str]]:
    with (SAMPLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def prefixed(row: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {key.removeprefix(prefix): value for key, value in row.items() if key.startswith(prefix) and value}


def laid_out(source: Source) -> Program:
    return lay_out(with_base_contract(source.play))


def touches(program: Program) -> list[Node]:
    return [node for node in program.nodes.values() if node.kind in TOUCHES]


def known(program: Program, account: Mapping[str, Any], contact: Mapping[str, Any], outcome: str) -> dict[str, Any]:
    """What a text may name, every touch before it having ended with this outcome."""
    player = {
        "id": "adr-1",
        "name": "Nora Fielding",
        "first_name": "Nora",
        "title": "Account Development",
        "phone": "+442079460801",
    }
    return {
        "account": account,
        "contact": contact,
        "sender": player,
        "player": player,
        "run": {"play": program.play.play, "touches": 3, "days": 9, "title": program.play.title},
        "event": event_facts("usage.dropped", {"drop_pct": 62}),
        "touch": {name: no_touch() | {"state": "made", "outcome": outcome} for name in program.nodes},
        "form": answered(program, outcome),
        "param": {name: parameter.default for name, parameter in program.play.parameters.items()},
        "anchors": account.get("anchors", {}),
        "survey": {"link": "https://setpiece.example/survey/x"},
        "reason": "something new",
    }


def answered(program: Program, outcome: str) -> dict[str, dict[str, Any]]:
    """Every form and survey filled in: `outcome` where it is one of the choices, else the first; none for ''."""
    if not outcome:
        return {}
    asked = {
        name: node.step.ask for name, node in program.nodes.items() if isinstance(node.step, FormStep | SurveyStep)
    }
    return {name: {key.rstrip("?"): answer(kind, outcome) for key, kind in ask.items()} for name, ask in asked.items()}


def answer(kind: str | tuple[str, ...], outcome: str) -> Any:
    if isinstance(kind, tuple):
        return outcome if outcome in kind else kind[0]
    return ANSWERS[kind]


def people() -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
    """Every sample account with each of its contacts."""
    contacts: dict[str, list[dict[str, str]]] = defaultdict(list)
    for contact in rows("contacts.csv"):
        contacts[contact["account"]].append(contact)
    for account in rows("accounts.csv"):
        facts = {"facts": prefixed(account, "fact."), "anchors": prefixed(account, "anchor.")}
        for contact in contacts[account["id"]]:
            yield {**account, **facts}, contact | {"name": f"{contact['first_name']} {contact['last_name']}"}


def rendered(source: Source, node: Node, locale: str, data: Mapping[str, Any], text: str = "") -> EmailText | Guide:
    template = source.content[f"{text or text_names(node.step, node.name)[0]}.{locale}"]
    return render_email(template, data) if node.kind in MAILS else render_guide(template, data)


def all_rendered(
    source: Source, program: Program, locale: str, data: Mapping[str, Any]
) -> Iterator[tuple[Node, EmailText | Guide]]:
    """Every text of every touch, variants and libraries included."""
    for node in touches(program):
        for text in text_names(node.step, node.name):
            yield node, rendered(source, node, locale, data, text)


def outcomes_of(program: Program) -> list[str]:
    """Every word a text of the play may turn on: outcomes of steps, choices of forms."""
    steps = [node.step for node in program.nodes.values()]
    choices = [kind for step in steps if isinstance(step, FormStep | SurveyStep) for kind in step.ask.values()]
    words = [getattr(step, "outcomes", ()) for step in steps] + [kind for kind in choices if isinstance(kind, tuple)]
    return sorted({"delivered", "returned", "connected", *(word for several in words for word in several)})


@each_play
def test_a_play_of_the_catalog_has_no_fault_and_no_warning(name: str) -> None:
    assert [str(fault) for fault in check(catalog()[name])] == []


@each_play
def test_every_touch_has_its_text_in_english_and_in_russian(name: str) -> None:
    source = read_play(catalog()[name])
    nodes = touches(laid_out(source))
    wanted = {f"{text}.{locale}" for node in nodes for text in text_names(node.step, node.name) for locale in LOCALES}
    assert set(source.content) == wanted


@each_play
@pytest.mark.parametrize("locale", LOCALES)
def test_every_text_can_be_read_by_the_people_of_the_samples(name: str, locale: str) -> None:
    source = read_play(catalog()[name])
    program = laid_out(source)
    wrong = []
    every_fifth = list(people())[sum(map(ord, name + locale)) % 5 :: 5]  # others for each play: all of them read
    for (account, contact), outcome in zip(every_fifth, cycle(outcomes_of(program)), strict=False):
        data = known(program, account, contact, outcome)
        for node, text in all_rendered(source, program, locale, data):
            wrong += faults_of(node, text, f"{node.name} for {contact['id']}")
    assert wrong == []


def faults_of(node: Node, text: EmailText | Guide, where: str) -> list[str]:
    """What a reader would stumble over."""
    head = text.subject if isinstance(text, EmailText) else text.title
    found = [f"{where}: {what}" for what, pattern in STUMBLES if pattern.search(f"{head}\n{text.text}")]
    words = len(WORD.findall(text.text))
    if node.kind in MAILS and not (node.name in SHORT or 40 <= words <= 130):
        found.append(f"{where}: {words} words")
    if len(head) > 110:
        found.append(f"{where}: a head line of {len(head)} characters")
    return found


STUMBLES = (
    ("two spaces", re.compile(r"\S  +\S")),
    ("a space before a sign", re.compile(r"\w [,.:;!?](?:\s|$)")),
    ("two full stops", re.compile(r"(?<!\.)\.\.(?!\.)")),
    ("an empty pair of quotes", re.compile(r"“\s*”|«\s*»|\(\s*\)")),
    ("just checking in", re.compile(r"just checking in|touching base|circling back|просто уточняю", re.IGNORECASE)),
    ("three blank lines", re.compile(r"\n{3}")),
)


@each_play
@pytest.mark.parametrize("locale", LOCALES)
def test_a_text_needs_nothing_but_the_names_of_account_and_sender(name: str, locale: str) -> None:
    source = read_play(catalog()[name])
    program = laid_out(source)
    data = known(program, {"name": "Acme"}, {}, "") | {"event": {}}
    texts = all_rendered(source, program, locale, data)
    assert [fault for node, text in texts for fault in faults_of(node, text, node.name)] == []


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("outcome", "spoken_of"), [("delivered", True), ("", False), ("returned", False)])
def test_an_executive_speaks_of_the_letter_only_if_it_was_delivered(locale: str, outcome: str, spoken_of: bool) -> None:
    source = read_play(catalog()["executive"])
    program = laid_out(source)
    data = known(program, {"name": "Acme"}, {"first_name": "Ada"}, outcome)
    note = rendered(source, program.nodes["executive-note"], locale, data)
    assert isinstance(note, EmailText)
    assert ("letter" in note.subject or "Письмо" in note.subject) is spoken_of
    assert ("letter of mine" in note.text or "передать моё письмо" in note.text) is spoken_of


@pytest.mark.parametrize("locale", LOCALES)
def test_the_first_mail_after_a_usage_drop_answers_the_cause_that_was_found(locale: str) -> None:
    source = read_play(catalog()["usage-drop"])
    program = laid_out(source)
    causes = ("training", "feature", "people", "technical", "value")
    mails = [
        rendered(source, program.nodes["concrete-help"], locale, known(program, {"name": "Acme"}, {}, cause)).text
        for cause in causes
    ]
    assert len(set(mails)) == len(causes)


@each_play
def test_every_touch_names_a_reason_of_its_own(name: str) -> None:
    steps = [node.step for node in touches(laid_out(read_play(catalog()[name])))]
    reasons = [getattr(step, "reason", None) for step in steps]
    assert all(reasons)
    assert len(set(reasons)) == len(reasons)


def test_an_executive_sees_the_longer_mails_under_their_name_before_they_leave() -> None:
    program = laid_out(read_play(catalog()["executive"]))
    drafted = [node.name for node in touches(program) if isinstance(node.step, EmailStep) and node.step.approve]
    assert drafted == ["executive-note", "peer-table", "thank-referrer"]
