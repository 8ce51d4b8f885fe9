"""A file that is not UTF-8 is named for what it is, with the way to save it again."""

from pathlib import Path

import pytest

from records.sheets.faults import Unusable
from records.sheets.reading import open_sheet
from tests.records.builders import file, read

RUSSIAN = "id,name\nacme,Северный Причал\nplain,Plain\nlast,Берёзовая Аптека\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_utf8_is_read_with_or_without_a_byte_order_mark(tmp_path: Path, encoding: str) -> None:
    good, faults = read(file(tmp_path, "accounts.csv", RUSSIAN.encode(encoding)))
    assert faults == []
    assert good[0].values["name"] == "Северный Причал"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (RUSSIAN.encode("cp1251"), "windows-1251"),
        (RUSSIAN.encode("koi8-r"), "KOI8-R"),
        ("id,name\nacme,Müller & Söhne\n".encode("cp1252"), "windows-1252"),
        (RUSSIAN.encode("utf-16"), "UTF-16"),
        (RUSSIAN.encode("utf-16-be"), "UTF-16 without a byte order mark"),
        (RUSSIAN.encode("utf-32"), "UTF-32"),
        (b"PK\x03\x04rest of a workbook", "an Excel workbook"),
    ],
)
def test_another_encoding_is_named_with_what_to_do(tmp_path: Path, content: bytes, name: str) -> None:
    with pytest.raises(Unusable) as refused:
        open_sheet(file(tmp_path, "accounts.csv", content))
    assert f"accounts.csv is not UTF-8; it looks like {name}" in str(refused.value)
    assert "Save As > CSV UTF-8" in str(refused.value)
    assert "Nothing was written" in str(refused.value)


def test_single_damaged_lines_are_refused_one_by_one(tmp_path: Path) -> None:
    content = "id,name\ngood,Düsen\n".encode() + "bad,Сломано\n".encode("cp1251") + b"last,Last\n"
    good, faults = read(file(tmp_path, "accounts.csv", content))
    assert [row.values["id"] for row in good] == ["good", "last"]
    assert [fault.line for fault in faults] == [3]
    assert "windows-1251" in faults[0].reason
