"""Values that a step works out: of a `set`, and of the `with` of another play. What fits is `plays/parameters.py`."""

from collections.abc import Mapping
from typing import Any, Final

from plays.conditions import ConditionError, value_of
from plays.model import Play, Scalar
from plays.parameters import faults

CALCULATED: Final = "="  # `= form['diagnose'].cause` is worked out, anything else is the value itself


def worked_out(given: Mapping[str, Scalar], facts: Mapping[str, Any]) -> tuple[dict[str, Scalar], list[str]]:
    """The values that can be had, and a sentence for each that cannot."""
    found: dict[str, Scalar] = {}
    amiss: list[str] = []
    for name, value in given.items():
        if not isinstance(value, str) or not value.startswith(CALCULATED):
            found[name] = value
            continue
        try:
            found[name] = _scalar(value_of(value.removeprefix(CALCULATED).strip(), facts))
        except (ConditionError, TypeError) as error:
            amiss.append(f"'{name}' cannot be worked out: {error}")
    return found, amiss


def fitting(play: Play, given: Mapping[str, Scalar], facts: Mapping[str, Any]) -> tuple[dict[str, Scalar], list[str]]:
    """As `worked_out`, and only what fits the play's parameters."""
    values, amiss = worked_out(given, facts)
    for name in list(values):
        if unfit := faults(play, {name: values[name]}):
            amiss += unfit
            del values[name]
    return values, amiss


def _scalar(value: Any) -> Scalar:
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        return int(value) if float(value).is_integer() else float(value)
    raise TypeError("it gives no single text, number or yes/no")
