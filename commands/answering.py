"""Answers to a form, typed: as `--answer field=…`, or question after question where somebody sits at a terminal."""

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from commands.failures import Wrong
from commands.output import plain, say

if TYPE_CHECKING:
    from plays.asking import Asked
    from records.tables import Task


def given(pairs: Sequence[str]) -> dict[str, Any]:
    """`cause=technical` as a field and its answer. Raises Wrong for a text without `=` and for a field given twice."""
    answers: dict[str, Any] = {}
    for text in pairs:
        field, equals, answer = text.partition("=")
        if not equals or not field.strip():
            raise Wrong(f"'{text}' is no FIELD=ANSWER, e.g. --answer cause=technical. Nothing was changed.")
        if field.strip() in answers:
            raise Wrong(f"'{field.strip()}' is answered twice. Nothing was changed.")
        answers[field.strip()] = answer
    return answers


def asked_for(task: "Task", answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers, those still missing asked for on a terminal. What cannot be asked is refused later, in words."""
    from plays.asking import missing, questions

    if not missing(task.ask, answers) or not _somebody_there():
        return dict(answers)
    say(plain(task.title))
    asked = {one.field: _ask(one) for one in questions(task.ask) if one.field not in answers}
    return {**answers, **asked}


def _somebody_there() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _ask(one: "Asked") -> str:
    """Ask until the answer fits; an optional question is passed over with Enter."""
    from plays.asking import Unfit, answer

    optional = "" if one.required else ", Enter to leave it empty"
    while True:
        typed = str(typer.prompt(f"{one.field} ({one.wanted}{optional})", default="", show_default=False))
        if not typed.strip():
            if not one.required:
                return ""
            continue
        try:
            answer(one, typed)
        except Unfit as fault:
            say(str(fault))
        else:
            return typed
