"""Parameters of a play: what a run may be given and what fits. Pure; given values are kept in the run's row."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from plays.model import Parameter, Play, Scalar
from plays.suggestions import did_you_mean

_WANTED: Final = {
    "text": "a text",
    "number": "a number",
    "yes-no": "true or false",
    "date": "a date, e.g. 2027-03-01",
}
LONGEST: Final = 2000  # characters of a text
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def settled(play: Play, given: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """What a run has: the given values, and the defaults of the others. Faults are for `faults`."""
    return {name: given.get(name, parameter.default) for name, parameter in play.parameters.items()}


def faults(play: Play, given: Mapping[str, Scalar], *, change: bool = False) -> list[str]:
    """A sentence for every value that cannot be taken; `change`: the run goes on already."""
    return [fault for name, value in given.items() if (fault := _fault(play, name, value, change))]


def fits(parameter: Parameter, value: Scalar) -> bool:
    """True if the value is of the parameter's type."""
    match parameter.type:
        case "choice":
            return value in parameter.of and isinstance(value, str)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool) and value == value
        case "yes-no":
            return isinstance(value, bool)
        case "date":
            return isinstance(value, str) and _is_date(value)
        case _:
            return isinstance(value, str) and len(value) <= LONGEST and not _CONTROL.search(value)


def wanted(parameter: Parameter) -> str:
    """What would fit, in words."""
    return f"one of {', '.join(parameter.of)}" if parameter.type == "choice" else _WANTED[parameter.type]


def _fault(play: Play, name: str, value: Scalar, change: bool) -> str:
    parameter = play.parameters.get(name)
    if parameter is None:
        known = did_you_mean(name, play.parameters) or (
            f"it has {', '.join(play.parameters)}" if play.parameters else "it has none"
        )
        return f"{play.play} has no parameter '{name}': {known}"
    if change and not parameter.change:
        return f"'{name}' is settled when a run of {play.play} starts and cannot be changed in its middle"
    if not fits(parameter, value):
        return f"'{name}' is {wanted(parameter)}, not {str(value)[:40]!r}"
    return ""


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
