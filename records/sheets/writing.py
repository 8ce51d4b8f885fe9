"""Stored rows as CSV: the same columns, so that the import finds every row unchanged. UTF-8, line ends as on Unix."""

import csv
import datetime as dt
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from records.sheets.cells import fact_cell, marked
from records.sheets.kinds import Family, Kind

Keys = Mapping[str, Sequence[str]]  # family's store -> names


def header(kind: Kind, keys: Keys) -> list[str]:
    """The fixed columns, then the families' in the order of the alphabet."""
    own = [family.prefix + key for family in kind.families for key in keys[family.stored]]
    return [*(column.name for column in kind.columns), *own]


def row(kind: Kind, keys: Keys, stored: Mapping[str, Any]) -> list[str]:
    """The cells of one stored row; whatever a spreadsheet would run carries an apostrophe in front."""
    cells = [_cell(column.name, stored[column.name]) for column in kind.columns]
    return cells + [
        _own(family, stored[family.stored].get(key)) for family in kind.families for key in keys[family.stored]
    ]


@contextmanager
def replaced(path: Path) -> Iterator[TextIO]:
    """A file that appears under its name when it is whole, and not at all when writing it fails."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            yield file
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def writer(file: TextIO) -> Any:
    """Quotes only where needed, always the same way."""
    return csv.writer(file, lineterminator="\n")


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ";".join(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value) if name == "phone" else marked(str(value))


def _own(family: Family, value: Any) -> str:
    if value is None:
        return ""
    return fact_cell(value) if family.stored == "facts" else str(value)
