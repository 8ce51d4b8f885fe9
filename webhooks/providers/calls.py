"""A provider's request as it came, and its body read as JSON or as a form: bounded, and never more than it says.

Nothing is judged here: whether it is genuine is `proofs.py`, what it says is the provider's own file.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final
from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

MAX_PARTS: Final = 1000  # fields and files of one form


class Unreadable(ValueError):
    """The body cannot be read; the message says why, without quoting it."""


@dataclass(frozen=True)
class Part:
    """One field or file of a form."""

    name: str
    value: bytes
    filename: str = ""
    kind: str = ""  # its content type

    @property
    def text(self) -> str:
        """The value as UTF-8; what is none is replaced."""
        return self.value.decode("utf-8", "replace")


@dataclass(frozen=True)
class Call:
    """A request: the raw body, its headers under lower-case names, the URL under which the provider knows us."""

    raw: bytes
    headers: Mapping[str, str]
    received_at: datetime  # UTC
    url: str = ""

    def header(self, name: str) -> str:
        """The header's value; empty without one."""
        return self.headers.get(name, "").strip()

    @cached_property
    def is_form(self) -> bool:
        """True for the two content types of HTML forms."""
        kind = self.header("content-type").partition(";")[0].strip().lower()
        return kind in ("multipart/form-data", "application/x-www-form-urlencoded")

    @cached_property
    def json(self) -> Any:
        """The body as JSON. Raises Unreadable."""
        return read_json(self.raw)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The body as a form, in order. Raises Unreadable."""
        return _multipart(self) if "multipart" in self.header("content-type").lower() else _urlencoded(self.raw)

    def first(self, name: str) -> Part | None:
        """The first field of this name. Raises Unreadable."""
        return next((part for part in self.parts if part.name == name), None)

    def last(self, name: str) -> Part | None:
        """The last field of this name. Raises Unreadable."""
        return next((part for part in reversed(self.parts) if part.name == name), None)

    def said(self, name: str) -> str:
        """The first field of this name as text; empty without one. Raises Unreadable."""
        found = self.first(name)
        return found.text if found else ""


def read_json(raw: bytes | str) -> Any:
    """JSON of any kind. Raises Unreadable for anything else, NaN and nesting beyond reason."""
    try:
        text = raw.decode("utf-8") if isinstance(raw, bytes) else raw
        return json.loads(text, parse_constant=_no_constant)
    except Unreadable:
        raise
    except UnicodeDecodeError:
        raise Unreadable("the body is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise Unreadable(f"the body is no JSON: {error.msg} at line {error.lineno} column {error.colno}") from None
    except (RecursionError, ValueError):
        raise Unreadable("the body is nested too deeply, or holds a number that is too long") from None


def fragment(record: Any) -> bytes:
    """One event of a batch, to be kept with it. Raises Unreadable when it cannot be written down again."""
    try:
        return json.dumps(record, ensure_ascii=True, sort_keys=True).encode("ascii")
    except (RecursionError, ValueError, TypeError):
        raise Unreadable("an event of the batch is nested too deeply") from None


def _no_constant(name: str) -> float:
    raise Unreadable(f"the body holds {name}, which is no JSON number")


def _urlencoded(raw: bytes) -> tuple[Part, ...]:
    try:
        pairs = parse_qsl(raw, keep_blank_values=True, max_num_fields=MAX_PARTS)
    except ValueError:
        raise Unreadable(f"the form has more than {MAX_PARTS} fields") from None
    return tuple(Part(name.decode("utf-8", "replace"), value) for name, value in pairs)


@dataclass
class _Reader:
    """Gathers the parts of a multipart form as the parser meets them."""

    parts: list[Part] = field(default_factory=list)
    headers: dict[bytes, bytes] = field(default_factory=dict)
    name: bytes = b""
    value: bytes = b""
    data: bytearray = field(default_factory=bytearray)
    ended: bool = False

    def begin(self) -> None:
        if len(self.parts) >= MAX_PARTS:
            raise Unreadable(f"the form has more than {MAX_PARTS} parts")
        self.headers, self.data = {}, bytearray()

    def header_field(self, data: bytes, start: int, end: int) -> None:
        self.name += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self.value += data[start:end]

    def header_end(self) -> None:
        self.headers[self.name.lower()] = self.value
        self.name = self.value = b""

    def body(self, data: bytes, start: int, end: int) -> None:
        self.data += data[start:end]

    def end(self) -> None:
        _, options = parse_options_header(self.headers.get(b"content-disposition"))
        name, filename = options.get(b"name", b""), options.get(b"filename", b"")
        kind = self.headers.get(b"content-type", b"").decode("latin-1")
        self.parts.append(
            Part(name.decode("utf-8", "replace"), bytes(self.data), filename.decode("utf-8", "replace"), kind)
        )

    def finish(self) -> None:
        self.ended = True


def _multipart(call: Call) -> tuple[Part, ...]:
    _, options = parse_options_header(call.header("content-type"))
    boundary = options.get(b"boundary")
    if not boundary:
        raise Unreadable("the form names no boundary")
    reader = _Reader()
    try:
        parser = MultipartParser(
            boundary,
            {
                "on_part_begin": reader.begin,
                "on_part_data": reader.body,
                "on_part_end": reader.end,
                "on_header_field": reader.header_field,
                "on_header_value": reader.header_value,
                "on_header_end": reader.header_end,
                "on_end": reader.finish,
            },
        )
        parser.write(call.raw)
        parser.finalize()
    except (FormParserError, UnicodeDecodeError):
        raise Unreadable("the form is no multipart/form-data") from None
    if not reader.ended:
        raise Unreadable("the form ends before its last boundary")
    return tuple(reader.parts)
