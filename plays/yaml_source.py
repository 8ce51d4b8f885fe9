"""YAML text to plain data, with the line of every key and value. Strict: a surprise is a fault, never a guess.

YAML 1.2, so that `on` and `no` are words. Refused: duplicate keys, anchors and aliases (bombs), tags, tabs, several
documents, deep nesting, more than 128 KB.
"""

import math
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.nodes import ScalarNode

MAX_BYTES: Final = 128 * 1024
MAX_DEPTH: Final = 40
_MAX_EVENTS: Final = 10_000
_TAG: Final = "tag:yaml.org,2002:"

Path = Sequence[str | int]


class YamlFault(ValueError):
    """The text is no YAML of ours: the place (from 1), what is wrong, what would be right."""

    def __init__(self, line: int, column: int, message: str, suggestion: str = "") -> None:
        self.line, self.column, self.message, self.suggestion = line, column, message, suggestion
        super().__init__(message)


@dataclass
class Spot:
    """A value and where it stands; `keys` are the places of a mapping's keys."""

    value: Any
    line: int
    column: int
    parts: dict[str | int, "Spot"] = field(default_factory=dict)
    keys: dict[str | int, tuple[int, int]] = field(default_factory=dict)

    def find(self, path: Path) -> "Spot":
        """The deepest spot on the path; what is not there (a default, an index into a single value) is passed over."""
        spot = self
        for part in path:
            spot = spot.parts.get(part, spot)
        return spot

    def at(self, path: Path) -> tuple[int, int]:
        """Line and column of the key the path ends in, else of its value, else of what holds it."""
        holder = self.find(path[:-1])
        if path and path[-1] in holder.keys:
            return holder.keys[path[-1]]
        spot = self.find(path)
        return spot.line, spot.column


@lru_cache(maxsize=64)
def read_yaml(raw: bytes) -> Spot:
    """The document of a file, kept and not to be changed: a check looks at the plays beside its own too.

    Raises YamlFault for the first thing wrong.
    """
    text = _decoded(raw)
    try:
        return _document(_surveyed(text))
    except YamlFault:
        raise
    except MarkedYAMLError as error:
        raise _fault_of(error, text) from None
    except (YAMLError, ValueError, RecursionError, AssertionError) as error:
        raise YamlFault(
            1, 1, f"this is not YAML: {str(error).splitlines()[0] if str(error) else 'unreadable'}"
        ) from None


def _decoded(raw: bytes) -> str:
    if len(raw) > MAX_BYTES:
        raise YamlFault(1, 1, f"a play is at most {MAX_BYTES // 1024} KB; this has {len(raw) // 1024} KB", "split it")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
        raise YamlFault(line, column, "this is not UTF-8", "save the file as UTF-8") from None
    for number, row in enumerate(text.split("\n"), 1):
        indent = row[: len(row) - len(row.lstrip())]
        if "\t" in indent:
            raise YamlFault(number, indent.index("\t") + 1, "a tab in the indentation", "indent with spaces")
        for column, sign in enumerate(row, 1):
            if sign < " " and sign not in "\t\r":
                raise YamlFault(number, column, f"the control character U+{ord(sign):04X}", "remove it")
    return text


def _surveyed(text: str) -> Iterator[Event]:
    """The events of the text, each looked at before anything is built of it, so that size is known before it costs."""
    depth = documents = 0
    for count, event in enumerate(YAML(typ="safe", pure=True).parse(text)):
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if isinstance(event, AliasEvent) or (isinstance(event, NodeEvent) and event.anchor):
            raise YamlFault(
                line, column, "anchors (&) and aliases (*) are not used in plays", "quote it or write it out"
            )
        if getattr(event, "tag", None) is not None and str(event.tag):
            raise YamlFault(line, column, "a value that begins with ! is a YAML tag", 'put it in quotes: "!…"')
        documents += isinstance(event, DocumentStartEvent)
        depth += type(event).__name__ in ("MappingStartEvent", "SequenceStartEvent")
        depth -= type(event).__name__ in ("MappingEndEvent", "SequenceEndEvent")
        if documents > 1:
            raise YamlFault(line, column, "a file holds one play", "remove the `---`")
        if depth > MAX_DEPTH or count > _MAX_EVENTS:
            raise YamlFault(line, column, "the file is nested too deep or too long", "split it into several plays")
        yield event


