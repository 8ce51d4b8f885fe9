"""A CSV file as checked rows, one at a time: memory does not grow with the file."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from records.sheets import cells
from records.sheets.encodings import check_encoding
from records.sheets.faults import BadCell, Fault, Unusable, shown
from records.sheets.kinds import KINDS, Column, Family, Kind, Values
from records.sheets.lines import Lines, Record, records
from records.sheets.places import did_you_mean

DELIMITERS: Final = (",", ";", "\t")
MAX_COLUMNS: Final = 200
_OWN: Final = "columns of your own begin with "


@dataclass(frozen=True)
class Row:
    """A good row: the fixed columns by name, families as dicts under `facts`, `anchors`, `roles`."""

    line: int
    values: Values


@dataclass(frozen=True)
class Refused:
    """A bad row. `id` is known if that cell was good: rows that refer to it are told."""

    line: int
    id: str | None
    faults: tuple[Fault, ...]


class Sheet:
    """One file of a known kind. Made by `open_sheet`."""

    def __init__(self, path: Path, kind: Kind, header: list[str], delimiter: str) -> None:
        self.path = path
        self.kind = kind
        self.header = header
        self.delimiter = delimiter
        self.size = path.stat().st_size
        self.read = 0  # bytes so far
        self._readers = [_reader(kind, name) for name in header]

    @property
    def present(self) -> list[Column]:
        """The fixed columns that the file has."""
        return [column for column in self.kind.columns if column.name in self.header]

    def keys(self, family: Family) -> list[str]:
        """The names after the prefix that the file has of this family."""
        return [name.removeprefix(family.prefix) for name in self.header if name.startswith(family.prefix)]

    def rows(self) -> Iterator[Row | Refused]:
        """Every row after the header, in the order of the file; rows without any content are passed over."""
        with self.path.open("rb") as file:
            lines = Lines(file)
            found = records(lines, self.delimiter, len(self.header))
            next(found)  # the header
            for record in found:
                self.read = lines.read
                if record.fault is not None:
                    yield self._refused(record.line, None, [("", record.fault)])
                elif any(record.cells):
                    yield self._row(record)

    def _row(self, record: Record) -> Row | Refused:
        width = len(self.header)
        if len(record.cells) < width or any(record.cells[width:]):
            fault = BadCell(
                f"{len(record.cells)} cells where the header has {width}",
                f"Quote cells that hold a '{self.delimiter}', and write every column",
            )
            return self._refused(record.line, None, [("", fault)])
        values: Values = {family.stored: {} for family in self.kind.families}
        raw: dict[str, str] = {}
        faults: list[tuple[str, BadCell]] = []
        for name, (column, family), cell in zip(self.header, self._readers, record.cells, strict=False):
            text = raw[name] = cell.strip(" \u00a0")
            try:
                _take(values, name, column, family, text)
            except BadCell as fault:
                faults.append((name, fault))
        faults += self.kind.finish(values, raw)
        return self._refused(record.line, values.get("id"), faults) if faults else Row(record.line, values)

    def _refused(self, line: int, known: str | None, faults: list[tuple[str, BadCell]]) -> Refused:
        return Refused(
            line, known, tuple(Fault(self.path.name, line, field, bad.reason, bad.right) for field, bad in faults)
        )


def open_sheet(path: Path) -> Sheet:
    """Look at encoding and header. Raises Unusable when no row of the file can be taken, OSError when unreadable."""
    check_encoding(path)
    header, delimiter = _header(path)
    kind = _kind(path, header)
    _check_header(path, kind, header)
    return Sheet(path, kind, header, delimiter)


def _reader(kind: Kind, name: str) -> tuple[Column | None, Family | None]:
    return kind.column(name), kind.family(name)


def _take(values: Values, name: str, column: Column | None, family: Family | None, text: str) -> None:
    cells.refuse_unseen(text)
    if column is not None:
        if column.required and not text:
            raise BadCell("the cell is empty", "Fill it in")
        values[column.name] = column.parse(text) if text else column.empty
    elif family is not None and text:
        values[family.stored][name.removeprefix(family.prefix)] = family.parse(text)


def _header(path: Path) -> tuple[list[str], str]:
    """The names of the columns and the delimiter. Trailing nameless columns, which spreadsheets add, are dropped."""
    best: tuple[list[str], str] = ([], ",")
    for delimiter in DELIMITERS:
        with path.open("rb") as file:
            first = next(records(Lines(file), delimiter, None), None)
        if first is None:
            raise Unusable(
                f"{path.name} is empty. Its first line names the columns, e.g. id,name. Nothing was written."
            )
        if first.fault is not None:
            raise Unusable(f"{path.name} line {first.line}: {first.fault.reason}. {first.fault.right}.")
        if len(first.cells) > len(best[0]):
            best = first.cells, delimiter
    names = [name.strip().lower() for name in best[0]]
    while names and not names[-1]:
        names.pop()
    return names, best[1]


def _kind(path: Path, header: list[str]) -> Kind:
    """The kind whose columns these mostly are; between equals the file's name decides."""

    def likeness(kind: Kind) -> tuple[int, bool, int]:
        known = sum(any(_reader(kind, name)) for name in header)
        return known, kind.name in path.stem.lower(), -sum(name not in header for name in kind.required)

    kind = max(KINDS, key=likeness)
    if likeness(kind)[0] == 0:
        known = "; ".join(f"{kind.name}: {', '.join(kind.required)}" for kind in KINDS)
        raise Unusable(
            f"{path.name}: the first line {shown(', '.join(header))} names no column of Setpiece. "
            f"A file has at least the columns of one kind ({known}). Nothing was written."
        )
    return kind


def _check_header(path: Path, kind: Kind, header: list[str]) -> None:
    faults = [_unknown(kind, name) for name in header if not _is_known(kind, name)]
    faults += [f"column {shown(name)} stands twice" for name in sorted({n for n in header if header.count(n) > 1})]
    faults += [f"column '{name}' is missing" for name in kind.required if name not in header]
    if len(header) > MAX_COLUMNS:
        faults = [f"{len(header)} columns are too many (at most {MAX_COLUMNS})"]
    if faults:
        raise Unusable(f"{path.name} ({kind.name}): {'; '.join(faults)}. Nothing was written.")


def _is_known(kind: Kind, name: str) -> bool:
    column, family = _reader(kind, name)
    return column is not None or (family is not None and family.is_key(name.removeprefix(family.prefix)))


def _unknown(kind: Kind, name: str) -> str:
    names = [column.name for column in kind.columns]
    own = (
        _OWN + " ".join(family.prefix for family in kind.families) if kind.families else "columns: " + ", ".join(names)
    )
    family = kind.family(name)
    if family is not None:
        return f"column {shown(name)}: after {family.prefix} come small letters, digits and _ (role.: -)"
    return f"column {shown(name)} is unknown: {did_you_mean(name, names, own)}"
