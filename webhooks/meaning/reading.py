"""A raw mail as plain texts: its headers, what it says, the reports in it, the mail of ours it gives back.

Never raises on a mail: what cannot be decoded is replaced, what is too deep or too large is left out and named. What
the bytes are cut to before they are parsed is `bounding.py`; HTML is `markup.py`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import policy
from email.parser import BytesParser
from functools import cached_property
from typing import Final, cast

from webhooks.meaning.bounding import bounded
from webhooks.meaning.decoding import Node, decoded_header, text_of, untransferred
from webhooks.meaning.markup import text_of_html

MAX_PARTS: Final = 200
MAX_TEXT: Final = 200_000  # characters of one part that are looked at
MAX_WHOLE: Final = 1_000_000  # and of all parts together
MAX_HEADERS: Final = 500
MAX_HEADER: Final = 8_000  # characters of one header that are looked at
_DEEPEST: Final = 30  # nested multiparts
_REPORTS: Final = {
    "message/delivery-status": "message/delivery-status",
    "message/global-delivery-status": "message/delivery-status",  # RFC 6533
    "message/xdelivery-status": "message/delivery-status",
    "message/feedback-report": "message/feedback-report",
    "message/disposition-notification": "message/disposition-notification",
    "message/global-disposition-notification": "message/disposition-notification",
}
_GIVEN_BACK: Final = frozenset(
    {
        "message/rfc822",
        "text/rfc822-headers",
        "text/rfc822",
        "message/partial",
        "message/rfc822-headers",
        "message/global",
        "message/global-headers",
    }
)
# A part without a type whose own headers are those of a mail is a mail given back by a server that does not know MIME.
_OF_A_MAIL: Final = frozenset({"received", "from", "to", "subject", "message-id", "date", "return-path"})


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

    @cached_property
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
    kept, cut = bounded(raw)
    message = _parsed(kept)
    parts, original, left_out = _taken(_leaves(_mended(message), 0))
    return Mail(
        headers=_headers(message),
        kind=_kind(message),
        report_type=message.named("report-type").lower(),
        parts=parts,
        raw=raw,
        original=original,
        limits=(*cut, *left_out),
    )


def _parsed(raw: bytes) -> Node:
    return cast(Node, BytesParser(Node, policy=policy.compat32).parsebytes(raw))


def _taken(leaves: Iterator[tuple[str, str]]) -> tuple[tuple[Part, ...], str, tuple[str, ...]]:
    """The parts, the first mail given back, and what was left out."""
    parts: list[Part] = []
    original, whole = "", 0
    for kind, text in leaves:
        if kind in _GIVEN_BACK:
            original = original or text[:MAX_TEXT]
            continue
        if len(parts) >= MAX_PARTS or whole >= MAX_WHOLE:
            return tuple(parts), original, (f"only {len(parts)} parts were read",)
        parts.append(Part(kind, text[:MAX_TEXT]))
        whole += len(parts[-1].text)
    return tuple(parts), original, ()


# --- the tree --------------------------------------------------------------------------------------------------------

_TYPE: Final = re.compile(r"[\w.+-]{1,80}/[\w.+-]{1,120}")
_DELIMITER: Final = re.compile(r"^--([^\s].{0,100}?)[ \t]*\r?\n(?=content-)", re.IGNORECASE | re.MULTILINE)


def _kind(node: Node) -> str:
    """Its type without what servers append to it by mistake."""
    found = _TYPE.match(node.get_content_type().lower())
    return found[0] if found else "text/plain"


def _mended(node: Node) -> Node:
    """A multipart whose parts do not begin with the boundary it names, by the boundary it uses."""
    if node.inside is not None or not _kind(node).startswith("multipart/"):
        return node
    body = node.content
    used = _DELIMITER.search(body)
    if used is None:
        return node
    head = f'Content-Type: multipart/mixed; boundary="{used[1]}"\n\n'
    return _parsed((head + body).encode("utf-8", "surrogateescape"))


def _leaves(node: Node, depth: int) -> Iterator[tuple[str, str]]:
    kind = _kind(node)
    if kind in _REPORTS:
        yield _REPORTS[kind], _report_text(node)
    elif kind in _GIVEN_BACK:
        yield kind, _given_back(node)
    elif depth and "content-type" not in node and len({name.lower() for name in node} & _OF_A_MAIL) > 2:
        yield "message/rfc822", _head_text(node)
    elif node.inside is not None:
        for one in node.inside if depth < _DEEPEST else ():
            yield from _leaves(one, depth + 1)
    elif kind.startswith(("text/", "multipart/")) or kind == "message/external-body":
        yield ("text/plain" if kind.startswith("multipart/") else kind), node.content


def _report_text(node: Node) -> str:
    if node.inside is None:
        return node.content
    return _untransferred(node, "\n\n".join(_head_text(one) for one in node.inside))


def _head_text(node: Node) -> str:
    rows = "\n".join(f"{name}: {_as_text(value)}" for name, value in list(node.raw_items())[:MAX_HEADERS])
    rest = node.content
    return rows + (f"\n\n{rest}" if rest.strip() else "")


def _given_back(node: Node) -> str:
    return _untransferred(node, _head_text(node.inside[0])) if node.inside else node.content


def _untransferred(node: Node, text: str) -> str:
    """A report that was encoded for transfer, which RFC 2046 forbids and some servers do."""
    encoding = str(node.get("content-transfer-encoding", "")).strip().lower()
    if encoding not in ("base64", "quoted-printable"):
        return text
    return text_of(untransferred(text.strip().encode("utf-8", "surrogateescape"), encoding), "")


def _headers(node: Node) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name, value in list(node.raw_items())[:MAX_HEADERS]:
        found.setdefault(name.lower(), []).append(decoded_header(_as_text(value)[:MAX_HEADER]))
    return {name: tuple(values) for name, values in found.items()}


def _as_text(value: object) -> str:
    """A raw header; bytes outside ASCII, which nobody should write there, are read as UTF-8, else as Latin-1."""
    return text_of(str(value).encode("utf-8", "surrogateescape"), "")


__all__ = ["MAX_TEXT", "Mail", "Part", "decoded_header", "read_mail", "text_of", "text_of_html"]
