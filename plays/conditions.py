"""CEL conditions: compiled once, weighed against facts. What they may name is declared in `facts.py`."""

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from plays.condition_faults import ConditionFault, compile_faults, in_words, static_faults, touch_faults, type_words
from plays.facts import ANCHOR, DECLARED, EVENT, FORM, PARAM, TOUCH, bindings
from plays.facts import event_facts as event_facts
from plays.facts import no_touch as no_touch

if TYPE_CHECKING:
    from cel_expr_python.cel import Env, Expression


class ConditionError(ValueError):
    """A condition that cannot be decided. `code`: syntax, type, runtime, open (depends on what is not known yet)."""

    def __init__(self, text: str, code: str, message: str) -> None:
        self.text, self.code = text, code
        super().__init__(f"{message}, in the condition: {text}")


@dataclass(frozen=True)
class Weighed:
    """Whether a condition holds. `missing` names the fact nobody knows, because of which it does not."""

    holds: bool
    missing: str | None = None


def holds(text: str, facts: Mapping[str, Any]) -> bool:
    """True if the condition holds. A fact that nobody knows (a key the open parts lack) makes it not hold.

    `facts` is {"account": {…}, "contact": {…} | None, "player": …, "run": …, "event": …, "touch": {step: {…}}}, with
    the fields of DECLARED; what is left out counts as empty. Every step of the play should be in `touch`.
    Raises ConditionError for a condition that is not sound, e.g. compares a text with a number.
    """
    return weigh(text, facts).holds


def weigh(text: str, facts: Mapping[str, Any]) -> Weighed:
    """Like `holds`, and says which fact was missing."""
    return _weighed(text, bindings(facts))


def value_of(text: str, facts: Mapping[str, Any]) -> Any:
    """What an expression gives: a text, number or yes/no. Raises ConditionError, also for a fact that nobody knows."""
    try:
        value = _compiled(text).eval(data=dict(bindings(facts)))
    except RuntimeError as error:
        raise ConditionError(text, "runtime", in_words(str(error).split(": ", 1)[-1])) from None
    plain = value.value()
    if value.type().name() == "ERROR":
        raise ConditionError(text, "runtime", in_words(str(plain).split(": ", 1)[-1]))
    return plain


@lru_cache(maxsize=1024)
def _compiled(text: str) -> "Expression":
    """The compiled expression, of whatever type."""
    if found := static_faults(text):
        raise ConditionError(text, "syntax", found[0].message)
    try:
        return _environment().compile(text)
    except RuntimeError as error:
        first = (compile_faults(text, str(error)) or [ConditionFault(1, "it cannot be read", "")])[0]
        raise ConditionError(text, "syntax", first.message) from None


def ruled_out(text: str, facts: Mapping[str, Any]) -> bool:
    """True if the condition does not hold whatever the parts say that `facts` leaves out: `account.tier == "1" &&
    event.drop_pct > 30` at an account of tier 2, before there is an event. Raises ConditionError as `holds`.
    """
    known = {name: value for name, value in bindings(facts).items() if name.partition(".")[0] in facts}
    try:
        return not _weighed(text, known).holds
    except ConditionError as error:
        if error.code == "open":
            return False
        raise


def _weighed(text: str, bound: Mapping[str, Any]) -> Weighed:
    expression = compile_condition(text)
    try:
        value = expression.eval(data=dict(bound))
    except RuntimeError as error:  # more loop steps than CEL allows
        raise ConditionError(text, "runtime", in_words(str(error).split(": ", 1)[-1])) from None
    kind, plain = value.type().name(), value.value()
    if kind == "BOOL":
        return Weighed(bool(plain))
    words = str(plain)
    if "No value with name" in words:
        raise ConditionError(text, "open", "it depends on what is not known yet")
    missing = re.search(r'[Kk]ey not found in map : "?(.*?)"?$|no such key: "?(.*?)"?$', words)
    if missing:
        return Weighed(False, missing[1] or missing[2])
    if kind == "ERROR":
        raise ConditionError(text, "runtime", in_words(words.split(": ", 1)[-1]))
    raise ConditionError(text, "type", f"it gives {type_words(kind)}, not true or false")


@lru_cache(maxsize=4096)
def compile_condition(text: str) -> "Expression":
    """The compiled condition, kept. Raises ConditionError with the first fault."""
    found = static_faults(text)
    if found:
        raise ConditionError(text, "syntax", found[0].message)
    try:
        expression = _environment().compile(text)
    except RuntimeError as error:
        first = (compile_faults(text, str(error)) or [ConditionFault(1, "it cannot be read", "")])[0]
        raise ConditionError(text, "syntax", first.message) from None
    kind = expression.return_type().name()
    if kind not in ("BOOL", "DYN"):
        raise ConditionError(text, "type", f"it gives {type_words(kind)}, not true or false")
    return expression


def faults(text: str, known_steps: Set[str]) -> list[ConditionFault]:
    """Everything wrong with a condition, each with its column and, where there is one, what was probably meant."""
    found, kind = _typed(text, known_steps)
    if not found and kind not in ("BOOL", "DYN"):
        return [ConditionFault(1, f"a condition is true or false; this gives {type_words(kind)}", "compare it")]
    return found


def value_faults(text: str, known_steps: Set[str]) -> list[ConditionFault]:
    """Everything wrong with an expression that may give any value: what stands behind `=` in a `set`."""
    found, kind = _typed(text, known_steps)
    if not found and kind not in _SCALARS:
        return [ConditionFault(1, f"it gives {type_words(kind)}; a parameter is one value", "take a part of it")]
    return found


_SCALARS: Final = frozenset({"BOOL", "DYN", "STRING", "INT", "DOUBLE", "UINT"})


def _typed(text: str, known_steps: Set[str]) -> tuple[list[ConditionFault], str]:
    """What is wrong, and the type the expression gives."""
    found = static_faults(text) or touch_faults(text, known_steps)
    if found:
        return found, ""
    try:
        return [], _environment().compile(text).return_type().name()
    except RuntimeError as error:
        return compile_faults(text, str(error)) or [ConditionFault(1, "it cannot be read as a condition", "")], ""


@lru_cache(maxsize=1)
def _environment() -> "Env":
    from cel_expr_python import cel  # 50 MB: only where a condition is read

    text = cel.Type.STRING
    kinds = {"text": text, "whole": cel.Type.INT, "bool": cel.Type.BOOL, "open": cel.Type.Map(text, cel.Type.DYN)}
    variables = {f"{root}.{name}": kinds[kind] for root, fields in DECLARED.items() for name, kind in fields.items()}
    variables[EVENT] = kinds["open"]
    variables[TOUCH] = variables[FORM] = cel.Type.Map(text, kinds["open"])
    variables[PARAM], variables[ANCHOR] = kinds["open"], cel.Type.Map(text, cel.Type.INT)
    return cel.NewEnv(variables=variables)
