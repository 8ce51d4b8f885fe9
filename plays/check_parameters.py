"""Rules about parameters: defaults that fit, values that are set and given on, and roles that come from them."""

from collections.abc import Iterator
from typing import Final

from plays import conditions
from plays.check_conditions import place_in
from plays.check_names import Rule, known_words
from plays.check_plays import beside
from plays.checked import Checked, FilePath, Placed
from plays.faults import Fault
from plays.model import Parameter, PlayStep, SetStep
from plays.parameters import fits, wanted
from plays.suggestions import did_you_mean


def parameters_are_sound(checked: Checked) -> Iterator[Fault]:
    """A choice says of what; the default is one of those values."""
    for name, one in checked.source.play.parameters.items():
        path = ("parameters", name)
        if one.type == "choice" and len(set(one.of)) < 2:
            message = "a choice has two values or more to choose from"
            yield checked.fault("parameter", (*path, "of"), message, "`of: [full, light]`")
        elif one.type != "choice" and one.of:
            message = f"`of` is for a choice; '{name}' is {wanted(one)}"
            yield checked.fault("parameter", (*path, "of"), message, "`type: choice`, or remove `of:`")
        elif not fits(one, one.default):
            message = f"the default of '{name}' is {wanted(one)}, not '{str(one.default)[:40]}'"
            hint = did_you_mean(str(one.default), one.of) if one.of else ""
            yield checked.fault("parameter", (*path, "default"), message, hint)
    for slot, player in checked.source.play.players.items():
        if player.parameter is not None and player.parameter not in checked.source.play.parameters:
            message = f"no parameter is called '{player.parameter}'"
            hint = known_words(player.parameter, checked.source.play.parameters, "parameters")
            yield checked.fault("parameter", ("players", slot, "parameter"), message, hint)


def set_values_fit(checked: Checked) -> Iterator[Fault]:
    """`set` names parameters of this play; a literal fits, an expression can be read."""
    known = checked.source.play.parameters
    for placed in checked.steps:
        if not isinstance(placed.step, SetStep):
            continue
        for name, value in placed.step.assign.items():
            path = (*placed.path, "set", name)
            if name not in known:
                message, hint = f"no parameter is called '{name}'", known_words(name, known, "parameters")
                yield checked.fault("parameter", path, message, hint, step=placed)
            elif isinstance(value, str) and value.startswith("="):
                yield from _expression(checked, placed, path, value)
            elif not fits(known[name], value):
                yield checked.fault("parameter", path, *_unfit(name, known[name], value), step=placed)


def _expression(checked: Checked, placed: Placed, path: FilePath, value: str) -> Iterator[Fault]:
    text = value[1:].lstrip()
    shift = len(value) - len(text)
    for found in conditions.value_faults(text, checked.names):
        line, column = place_in(checked, value, path, found.line, found.column + shift)
        said = found.message, found.suggestion
        yield Fault(str(checked.source.path), line, column, placed.name, str(path[-1]), "condition", *said)


def _unfit(name: str, parameter: Parameter, value: object) -> tuple[str, str]:
    hint = did_you_mean(str(value), parameter.of) or f"it is {wanted(parameter)}; `= …` is an expression"
    return f"'{name}' is {wanted(parameter)}, not '{str(value)[:40]}'", hint


def given_values_fit(checked: Checked) -> Iterator[Fault]:
    """`with` names parameters of the other play, where that stands beside this one."""
    for placed in checked.steps:
        step = placed.step
        if not isinstance(step, PlayStep) or not step.parameters:
            continue
        other = checked.source.play if step.play == checked.source.play.play else beside(checked, step.play)
        for name, value in step.parameters.items() if other else ():
            assert other is not None  # noqa: S101  # the loop has no turn otherwise
            path = (*placed.path, "with", name)
            if name not in other.parameters:
                message = f"{step.play} has no parameter '{name}'"
                hint = known_words(
                    name, other.parameters, f"it has {', '.join(other.parameters) or 'none'}; parameters"
                )
                yield checked.fault("parameter", path, message, hint, step=placed)
            elif isinstance(value, str) and value.startswith("="):
                yield from _expression(checked, placed, path, value)
            elif not fits(other.parameters[name], value):
                yield checked.fault("parameter", path, *_unfit(name, other.parameters[name], value), step=placed)


parameter_rules: Final[tuple[Rule, ...]] = (parameters_are_sound, set_values_fit, given_values_fit)
