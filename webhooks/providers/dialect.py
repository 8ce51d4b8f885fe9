"""What a provider's file says of it, as data: its words for what happened, where its fields are, how it proves itself.

Types only. Reading a record by them is `normalising.py`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from plays.events import BounceKind
from webhooks.providers.calls import Call
from webhooks.providers.values import Paths

Sort = Literal["event", "inbound", ""]  # what a body is; empty: neither, or nothing at all


@dataclass(frozen=True)
class Word:
    """What one of the provider's words means in ours (plays/events.py)."""

    kind: str = ""  # empty: nothing that concerns us (a ping, a subscription)
    bounce: BounceKind | None = None  # of a bounce, as the provider classes it; None: by its status and words
    blames: bool = False  # policy, block, spam: the sender's to mend, whatever else is said
    reply: str = ""  # of a reply: its ReplyKind
    why_parked: str = ""  # known, but a person must say what follows from it


NOTHING = Word()
SENT, DELIVERED, DEFERRED, REJECTED = (
    Word("mail.sent"), Word("mail.delivered"), Word("mail.deferred"), Word("mail.rejected")
)  # fmt: skip
OPENED, CLICKED = Word("mail.opened"), Word("mail.clicked")
COMPLAINT, UNSUBSCRIBED = Word("complaint"), Word("unsubscribed")
HARD, SOFT, BOUNCED = Word("bounce", "hard"), Word("bounce", "soft"), Word("bounce")
BLOCKED = Word("bounce", "soft", blames=True)
AWAY = Word("reply", reply="ooo")  # an automatic answer that the provider caught


@dataclass(frozen=True)
class Finer:
    """A second field that says more of some words. Its values are compared in lower case."""

    of: tuple[str, ...]  # the words it speaks of
    paths: Paths
    words: Mapping[str, Word]


@dataclass(frozen=True)
class Fields:
    """Where things stand in a record."""

    name: Paths  # its word for what happened
    email: Paths
    at: Paths
    message_id: Paths = ()  # a Message-ID header of the mail it is about
    key: Paths = ()  # our `send_key`: the UUID in our Message-ID
    ref: Paths = ()  # the provider's own id of the mail
    id: Paths = ()  # the provider's id of the event
    identity: Paths = ()  # what else tells two events apart where there is no id
    status: Paths = ()  # RFC 3463, or an SMTP code
    reason: Paths = ()
    url: Paths = ()  # what was clicked


@dataclass(frozen=True)
class Received:
    """A mail that came in by a provider's webhook."""

    mailbox: str  # the recipient of the envelope
    raw: bytes
    external_id: str = ""  # the provider's id of the mail; without one the bytes are their own
    why_parked: str = ""  # there is no mail in it: what to change so that there is

    @property
    def there(self) -> bool:
        """False where the provider sent only a notice of the mail."""
        return not self.why_parked


@dataclass(frozen=True)
class Dialect:
    """A provider's vocabulary and grammar."""

    title: str  # SendGrid
    words: Mapping[str, Word]
    fields: Fields
    records: Callable[[Call], Sequence[Any]]  # the events of a body, each a JSON object. Raises Unreadable
    sort: Callable[[Call], Sort]  # what sort of body it is, to tell a wrong URL. Raises Unreadable
    mails: Callable[[Call], Sequence[Received]]  # the mails of an inbound body. Raises Unreadable
    finer: tuple[Finer, ...] = ()
