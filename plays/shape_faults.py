"""Pydantic's errors as faults: the line and key in the file, in words for the person who writes plays."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from plays.faults import Fault
from plays.model import (
    KINDS,
    STEP_KINDS,
    Audience,
    Base,
    BaseAnswer,
    Branch,
    Caps,
    Handler,
    Parameter,
    Play,
    PlayerSlot,
    Quota,
    Start,
    Track,
)
from plays.program import OWN_NAME
from plays.suggestions import did_you_mean
from plays.yaml_source import Path, Spot

_STEPS: Final[dict[str, type[BaseModel]]] = dict(KINDS)
_LISTS: Final = ("steps", "else", "of")  # keys under which steps stand


def _is_step(path: Path) -> bool:
    """True if the path ends at a step: the item of a list of steps, or of what a stage does when it stalls."""
    if len(path) < 2 or not isinstance(path[-1], int):
        return False
    return path[-2] in _LISTS or (len(path) > 2 and path[-3] == "stall")


def shape_faults(file: str, spot: Spot, error: ValidationError) -> list[Fault]:
    """One fault for each error, in the order of the file, without repetitions."""
    told = _of_one_form([one for one in error.errors(include_url=False) if not _emptied(one)])
    found = [_fault(file, spot, one) for one in told]
    return sorted(dict.fromkeys(found), key=lambda fault: (fault.line, fault.column))


def _emptied(error: ErrorDetails) -> bool:
    """A list that is empty only because none of its items is sound; they have faults of their own."""
    found = (error.get("ctx") or {}).get("actual_length", 0)
    return error["type"] == "too_short" and isinstance(error["input"], list | tuple) and found < len(error["input"])


# A value may have several forms (a word or a list); pydantic tells the faults of each, and names the form in the place.
_FORMS: Final = ("literal[", "tuple[", "constrained-", "BaseAnswer")
_SCALARS: Final = ("str", "int", "float", "bool")


def _is_form(loc: Sequence[str | int], index: int) -> bool:
    part = loc[index]
    plain = part in _SCALARS and index == len(loc) - 1 and index > 1
    return isinstance(part, str) and (part.startswith(_FORMS) or plain)


def _of_one_form(errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """Of the faults a value has in each of its forms, those of the form it was meant to have."""
    forms: dict[tuple[str | int, ...], dict[str, list[ErrorDetails]]] = {}
    for one in errors:
        loc = one["loc"]
        at = next((index for index in range(len(loc)) if _is_form(loc, index)), len(loc))
        form = str(loc[at]) if at < len(loc) else ""
        forms.setdefault(loc[:at], {}).setdefault(form, []).append(one)
    return [one for found in forms.values() for one in found[min(found, key=lambda form: _distance(form, found[form]))]]


def _distance(form: str, errors: list[ErrorDetails]) -> int:
    """0 if the value is of this form and only something in it is wrong; larger the less likely it was meant."""
    if any(len(one["loc"]) and one["loc"][-1] != form for one in errors):
        return 0
    value, error = errors[0]["input"], errors[0]["type"]
    fits = {"tuple[": list | tuple, "BaseAnswer": dict, "constrained-": int, "literal[": str}
    meant = any(form.startswith(name) and isinstance(value, kind) for name, kind in fits.items())
    return 0 if meant and not error.endswith("_type") else 2 if error.endswith("_type") else 1


def _fault(file: str, spot: Spot, error: ErrorDetails) -> Fault:
    path, kinds = _in_file(spot, error["loc"])
    line, column = spot.at(path)
    field = str(path[-1]) if path and isinstance(path[-1], str) else ""
    message, hint = _words(error, field, _keys_here(path, kinds), spot.find(path))
    return Fault(file, line, column, step_at(spot, path), field, error["type"], message, hint)


def _in_file(spot: Spot, loc: Sequence[str | int]) -> tuple[list[str | int], list[str]]:
    """Pydantic's location as a path of the file, and the kinds of the steps on the way.

    Left out are the tags of the union of steps and indexes into what the file writes as one value.
    """
    path: list[str | int] = []
    kinds: list[str] = []
    for index, part in enumerate(loc):
        if _is_step(path) and part in STEP_KINDS and len(kinds) < _steps_in(path):
            kinds.append(str(part))
        elif _is_form(loc, index) and part not in spot.find(path).parts:
            continue
        elif (isinstance(part, str) and part != "[key]") or (isinstance(part, int) and part in spot.find(path).parts):
            path.append(part)
    return path, kinds


def _steps_in(path: Sequence[str | int]) -> int:
    return sum(1 for end in range(2, len(path) + 1) if _is_step(path[:end]))


def step_at(spot: Spot, path: Path) -> str | None:
    """The name of the innermost step on the path, as the file gives it."""
    name = None
    for index in range(2, len(path) + 1):
        if _is_step(path[:index]):
            raw = spot.find(path[:index]).value
            name = name_in(raw) if isinstance(raw, Mapping) else name
    return name


def name_in(raw: Mapping[str, Any]) -> str | None:
    """The name a raw step was given, None if it has none."""
    kind = next((kind for kind in STEP_KINDS if kind in raw), None)
    named = raw.get(kind) if kind in OWN_NAME else raw.get("name")
    return named if isinstance(named, str) else None


def _keys_here(path: Path, kinds: Sequence[str]) -> tuple[str, ...]:
    """The keys that are known where the path ends."""
    return tuple(field.alias or name for name, field in _model_here(path, kinds).model_fields.items())


def _model_here(path: Path, kinds: Sequence[str]) -> type[BaseModel]:
    """The piece of a play in which the path's last key stands."""
    inside = path[:-1]
    if kinds and _is_step(inside):
        return _STEPS[kinds[-1]]
    named = [part for part in inside if isinstance(part, str)]
    if not named:
        return Play
    if named[-1] in _PIECES:
        return _PIECES[named[-1]]
    holder = named[-2] if len(named) > 1 else named[-1]
    return _NAMED.get(holder, Play) if holder in _NAMED else _PIECES.get(holder, Play)


