"""Is this file UTF-8, and if not, what is it likely to be? Legacy encodings are named, never guessed into names."""

import codecs
import re
from collections import Counter
from pathlib import Path
from typing import Final

from records.sheets.faults import Unusable

_CHUNK: Final = 1 << 16
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
    (b"PK\x03\x04", "an Excel workbook or a ZIP archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
)
_HIGH: Final = re.compile(rb"[\x80-\xff]")
_RUNS: Final = re.compile(rb"[\x80-\xff]{2,}")


def check_encoding(path: Path) -> None:
    """Raise Unusable, naming the encoding, when the file is not UTF-8 (with or without a byte order mark).

    A file that is UTF-8 but for single lines passes: those lines are refused one by one, the others go in.
    """
    with path.open("rb") as file:
        head = file.read(_CHUNK)
    for mark, name in _MARKS:
        if head.startswith(mark):
            raise Unusable(_advice(path, name))
    first_line = head.partition(b"\n")[0]
    if first_line.count(0) * 4 > len(first_line):
        raise Unusable(_advice(path, "UTF-16 without a byte order mark"))
    if not _is_utf8(path) and not _some_line_is_utf8(path):
        raise Unusable(_advice(path, likely_encoding(_high_bytes(path))))


def likely_encoding(sample: bytes) -> str:
    """The name of the legacy encoding that these bytes look like.

    Cyrillic text has its letters in runs, Western text has single accents among ASCII letters; and lower case,
    which is most of any text, stands at E0-FF in windows-1251 and at C0-DF in KOI8-R.
    """
    high = len(_HIGH.findall(sample))
    in_runs = sum(len(run) for run in _RUNS.findall(sample))
    if in_runs * 2 < high:
        return "windows-1252"
    places = Counter(byte >> 5 for byte in sample)  # 6: C0-DF, 7: E0-FF
    return "windows-1251" if places[7] >= places[6] else "KOI8-R"


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _some_line_is_utf8(path: Path) -> bool:
    """True if some line has letters beyond ASCII and is UTF-8: then the rest are single damaged lines."""
    with path.open("rb") as file:
        while line := file.readline(_CHUNK):
            try:
                if not line.removeprefix(codecs.BOM_UTF8).decode().isascii():
                    return True
            except UnicodeDecodeError:
                continue
    return False


def _high_bytes(path: Path) -> bytes:
    """Lines with bytes beyond ASCII, about 64 KB of them."""
    found = bytearray()
    with path.open("rb") as file:
        while len(found) < _CHUNK and (line := file.readline(_CHUNK)):
            if not line.isascii():
                found += line
    return bytes(found)


def _advice(path: Path, name: str) -> str:
    command = name.upper() if name.startswith(("windows", "KOI8")) else "UTF-16" if "UTF-16" in name else ""
    by_hand = f", or run: iconv -f {command} -t UTF-8 {path.name} > utf8-{path.name}" if command else ""
    return (
        f"{path.name} is not UTF-8; it looks like {name}. In the spreadsheet choose File > Save As > CSV UTF-8"
        f"{by_hand}. Nothing was written."
    )
