"""Whatever a file holds, the reader does not crash, good rows go in, and text never turns into rows."""

import csv
import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from records.sheets.faults import Unusable
from records.sheets.reading import Refused, Row, open_sheet

HEADER = b"id,name,zone,fact.note,role.csm\n"


@contextmanager
def accounts_file(content: bytes) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "accounts.csv"
        path.write_bytes(content)
        yield path


def read_or_refused(path: Path) -> tuple[str, list[Row | Refused]]:
    try:
        return "", list(open_sheet(path).rows())
    except Unusable as refused:
        return str(refused), []


@given(st.binary(max_size=400), st.booleans())
@example(b'"', True)
@example(b"\x00" * 50, True)
@example(b'a,"\n"', True)
def test_any_bytes_are_read_or_refused(content: bytes, with_header: bool) -> None:
    with accounts_file((HEADER if with_header else b"") + content) as path:
        refusal, rows = read_or_refused(path)
    assert "accounts.csv" in refusal or all(isinstance(row, Row) or row.faults for row in rows)


junk = st.binary(max_size=60).map(lambda raw: raw.replace(b"\n", b"").replace(b'"', b""))


@given(st.lists(junk, max_size=6), st.booleans())
@example([b"\xff\xfe", b"\x00\x00\x00"], True)
def test_good_rows_go_in_among_any_lines(lines: list[bytes], unclosed: bool) -> None:
    good = [b'good-0,"B\xc3\xbcro, Ltd",,,', b"good-1,One,,,", b"good-2,Two,Europe/Paris,note,"]
    mixed: list[bytes] = []
    for number, line in enumerate([*lines, *[b"x"] * (len(good) - len(lines))]):
        mixed += [line, *good[number : number + 1]]
    if unclosed:
        mixed.insert(2, b'open,"never closed')
    with accounts_file(HEADER + b"\n".join(mixed) + b"\n") as path:
        found = [row.values["id"] for row in open_sheet(path).rows() if isinstance(row, Row)]
    assert [name for name in found if str(name).startswith("good-")] == ["good-0", "good-1", "good-2"]


cell = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(st.lists(st.tuples(cell, cell), min_size=1, max_size=8))
@example([("a,b\nevil,Evil,,,\n", '"')])
def test_what_a_csv_writer_wrote_is_read_as_so_many_rows(rows: list[tuple[str, str]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([f"row-{number}", name, "", note, ""] for number, (name, note) in enumerate(rows))
    with accounts_file(HEADER + text.getvalue().encode()) as path:
        found = list(open_sheet(path).rows())
    ids = [row.values["id"] if isinstance(row, Row) else row.id for row in found]
    assert ids == [f"row-{number}" for number in range(len(rows))]
