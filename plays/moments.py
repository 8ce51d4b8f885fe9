"""Moments as ops write them: `renewal - 90d`, `meeting - 1h`, `gathering 07:30`. An anchor, an offset, a clock time.

Here lives only what a moment *is*. Turning one into an instant needs a date and a calendar: `calendar.py`.
"""

import re
from datetime import time
from typing import Literal

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from plays.spans import Span

PATTERN = re.compile(
    r"^(?P<anchor>[a-z][a-z0-9_]{0,39})"
    r"(?:\s*(?P<sign>[+-])\s*(?P<span>(?:0|[1-9]\d{0,4})(?:min|h|d|bd|w|mo)))?"
    r"(?:\s+(?P<clock>[0-2]?\d:[0-5]\d))?$"
)


class MomentError(ValueError):
    """The text is no moment; the message says what would be."""


class Moment:
    """An anchor, so much before or after it, at a wall time of the person reached. Immutable."""

    __slots__ = ("anchor", "clock", "sign", "span")

    def __init__(
        self, anchor: str, span: Span | None = None, sign: Literal["+", "-"] = "+", clock: time | None = None
    ) -> None:
        object.__setattr__(self, "anchor", anchor)
        object.__setattr__(self, "span", span)
        object.__setattr__(self, "sign", sign)
        object.__setattr__(self, "clock", clock)

    anchor: str
    span: Span | None
    sign: Literal["+", "-"]
    clock: time | None

    @classmethod
    def parse(cls, text: str) -> "Moment":
        """Read `renewal - 90d 09:00`. Raises MomentError with the form."""
        found = PATTERN.match(text.strip()) if isinstance(text, str) else None
        if not found:
            raise MomentError(
                f"'{text}' is no moment: write an anchor, an offset if any, a clock time if any, "
                "e.g. `renewal - 90d` or `gathering - 1d 07:30`"
            )
        span = Span.parse(found["span"]) if found["span"] else None
        return cls(found["anchor"], span, "-" if found["sign"] == "-" else "+", _clock(found["clock"]))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a Moment does not change")

    def __str__(self) -> str:
        offset = f" {self.sign} {self.span}" if self.span is not None else ""
        return f"{self.anchor}{offset}" + (f" {self.clock:%H:%M}" if self.clock is not None else "")

    def __repr__(self) -> str:
        return f"Moment({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Moment) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        def read(value: object) -> Moment:
            return value if isinstance(value, Moment) else cls.parse(value)  # type: ignore[arg-type]

        return core_schema.no_info_plain_validator_function(
            read, serialization=core_schema.to_string_ser_schema(when_used="always")
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        pattern = re.sub(r"\?P<\w+>", "", PATTERN.pattern)
        return {"type": "string", "pattern": pattern, "examples": ["renewal - 90d", "meeting - 1h", "gathering 07:30"]}


def _clock(text: str | None) -> time | None:
    if text is None:
        return None
    hour, minute = map(int, text.split(":"))
    if hour > 23:
        raise MomentError(f"there is no time {text}: hours go from 00 to 23")
    return time(hour, minute)
