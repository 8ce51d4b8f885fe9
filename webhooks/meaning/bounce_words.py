"""Why mail comes back: reasons, whether they are for good, and the words and status codes that show them. A table.

Hard: the person cannot be reached at this address. Everything else (full, policy, content, reputation, trouble on the
way) is soft: it may pass, or it is the sender's to mend.
"""

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Reason:
    """A reason for a bounce."""

    word: str
    hard: bool
    blames: str  # person, sender, server
    words: str  # a regular expression
    statuses: str = ""  # another, over the whole status code


# The first whose words are found decides; then the first whose status fits.
REASONS: Final[tuple[Reason, ...]] = (
    Reason(
        "mailbox-full",
        False,
        "person",
        r"mail(?:box|folder)? (?:is |was )?(?:full|exceed)|over ?quota|quota exceed|"
        r"exceed\w* (?:\w+ ){0,4}(?:quota|storage)|insufficient (?:system )?storage|mailfolder is full|"
        r"disk quota|not enough (?:disk )?space in|user is overquota|too many messages in|account is over|"
        r"storage (?:space )?(?:limit|exceeded)|inbox is full|mailbox size limit|переполнен|"
        r"mailbox has exceeded|boite.*pleine|full mailbox",
        r"[45]\.2\.2",
    ),
    Reason(
        "moved",
        True,
        "person",
        r"has moved|user moved|address (?:has )?changed|no longer (?:with|works|at)|has been replaced by",
        r"5\.1\.6",
    ),
    Reason(
        "suspended",
        False,
        "person",
        r"(?:account|mailbox|user|recipient|e-?mail)\w* (?:\w+ ){0,4}(?:disabled|suspended|inactive|"
        r"deactivated|locked|frozen|blocked|unavailable)|inactive (?:user|account|mailbox)|disabled (?:user|"
        r"account|mailbox)|not been active|discontinued|expired (?:account|mailbox)|suspend|has been deactivat|"
        r"is not active|account .{0,40}(?:terminated|closed)",
        r"[45]\.2\.1",
    ),
    Reason(
        "policy",
        False,
        "sender",
        r"spam|blacklist|block ?list|black ?listed|blocked (?:by|using|due|because|for|from)|listed (?:in|at|"
        r"by|on)|poor reputation|reputation|dmarc|dkim|\bspf\b|unauthenticated|not authenticated|ptr record|"
        r"reverse dns|rdns|client host|banned|\brbl\b|dnsbl|policy|unsolicited|virus|malware|"
        r"content (?:rejected|filter)|rejected for policy|greylist|gray ?list|access denied|not (?:allowed|"
        r"permitted|authorized)|relay(?:ing)? (?:access )?denied|relaying|unable to relay|sender (?:rejected|"
        r"denied|verify)|tls (?:is )?required|encryption|attachment|authentication required|prohibited|"
        r"refused (?:by|due|to)|security|denied by|denied",
        r"[45]\.7\.\d+",
    ),
    Reason(
        "too-big",
        False,
        "sender",
        r"(?:message|mail|size)\w* (?:\w+ ){0,4}(?:too (?:big|large)|exceeds?)|exceed\w* (?:\w+ ){0,5}size|"
        r"too large|size limit|larger than",
        r"[45]\.(?:2\.3|3\.4)",
    ),
    Reason(
        "no-such-user",
        True,
        "person",
        r"user unknown|unknown (?:user|recipient|address|mailbox|local|or illegal)|no such (?:user|person|"
        r"mailbox|recipient|address|account|addressee|local)|does(?:n't| not) (?:exist|have an? )|"
        r"no mailbox (?:here|by)|mailbox (?:not found|unavailable|does|unknown|invalid)|(?:recipient|address|"
        r"user|account|addressee) (?:\w+ ){0,2}(?:not (?:found|known|exist|listed|valid|recognized|here)|"
        r"unknown|invalid|rejected)|invalid (?:recipient|address|mailbox|user)|not (?:a known user|"
        r"our customer|a valid (?:mailbox|user|recipient)|listed in)|undeliverable address|bad destination|"
        r"no (?:account|user) (?:by|here|with)|unrouteable address|can(?:no|')t (?:find|be found)|"
        r"couldn't be found|wasn't found|unknown address|not known|is not a (?:user|member)|"
        r"no longer (?:exists|available|valid|accepts)|user doesn't have|isn't a|пользователь не найден|"
        r"не существует|такой|existiert nicht|n'existe pas|no existe|unbekannt|utente|can't open mailbox|"
        r"non ?existent|this user|address error|550 5\.1\.[01]",
        r"5\.1\.(?:0|1|3|10)",
    ),
    Reason(
        "no-such-host",
        True,
        "person",
        r"(?:host|domain)\w* (?:\w+ ){0,3}(?:unknown|not found|does not exist|invalid|couldn't be found)|"
        r"unknown (?:host|domain)|no such (?:host|domain)|name (?:service|or service)|nxdomain|"
        r"unrouteable mail domain|illegal host|host not found|domain .{0,60}(?:not exist|not found)|bad domain|"
        r"null mx|does not accept mail|dns error",
        r"5\.(?:1\.2|4\.4)",
    ),
    Reason(
        "expired",
        False,
        "server",
        r"retry (?:time(?:out)?|count|period)|timed? ?out|time limit|expired|delayed|still being (?:tried|"
        r"retried)|delivery attempt|too long|not been delivered|couldn't be delivered for|gave up|"
        r"unable to (?:connect|deliver).{0,60}days|in (?:the )?queue",
        r"[45]\.4\.[17]",
    ),
    Reason(
        "server",
        False,
        "server",
        r"connection (?:refused|reset|lost|failed|dropped)|could not connect|no route|network|mail loop|"
        r"loop(?:s|ing)? (?:back|detected)|too many (?:hops|connections)|temporar|try again|"
        r"service unavailable|system (?:error|problem|failure)|internal (?:error|server)|resources|local error|"
        r"i/o error|configuration|rate limit|too (?:many|fast)|throttl|lookup fail|command time|disk full|"
        r"cannot (?:create|open)",
        r"[45]\.(?:3|4|5)\.\d+|4\.\d+\.\d+",
    ),
)
UNDEFINED: Final = Reason("undefined", False, "server", "")
_HARD_UNSAID: Final = Reason("refused", True, "person", "")
_WORDS: Final = tuple((one, re.compile(one.words, re.IGNORECASE)) for one in REASONS)
_STATUSES: Final = tuple((one, re.compile(one.statuses)) for one in REASONS)


def reason_of(words: str, status: str, action: str) -> Reason:
    """The reason of a bounce by what the server said, else by its status code (RFC 3463)."""
    said = " ".join(words.split())[:3000]
    exact = next((one for one, pattern in _STATUSES if pattern.fullmatch(status) and one.hard), None)
    by_words = next((one for one, pattern in _WORDS if pattern.search(said)), None)
    if by_words is not None:
        return by_words
    if exact is not None:
        return exact
    by_status = next((one for one, pattern in _STATUSES if pattern.fullmatch(status)), None)
    return by_status or UNDEFINED