# what stands under a key, and under the names below it
_PIECES: Final[dict[str, type[BaseModel]]] = {
    "start": Start, "caps": Caps, "quota": Quota, "base": Base, "choose": Branch, "on": Handler,
}  # fmt: skip
_NAMED: Final[dict[str, type[BaseModel]]] = {
    "players": PlayerSlot, "audience": Audience, "parameters": Parameter, "base": BaseAnswer, "of": Track,
    "on": Handler,
}  # fmt: skip


# error type -> what the field is, and how that is written
_WANTED: Final = {
    "string_type": ("a text", 'put it in quotes: "…"'),
    "int_type": ("a whole number", ""),
    "int_parsing": ("a whole number", ""),
    "int_from_float": ("a whole number", ""),
    "bool_type": ("true or false", ""),
    "bool_parsing": ("true or false", ""),
    "dict_type": ("a group of keys", "write `key: value` lines under it"),
    "model_type": ("a group of keys", "write `key: value` lines under it"),
    "model_attributes_type": ("a group of keys", "write `key: value` lines under it"),
    "tuple_type": ("a list", "write `- item` lines under it"),
}


def _words(error: ErrorDetails, field: str, keys: Iterable[str], spot: Spot) -> tuple[str, str]:
    """What is wrong, and what would be right."""
    context = error.get("ctx") or {}
    if error["type"] in _WANTED:
        wanted, hint = _WANTED[error["type"]]
        return f"`{field}` is {wanted}; {_found(error['input'])} stands here", hint
    match error["type"]:
        case "missing":
            return f"`{field}` is missing", f"add `{field}:`"
        case "extra_forbidden":
            return f"there is no key `{field}` here", did_you_mean(field, keys) or f"known here: {', '.join(keys)}"
        case "step_kind":
            return _unknown_step(spot)
        case "literal_error":
            return _not_one_of(field, error["input"], str(context.get("expected", "")))
        case "string_pattern_mismatch":
            return _pattern(error["input"])
        case "value_error":
            return str(context.get("error", error["msg"])), ""
        case "too_short":
            least = int(context.get("min_length", 1))
            return (
                (f"`{field}` is empty", "at least one")
                if least < 2
                else (f"`{field}` has too few", f"at least {least}")
            )
        case "greater_than_equal" | "less_than_equal":
            bound = f"at least {context['ge']}" if "ge" in context else f"at most {context['le']}"
            return f"`{field}` is {_found(error['input'])}; it is {bound}", ""
        case _:
            return f"`{field}`: {error['msg'][:1].lower()}{error['msg'][1:]}", ""


def _not_one_of(field: str, given: Any, expected: str) -> tuple[str, str]:
    words = expected.replace(" or ", ", ").replace("'", "").split(", ")
    return f"`{field}` cannot be {_found(given)}", did_you_mean(str(given), words) or f"one of {', '.join(words)}"


def _unknown_step(spot: Spot) -> tuple[str, str]:
    words = list(spot.value) if isinstance(spot.value, dict) else []
    hints = [hint for word in words if (hint := did_you_mean(str(word), STEP_KINDS))]
    return f"a step begins with its kind: {', '.join(STEP_KINDS)}", hints[0] if hints else ""


def _pattern(given: Any) -> tuple[str, str]:
    spaced = "".join(sign if sign.isascii() and sign.isalnum() else " " for sign in str(given).lower())
    tidy = "-".join(spaced.split())[:40]
    hint = f"write {tidy}" if tidy and tidy != given else ""
    return f"'{str(given)[:60]}' is no name: small letters, digits and single dashes", hint


def _found(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case int() | float():
            return f"the number {value}"
        case str():
            return f"the text '{value[:40]}'"
        case list() | tuple():
            return "a list"
        case _:
            return "a group of keys"
