"""Where a mailbox is: `imaps://user:password@host/FOLDER` from the settings, as parts. Connecting is `imap.py`."""

import contextlib
import ipaddress
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlsplit

from settings import Mailbox, OAuth

_SCHEMES: Final = {"imaps": (993, "tls"), "imap+starttls": (143, "starttls"), "imap": (143, "plain")}
FORM: Final = "imaps://user:password@host/FOLDER"


class BadPlace(ValueError):
    """The setting cannot be used; the message holds no part of it."""


@dataclass(frozen=True)
class Where:
    """A mailbox to listen to."""

    address: str  # whose, as in the settings
    host: str
    port: int
    secured: str  # tls, starttls, plain
    user: str = field(repr=False)
    password: str = field(repr=False, default="")
    oauth: OAuth | None = field(repr=False, default=None)
    folders: tuple[str, ...] = ("INBOX",)


def where(address: str, mailbox: Mailbox) -> Where | None:
    """Read the `listen` of a mailbox; None where nothing is to be read. Raises BadPlace.

    A `/` in the name of a folder is written `%2F`, a comma `%2C`.
    """
    if mailbox.listen is None:
        return None
    try:
        parts = urlsplit(mailbox.listen.get_secret_value())
        port = parts.port
    except ValueError:
        raise BadPlace(f"the address to listen to is written {FORM}") from None
    if parts.scheme not in _SCHEMES or not parts.hostname:
        raise BadPlace(f"the address to listen to is written {FORM}, or begins imap+starttls://")
    standard, secured = _SCHEMES[parts.scheme]
    if secured == "plain" and not _loopback(parts.hostname):
        raise BadPlace("imap:// would send the password in the clear: write imaps:// or imap+starttls://")
    if not parts.password and mailbox.oauth is None:
        raise BadPlace(f"neither a password nor `oauth` is given: {FORM}")
    return Where(
        address=address,
        host=parts.hostname,
        port=port or standard,
        secured=secured,
        user=unquote(parts.username or "") or address,
        password=unquote(parts.password or ""),
        oauth=mailbox.oauth,
        folders=_folders(parts.path),
    )


def _folders(path: str) -> tuple[str, ...]:
    """The folders named, each once; INBOX without any. Only INBOX is the same in any case (RFC 9051, 5.1)."""
    named = [unquote(one).strip() for one in path.removeprefix("/").split(",")]
    known = ["INBOX" if one.upper() == "INBOX" else one for one in named if one]
    return tuple(dict.fromkeys(known)) or ("INBOX",)


def _loopback(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"
