"""What conditions and content may know: every fact by name and type, and how raw values become facts.

A misspelt field is an error when the play is checked and not a silent "no" in the night, because the fields are
declared here. Open parts, whose keys are the user's own: `account.facts`, `account.anchors`, `contact.facts`, `event`.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

# name -> type of its value. `open` is a map of facts with keys of the user's own.
DECLARED: Final[dict[str, dict[str, str]]] = {
    "account": {
        "id": "text", "name": "text", "tier": "text", "segment": "text", "lifecycle": "text", "country": "text",
        "locale": "text", "facts": "open", "anchors": "open", "contacts": "whole",
    },
    "contact": {
        "id": "text", "persona": "text", "title": "text", "seniority": "whole", "engagement": "whole",
        "country": "text", "locale": "text", "facts": "open",
    },
    "player": {"id": "text", "role": "text", "locale": "text"},
    "run": {"id": "text", "play": "text", "touches": "whole", "days": "whole", "stage": "text", "round": "whole"},
}  # fmt: skip
TOUCH_FIELDS: Final = {
    "state": "text", "outcome": "text", "made": "bool", "replied": "bool", "reason": "text",
    "opened": "bool", "clicked": "bool", "variant": "text",
}  # fmt: skip
EVENT: Final = "event"  # `event.kind`, `event.name` and the event's own data, see event_facts
TOUCH: Final = "touch"  # touch['step'], of the fields above
FORM: Final = "form"  # form['name'].field: what was answered
PARAM: Final = "param"  # param.name: what the run was given, else its default
ANCHOR: Final = "anchor"  # anchor['name']: whole days until that date, negative after it

_NOTHING: Final[dict[str, Any]] = {"text": "", "whole": 0, "bool": False, "open": {}}
_MAX_DEPTH: Final = 6  # of nested facts


def event_facts(kind: str, data: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """`event` as conditions and content see it: its data, `name` (always the event's kind) and `kind`: what the data
    calls its kind (of a reply: positive, question …; of a bounce: hard, soft), else the event's. A null says nothing:
    it must not hide the event's own kind, or no handler of a reply would hold for a run that the reply has halted."""
    said = {key: value for key, value in (data or {}).items() if value is not None}
    return {"kind": kind, **said, "name": kind}


def no_touch() -> dict[str, Any]:
    """What `touch['step']` is before the step was reached."""
    return {name: _NOTHING[kind] for name, kind in TOUCH_FIELDS.items()}


def bindings(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as CEL variables: `account.tier` …, `event`, `touch`. What is left out counts as empty."""
    bound: dict[str, Any] = {}
    for root, fields in DECLARED.items():
        given = facts.get(root) or {}
        for name, kind in fields.items():
            bound[f"{root}.{name}"] = _fitted(given.get(name), kind)
    bound[EVENT] = _fitted(facts.get(EVENT), "open")
    touches = facts.get(TOUCH) or {}
    bound[TOUCH] = {
        _text(step): {name: _fitted(of_step.get(name), kind) for name, kind in TOUCH_FIELDS.items()}
        for step, of_step in touches.items()
    }
    for root in (FORM, PARAM):
        bound[root] = _fitted(facts.get(root), "open")
    bound[ANCHOR] = {_text(name): _number(int(days)) for name, days in (facts.get(ANCHOR) or {}).items()}
    return bound


def _fitted(value: Any, kind: str) -> Any:
    """The value as its declared type; nothing known gives that type's empty value."""
    if value is None:
        return _NOTHING[kind]
    if kind == "text":
        return _text(value)
    if kind == "whole":
        return _number(int(value))
    if kind == "bool":
        return bool(value)
    return {_text(key): _plain(one, _MAX_DEPTH) for key, one in value.items() if one is not None}


def _plain(value: Any, depth: int) -> Any:
    """A fact as CEL takes it; dates become ISO text, so that they compare in order."""
    match value:
        case None | bool() | float():
            return value
        case int():
            return _number(value)
        case datetime() | date():
            return value.isoformat()
        case Mapping() if depth:
            return {_text(key): _plain(one, depth - 1) for key, one in value.items()}
        case list() | tuple() if depth:
            return [_plain(one, depth - 1) for one in value]
        case _:
            return _text(value)


def _text(value: Any) -> str:
    """Text that CEL's C++ takes: no lone surrogates, no NUL, which would end it."""
    return str(value).encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def _number(value: int) -> int | float:
    return value if -(2**63) <= value < 2**63 else float(min(max(value, -(10**300)), 10**300))
