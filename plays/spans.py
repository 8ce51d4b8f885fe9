"""Lengths of time as ops write them: `20min 3h 2d 1bd 2w 1mo`.

Here lives only what a length *is*. Turning one into an instant needs a calendar and lives in `calendar.py`.
"""

import re
from datetime import timedelta
from typing import Literal, get_args

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

Unit = Literal["min", "h", "d", "bd", "w", "mo"]

PATTERN = re.compile(r"^(0|[1-9]\d{0,4})(min|h|d|bd|w|mo)$")
_EXACT = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_ROUGH = _EXACT | {"bd": timedelta(days=1), "mo": timedelta(days=30)}


class SpanError(ValueError):
    """The text is no length of time; the message says what would be."""


class Span:
    """A length of time: whole minutes, hours, days, business days, weeks or months. Immutable, never negative."""

    __slots__ = ("count", "unit")

    def __init__(self, count: int, unit: Unit) -> None:
        object.__setattr__(self, "count", count)
        object.__setattr__(self, "unit", unit)

    count: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> "Span":
        """Read `3bd`. Raises SpanError with the valid units."""
        found = PATTERN.match(text.strip()) if isinstance(text, str) else None
        if not found:
            raise SpanError(
                f"'{text}' is no length of time: write a whole number and one of {', '.join(get_args(Unit))}, e.g. 3bd"
            )
        return cls(int(found[1]), found[2])  # type: ignore[arg-type]

    @property
    def rough(self) -> timedelta:
        """With a business day taken as a day and a month as 30: for ordering and bounds, never for a due date."""
        return self.count * _ROUGH[self.unit]

    @property
    def exact(self) -> timedelta:
        """Elapsed time. Raises SpanError for business days and months, which need a calendar."""
        if self.unit not in _EXACT:
            raise SpanError(f"{self} counts business days or months of a calendar: it has no fixed length")
        return self.count * _EXACT[self.unit]

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a Span does not change")

    def __str__(self) -> str:
        return f"{self.count}{self.unit}"

    def __repr__(self) -> str:
        return f"Span({self.count}, {self.unit!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Span) and (self.count, self.unit) == (other.count, other.unit)

    def __hash__(self) -> int:
        return hash((self.count, self.unit))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        def read(value: object) -> Span:
            return value if isinstance(value, Span) else cls.parse(value)  # type: ignore[arg-type]

        return core_schema.no_info_plain_validator_function(
            read, serialization=core_schema.to_string_ser_schema(when_used="always")
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "pattern": PATTERN.pattern, "examples": ["20min", "3h", "2d", "1bd", "2w", "1mo"]}
