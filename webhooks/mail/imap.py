"""One open mailbox over IMAP: what is new in a folder, in batches, and waiting for more. Synchronous: used in a thread.

Reads with BODY.PEEK alone: nothing is marked as seen, moved or deleted. Where reading stands is the caller's affair.
"""

import contextlib
import imaplib
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

import structlog
from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted

from webhooks.mail.access import Access
from webhooks.mail.places import Where

PATIENCE: Final = 30.0  # seconds for an answer of the server
BATCH: Final = 20  # mails fetched at once, and committed together
BATCH_BYTES: Final = 8 * 1024 * 1024
LARGEST: Final = 25 * 1024 * 1024  # bytes of a mail that is taken whole
KEPT: Final = 4 * 1024 * 1024  # bytes of a larger one: its headers and what it begins with
SLICE: Final = 1.0  # seconds between looks whether waiting is still wanted

_UID: Final = re.compile(rb"\bUID (\d{1,10})\b")
_SIZE: Final = re.compile(rb"\bRFC822\.SIZE (\d{1,15})\b")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
log = structlog.get_logger(__name__)


class Lost(Exception):
    """The server's answer makes no sense, or it said no; the sentence says what was asked."""


@dataclass(frozen=True)
class Folder:
    """A selected folder as it stands."""

    name: str
    uid_validity: int
    uid_next: int


@dataclass(frozen=True)
class Listed:
    """A mail in a folder: its size, and when it came there (INTERNALDATE, else None)."""

    uid: int
    size: int
    came_at: datetime | None


@dataclass(frozen=True)
class Fetched:
    """A mail with its bytes; `cut` says that it is longer."""

    listed: Listed
    raw: bytes

    @property
    def cut(self) -> bool:
        """Only the beginning was taken."""
        return self.listed.size > LARGEST


