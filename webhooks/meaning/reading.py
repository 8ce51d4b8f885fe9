"""A raw mail as plain texts: its headers, what it says, the reports in it, the mail of ours it gives back.

Never raises on a mail: what cannot be decoded is replaced, what is too deep or too large is left out and named.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import policy
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from html import unescape
from typing import Final

MAX_PARTS: Final = 200
MAX_TEXT: Final = 200_000  # characters of one part that are looked at
MAX_RAW: Final = 12 * 1024 * 1024  # bytes that are parsed; the rest is cut off
_DEEPEST: Final = 30  # nested multiparts
_REPORTS: Final = frozenset({"message/delivery-status", "message/feedback-report", "message/disposition-notification"})
_GIVEN_BACK: Final = frozenset({"message/rfc822", "text/rfc822-headers", "message/partial", "message/rfc822-headers"})


@dataclass(frozen=True)
class Part:
    """A leaf of the mail: its type in small letters, and its text."""

    kind: str
    text: str


@dataclass(frozen=True)
class Mail:
    """A mail taken apart. Header names are in small letters; a header that comes several times has several values."""

    headers: dict[str, tuple[str, ...]]
    kind: str  # content type of the whole
    report_type: str
    parts: tuple[Part, ...]
    raw: bytes = field(repr=False)
    original: str  # the mail it gives back, headers first; empty when there is none
    limits: tuple[str, ...] = field(default=())

    def header(self, name: str) -> str:
        """The first value of a header, decoded; empty when there is none."""
        return self.headers.get(name.lower(), ("",))[0]

    @property
    def said(self) -> str:
        """The plain text it says itself; of a mail that is only HTML, that as text."""
        plain = [part.text for part in self.parts if part.kind in ("text/plain", "text")]
        if any(text.strip() for text in plain):
            return "\n".join(plain)
        return "\n".join(text_of_html(part.text) for part in self.parts if part.kind == "text/html")

    def report(self, kind: str) -> str:
        """The text of a report part, e.g. `message/delivery-status`."""
        return "\n\n".join(part.text for part in self.parts if part.kind == kind)


def read_mail(raw: bytes) -> Mail:
    """Take a mail apart."""
    limits = ["cut off after 12 MB"] if len(raw) > MAX_RAW else []
    message = BytesParser(policy=policy.compat32).parsebytes(_bounded(raw[:MAX_RAW]))
    parts: list[Part] = []
    original = ""
    for kind, text in _leaves(message, 0):
        if len(parts) >= MAX_PARTS:
            limits.append(f"more than {MAX_PARTS} parts")
            break
        if kind in _GIVEN_BACK:
            original = original or text
        else:
            parts.append(Part(kind, text[:MAX_TEXT]))
    return Mail(
        headers=_headers(message),
        kind=message.get_content_type(),
        report_type=str(message.get_param("report-type", "") or "").lower(),
        parts=tuple(parts),
        raw=raw,
        original=original[:MAX_TEXT],
        limits=tuple(limits),
    )


_BOUNDARY: Final = re.compile(rb"^content-type:\s*multipart/", re.IGNORECASE | re.MULTILINE)


def _bounded(raw: bytes) -> bytes:
    """Cut where the mail nests deeper than anybody writes: the parser itself is recursive."""
    starts = [found.start() for found, _ in zip(_BOUNDARY.finditer(raw), range(_DEEPEST * 4), strict=False)]
    return raw[: starts[-1]] if len(starts) == _DEEPEST * 4 else raw


def _leaves(message: Message, depth: int) -> Iterator[tuple[str, str]]:
    kind = message.get_content_type().lower()
    payload = message.get_payload()
    if kind in _REPORTS:
        yield kind, _report_text(message)
    elif kind in _GIVEN_BACK:
        yield kind, _given_back(message)
    elif isinstance(payload, list):
        for one in payload if depth < _DEEPEST else ():
            if isinstance(one, Message):
                yield from _leaves(one, depth + 1)
    elif kind.startswith("text/") or kind == "message/external-body" or "/" not in kind:
        yield kind, _decoded(message)


def _report_text(message: Message) -> str:
    payload = message.get_payload()
    if isinstance(payload, list):
        return "\n\n".join(_head_text(one) for one in payload if isinstance(one, Message))
    return _decoded(message)


def _head_text(message: Message) -> str:
    rows = "\n".join(f"{name}: {value}" for name, value in message.items())
    rest = message.get_payload()
    return rows + (f"\n\n{rest}" if isinstance(rest, str) and rest.strip() else "")


def _given_back(message: Message) -> str:
    payload = message.get_payload()
    if isinstance(payload, list) and payload and isinstance(payload[0], Message):
        inner = payload[0]
        rest = inner.get_payload()
        head = "\n".join(f"{name}: {value}" for name, value in inner.items())
        return f"{head}\n\n{rest if isinstance(rest, str) else ''}"
    return _decoded(message)


def _decoded(message: Message) -> str:
    try:
        raw = message.get_payload(decode=True)
    except (ValueError, TypeError, AttributeError, LookupError):
        raw = None
    if not isinstance(raw, bytes):
        payload = message.get_payload()
        return payload if isinstance(payload, str) else ""
    return text_of(raw, str(message.get_param("charset", "") or ""))


def text_of(raw: bytes, charset: str) -> str:
    """Bytes as text: in the charset they name, else UTF-8, else Latin-1; never an error."""
    for name in (charset.strip("\"' ").lower(), "utf-8"):
        try:
            return raw.decode(name)
        except (LookupError, UnicodeDecodeError, ValueError):
            continue
    return raw.decode("latin-1")


def _headers(message: Message) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name, value in message.raw_items():
        found.setdefault(name.lower(), []).append(decoded_header(_as_text(value)))
    return {name: tuple(values) for name, values in found.items()}


def _as_text(value: object) -> str:
    """A raw header; bytes outside ASCII, which nobody should write there, are read as UTF-8, else as Latin-1."""
    return text_of(str(value).encode("utf-8", "surrogateescape"), "")


def decoded_header(value: str) -> str:
    """A header's words without RFC 2047's encoding, on one line."""
    try:
        pieces = [
            text_of(part, charset or "") if isinstance(part, bytes) else part for part, charset in decode_header(value)
        ]
    except (ValueError, LookupError, TypeError, AttributeError):
        pieces = [value]
    return " ".join("".join(pieces).split())


_TAGS: Final = re.compile(r"<[^>]*>")
_BLOCKS: Final = re.compile(r"<\s*(?:br|/p|/div|/tr|/li|/h\d|/blockquote)\b[^>]*>", re.IGNORECASE)
_UNSEEN: Final = re.compile(r"<(style|script|head|title)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)


def text_of_html(markup: str) -> str:
    """The words of HTML, a line for each block."""
    lines = _TAGS.sub("", _BLOCKS.sub("\n", _UNSEEN.sub("", markup.replace("\r\n", "\n"))))
    return re.sub(r"\n{3,}", "\n\n", unescape(lines))
