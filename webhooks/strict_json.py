"""JSON as strictly as a signed sender can be asked for (B12): one object, each key once, nothing Postgres refuses."""

import json
import math
import re
from typing import Any, Final

MAX_DEPTH: Final = 32
_MAX_DIGITS: Final = 18  # more than any count or id of ours; CEL and Postgres take 64 bits
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


class Malformed(ValueError):
    """The body cannot be read; the message says why, without quoting it."""


def parse(raw: bytes) -> dict[str, Any]:
    """Read a JSON object. Raises Malformed for anything else, NaN, duplicate keys, NUL and lone surrogates."""
    try:
        body = json.loads(
            raw.decode("utf-8"),
            parse_constant=_no_constant,
            parse_float=_finite,
            parse_int=_whole,
            object_pairs_hook=_no_duplicates,
        )
    except UnicodeDecodeError:
        raise Malformed("the body is not UTF-8") from None
    except RecursionError:
        raise Malformed(f"the body is nested deeper than {MAX_DEPTH} levels") from None
    except json.JSONDecodeError as error:
        raise Malformed(f"the body is no JSON: {error.msg} at line {error.lineno} column {error.colno}") from None
    except Malformed:
        raise
    if not isinstance(body, dict):
        raise Malformed("the body is JSON, but no object: send {…}")
    _check(body)
    return body


def _no_constant(name: str) -> float:
    raise Malformed(f"the body holds {name}, which is no JSON number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise Malformed("the body holds a number that is too large")
    return value


def _whole(text: str) -> int:
    if len(text) > _MAX_DIGITS:
        raise Malformed("the body holds a number that is too long")
    return int(text)


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("the body holds an object with the same key twice")
    return found


def _check(body: dict[str, Any]) -> None:
    level: list[Any] = [body]
    for _ in range(MAX_DEPTH):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return
    raise Malformed(f"the body is nested deeper than {MAX_DEPTH} levels")


def _inside(value: Any) -> list[Any]:
    """What is inside a value; texts are checked on the way."""
    match value:
        case dict():
            return [*value.keys(), *value.values()]
        case list():
            return value
        case str() if _UNSTORABLE.search(value):
            raise Malformed("the body holds a text with a NUL character or half a character")
        case _:
            return []
