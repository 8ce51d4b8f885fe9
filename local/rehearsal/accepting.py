"""Writes into a file of rehearsals what was played, as what is expected. Every other line stays as it is."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from local.rehearsal.scenario import Expect
from plays.yaml_source import read_yaml

_QUOTED: Final = re.compile(r"""^[\s\[\]{}&*!|>%@`"'#,?-]|: | #|:$""")


def accept(path: Path, found: Mapping[int, Expect]) -> None:
    """Replace the expectations of these rehearsals (numbers from 1)."""
    text = path.read_text(encoding="utf-8")
    path.write_text(accepted(text, found), encoding="utf-8")


def accepted(text: str, found: Mapping[int, Expect]) -> str:
    """The text of the file with these expectations."""
    lines = text.splitlines()
    items = read_yaml(text.encode()).parts["rehearsals"].parts
    starts = [items[number].line - 1 for number in sorted(items, key=int)]
    ends = [*starts[1:], len(lines)]
    for number in sorted(found, reverse=True):
        begin, end = starts[number - 1], ends[number - 1]
        lines[begin:end] = _with(lines[begin:end], found[number])
    return "\n".join(lines) + "\n"


def _with(item: list[str], expect: Expect) -> list[str]:
    """The lines of one rehearsal with this expectation as its last key, before the space that follows it."""
    indent = re.match(r"^\s*-?\s*", item[0]).end() if item else 0  # type: ignore[union-attr]  # it matches always
    kept = _without(item, indent)
    tail: list[str] = []
    while kept and (not kept[-1].strip() or _is_comment(kept[-1], indent)):
        tail.insert(0, kept.pop())
    return [*kept, *(" " * indent + line for line in _lines(expect)), *tail]


def _is_comment(line: str, indent: int) -> bool:
    """A comment that stands before the next rehearsal."""
    return line.lstrip().startswith("#") and len(line) - len(line.lstrip()) < indent


def _without(item: list[str], indent: int) -> list[str]:
    """Its lines but for the old expectation."""
    kept: list[str] = []
    inside = False
    for line in item:
        depth = len(line) - len(line.lstrip())
        if line.strip() and depth <= indent:
            inside = depth == indent and line.lstrip().startswith("expect:")
        if not inside or not line.strip():
            kept.append(line)
    return kept


def _lines(expect: Expect) -> list[str]:
    found = ["expect:", f"  outcome: {expect.outcome}"]
    for name, items in (("touches", expect.touches), ("skipped", expect.skipped), ("open", expect.open)):
        if not items:
            continue
        if name == "touches":
            found += [f"  {name}:", *(f"    - {_scalar(item)}" for item in items)]
        else:
            found.append(f"  {name}: [{', '.join(items)}]")
    return found


def _scalar(text: str) -> str:
    return f"'{text.replace(chr(39), chr(39) * 2)}'" if _QUOTED.search(text) else text
