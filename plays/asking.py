"""Questions of forms and surveys: what fits each, read from what a person typed. Pure.

Whether a contact exists is for those who can look: `records/answers.py`.
"""

import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from plays.suggestions import nearest

MAX_TEXT: Final = 4000  # characters of one answer
LARGEST: Final = 1e12  # a number beyond this is a slip of the finger
_YES: Final = frozenset({"yes", "y", "true", "1", "on", "да"})
_NO: Final = frozenset({"no", "n", "false", "0", "off", "нет"})
_KINDS: Final = {
    "text": "a text",
    "number": "a number, e.g. 42 or 12.5",
    "date": "a day written as 2026-11-30",
    "yes-no": "yes or no",
    "contact": "the id of a contact of the account",
}


@dataclass(frozen=True)
class Asked:
    """One question: its field, whether it must be answered, and its type or its choices."""

    field: str
    required: bool
    kind: str  # choice, text, number, date, yes-no, contact
    choices: tuple[str, ...] = ()

    @property
    def wanted(self) -> str:
        """What would be right, in words."""
        return f"one of {', '.join(self.choices)}" if self.choices else _KINDS[self.kind]


class Unfit(ValueError):
    """An answer that does not fit its question; the message says what would be right."""


def questions(ask: Mapping[str, Any]) -> list[Asked]:
    """The questions of an `ask`, in its order. A field with a trailing `?` may stay empty."""
    return [_question(field, kind) for field, kind in ask.items()]


def _question(field: str, kind: Any) -> Asked:
    name, required = field.removesuffix("?"), not field.endswith("?")
    if isinstance(kind, str):
        return Asked(name, required, kind)
    return Asked(name, required, "choice", tuple(map(str, kind)))


def missing(ask: Mapping[str, Any], given: Mapping[str, Any]) -> list[Asked]:
    """The questions that must be answered and are not."""
    return [one for one in questions(ask) if one.required and _empty(given.get(one.field))]


def fitted(ask: Mapping[str, Any], given: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The answers with their types, and a sentence for each that does not fit, is missing or was not asked for."""
    known = {one.field: one for one in questions(ask)}
    faults = [f"'{name}' was not asked{_meant(name, list(known))}" for name in given if name not in known]
    faults += [f"'{one.field}' is missing: {one.wanted}" for one in missing(ask, given)]
    answers: dict[str, Any] = {}
    for field, one in known.items():
        if _empty(given.get(field)):
            continue
        try:
            answers[field] = answer(one, given[field])
        except Unfit as fault:
            faults.append(str(fault))
    return answers, faults


def answer(asked: Asked, raw: Any) -> Any:
    """The answer as its type: text, a choice and a contact as text, a date as ISO text. Raises Unfit."""
    match asked.kind:
        case "number":
            return _number(asked, raw)
        case "yes-no":
            return _yes_no(asked, raw)
        case "date":
            return _day(asked, raw)
        case "choice":
            return _choice(asked, raw)
        case _:
            return _text(asked, raw)


def _number(asked: Asked, raw: Any) -> int | float:
    text = str(raw).strip().replace("\u00a0", "").replace(",", ".") if not isinstance(raw, bool) else ""
    try:
        value = float(text)
    except ValueError:
        raise _unfit(asked, raw) from None
    if not math.isfinite(value) or abs(value) > LARGEST or "_" in text:
        raise _unfit(asked, raw)
    return int(value) if value.is_integer() else value


def _yes_no(asked: Asked, raw: Any) -> bool:
    word = str(raw).strip().lower()
    if word in _YES | _NO:
        return word in _YES
    raise _unfit(asked, raw)


def _day(asked: Asked, raw: Any) -> str:
    try:
        day = date.fromisoformat(str(raw).strip())
    except ValueError:
        raise _unfit(asked, raw) from None
    if not 1900 <= day.year <= 2200:
        raise _unfit(asked, raw)
    return day.isoformat()


def _choice(asked: Asked, raw: Any) -> str:
    word = _spoken(raw)
    if word in asked.choices:
        return word
    meant = _meant(word, asked.choices)
    raise Unfit(f"'{asked.field}' cannot be '{_short(raw)}': {asked.wanted}{meant}")


def _text(asked: Asked, raw: Any) -> str:
    text = str(raw).replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(text) > MAX_TEXT:
        raise Unfit(f"'{asked.field}' has {len(text)} characters; at most {MAX_TEXT} are kept")
    if any(unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t" for char in text):
        raise Unfit(f"'{asked.field}' holds control characters; write plain text")
    return text


def _spoken(raw: Any) -> str:
    """YAML and JSON read a choice `yes` or `3` as something else than text."""
    return {True: "yes", False: "no"}[raw] if isinstance(raw, bool) else str(raw).strip()


def _empty(raw: Any) -> bool:
    return raw is None or (isinstance(raw, str) and not raw.strip())


def _unfit(asked: Asked, raw: Any) -> Unfit:
    return Unfit(f"'{asked.field}' cannot be '{_short(raw)}': {asked.wanted}")


def _short(raw: Any) -> str:
    text = str(raw)
    return text if len(text) <= 40 else f"{text[:37]}…"


def _meant(said: str, known: Sequence[str]) -> str:
    near = nearest(said, known)
    if near:
        return f"; did you mean '{near}'?"
    return f"; asked are {', '.join(known)}" if known and len(known) <= 8 and said not in known else ""
