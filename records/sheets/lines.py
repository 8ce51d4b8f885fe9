"""From bytes to records: physical lines joined where a quoted cell spans several, and cut into cells.

A quote that is opened and never closed must not swallow the good rows after it, and a line break inside a properly
quoted cell must not become a row of its own (it could have been written by a stranger, in a note field of a CRM).
"""

import codecs
import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from records.sheets.encodings import likely_encoding
from records.sheets.faults import BadCell

MAX_LINE: Final = 1 << 20  # bytes of one record
_SAVE_AGAIN: Final = "Save the file as CSV UTF-8 and import it again"
csv.field_size_limit(MAX_LINE * 2)


@dataclass(frozen=True)
class Record:
    """The cells of one row, with the line it begins in; or why it has none."""

    line: int
    cells: list[str]
    fault: BadCell | None = None


class Lines:
    """The physical lines of a file, numbered, with the possibility of going back. Counts the bytes read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._again: deque[tuple[int, bytes]] = deque()
        self._number = 0
        self.read = 0

    def next(self) -> tuple[int, bytes] | None:
        """The next line without its end, or None. A line over MAX_LINE comes back cut, but still over MAX_LINE."""
        if self._again:
            return self._again.popleft()
        line = self._file.readline(MAX_LINE + 2)
        if not line:
            return None
        self._number += 1
        self.read += len(line)
        if not line.endswith(b"\n"):
            self._skip_rest()
        if self._number == 1:
            line = line.removeprefix(codecs.BOM_UTF8)
        return self._number, line.removesuffix(b"\n").removesuffix(b"\r")

    def put_back(self, lines: list[tuple[int, bytes]]) -> None:
        """These lines come again, before all others."""
        self._again.extendleft(reversed(lines))

    def _skip_rest(self) -> None:
        while rest := self._file.readline(MAX_LINE):
            self.read += len(rest)
            if rest.endswith(b"\n"):
                return


def records(lines: Lines, delimiter: str, width: int | None) -> Iterator[Record]:
    """Every record of the file. With `width`, several lines make one record only if it has that many cells."""
    while (first := lines.next()) is not None:
        number, raw = first
        if not raw.strip():
            continue
        try:
            yield Record(number, _cells(lines, first, delimiter, width))
        except BadCell as fault:
            yield Record(number, [], fault)


def _cells(lines: Lines, first: tuple[int, bytes], delimiter: str, width: int | None) -> list[str]:
    text = _decoded(first[1])
    if '"' not in text:
        return text.split(delimiter)
    cells = _split(text, delimiter)
    if cells is None and width is not None:
        cells = _joined(lines, first, delimiter, width)
    if cells is None:
        raise BadCell("a quote is opened and not closed", "Close it, or write a quote inside a cell twice")
    return cells


def _joined(lines: Lines, first: tuple[int, bytes], delimiter: str, width: int) -> list[str] | None:
    """The record that begins in this line and ends in a later one; None (and nothing consumed) if there is none."""
    taken: list[tuple[int, bytes]] = []
    parts, size = [first[1]], len(first[1])
    while size <= MAX_LINE and (line := lines.next()) is not None:
        taken.append(line)
        parts.append(line[1])
        size += len(line[1]) + 1
        if line[1].count(b'"') % 2:  # only such a line can close the quote
            cells = _whole(b"\n".join(parts), delimiter)
            if cells is not None and len(cells) == width:
                return cells
            break
    lines.put_back(taken)
    return None


def _whole(raw: bytes, delimiter: str) -> list[str] | None:
    try:
        return _split(raw.decode("utf-8", "replace"), delimiter)
    except BadCell:
        return None


def _split(text: str, delimiter: str) -> list[str] | None:
    """The cells; None when a quote stays open."""
    try:
        rows = list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error as error:
        if "unexpected end" in str(error):
            return None
        raise BadCell(
            f"the quotes cannot be read ({error})", "Write a quote inside a cell twice, and quote the whole cell"
        ) from error
    return rows[0] if len(rows) == 1 else None


def _decoded(raw: bytes) -> str:
    if len(raw) > MAX_LINE:
        raise BadCell(f"the line is longer than {MAX_LINE // 1024} KB", "Shorten it; a row is a few hundred letters")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadCell(
            f"the line is not UTF-8 (byte {error.start + 1}; it looks like {likely_encoding(raw)})", _SAVE_AGAIN
        ) from error
