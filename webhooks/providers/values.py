"""Reading values out of a provider's record by paths, typed and bounded: whatever is there, no reader trips over it.

A path is keys joined by dots. In a list, a number is a place and `@name` the item so named in a list of headers;
`!` reads a text that is JSON itself.
"""

import math
import re
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from typing import Any, Final

from webhooks.providers.calls import Unreadable, read_json

Paths = tuple[str, ...]  # the first that leads to something counts

LONG: Final = 500
ADDRESS: Final = 320  # RFC 3696, errata 1690
SKEW: Final = timedelta(minutes=5)
_EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MILLISECONDS: Final = 1e11  # an epoch beyond this (year 5138) is counted in milliseconds
_JUNK: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_WHOLE: Final = re.compile(r"-?\d{1,18}(?:\.\d{1,9})?")


def dig(record: Any, path: str) -> Any:
    """What the path leads to; None where it leads nowhere."""
    for key in path.split("."):
        record = _step(record, key)
        if record is None:
            return None
    return record


def _step(record: Any, key: str) -> Any:
    match record:
        case dict():
            return record.get(key)
        case list() if key.startswith("@"):
            return next((_value(one) for one in record if _name(one) == key[1:]), None)
        case list() if key.isdecimal() and len(key) < 5:
            return record[int(key)] if int(key) < len(record) else None
        case str() if key == "!":
            try:
                return read_json(record)
            except Unreadable:
                return None
        case _:
            return None


def _name(one: Any) -> str:
    named = one.get("name", one.get("Name")) if isinstance(one, dict) else None
    return named.lower() if isinstance(named, str) else ""


def _value(one: dict[str, Any]) -> Any:
    return one.get("value", one.get("Value"))


def text(record: Any, paths: Paths, limit: int = LONG) -> str:
    """The first text or number found, on one line, cut; empty without one."""
    for path in paths:
        if said := plain(dig(record, path), limit):
            return said
    return ""


def plain(value: Any, limit: int = LONG) -> str:
    """A text or number on one line, cut to `limit` characters; empty for anything else."""
    match value:
        case bool():
            return ""
        case int() if abs(value) < 10**20:
            return str(value)
        case float() if math.isfinite(value):
            return f"{value:g}"[:limit]
        case str():
            return _JUNK.sub(" ", value[: 4 * limit]).strip()[:limit]
        case _:
            return ""


def address(record: Any, paths: Paths) -> str:
    """An email address, without the name that may stand before it; empty without one."""
    said = text(record, paths, 2 * ADDRESS)
    bare = parseaddr(said)[1] if "<" in said or "," in said else said
    return bare[:ADDRESS] if "@" in bare else ""


def instant(record: Any, paths: Paths, received_at: datetime) -> datetime:
    """When it happened, UTC: seconds or milliseconds since 1970, or ISO 8601; `received_at` where that cannot be."""
    for path in paths:
        found = _instant(dig(record, path))
        if found is not None and _EARLIEST <= found <= received_at + SKEW:
            return found
    return received_at


def _instant(value: Any) -> datetime | None:
    try:
        if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
            value = float(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            seconds = float(value) / 1000 if abs(value) > _MILLISECONDS else float(value)
            return datetime.fromtimestamp(seconds, UTC)
        if isinstance(value, str):
            return _zoned(datetime.fromisoformat(value.strip()[:40]))
    except (ValueError, OverflowError, OSError):
        return None
    return None


def _zoned(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
