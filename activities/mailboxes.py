"""How much a mailbox may send: the providers' limits, ours below them, and the weeks in which a new one warms up.

Tables, and what follows from the settings. Counting is `mailbox_quotas.py`; what the gate makes of it is `rules.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Final, Literal
from urllib.parse import urlsplit

from records.addresses import normal_form
from settings import Mailbox, Settings


@dataclass(frozen=True)
class Allowance:
    """So many mails in any 60 seconds and in any 24 hours; None: no such limit is known."""

    a_minute: int | None
    a_day: int | None


@dataclass(frozen=True)
class Server:
    """A provider of mailboxes: the hosts its mail leaves by, what it allows at most, what we take untold."""

    name: str
    hosts: tuple[str, ...]  # each with everything below it
    most: Allowance
    ours: Allowance
    source: str


SERVERS: Final = (
    Server(
        "Google",
        ("gmail.com", "google.com", "googlemail.com"),
        Allowance(None, 2_000),
        Allowance(10, 400),
        "Google Workspace Admin Help, 'Gmail sending limits in Google Workspace': 2,000 messages a user in 24 hours",
    ),
    Server(
        "Microsoft",
        ("office365.com", "outlook.com", "office.com", "hotmail.com"),
        Allowance(30, 10_000),
        Allowance(10, 400),
        "Microsoft Learn, 'Exchange Online limits': 10,000 recipients in 24 hours, 30 messages a minute",
    ),
)
OTHER: Final = Server("other", (), Allowance(None, None), Allowance(10, 300), "ours: no provider's limit is known")

# The share of the full quota on each day of sending, in percent: a tenth more than the day before, four weeks long.
WARM_UP: Final = (
    *(5.0, 5.5, 6.0, 7.0, 8.0, 9.0, 10.0),
    *(11.0, 12.0, 13.5, 15.0, 17.0, 19.0, 21.0),
    *(23.5, 26.0, 29.0, 32.5, 36.5, 41.0, 46.0),
    *(51.0, 57.0, 64.0, 71.5, 80.0, 89.0, 100.0),
)
SLOWED: Final = 4  # a slowed domain's mailboxes have this part of their quota


@dataclass(frozen=True)
class Limit:
    """What a mailbox may send today, and why that is less than its full quota."""

    a_minute: int
    a_day: int
    why: str = ""

    def slowed(self) -> "Limit":
        """A quarter of it, at least one mail, while the domain is slowed for its complaints."""
        least = Limit(max(1, self.a_minute // SLOWED), max(1, self.a_day // SLOWED))
        return replace(least, why="a quarter of its quota, as its domain is slowed for complaints")


GENERAL: Final = Limit(OTHER.ours.a_minute or 1, OTHER.ours.a_day or 1)


@dataclass(frozen=True)
class Sender:
    """Whose mailbox a mail leaves by."""

    player: str
    mailbox: str  # normal form
    limit: Limit | None  # None: none is known, and none is needed outside production
    must_be_active: bool  # only a domain that has passed its preflight may send

    @property
    def domain(self) -> str:
        """The sending domain, as A-labels."""
        return self.mailbox.rpartition("@")[2]


@dataclass(frozen=True)
class Senders:
    """What the settings say about all mailboxes."""

    mailboxes: Mapping[str, Mailbox] = field(default_factory=dict)
    environment: Literal["local", "test", "production"] = "local"
    relay: str = ""  # the host of SMTP_URL

    @classmethod
    def of(cls, settings: Settings) -> "Senders":
        """As set."""
        relay = host_of(settings.smtp_url.get_secret_value()) if settings.smtp_url else ""
        return cls(settings.mailboxes, settings.environment, relay)

    def sender(self, player: str, mailbox: str, today: date) -> Sender:
        """The player's mailbox with its quota of today (the calendar day counts for the warm-up only)."""
        address = normal_form(mailbox)
        strict = self.environment == "production"
        known = self._known.get(address)
        if known is None:
            return Sender(player, address, GENERAL if strict else None, strict)
        return Sender(player, address, limit_of(known, self.relay, today), strict)

    @cached_property
    def _known(self) -> dict[str, Mailbox]:
        return {normal_form(address): one for address, one in self.mailboxes.items()}


def host_of(url: str) -> str:
    """The host of a server's address; empty for `provider:NAME` and what is no address."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def server_of(host: str) -> Server:
    """Whose server a host is."""
    for one in SERVERS:
        if any(host == name or host.endswith(f".{name}") for name in one.hosts):
            return one
    return OTHER


def limit_of(mailbox: Mailbox, relay: str, today: date) -> Limit:
    """The quota of a mailbox that has settings: its own numbers or ours, never above its provider's, warming up."""
    server = server_of(host_of(mailbox.send.get_secret_value()) if mailbox.send else relay)
    a_minute = _least(mailbox.a_minute or server.ours.a_minute, server.most.a_minute)
    a_day = _least(mailbox.a_day or server.ours.a_day, server.most.a_day)
    day = warm_up_day(mailbox.since, today)
    if day is None:
        return Limit(a_minute, a_day)
    warm = max(1, int(a_day * WARM_UP[day - 1] / 100))
    return Limit(a_minute, warm, f"day {day} of its warm-up, after which it is {a_day}")


def warm_up_day(since: date | None, today: date) -> int | None:
    """Which day of its warm-up a mailbox is in, from 1; None when it needs none or it is over."""
    if since is None:
        return None
    day = max((today - since).days, 0) + 1
    return day if day < len(WARM_UP) else None


def _least(*numbers: int | None) -> int:
    return min(one for one in numbers if one is not None)
