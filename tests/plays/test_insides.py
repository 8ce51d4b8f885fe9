"""What stands inside a step, and which stages stand around another."""

from typing import Any

from plays.insides import inside, stages_around
from plays.program import Program, lay_out
from tests.workflows.builders import email, end, play


def program(*steps: dict[str, Any]) -> Program:
    """The program of a play with these steps."""
    return lay_out(play(*steps, email("after"), end()))


def stage(name: str, *steps: dict[str, Any]) -> dict[str, Any]:
    """A stage."""
    return {"stage": name, "steps": list(steps)}


def test_a_choice_inside_a_repeat_belongs_to_it_and_what_follows_does_not() -> None:
    choice = {"choose": [{"when": "a", "steps": [email("one")]}, {"else": [email("two")]}], "name": "which"}
    laid = program({"repeat": "news", "every": "1d", "steps": [email("first"), choice]})
    assert inside(laid, "news") == {"first", "which", "one", "two"}
    assert inside(laid, "which") == {"one", "two"}
    assert inside(laid, "after") == frozenset()


def test_a_stage_holds_its_steps_and_not_those_of_the_next() -> None:
    laid = program(stage("find", email("one")), stage("win", email("two")))
    assert inside(laid, "find") == {"one"}
    assert inside(laid, "win") == {"two"}


def test_tracks_and_gatherings_hold_what_goes_on_at_once() -> None:
    inner = {"gather": "checks", "of": [{"task": "a", "by": "adr"}, {"task": "b", "by": "adr"}]}
    of = {"left": {"steps": [inner, email("one")]}, "right": {"steps": [email("two")]}}
    laid = program({"tracks": "both", "of": of})
    assert inside(laid, "both") == {"checks", "a", "b", "one", "two"}
    assert inside(laid, "checks") == {"a", "b"}


def test_stages_around_a_stage_are_named_from_the_innermost() -> None:
    laid = program(stage("outer", stage("middle", stage("inner", email("one")))), stage("aside", email("two")))
    assert stages_around(laid, "inner") == ("inner", "middle", "outer")
    assert stages_around(laid, "aside") == ("aside",)
    assert stages_around(laid, "") == ()
