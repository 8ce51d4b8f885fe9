"""Conditions: what they may name, what is wrong with them, whether they hold."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plays.conditions import ConditionError, event_facts, faults, holds, no_touch, weigh

STEPS = frozenset({"ring-admin", "concrete-help"})
FACTS: dict[str, Any] = {
    "account": {
        "id": "acme", "name": "Acme", "tier": "1", "lifecycle": "customer", "country": None,
        "facts": {"seats": 40, "plan": "gold", "unknown": None, "since": date(2024, 5, 1)},
        "anchors": {"renewal": "2027-03-01"},
    },
    "contact": {"id": "c-1", "persona": "economic-buyer", "seniority": 7},
    "run": {"play": "usage-drop", "touches": 3, "days": 12},
    "event": event_facts("usage.dropped", {"drop_pct": 42.5}),
    "touch": {"ring-admin": no_touch() | {"outcome": "connected", "made": True}, "concrete-help": no_touch()},
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('account.lifecycle == "customer" && event.drop_pct >= 30', True),
        ("event.drop_pct > 80", False),
        ("event.name == 'usage.dropped'", True),
        ("event.kind == 'usage.dropped'", True),
        ("account.facts.seats > 10 && account.facts['plan'] == 'gold'", True),
        ("account.facts.since < '2025-01-01'", True),
        ("account.anchors.renewal > '2027-01-01'", True),
        ("touch['ring-admin'].outcome == 'connected'", True),
        ("!touch['concrete-help'].replied", True),
        ("touch['concrete-help'].state == ''", True),
        ("contact.persona in ['economic-buyer', 'champion'] && contact.seniority >= 5", True),
        ("run.days > 20 || run.touches >= 3", True),
        ("account.country == ''", True),
        ("has(account.facts.seats)", True),
        ("has(account.facts.unknown)", False),
    ],
)
def test_a_condition_holds_or_not(text: str, expected: bool) -> None:
    assert faults(text, STEPS) == []
    assert holds(text, FACTS) is expected


def test_a_fact_nobody_knows_makes_a_condition_not_hold_and_is_named() -> None:
    weighed = weigh("event.severity > 3", FACTS)
    assert (weighed.holds, weighed.missing) == (False, "severity")
    assert weigh("account.facts.unknown == 1", FACTS).missing == "unknown"
    assert holds("event.severity > 3 || account.tier == '1'", FACTS)


def test_a_run_started_by_hand_has_no_event_and_no_crash() -> None:
    assert not holds("event.drop_pct > 80", {**FACTS, "event": {}})
    assert not holds("event.drop_pct > 80", {})


def test_the_kind_of_a_reply_is_what_its_data_says() -> None:
    facts = {"event": event_facts("reply", {"kind": "positive"})}
    assert holds("event.kind == 'positive' && event.name == 'reply'", facts)
    assert holds("event.kind == 'reply'", {"event": event_facts("reply", {})})


@pytest.mark.parametrize(
    ("text", "column", "message", "hint"),
    [
        ("account.lifecyle == 'x'", 1, "no field 'lifecyle'", "account.lifecycle?"),
        ("true && acount.name == 'x'", 9, "acount.name", "account.name?"),
        ("account == 'x'", 1, "needs one of its fields", "account.id"),
        ("account.tier > 3", 14, "between a text and a whole number", ""),
        ("account.tier ==", 16, "ends too early", "what comes after"),
        ("account.tier == '1' and true", 21, "'and' cannot stand here", "&&"),
        ("run.touches", 1, "gives a whole number", "compare"),
        ("touch['ring-admn'].made", 1, "'ring-admn'", "ring-admin?"),
        ("touch['ring-admin'].mad", 1, "no field 'mad'", "made?"),
        ("touch['ring-admin']", 1, "alone says nothing", ""),
        ("touch.all(x, true)", 1, "", ""),
        ("touch[account.name].made", 1, "by its name", "touch['step-name']"),
        ("", 1, "no condition", ""),
        ("x" * 3000, 1, "at most 2000", "shorten"),
        ("(" * 100 + "true" + ")" * 100, 1, "too deep", ""),
    ],
)
def test_a_fault_of_a_condition_has_its_column_and_a_suggestion(
    text: str, column: int, message: str, hint: str
) -> None:
    found = faults(text, STEPS)[0]
    assert message in found.message
    assert hint in found.suggestion
    assert found.column == column
    assert "INVALID_ARGUMENT" not in found.message


def test_a_fault_in_the_second_line_says_so() -> None:
    [found] = faults("account.tier == '1'\n  && acount.name == 'x'", STEPS)
    assert (found.line, found.column) == (2, 6)


@pytest.mark.parametrize(
    "text", ["account.facts.plan > 3", "1 / 0 == 1", "account.facts.plan", "account.facts.plan && true"]
)
def test_a_condition_that_cannot_be_decided_is_an_error_with_the_condition_in_it(text: str) -> None:
    with pytest.raises(ConditionError) as caught:
        holds(text, FACTS)
    assert text in str(caught.value)


def test_a_condition_that_was_never_sound_is_refused_at_once() -> None:
    with pytest.raises(ConditionError, match="no field"):
        holds("account.nothing == 1", FACTS)


def test_loops_inside_loops_come_to_an_end() -> None:
    many = ",".join("1" * 150)
    with pytest.raises(ConditionError):
        holds(f"[{many}].all(a, [{many}].all(b, a == b))", {})
    three = "[1].all(a, [1].all(b, [1].all(c, true)))"
    assert "at most 2" in faults(three, STEPS)[0].message


def test_names_that_look_like_cel_are_only_text() -> None:
    facts = {"account": {"name": '" || true || "'}}
    assert not holds('account.name == "Acme"', facts)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80) | st.text(alphabet="touch['ab'].made&|!()=<>account.tier\"\\ 10", max_size=60))
def test_any_text_is_a_condition_or_has_faults(text: str) -> None:
    found = faults(text, STEPS)
    assert all(one.column >= 1 and one.line >= 1 and one.message for one in found)
    if not found:
        try:
            assert holds(text, FACTS) in (True, False)
        except ConditionError as error:
            assert str(error)  # noqa: PT017


FACT = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text() | st.dates() | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.text(max_size=5), FACT, max_size=4))
def test_any_fact_of_the_users_own_can_be_weighed(facts: dict[str, Any]) -> None:
    known = {"account": {"facts": facts}, "event": facts, "contact": None, "touch": {"ring-admin": no_touch()}}
    assert holds("account.facts.size() >= 0 && !touch['ring-admin'].made", known)
