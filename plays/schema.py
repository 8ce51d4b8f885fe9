"""The JSON Schema of a play's file, for editors: completion, hover texts, red lines while typing."""

from typing import Any, Final

from plays.events import EVENT_KINDS, TRIGGER_PREFIX
from plays.model import Play
from plays.spans import PATTERN

_ID: Final = "https://setpiece.example/play.schema.json"
_MEANING: Final = {
    PATTERN.pattern: "a whole number and its unit: min, h, d (calendar days), bd (business days) or w",
    r"^[a-z0-9]+(?:-[a-z0-9]+)*$": "a name: small letters, digits and single dashes, at most 40",
    r"^[a-z]+(?:[.-][a-z0-9]+)*$": f"an event: {', '.join(EVENT_KINDS)}, or {TRIGGER_PREFIX}…",
}
_ONE_OR_MANY: Final = {
    "Audience": ("persona", "else", "besides"),
    "NotifyStep": ("to",),
    "WaitStep": ("for",),
}


def json_schema() -> dict[str, Any]:
    """The schema (draft 2020-12), with the short forms the files may use: one value for a list, a span for `due`."""
    schema = Play.model_json_schema(by_alias=True, mode="validation")
    pieces = schema["$defs"]
    for name, keys in _ONE_OR_MANY.items():
        for key in keys:
            _allow_one(pieces[name]["properties"][key])
    for name, key in (("CallStep", "due"), ("TaskStep", "due"), ("EmailStep", "approve")):
        pieces[name]["properties"][key]["anyOf"].insert(0, _span("short for {this: ladder}"))
    of_event = schema["properties"]["on"]["patternProperties"]
    for pattern, handlers in of_event.items():
        of_event[pattern] = {"anyOf": [handlers["items"], handlers]}
    schema["properties"]["on"]["additionalProperties"] = False
    for piece in (schema, *pieces.values()):
        _spans_as_keys(piece)
    _describe(schema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": _ID, **schema}


def _allow_one(field: dict[str, Any]) -> None:
    """`persona: champion` is short for `persona: [champion]`."""
    many = {key: field.pop(key) for key in ("type", "items", "minItems") if key in field}
    field["anyOf"] = [many["items"], many]


def _span(description: str) -> dict[str, Any]:
    return {"type": "string", "pattern": PATTERN.pattern, "description": description, "examples": ["24h", "2bd"]}


def _describe(piece: Any) -> None:
    """Say in words what a name and a length of time look like, wherever nothing better is said."""
    if isinstance(piece, dict):
        meaning = _MEANING.get(str(piece.get("pattern")))
        if meaning and piece.get("type") == "string":
            piece.setdefault("description", meaning)
    for part in piece.values() if isinstance(piece, dict) else piece if isinstance(piece, list) else ():
        _describe(part)


def _spans_as_keys(piece: dict[str, Any]) -> None:
    """JSON Schema says nothing about keys of a map unless it is told: `due` and `ladder` have spans."""
    for name in ("due", "approve", "ladder"):
        field = piece.get("properties", {}).get(name)
        for form in [field, *(field or {}).get("anyOf", [])]:
            if form and form.get("type") == "object":
                form["propertyNames"] = {"pattern": PATTERN.pattern}
