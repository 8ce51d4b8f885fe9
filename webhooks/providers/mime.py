"""A mail put together again from the fields of a provider that took it apart. The same fields give the same bytes.

Headers are kept as they came; the body is ours: texts and attachments in base64, reports as they are.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.header import Header
from email.utils import formataddr, getaddresses
from typing import Any, Final

from webhooks.providers.values import plain

REPORTS: Final = {"message/delivery-status": "delivery-status", "message/feedback-report": "feedback-report"}
_OURS: Final = ("content-type", "content-transfer-encoding", "mime-version", "content-disposition", "content-length")
_ADDRESSED: Final = ("from", "to", "cc", "bcc", "reply-to", "sender", "return-path", "delivered-to")
_NAME: Final = re.compile(r"[!-9;-~]{1,100}")
_KIND: Final = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,60}/[A-Za-z0-9!#$&^_.+-]{1,60}")
_BREAKS: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]+[ \t]*")

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Attached:
    """A part of the mail that is neither of its two texts."""

    content: bytes
    kind: str = "application/octet-stream"
    filename: str = ""
    content_id: str = ""


def rebuilt(headers: Headers, text: str, html: str, attached: Sequence[Attached] = ()) -> bytes:
    """RFC 5322 bytes."""
    head = "".join(_line(name, value) for name, value in headers if name.lower() not in _OURS)
    parts = [_part("text/plain; charset=utf-8", text.encode("utf-8", "replace"))] if text or not html else []
    parts += [_part("text/html; charset=utf-8", html.encode("utf-8", "replace"))] if html else []
    body = parts[0] if len(parts) == 1 else _multipart("alternative", parts)
    if attached:
        report = next((REPORTS[one.kind.lower()] for one in attached if one.kind.lower() in REPORTS), "")
        sort = f"report; report-type={report}" if report else "mixed"
        body = _multipart(sort, [body, *map(_attachment, attached)])
    return head.encode("ascii", "replace") + b"MIME-Version: 1.0\r\n" + body


def headers_of(found: Any) -> Headers:
    """Headers in any of the providers' forms: `{name: text or texts}`, `[[name, text]]`, `[{Name, Value}]`."""
    if isinstance(found, dict):
        return [(str(name), plain(one, 20_000)) for name, given in found.items() for one in _many(given)]
    if not isinstance(found, list):
        return []
    return [pair for one in found[:1000] if (pair := _pair(one)) is not None]


def with_more(headers: Headers, more: Iterable[tuple[str, str]]) -> Headers:
    """The headers, and those of `more` that are not among them and not empty."""
    there = {name.lower() for name, _ in headers}
    return [*headers, *((name, value) for name, value in more if value and name.lower() not in there)]


def decoded(text: Any) -> bytes:
    """The bytes of a text in base64; empty when it is none."""
    if not isinstance(text, str):
        return b""
    try:
        return base64.b64decode(text + "=" * (-len(text.rstrip("=")) % 4), validate=False)
    except (binascii.Error, ValueError):
        return b""


def _many(given: Any) -> list[Any]:
    return given[:200] if isinstance(given, list) else [given]


def _pair(one: Any) -> tuple[str, str] | None:
    match one:
        case [str() as name, value]:
            return name, plain(value, 20_000)
        case {"Name": str() as name, "Value": value} | {"name": str() as name, "value": value}:
            return name, plain(value, 20_000)
        case _:
            return None


def _line(name: str, value: str) -> str:
    """One header; what could begin another is taken out of it."""
    if not _NAME.fullmatch(name):
        return ""
    value = _BREAKS.sub(" ", value)
    if not value.isascii():
        value = _people(value) if name.lower() in _ADDRESSED else _encoded(value, name)
    return f"{name}: {value}\r\n"


def _encoded(value: str, name: str) -> str:
    """RFC 2047."""
    sound = value.encode("utf-8", "replace").decode("utf-8")
    return Header(sound, "utf-8", header_name=name).encode(linesep="\r\n")


def _people(value: str) -> str:
    """Only names are encoded, never an address (RFC 2047, 5); an address that is not ASCII is none of ours."""
    people = getaddresses([value])
    if not any(email for _, email in people):
        return _encoded(value, "")
    named = ((_encoded(said, "") if not said.isascii() else said, email) for said, email in people)
    return ", ".join(formataddr((said, email)) if email.isascii() else said for said, email in named)


def _part(kind: str, content: bytes, more: str = "") -> bytes:
    head = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n{more}\r\n"
    return head.encode("ascii", "replace") + base64.encodebytes(content).replace(b"\n", b"\r\n")


def _attachment(one: Attached) -> bytes:
    kind = one.kind.partition(";")[0].strip().lower()
    kind = kind if _KIND.fullmatch(kind) else "application/octet-stream"
    if kind.startswith(("message/", "multipart/")):  # never in base64 (RFC 2046, 5.2)
        kind = "message/rfc822" if kind.startswith("multipart/") else kind
        return f"Content-Type: {kind}\r\n\r\n".encode() + one.content + b"\r\n"
    name = plain(one.filename, 200).replace('"', "'").encode("ascii", "replace").decode()
    cid = plain(one.content_id, 200).strip("<>")
    more = f'Content-Disposition: attachment; filename="{name}"\r\n' if name else "Content-Disposition: attachment\r\n"
    return _part(kind, one.content, more + (f"Content-ID: <{cid}>\r\n" if cid else ""))


def _multipart(sort: str, parts: Sequence[bytes]) -> bytes:
    """The boundary is a hash of what it bounds: the same fields give the same mail, and no text can hold it."""
    boundary = "=_" + hashlib.sha256(b"\x00".join(parts)).hexdigest()[:40]
    head = f'Content-Type: multipart/{sort}; boundary="{boundary}"\r\n\r\n'.encode()
    inside = b"".join(f"--{boundary}\r\n".encode() + part + b"\r\n" for part in parts)
    return head + inside + f"--{boundary}--\r\n".encode()