class Box:
    """An open, authenticated connection."""

    def __init__(self, where: Where, access: Access | None) -> None:
        """Connect and log in. Raises what `faults.in_words` knows."""
        self._box = _connected(where)
        self.idles = False
        try:
            if access is not None:
                self._box.xoauth2(where.user, access.token(), initial_folder=None)
            else:
                _log_in(self._box, where)
            self.idles = "IDLE" in _capabilities(self._box)
        except BaseException:
            self.close()
            raise

    def select(self, name: str) -> Folder:
        """Open a folder for reading only. Raises imap_tools' MailboxFolderSelectError where there is none."""
        self._box.folder.set(name, readonly=True)
        validity = self._number("UIDVALIDITY")
        following = self._number("UIDNEXT", optional=True)
        return Folder(name, validity, following or 0)

    def uids(self, after: int, since: date | None) -> list[int]:
        """The UIDs above `after`, of mails that came on or after a day where one is given, in order."""
        wanted = f"UID {after + 1}:*" + (f" SINCE {_day(since)}" if since else "")
        found = self._ask("SEARCH", wanted)
        uids = sorted({int(one) for line in found if isinstance(line, bytes) for one in line.split() if one.isdigit()})
        return [one for one in uids if one > after]  # `n:*` names the last mail even where n is beyond it

    def batches(self, uids: Sequence[int], stop: threading.Event) -> Iterator[list[Fetched]]:
        """The mails in order of their UIDs, in batches bounded by number and bytes. Deleted ones are left out."""
        for start in range(0, len(uids), BATCH):
            listed = self._list(uids[start : start + BATCH])
            for batch in _by_bytes(listed):
                if stop.is_set():
                    return
                yield self._fetch(batch)

    def wait(self, seconds: float, stop: threading.Event, *, idle: bool = True) -> None:
        """Wait until something happens in the selected folder, it is time, or nobody wants to wait any more."""
        until = time.monotonic() + seconds
        if not (self.idles and idle):
            stop.wait(seconds)
            return
        with self._box.idle as waiting:
            while not stop.is_set() and time.monotonic() < until:
                if _news(waiting.poll(timeout=SLICE)):
                    return

    def abandon(self) -> None:
        """Have whatever waits for the server fail at once; from another thread."""
        with contextlib.suppress(OSError):
            self._box.client.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Say goodbye where somebody listens."""
        try:
            self._box.client.logout()
        except (imaplib.IMAP4.error, OSError):
            self._box.client.shutdown()

    def _list(self, uids: Sequence[int]) -> list[Listed]:
        answer = self._ask("FETCH", ",".join(map(str, uids)), "(UID RFC822.SIZE INTERNALDATE)")
        listed = []
        for line in answer:
            row = line if isinstance(line, bytes) else b""
            uid, size = _UID.search(row), _SIZE.search(row)
            if uid and size and int(uid[1]) in uids:
                listed.append(Listed(int(uid[1]), int(size[1]), _came_at(row)))
        return sorted(listed, key=lambda one: one.uid)

    def _fetch(self, batch: Sequence[Listed]) -> list[Fetched]:
        """What the server cannot read out is left out, and does not stand in the way of the others."""
        part = f"BODY.PEEK[]<0.{KEPT}>" if batch[0].size > LARGEST else "BODY.PEEK[]"
        try:
            bodies = _bodies(self._ask("FETCH", ",".join(str(one.uid) for one in batch), f"(UID {part})"))
        except Lost:
            if len(batch) > 1:
                return [fetched for one in batch for fetched in self._fetch([one])]
            log.warning("a mail cannot be fetched: its server refuses to read it out", uid=batch[0].uid)
            return []
        return [Fetched(one, bodies[one.uid]) for one in batch if one.uid in bodies]

    def _ask(self, command: str, *arguments: str) -> list[Any]:
        kind, data = self._box.client.uid(command, *arguments)
        if kind != "OK":
            raise Lost(f"the server said {kind} to {command}")
        return [one for one in data if one is not None]

    def _number(self, name: str, *, optional: bool = False) -> int:
        _, data = self._box.client.response(name)
        found = next((one for one in data if isinstance(one, bytes) and one.isdigit()), None)
        if found is None and not optional:
            raise Lost(f"the server names no {name}: mails could not be told apart after a restart")
        return int(found or 0)


def _connected(where: Where) -> BaseMailBox:
    match where.secured:
        case "tls":
            return MailBox(where.host, where.port, timeout=PATIENCE, ssl_context=ssl.create_default_context())
        case "starttls":
            return MailBoxStartTls(where.host, where.port, timeout=PATIENCE, ssl_context=ssl.create_default_context())
        case _:
            return MailBoxUnencrypted(where.host, where.port, timeout=PATIENCE)


def _log_in(box: BaseMailBox, where: Where) -> None:
    if (where.user + where.password).isascii():
        box.login(where.user, where.password, initial_folder=None)
    else:
        box.login_utf8(where.user, where.password, initial_folder=None)


def _capabilities(box: BaseMailBox) -> set[str]:
    """After the login: some servers offer IDLE only then."""
    _, data = box.client.capability()
    return {
        word.decode("ascii", "replace").upper() for line in data if isinstance(line, bytes) for word in line.split()
    }


def _by_bytes(listed: Sequence[Listed]) -> Iterator[list[Listed]]:
    """Large mails go one by one, others together up to BATCH_BYTES."""
    batch: list[Listed] = []
    for one in listed:
        if batch and (one.size > LARGEST or sum(each.size for each in batch) + one.size > BATCH_BYTES):
            yield batch
            batch = []
        batch.append(one)
        if one.size > LARGEST:
            yield batch
            batch = []
    if batch:
        yield batch


def _bodies(answer: Sequence[Any]) -> dict[int, bytes]:
    """UID -> bytes. A literal comes as a pair with the text before it; the UID may stand before or after it."""
    found: dict[int, bytes] = {}
    waiting: bytes | None = None
    for item in answer:
        head = item[0] if isinstance(item, tuple) else item
        if isinstance(item, tuple) and b"BODY[]" in item[0].upper():
            waiting = item[1]
        uid = _UID.search(head) if isinstance(head, bytes) else None
        if uid and waiting is not None:
            found[int(uid[1])], waiting = waiting, None
    return found


def _came_at(row: bytes) -> datetime | None:
    """INTERNALDATE as an instant."""
    found = imaplib.Internaldate2tuple(row)
    try:
        return datetime.fromtimestamp(time.mktime(found), UTC) if found else None
    except (ValueError, OverflowError, OSError):
        return None


def _day(day: date) -> str:
    """As IMAP writes it, in English whatever the locale of this machine."""
    return f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}"


def _news(responses: Sequence[bytes]) -> bool:
    """A server says `OK Still here` every two minutes; that is none."""
    return any(b"EXISTS" in one.upper() or b"RECENT" in one.upper() or b"BYE" in one.upper() for one in responses)