def _document(events: Iterator[Event]) -> Spot:
    """The only document of a file."""
    if not any(isinstance(event, DocumentStartEvent) for event in events):
        raise YamlFault(1, 1, "the file is empty", "begin with `play: name`")
    spot = _spot(next(events), events)
    deque(events, maxlen=0)  # another document would be a fault
    return spot


def _spot(event: Event, events: Iterator[Event]) -> Spot:
    line, column = event.start_mark.line + 1, event.start_mark.column + 1
    if isinstance(event, MappingStartEvent):
        return _mapping(events, line, column)
    if isinstance(event, SequenceStartEvent):
        parts: dict[str | int, Spot] = {}
        while not isinstance(inner := next(events), SequenceEndEvent):
            parts[len(parts)] = _spot(inner, events)
        return Spot([part.value for part in parts.values()], line, column, parts)
    assert isinstance(event, ScalarEvent)  # noqa: S101  # there is no other kind of value
    return Spot(_scalar(event), line, column)


def _mapping(events: Iterator[Event], line: int, column: int) -> Spot:
    spot = Spot({}, line, column)
    while not isinstance(event := next(events), MappingEndEvent):
        at = event.start_mark.line + 1, event.start_mark.column + 1
        if not isinstance(event, ScalarEvent):
            raise YamlFault(*at, "a key is one word", 'a value that begins with { or [ is put in quotes: "[…"')
        key = event.value
        if key in spot.parts:
            raise YamlFault(*at, f"`{key}` stands here twice, first in line {spot.keys[key][0]}", "keep one of them")
        spot.keys[key] = at
        spot.parts[key] = _spot(next(events), events)
        spot.value[key] = spot.parts[key].value
    return spot


_RESOLVER: Final = YAML(typ="safe", pure=True).resolver  # says what a plain word is: a number, a text, nothing


def _scalar(event: ScalarEvent) -> Any:
    kind, text = str(_RESOLVER.resolve(ScalarNode, event.value, event.implicit)).removeprefix(_TAG), event.value
    try:
        if kind == "int":
            return int(text.replace("_", ""), 0) if len(text) < 20 else text
        if kind == "float":
            number = float(text.replace("_", ""))
            return number if math.isfinite(number) else text
    except ValueError:
        return text
    if kind == "bool":
        return text.lower() == "true"
    if kind == "null":
        return None
    return text  # dates and times stay as written


_HINTS: Final = {
    "mapping values are not allowed here": "put the text in quotes: it holds a colon",
    "found character '%'": "put the text in quotes",
    "found character '@'": "put the text in quotes",
    "found character '`'": "put the text in quotes",
    "expected ',' or '}', but got": "put a text with brackets, commas or colons in quotes",
    "expected ',' or ']', but got": "put a text with brackets, commas or colons in quotes",
    "could not find expected ':'": "each line is `key: value` or `- item`",
    "expected <block end>": "check the indentation of this line",
    "found unexpected end of stream": "close the quote or bracket that was opened",
    "found unknown escape character": "use single quotes",
}


def _fault_of(error: MarkedYAMLError, text: str) -> YamlFault:
    opened = "end of stream" in str(error.problem) and error.context_mark  # point where the quote was opened
    mark = opened or error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    message = " ".join(str(error.problem or error.context or "unreadable").split())
    hint = next((hint for words, hint in _HINTS.items() if words in message), "")
    return YamlFault(min(line, text.count("\n") + 1), column, f"this is not YAML: {message}", hint)
