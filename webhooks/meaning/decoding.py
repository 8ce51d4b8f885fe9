"""Bytes and headers of a mail as text, whatever charset they name or break. Never raises."""

import binascii
import codecs
import quopri
import re
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
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


_NO_BASE64: Final = re.compile(rb"[^A-Za-z0-9+/]+")


class Node(Message):
    """A part of a mail whose content is decoded here: the standard library trusts any codec that a mail names."""

    _payload: object  # where the standard library keeps what it parsed

    @property
    def inside(self) -> list["Node"] | None:
        """The parts of a multipart, the mail in a mail; None of a leaf."""
        return [one for one in self._payload if isinstance(one, Node)] if isinstance(self._payload, list) else None

    @property
    def content(self) -> str:
        """The text of a leaf; empty for a container."""
        raw = self._payload.encode("utf-8", "surrogateescape") if isinstance(self._payload, str) else b""
        return text_of(untransferred(raw, str(self.get("content-transfer-encoding", ""))), self.named("charset"))

    def named(self, parameter: str) -> str:
        """A parameter of its content type; empty when there is none."""
        try:
            return str(self.get_param(parameter, "") or "")
        except (ValueError, LookupError, TypeError):
            return ""


def untransferred(raw: bytes, encoding: str) -> bytes:
    """Content without its transfer encoding (RFC 2045); what cannot be decoded stays as it is."""
    if encoding.strip().lower() == "quoted-printable":
        return quopri.decodestring(raw)
    if encoding.strip().lower() == "base64":
        letters = _NO_BASE64.sub(b"", raw)
        try:
            return binascii.a2b_base64(letters[: len(letters) - (len(letters) % 4 == 1)] + b"==")
        except binascii.Error:
            return raw
    return raw
