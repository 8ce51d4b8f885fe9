"""Hard or soft, and whose fault: what is made of a provider's class, the status code and the server's words.

Mails that come back are read by `webhooks/meaning`; here the provider has read them already, and only its own verdict
is tempered.
"""

import re
from dataclasses import dataclass
from typing import Final

from plays.events import BounceKind

# Words by which a server refuses the sender or the text, not the person.
BLAMES: Final = re.compile(
    r"spam|junk|unsolicited|bulk mail|black ?list|block ?list|\brbl\b|dnsbl|spamhaus|blocked (?:by|for|due|using)"
    r"|reputation|policy|dmarc|dkim|\bspf\b|unauthenticated|not authenticated|authentication (?:required|fail)"
    r"|reverse dns|ptr record|virus|malware|phish|content (?:rejected|filter|denied)|attachment (?:rejected|type)"
    r"|relay(?:ing)? (?:access )?denied|rate limit|too many (?:messages|connections)|throttl",
    re.IGNORECASE,
)
# Words that say nobody can be reached at the address.
NOBODY: Final = re.compile(
    r"user unknown|unknown (?:user|recipient|address|mailbox)|no such (?:user|person|mailbox|recipient|address|domain)"
    r"|does(?:n't| not) exist|(?:recipient|address|user|mailbox|account) (?:not found|unknown|invalid|rejected)"
    r"|invalid (?:recipient|address|mailbox|user)|no mailbox|not a valid|domain not found|host or domain name not found"
    r"|nxdomain|bad destination|no longer (?:exists|available|valid|accepts)|account (?:has been )?(?:disabled|closed)",
    re.IGNORECASE,
)
_STATUS: Final = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])")
_HARD: Final = re.compile(r"5\.1\.(?:0|1|2|3|6|10)|5\.2\.1|5\.4\.4")  # RFC 3463, and the registry of its codes
_SMTP: Final = re.compile(r"\s*\(?([245])\d\d(?!\d)")


@dataclass(frozen=True)
class Verdict:
    """What a bounce comes to."""

    kind: BounceKind
    blames_sender: bool


def status_of(given: str, said: str) -> str:
    """The enhanced status code (RFC 3463): where the provider gives it, else in the server's words."""
    found = _STATUS.search(given) or _STATUS.search(said)
    return found.group() if found else ""


def verdict(classed: BounceKind | None, blames: bool, status: str, said: str, code: str = "") -> Verdict:
    """`classed` is the provider's own hard or soft, None where it gives none; `code` its SMTP code.

    5.7.x, block, spam and policy blame the sender and never the person (reliability.md, A6; RFC 3463, 3.8).
    """
    if blames or status.startswith(("5.7.", "4.7.")):
        return Verdict("soft", blames_sender=True)
    if not _HARD.fullmatch(status) and BLAMES.search(said) and not NOBODY.search(said):
        return Verdict("soft", blames_sender=True)
    if status.startswith("4.") or (not status and _class(code, said) == "4"):
        return Verdict("soft", blames_sender=False)
    hard = classed == "hard" if classed else bool(_HARD.fullmatch(status) or NOBODY.search(said))
    return Verdict("hard" if hard else "soft", blames_sender=False)


def _class(code: str, said: str) -> str:
    """The first digit of the SMTP reply; empty where none is given."""
    found = _SMTP.match(code) or _SMTP.match(said)
    return found.group(1) if found else ""
