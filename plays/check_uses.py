"""Rules about what conditions speak of: forms, parameters and anchors of this play, and values these can have."""

from collections.abc import Iterator, Mapping
from typing import Final

from plays.check_conditions import conditions_of, place_in
from plays.check_names import Rule
from plays.checked import Checked, FilePath
from plays.condition_names import Compared, Use, uses
from plays.events import APPROVAL_OUTCOMES, CALL_OUTCOMES, TouchState
from plays.facts import ANCHOR, FORM, PARAM, TOUCH
from plays.faults import Fault
from plays.model import (
    AnyStep,
    CallStep,
    EmailStep,
    GatherStep,
    HandedOut,
    Parameter,
    ParcelStep,
    PlayStep,
    SetStep,
    WaitStep,
    WebhookStep,
)
from plays.parameters import fits, wanted
from plays.suggestions import did_you_mean

_ALWAYS: Final = ("", "missed", "withdrawn", "given_up")  # outcomes any task may come to have
_TYPES: Final[Mapping[str, tuple[type, str]]] = {
    "number": (float, "a number"),
    "yes-no": (bool, "true or false"),
    "text": (str, "a text"),
    "date": (str, "a date as text"),
    "contact": (str, "a contact's id"),
}
Said = tuple[str, str]  # what is wrong, what would be right


def conditions_speak_of_what_there_is(checked: Checked) -> Iterator[Fault]:
    """A form that asks it, a parameter that is declared, an anchor that is, and values they can have."""
    for text, path, step in conditions_of(checked):
        yield from _text(checked, text, path, step)
    for placed in checked.steps:
        given = placed.step.assign if isinstance(placed.step, SetStep) else {}
        key = "set"
        if isinstance(placed.step, PlayStep):
            given, key = placed.step.parameters, "with"
        for name, value in given.items():
            if isinstance(value, str) and value.startswith("="):
                yield from _text(checked, value, (*placed.path, key, name), placed.name)


def _text(checked: Checked, text: str, path: FilePath, step: str | None) -> Iterator[Fault]:
    for use in uses(text):
        for message, hint, line, column in _of_use(checked, use):
            at = place_in(checked, text, path, line, column)
            field = str(path[-1])
            yield Fault(str(checked.source.path), *at, step, field, "condition", message, hint)


def _of_use(checked: Checked, use: Use) -> Iterator[tuple[str, str, int, int]]:
    said = unknown(checked, use.root, use.key, use.field)
    if said is not None:
        yield (*said, use.line, use.column)
        return
    for one in use.compared:
        impossible = _impossible(checked, use, one)
        if impossible is not None:
            yield (*impossible, one.line, one.column)


def unknown(checked: Checked, root: str, key: str | None, field: str | None) -> Said | None:
    """What is wrong with a name, and what is there; None if it is there. A touch is looked at elsewhere."""
    play = checked.source.play
    match root:
        case "form":
            return _unknown_form(checked, key, field)
        case "param" if key not in play.parameters:
            known = f"parameters: {', '.join(play.parameters)}" if play.parameters else "add it under `parameters:`"
            return f"no parameter is called '{key or ''}'", did_you_mean(key or "", play.parameters, "param.") or known
        case "anchor" if key not in play.anchors:
            known = f"anchors: {', '.join(play.anchors)}" if play.anchors else "add it under `anchors:`"
            return f"no anchor is called '{key or ''}'", did_you_mean(key or "", play.anchors) or known
        case _:
            return None


def _unknown_form(checked: Checked, form: str | None, field: str | None) -> Said | None:
    if form is None:
        return "`form` asks for one form by its name", "form['form-name'].field"
    if form not in checked.forms:
        known = f"forms: {', '.join(checked.forms)}" if checked.forms else "this play asks nothing by a form"
        return f"no form or survey is called '{form}'", did_you_mean(form, checked.forms) or known
    asked = [key.rstrip("?") for key in checked.forms[form].ask]
    if field not in asked:
        message = f"form '{form}' does not ask for '{field}'" if field else f"form['{form}'] alone says nothing"
        return message, did_you_mean(field or "", asked) or f"it asks for {', '.join(asked)}"
    return None


def _impossible(checked: Checked, use: Use, one: Compared) -> Said | None:
    if use.root == FORM:
        ask = {key.rstrip("?"): kind for key, kind in checked.forms[str(use.key)].ask.items()}
        kind = ask[str(use.field)]
        name = f"form['{use.key}'].{use.field}"
        return _no_value(name, one, kind) if isinstance(kind, str) else _no_choice(name, one, kind)
    if use.root == PARAM:
        return _no_parameter(str(use.key), one, checked.source.play.parameters[str(use.key)])
    if use.root == ANCHOR:
        return (
            None
            if isinstance(one.value, float)
            else (f"anchor['{use.key}'] is a number of days", "compare it with a number")
        )
    return _no_touch(checked, use, one) if use.root == TOUCH else None


def _no_choice(name: str, one: Compared, choices: tuple[str, ...]) -> Said | None:
    if one.value in ("", *choices):
        return None
    hint = did_you_mean(str(one.value), choices)
    return f"{name} is never '{_shown(one)}'", hint or f"it is one of {', '.join(choices)}"


def _no_value(name: str, one: Compared, kind: str) -> Said | None:
    wanted, words = _TYPES[kind]
    if type(one.value) is wanted:
        return None
    return f"{name} is {words} and never '{_shown(one)}'", f"compare it with {words}"


def _no_parameter(name: str, one: Compared, parameter: Parameter) -> Said | None:
    if fits(parameter, one.value) or one.value == "":
        return None
    hint = did_you_mean(str(one.value), parameter.of)
    return f"param.{name} is never '{_shown(one)}'", hint or f"it is {wanted(parameter)}"


def _no_touch(checked: Checked, use: Use, one: Compared) -> Said | None:
    placed = next((placed for placed in checked.steps if placed.name == use.key), None)
    if placed is None or not isinstance(one.value, str):
        return None
    known = outcomes_of(placed.step) if use.field == "outcome" else _STATES if use.field == "state" else None
    if known is None or one.value in (*known, *_ALWAYS):
        return None
    hint = did_you_mean(one.value, known) or (
        f"it is one of {', '.join(known)}" if known else "this step has no outcome"
    )
    return f"touch['{use.key}'].{use.field} is never '{one.value}'", hint


_STATES: Final = tuple(state.value for state in TouchState)


def outcomes_of(step: AnyStep) -> tuple[str, ...] | None:
    """The outcomes a step can have of its own; None where they are somebody else's words."""
    match step:
        case CallStep():
            return CALL_OUTCOMES
        case ParcelStep(outcomes=outcomes):
            return (*outcomes, "delivered", "returned")
        case HandedOut():
            return tuple(getattr(step, "outcomes", ()))
        case EmailStep():
            return APPROVAL_OUTCOMES if step.approve else ()
        case WebhookStep():
            return ("accepted", "refused")
        case WaitStep(events=events):
            return (*events, "timeout")
        case GatherStep():
            return ("complete", "timeout", "overridden")
        case PlayStep(how=how):
            return None if how == "child" else ()
        case _:
            return None


def _shown(one: Compared) -> str:
    if isinstance(one.value, bool):
        return str(one.value).lower()
    return f"{one.value:g}" if isinstance(one.value, float) else one.value[:40]


use_rules: Final[tuple[Rule, ...]] = (conditions_speak_of_what_there_is,)
