"""Hard or soft, why, and whose fault: what is made of a provider's class, the status code and the server's words.

The words are those of `webhooks/meaning`; here the provider has read the bounce already, and its verdict is tempered.
"""

import re
from dataclasses import dataclass
from typing import Final

from plays.events import BounceKind
from webhooks.meaning.bounce_reasons import reason_of

UNKNOWN: Final = "undefined"  # the reason that is none
_STATUS: Final = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])")
_SMTP: Final = re.compile(r"\s*\(?([245])\d\d(?!\d)")


@dataclass(frozen=True)
class Verdict:
    """What a bounce comes to."""

    kind: BounceKind
    blames_sender: bool
    reason: str  # a word of webhooks/meaning; empty where nothing says why


def status_of(given: str, said: str) -> str:
    """The enhanced status code (RFC 3463): where the provider gives it, else in the server's words."""
    found = _STATUS.search(given) or _STATUS.search(said)
    return found.group() if found else ""


def verdict(classed: BounceKind | None, blames: bool, status: str, said: str, code: str = "") -> Verdict:
    """`classed` is the provider's own hard or soft, None where it gives none; `code` its SMTP code.

    5.7.x, block, spam and policy blame the sender and never the person (reliability.md, A6; RFC 3463, 3.8).
    """
    why = reason_of(said, status)
    word = "" if why.word == UNKNOWN else why.word
    if blames or status[1:].startswith(".7.") or (why.blames_sender and not status.startswith("5.1.")):
        return Verdict("soft", True, word)
    if status.startswith("4.") or (not status and _class(code, said) == "4"):
        return Verdict("soft", False, word)
    hard = classed == "hard" if classed else why.hard
    return Verdict("hard" if hard else "soft", False, word)


def _class(code: str, said: str) -> str:
    """The first digit of the SMTP reply; empty where none is given."""
    found = _SMTP.match(code) or _SMTP.match(said)
    return found.group(1) if found else ""
