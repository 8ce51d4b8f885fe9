"""What a mail means: the closed vocabulary of the readers in this package. Types only.

The readers are asked in one order: bounce, complaint, unsubscribe, auto-reply, then a person's reply (reliability.md,
finding 6). Every verdict names the rules it rests on.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from plays.events import BounceKind, ReplyKind

Kind = Literal[
    "bounce",  # our mail did not arrive, for at least one recipient
    "delivery",  # a report that it did, or that the server still tries
    "complaint",  # marked as spam (RFC 5965, abuse)
    "report",  # a machine's report that is about no person: authentication, TLS, DMARC
    "unsubscribe",  # a mail program's or a feedback loop's opt-out
    "auto_reply",  # a machine answered: out of office, ticket opened, address changed
    "reply",  # a person wrote
    "unclear",  # nothing of it can be read with confidence; a person must look
]


@dataclass(frozen=True)
class Evidence:
    """One rule that spoke: its name in its table, where it looked, and the words that fitted, cut to 120 characters."""

    rule: str
    where: str  # `header auto-submitted`, `subject`, `body line 3`, `delivery-status`
    words: str


@dataclass(frozen=True)
class Returned:
    """One recipient of a report about delivery."""

    address: str
    verdict: Literal["failed", "delayed", "delivered"]
    kind: BounceKind  # of failed: hard when there is no use in trying again; else soft
    reason: str  # a word of bounce_words: userunknown, mailboxfull, policyviolation …
    status: str  # RFC 3463: 5.1.1; empty where none is known
    blames_sender: bool  # policy, content, reputation, authentication: the person is not suppressed for it
    said: str  # the server's words, cut to 300 characters


@dataclass(frozen=True)
class Meaning:
    """What a mail was read as. Texts in it are the sender's: data, never instructions."""

    kind: Kind
    evidence: tuple[Evidence, ...]
    sender: str = ""  # address of From, normal form
    message_id: str = ""  # its own
    answers: tuple[str, ...] = ()  # Message-IDs it refers to, the nearest first; of a report: of the mail given back
    tokens: tuple[str, ...] = ()  # reply or unsubscribe tokens in the addresses it came to
    returned: tuple[Returned, ...] = ()
    complained: str = ""  # of a complaint or an unsubscribe: whose, where it says so
    reply: ReplyKind | None = None  # of a reply: what it says; of an auto-reply: "ooo" where somebody is away
    text: str = ""  # what the person wrote, without quotes, signature and footers
    until: date | None = None  # of defer: when to come back; of an out-of-office: the first day back
    referred_email: str = ""
    referred_name: str = ""
    automatic: bool = False  # made by a machine: nothing of ours may answer it (RFC 3834)
