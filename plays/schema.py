"""The JSON Schema of a play's file, for editors: completion, hover texts, red lines while typing.

It stands beside the catalog as play.schema.json; the first line of each play names it.
"""

import json
from typing import Any, Final

from plays.craft import CRAFT
from plays.events import EVENT_KINDS, FAMILIES
from plays.model import KINDS, Play
from plays.schema_words import EVENTS, WORDS
from plays.spans import PATTERN

FILE: Final = "play.schema.json"
FIRST_LINE: Final = f"# yaml-language-server: $schema={FILE}"
_ID: Final = f"https://setpiece.example/{FILE}"
_SLUG: Final = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"
_EVENT: Final = r"^[a-z]+(?:[.-][a-z0-9]+)*$"
_MEANING: Final = {
    PATTERN.pattern: "a whole number and its unit: min, h, d (calendar days), bd (business days), w or mo (months)",
    _SLUG: "a name: small letters, digits and single dashes, at most 40",
}
_ONE_OR_MANY: Final = {
    "Audience": ("persona", "else", "besides"),
    "Start": ("on", "unless_open"),
    "EmailStep": ("library", "copy"),
    "NotifyStep": ("to",),
    "WaitStep": ("for",),
    "GatherStep": ("for", "optional"),
    "RepeatStep": ("every",),
}
_LADDERS: Final = ("due", "approve", "ladder", "stall")  # maps whose keys are lengths of time


def schema_text() -> str:
    """The file as it stands beside the catalog."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


def json_schema() -> dict[str, Any]:
    """The schema (draft 2020-12), with the short forms the files may use: one value for a list, a span for `due`."""
    schema = Play.model_json_schema(by_alias=True, mode="validation")
    pieces = schema["$defs"]
    for name, keys in _ONE_OR_MANY.items():
        for key in keys:
            _allow_one(pieces[name]["properties"][key])
    for name, piece in (("Play", schema), *pieces.items()):
        _ladders(piece)
        _say(name, piece)
    _short_forms(schema, pieces)
    _tidy(schema)
    steps = {"oneOf": [_ref(kind.__name__) for kind in KINDS.values()]}
    schema["$defs"] = {"Event": _event(), **pieces, "Step": steps}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": _ID, **schema}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/$defs/{name}"}


def _allow_one(field: dict[str, Any]) -> None:
    """`persona: champion` is short for `persona: [champion]`."""
    many = {key: field.pop(key) for key in ("type", "items", "minItems", "maxItems") if key in field}
    field["anyOf"] = [many["items"], many]


def _ladders(piece: dict[str, Any]) -> None:
    """JSON Schema says nothing of keys unless it is told; and `due: 24h` is short for `due: {24h: ladder}`."""
    for name in _LADDERS:
        field = piece.get("properties", {}).get(name, {})
        for form in [field, *field.get("anyOf", [])]:
            if form.get("type") == "object":
                form["propertyNames"] = {"pattern": PATTERN.pattern}
        if name in ("due", "approve") and "anyOf" in field:
            field["anyOf"].insert(0, {"type": "string", "pattern": PATTERN.pattern, "examples": ["24h", "2bd"]})


def _say(name: str, piece: dict[str, Any]) -> None:
    for key, field in piece.get("properties", {}).items():
        words = WORDS.get(f"{name}.{key}") or field.get("description") or WORDS.get(key)
        if words:
            field["description"] = words


def _short_forms(schema: dict[str, Any], pieces: dict[str, Any]) -> None:
    """What the readers of the model allow beside its own form."""
    on, craft = schema["properties"]["on"], schema["properties"]["craft"]
    [handlers] = on.pop("patternProperties").values()
    on |= {"propertyNames": _ref("Event"), "additionalProperties": {"anyOf": [handlers["items"], handlers]}}
    craft["propertyNames"] = {
        "enum": [*CRAFT],
        "description": "; ".join(f"{name}: {why}" for name, why in CRAFT.items()),
    }
    anchors = schema["properties"]["anchors"]
    [pattern] = anchors["patternProperties"]
    anchors["patternProperties"] = {pattern: {"anyOf": [{"const": "account"}, _ref("Event")]}}
    groups = {"type": "array", "items": _ref("Audience"), "description": "groups; the first that has somebody is taken"}
    audiences = schema["properties"]["audience"]
    [pattern] = audiences["patternProperties"]
    audiences["patternProperties"] = {pattern: {"anyOf": [_ref("Audience"), groups]}}
    pieces["WaitStep"]["anyOf"] = [{"required": [key]} for key in ("wait", "for", "at")]
    for kind in KINDS.values():
        pieces[kind.__name__]["not"] = {"required": ["after", "at"]}


def _event() -> dict[str, Any]:
    families = "|".join(family.rstrip(".") for family in FAMILIES)
    others = {"type": "string", "pattern": rf"^(?:{families})\.[a-z0-9.-]+$"}
    return {"anyOf": [{"enum": [*EVENT_KINDS]}, others], "description": EVENTS}


def _tidy(piece: Any) -> None:
    """Only keys there are, no titles made from their names, steps and events said in one place."""
    if isinstance(piece, dict):
        if "patternProperties" in piece:
            piece.setdefault("additionalProperties", False)
        if isinstance(piece.get("type"), str) or {"$ref", "anyOf"} & piece.keys():
            piece.pop("default", None)
        if isinstance(piece.get("title"), str):
            del piece["title"]
        if piece.get("type") == "string" and piece.get("pattern") in _MEANING:
            piece.setdefault("description", _MEANING[piece["pattern"]])
        if piece.get("pattern") == _EVENT:
            said = {"description": piece["description"]} if "description" in piece else {}
            piece.clear()
            piece |= _ref("Event") | said
        if len(piece.get("oneOf", ())) == len(KINDS):
            del piece["oneOf"]
            piece |= _ref("Step")
    for part in piece.values() if isinstance(piece, dict) else piece if isinstance(piece, list) else ():
        _tidy(part)
