"""A mail as bytes: built once, guarded, frozen. Which text is in it is settled elsewhere; sending is `email.py`."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.charset import QP, Charset
from email.header import decode_header, make_header
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.parser import BytesHeaderParser
from email.utils import format_datetime, formataddr
from typing import Final

from plays.content import ContentError, EmailText, refuse_control_characters
from records.addresses import normal_domain

FOOTS: Final = {
    "en": "You do not want mails like this? Unsubscribe",
    "ru": "Не хотите получать такие письма? Отписаться",
}


# The classic generator: a seventh of the time of EmailMessage's, and every value is guarded here anyway.
_POLICY: Final = policy.compat32.clone(linesep="\r\n")
_QUOTED: Final = Charset("utf-8")
_QUOTED.body_encoding = QP
_ADDRESS: Final = re.compile(r'^[^\s<>()\[\],;:\\"@\x00-\x1f\x7f]+@[^\s<>()\[\],;:\\"@\x00-\x1f\x7f]+$')
_TO: Final = re.compile(rb"(?m)^To:\s+(\S+)\r$")


@dataclass(frozen=True)
class Thread:
    """The mail that this one follows up."""

    message_id: str
    references: str
    subject: str


@dataclass(frozen=True)
class Letter:
    """Everything a mail is made of. `unsubscribe` is the one-click link; None for mail to our own people.

    `unsubscribe_by_mail` is an address that opts out whoever writes to it, where the mailbox takes plus addresses.
    """

    sender_name: str
    sender: str  # address
    recipient: str  # address
    text: EmailText
    language: str
    message_id: str
    date: datetime
    thread: Thread | None = None
    unsubscribe: str | None = None
    unsubscribe_by_mail: str | None = None
    postal_address: str = ""
    automatic: bool = False  # written by a robot to one of us (RFC 3834)
    answers: bool = False  # sent because the recipient wrote: no robot of theirs may answer it (RFC 3834)


def frozen(letter: Letter) -> bytes:
    """The mail as it will go out, CRLF and all. Raises ContentError with code control, naming the header.

    The guard of CVE-2024-6923: every value is decoded and refused if it holds a line break, a control or a bidi sign;
    the finished mail is read back, and its headers must be those that were meant. Never trust the library alone.
    """
    meant = _headers(letter)
    for name, value in meant.items():
        refuse_control_characters(value, f"header {name}")
    # A boundary of our own, from the Message-ID: the library would compile a pattern to look for one in the texts.
    boundary = f"=_{letter.message_id.strip('<>').partition('@')[0]}"
    message = MIMEMultipart("alternative", boundary, policy=_POLICY)
    for name, value in (meant | {"From": _from(letter), "To": _address(letter.recipient, "To")}).items():
        message[name] = value
    for subtype, body in _bodies(letter):
        message.attach(MIMEText(body, subtype, _QUOTED, policy=_POLICY))  # type: ignore[arg-type]  # typeshed lacks it
    # The library folds a long link right after the colon; RFC 5322 allows it, some receivers then find no link.
    mime = message.as_bytes(policy=_POLICY).replace(b"\r\nList-Unsubscribe: \r\n <", b"\r\nList-Unsubscribe: <", 1)
    _compare(mime, set(meant))
    return mime


def recipient_of(mime: bytes) -> str:
    """Whom frozen bytes are addressed to: the envelope of every attempt, whatever the contact's address is by now."""
    found = _TO.search(mime.split(b"\r\n\r\n", 1)[0] + b"\r\n")
    return found[1].decode("utf-8") if found else ""


def thread_of(mime: bytes, message_id: str) -> Thread:
    """What a follow-up needs of the mail it follows up (RFC 5322, 3.6.4)."""
    head = mime.split(b"\r\n\r\n", 1)[0] + b"\r\n\r\n"
    earlier = BytesHeaderParser(policy=policy.compat32).parsebytes(head)
    references = f"{earlier['References'] or ''} {message_id}".split()
    return Thread(message_id, " ".join(references), str(make_header(decode_header(earlier["Subject"] or ""))))


def _headers(letter: Letter) -> dict[str, str]:
    """The headers that are meant, in their order, as text."""
    subject, thread = letter.text.subject, letter.thread
    if thread is not None:
        subject = f"Re: {thread.subject.removeprefix('Re: ')}"
    headers = {
        "From": f"{letter.sender_name} <{letter.sender}>",
        "To": letter.recipient,
        "Subject": subject,
        "Date": format_datetime(letter.date),
        "Message-ID": letter.message_id,
    }
    if thread is not None:
        headers |= {"In-Reply-To": thread.message_id, "References": thread.references}
    if letter.unsubscribe is not None:
        by_mail = letter.unsubscribe_by_mail
        first = f"<mailto:{_address(by_mail, 'List-Unsubscribe')}?subject=unsubscribe>, " if by_mail else ""
        headers |= {
            "List-Unsubscribe": f"{first}<{letter.unsubscribe}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    if letter.automatic or letter.answers:
        headers["Auto-Submitted"] = "auto-generated" if letter.automatic else "auto-replied"
    return headers


def _bodies(letter: Letter) -> Sequence[tuple[str, str]]:
    """The plain part, then the HTML part; both say who we are and how to stop us (CAN-SPAM, CASL)."""
    text, markup = letter.text.text, letter.text.html
    if letter.unsubscribe is not None:
        words = FOOTS.get(letter.language, FOOTS["en"])
        text += f"\n\n-- \n{letter.postal_address}\n{words}: {letter.unsubscribe}\n"
        link = f'<a href="{html.escape(letter.unsubscribe)}">{html.escape(words)}</a>'
        markup += f"\n<hr>\n<p><small>{html.escape(letter.postal_address)}<br>\n{link}</small></p>"
    page = f'<!doctype html>\n<html lang="{html.escape(letter.language)}">\n<body>\n{markup}\n</body>\n</html>\n'
    return (("plain", text), ("html", page))


def _compare(mime: bytes, meant: set[str]) -> None:
    """Read the bytes back: a header nobody meant is an injection that got through."""
    ours = {name.lower() for name in meant} | {"mime-version", "content-type", "content-transfer-encoding"}
    head = mime.split(b"\r\n\r\n", 1)[0] + b"\r\n\r\n"
    found = [name.lower() for name in BytesHeaderParser(policy=policy.compat32).parsebytes(head)]
    strangers = sorted({name for name in found if name not in ours})
    if strangers or len(found) != len(set(found)):
        raise ContentError("control", f"the mail would have had other headers than meant: {', '.join(strangers)}")


def _from(letter: Letter) -> str:
    address = _address(letter.sender, "From")
    return formataddr((letter.sender_name, address)) if letter.sender.isascii() else address


def _address(address: str, header: str) -> str:
    """An address alone, its domain as A-labels; the recipient's name, from a CSV, has no business in a header.

    A local part outside ASCII stays UTF-8 (RFC 6532), which the library writes only when smuggled in as raw bytes.
    """
    local, at, domain = address.strip().rpartition("@")
    whole = f"{local}{at}{normal_domain(domain)}"
    if not _ADDRESS.match(whole):
        raise ContentError("control", f"the address in the header {header} cannot be written there", header)
    return whole.encode("utf-8").decode("ascii", "surrogateescape")
