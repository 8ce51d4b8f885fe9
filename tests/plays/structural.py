"""A small validator of JSON Schema (the words that ours uses), so that the schema is held to the catalog."""

import re
from collections.abc import Iterator
from typing import Any

KNOWN = {
    "$ref", "$schema", "$id", "$defs", "description", "examples", "type", "enum", "const", "pattern", "anyOf", "oneOf",
    "not", "properties", "patternProperties", "additionalProperties", "propertyNames", "required", "items", "minItems",
    "maxItems", "minLength", "maxLength", "minProperties", "maxProperties", "minimum", "maximum", "uniqueItems",
}  # fmt: skip
TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "number": (int, float),
    "integer": int,
}  # fmt: skip


def wrong(schema: dict[str, Any], value: Any, piece: Any = None, at: str = "") -> Iterator[str]:
    """Everything in which the value is not as a piece of the schema wants it; of the whole schema without one."""
    piece = schema if piece is None else piece
    assert piece.keys() <= KNOWN, piece.keys() - KNOWN
    if "$ref" in piece:
        yield from wrong(schema, value, schema["$defs"][piece["$ref"].rpartition("/")[2]], at)
    for key in ("anyOf", "oneOf"):
        fitting = sum(not list(wrong(schema, value, one, at)) for one in piece.get(key, ()))
        if key in piece and not (fitting == 1 if key == "oneOf" else fitting):
            yield f"{at}: {fitting} forms fit {str(value)[:80]}"
    if "not" in piece and not list(wrong(schema, value, piece["not"], at)):
        yield f"{at}: what must not be"
    yield from _plain(piece, value, at)
    if isinstance(value, dict):
        yield from _object(schema, value, piece, at)
    if isinstance(value, list):
        for index, one in enumerate(value if "items" in piece else ()):
            yield from wrong(schema, one, piece["items"], f"{at}/{index}")


def _plain(piece: dict[str, Any], value: Any, at: str) -> Iterator[str]:
    kind = piece.get("type")
    if kind is not None and (not isinstance(value, TYPES[kind]) or (isinstance(value, bool) and kind != "boolean")):
        yield f"{at}: {str(value)[:80]} is no {kind}"
    if ("enum" in piece and value not in piece["enum"]) or ("const" in piece and value != piece["const"]):
        yield f"{at}: {str(value)[:80]} is not among the words"
    if "pattern" in piece and isinstance(value, str) and not re.search(piece["pattern"], value):
        yield f"{at}: {value[:80]} does not match {piece['pattern']}"
    for least, most in (("minLength", "maxLength"), ("minItems", "maxItems"), ("minProperties", "maxProperties")):
        kinds = {"L": str, "I": list, "P": dict}[least[3]]
        if isinstance(value, kinds) and not piece.get(least, 0) <= len(value) <= piece.get(most, len(value)):
            yield f"{at}: {len(value)} of {least[3:]}"
    if isinstance(value, int | float) and not piece.get("minimum", value) <= value <= piece.get("maximum", value):
        yield f"{at}: {value} is out of bounds"


def _object(schema: dict[str, Any], value: dict[str, Any], piece: dict[str, Any], at: str) -> Iterator[str]:
    yield from (f"{at}: {key} is missing" for key in piece.get("required", ()) if key not in value)
    for key, one in value.items():
        if "propertyNames" in piece:
            yield from wrong(schema, key, piece["propertyNames"], f"{at}/{key}")
        patterns = [found for pattern, found in piece.get("patternProperties", {}).items() if re.search(pattern, key)]
        found = piece.get("properties", {}).get(key) or next(iter(patterns), piece.get("additionalProperties", True))
        if found is False:
            yield f"{at}: {key} is not known"
        elif isinstance(found, dict):
            yield from wrong(schema, one, found, f"{at}/{key}")
