"""What is known here of a mail that came in. Types only; looking it up is `ours.py`, deciding by it `deciding.py`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OurMail:
    """A touch of ours that a mail speaks of."""

    key: str
    account: str
    message_id: str
    address: str  # whom it went to, normal form


@dataclass(frozen=True)
class Ours:
    """What is known here of a mail that came in."""

    mail: OurMail | None = None  # by Message-ID, provider's id or signed token
    may_unsubscribe: OurMail | None = None  # by a token that was made for nothing else
    itself: OurMail | None = None  # it is a copy of this mail of ours
    from_us: bool = False  # one of our mailboxes wrote it
    about_notice: bool = False  # it speaks of a notice to one of our players
    knows_sender: bool = False  # a contact has this address
    said_before: bool = False  # the same words came from there a few days ago: a machine's
    replies_today: int = 0  # from this address, within 24 hours
