"""Bytes and headers of a mail as text, whatever charset they name or break. Never raises."""

import codecs
from email.errors import HeaderParseError
from email.header import decode_header
from typing import Final

_MAX_ENCODED: Final = (
    4_000  # characters of a header whose encoded words are decoded: the standard library's look is quadratic
)
# Codecs that are no charset of a mail: slow, or made for programs.
_NO_CHARSETS: Final = frozenset(
    {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
)
# Charsets that take any byte for a letter say nothing when they fit; those that may fail are read with marks instead.
_MANY_BYTES: Final = ("utf", "iso2022", "euc", "shift", "cp932", "gb", "big5", "hz")


def text_of(raw: bytes, charset: str) -> str:
    """Bytes as text: in the charset they name, else UTF-8, else Latin-1; never an error."""
    named = _codec(charset)
    for name in (named, "utf-8"):
        if name:
            try:
                return raw.decode(name)
            except (LookupError, UnicodeError, ValueError):
                continue
    if named and named.replace("_", "").replace("-", "").startswith(_MANY_BYTES):
        return raw.decode(named, "replace")
    return raw.decode("latin-1")


def _codec(charset: str) -> str:
    """Python's name of a charset; empty for one that is none."""
    named = charset[:60].strip("\"' ").lower()
    if not named or not named.isascii() or not named.isprintable():
        return ""
    try:
        name = codecs.lookup(named).name
        "a".encode(name)  # raises LookupError for codecs that are no text
    except (LookupError, UnicodeError, ValueError):
        return ""
    return "" if name.replace("-", "_") in _NO_CHARSETS else name


def decoded_header(value: str) -> str:
    """A header's words without RFC 2047's encoding, on one line."""
    if "=?" not in value:
        return " ".join(value.split())
    try:
        pieces = [
            text_of(part, charset or "") if isinstance(part, bytes) else part
            for part, charset in decode_header(value[:_MAX_ENCODED])
        ]
    except (ValueError, LookupError, TypeError, AttributeError, HeaderParseError):
        pieces = [value]
    return " ".join("".join(pieces).split())
