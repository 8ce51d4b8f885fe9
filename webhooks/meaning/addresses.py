"""E-mail addresses in text, found in time that grows with the text only."""

import re
from typing import Final

from records.addresses import normal_form

# A run of letters is never longer than one look: without the bounds a megabyte of them is looked at from every letter.
_LOCAL: Final = r"A-Za-z0-9.!#$%&'*+/=?^_`{|}~-"
ADDRESS: Final = (
    r"(?:\"[^\"\s@]{1,100}\"|(?<![" + _LOCAL + r"])[" + _LOCAL + r"]{1,128})"
    r"@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?"
)
_ADDRESS: Final = re.compile(ADDRESS)
_INTERNATIONAL: Final = re.compile(
    r"[^\s<>\"(),;:@]{1,128}@[^\s<>\"(),;:@]{1,253}"
)  # RFC 6531; of fields, not of prose
_ROBOT: Final = re.compile(r"(?:mailer-daemon|postmaster|mdaemon|nobody|root|abuse|no-?reply)@", re.IGNORECASE)
_TYPE: Final = re.compile(r"^[ \t]*(?:rfc822|utf-8|smtp|x-[a-z-]{1,20})[ \t]*;", re.IGNORECASE)


def addresses_in(text: str) -> list[str]:
    """Every address in a text, in its order, each once."""
    return list(dict.fromkeys(trimmed(one) for one in _ADDRESS.findall(text)))


def address_in(text: str) -> str:
    """The first address in a text, e.g. of `rfc822; ada@acme.example`; empty when there is none."""
    bare = _TYPE.sub("", text[:4_000])
    found = _ADDRESS.search(bare) or _INTERNATIONAL.search(bare)
    return trimmed(found[0]) if found else ""


def trimmed(address: str) -> str:
    """An address without what prose puts round it."""
    return address.strip(".'`")


def is_robot(address: str) -> bool:
    """Whether nobody is behind an address."""
    return bool(_ROBOT.match(address))


def sender_of(header: str) -> str:
    """The address of a From header in normal form: in angle brackets if there are any; empty when there is none."""
    bracketed = re.findall(r"<([^<>\s]{1,400})>", header[:4_000])
    named = [address_in(one) for one in reversed(bracketed)]
    return normal_form(next((one for one in named if one), "") or address_in(header[:4_000]))
