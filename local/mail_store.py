"""What the mail sink keeps: each message as it came (`000001.eml`) and one line an arrival in `index.jsonl`.

The index line is the commit: it is written before the sender gets its 250, so an accepted message outlives a
`kill -9` of the sink, and a file without a line was never accepted. (Not a power cut: nothing is fsynced here.)
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import HeaderParser
from pathlib import Path

LISTED = {"message-id", "from", "to", "subject"}
_HEADERS = HeaderParser(policy=policy.compat32)


@dataclass(frozen=True)
class Arrival:
    """One accepted message: its envelope, when it came (UTC), and what a list shows of its headers."""

    id: int
    received_at: str
    mail_from: str
    rcpt_tos: tuple[str, ...]
    message_id: str
    sender: str
    to: str
    subject: str
    size: int

    def is_for(self, part: str) -> bool:
        """Whether a recipient, of the envelope or of the To header, contains this text."""
        wanted = part.casefold()
        return any(wanted in address.casefold() for address in (*self.rcpt_tos, self.to))


class MailStore:
    """The messages below one folder, all of them in memory but for their bodies."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._index = folder / "index.jsonl"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._arrivals = {arrival.id: arrival for arrival in self._read()}  # ids only grow, so oldest first
        self._out = self._index.open("a", encoding="utf-8")
        self._next = 1 + max((int(path.stem) for path in folder.glob("*.eml") if path.stem.isdigit()), default=0)
        self._next = max(self._next, 1 + max(self._arrivals, default=0))

    def close(self) -> None:
        """Close the index."""
        self._out.close()

    def keep(self, mail_from: str, rcpt_tos: Sequence[str], content: bytes) -> Arrival:
        """Store a message; when this returns it is accepted."""
        headers = peek(content)
        arrival = Arrival(
            id=self._next,
            received_at=datetime.now(UTC).isoformat(timespec="microseconds"),
            mail_from=mail_from,
            rcpt_tos=tuple(rcpt_tos),
            message_id=headers.get("message-id", ""),
            sender=headers.get("from", ""),
            to=headers.get("to", ""),
            subject=headers.get("subject", ""),
            size=len(content),
        )
        self._next += 1
        self._path(arrival.id).write_bytes(content)
        self._out.write(json.dumps(asdict(arrival)) + "\n")
        self._out.flush()
        self._arrivals[arrival.id] = arrival
        return arrival

    def newest(self, *, to: str = "", before: int | None = None, limit: int = 100) -> list[Arrival]:
        """The newest arrivals first, those for a recipient containing `to`, older than the id `before`."""
        found: list[Arrival] = []
        for arrival in reversed(self._arrivals.values()):
            if len(found) == limit:
                break
            if (before is None or arrival.id < before) and (not to or arrival.is_for(to)):
                found.append(arrival)
        return found

    def __len__(self) -> int:
        return len(self._arrivals)

    def find(self, number: int) -> Arrival | None:
        """One arrival by its id."""
        return self._arrivals.get(number)

    def raw(self, number: int) -> bytes:
        """The message exactly as it came; FileNotFoundError for an id that was never accepted."""
        if number not in self._arrivals:
            raise FileNotFoundError(number)
        return self._path(number).read_bytes()

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:06d}.eml"

    def _read(self) -> Iterator[Arrival]:
        if not self._index.exists():
            return
        whole = self._index.read_bytes()
        lines = whole[: whole.rfind(b"\n") + 1]
        if len(lines) < len(whole):  # torn by a kill: that message was not accepted
            self._index.write_bytes(lines)
        for line in lines.splitlines():
            raw = json.loads(line)
            yield Arrival(**(raw | {"rcpt_tos": tuple(raw["rcpt_tos"])}))


def parse(content: bytes) -> EmailMessage:
    """A message as the standard library reads it; malformed ones too."""
    return message_from_bytes(content, policy=policy.default)


def peek(content: bytes) -> dict[str, str]:
    """The headers a list shows, by lower-case name. Five times faster than `parse`, for it runs at every arrival."""
    head = content.split(b"\r\n\r\n", 1)[0].decode("utf-8", "replace")  # SMTPUTF8 (RFC 6532): headers may be UTF-8
    found: dict[str, str] = {}
    for name, value in _HEADERS.parsestr(head).items():
        if name.lower() in LISTED:
            found.setdefault(name.lower(), _decoded(value))
    return found


def header(message: EmailMessage, name: str) -> str:
    """A header as text on one line; its raw text when it cannot be decoded, empty when missing."""
    try:
        value = message[name]
    except (ValueError, IndexError, AttributeError, TypeError):  # what the parser raises on hostile headers
        value = next((raw for key, raw in message.raw_items() if key.lower() == name.lower()), "")
    return "" if value is None else _one_line(str(value))


def _decoded(value: str) -> str:
    try:
        return _one_line(str(make_header(decode_header(value))))
    except (ValueError, LookupError, HeaderParseError):  # no such charset, broken base64
        return _one_line(value)


def _one_line(text: str) -> str:
    return (
        " ".join("".join(" " if ord(char) < 32 else char for char in text).split()).encode("utf-8", "replace").decode()
    )
