"""A mail as bytes: built once, guarded, frozen. Which text is in it is settled elsewhere; sending is `email.py`."""

import html
import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, Final

from plays.content import ContentError, EmailText, refuse_control_characters
from records.addresses import normal_domain

FOOTS: Final = {
    "en": "You do not want mails like this? Unsubscribe",
    "ru": "Не хотите получать такие письма? Отписаться",
}


@dataclass(frozen=True)
class Thread:
    """The mail that this one follows up."""

    message_id: str
    references: str
    subject: str


@dataclass(frozen=True)
class Letter:
    """Everything a mail is made of. `unsubscribe` is the one-click link; None for mail to our own people."""

    sender_name: str
    sender: str  # address
    recipient: str  # address
    text: EmailText
    language: str
    message_id: str
    date: datetime
    thread: Thread | None = None
    unsubscribe: str | None = None
    postal_address: str = ""
    automatic: bool = False  # written by a robot to one of us (RFC 3834)


def frozen(letter: Letter) -> bytes:
    """The mail as it will go out, CRLF and all. Raises ContentError with code control, naming the header.

    The guard of CVE-2024-6923: every value is decoded and refused if it holds a line break, a control or a bidi sign;
    the finished mail is read back, and its headers must be those that were meant. Never trust the library alone.
    """
    meant = _headers(letter)
    for name, value in meant.items():
        refuse_control_characters(value, f"header {name}")
    message = EmailMessage(policy=_policy(letter))
    for name, value in meant.items():
        if name not in ("From", "To"):
            message[name] = value
    try:
        message["From"] = Address(letter.sender_name, addr_spec=_address(letter.sender))
        message["To"] = _to(_address(letter.recipient))
    except (ValueError, IndexError, MessageError) as error:
        raise ContentError("control", f"an address cannot be written in a header ({type(error).__name__})") from None
    _write_bodies(message, letter)
    mime = message.as_bytes()
    _compare(mime, set(meant))
    return mime


def subject_of(mime: bytes) -> str:
    """The subject of a frozen mail."""
    return str(message_from_bytes(mime, policy=policy.default)["Subject"] or "")


def thread_of(mime: bytes, message_id: str) -> Thread:
    """What a follow-up needs of the mail it follows up (RFC 5322, 3.6.4)."""
    earlier = message_from_bytes(mime, policy=policy.default)
    references = f"{earlier['References'] or ''} {message_id}".split()
    return Thread(message_id, " ".join(references), str(earlier["Subject"] or ""))


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
        headers |= {
            "List-Unsubscribe": f"<{letter.unsubscribe}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    if letter.automatic:
        headers["Auto-Submitted"] = "auto-generated"
    return headers


def _write_bodies(message: EmailMessage, letter: Letter) -> None:
    text, markup = letter.text.text, letter.text.html
    if letter.unsubscribe is not None:
        words = FOOTS.get(letter.language, FOOTS["en"])
        text += f"\n\n-- \n{letter.postal_address}\n{words}: {letter.unsubscribe}\n"
        link = f'<a href="{html.escape(letter.unsubscribe)}">{html.escape(words)}</a>'
        markup += f"\n<hr>\n<p><small>{html.escape(letter.postal_address)}<br>\n{link}</small></p>"
    message.set_content(text, charset="utf-8", cte="quoted-printable")
    if markup:
        page = f'<!doctype html>\n<html lang="{html.escape(letter.language)}">\n<body>\n{markup}\n</body>\n</html>\n'
        message.add_alternative(page, subtype="html", charset="utf-8", cte="quoted-printable")


def _compare(mime: bytes, meant: set[str]) -> None:
    """Read the bytes back: a header nobody meant is an injection that got through."""
    ours = {name.lower() for name in meant} | {"mime-version", "content-type", "content-transfer-encoding"}
    found = [name.lower() for name in message_from_bytes(mime, policy=policy.compat32)]
    strangers = sorted({name for name in found if name not in ours})
    if strangers or len(found) != len(set(found)):
        raise ContentError("control", f"the mail would have had other headers than meant: {', '.join(strangers)}")


def _policy(letter: Letter) -> Any:
    """Long lines are folded; UTF-8 in headers only where an address needs it, for it needs SMTPUTF8 then anyway."""
    plain = (letter.sender.rpartition("@")[0] + letter.recipient.rpartition("@")[0]).isascii()
    return policy.SMTP if plain else policy.SMTPUTF8


def _to(address: str) -> Address | str:
    """The recipient alone, without a name: a name from a CSV has no business in a header.

    The library refuses local parts outside ASCII, which RFC 6531 allows; then the text itself is the header.
    """
    if address.isascii():
        return Address("", addr_spec=address)
    if re.search(r"[\s<>\"(),:;\\\[\]]", address):
        raise ValueError(address)
    return address


def _address(address: str) -> str:
    local, at, domain = address.strip().rpartition("@")
    return f"{local}{at}{normal_domain(domain)}"
