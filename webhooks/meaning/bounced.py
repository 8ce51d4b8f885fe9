"""Whom an unstructured bounce is about: the addresses its words list, the best sign first.

flufl.bounce is asked for a second opinion, for addresses only: its verdicts are not used, and it throws on odd mail.
"""

import logging
import re
from collections.abc import Iterator
from email import message_from_bytes
from typing import Final

from flufl.bounce import scan_message

from webhooks.meaning.addresses import ADDRESS, addresses_in, is_robot, trimmed
from webhooks.meaning.bounce_texts import back_of
from webhooks.meaning.bounding import bounded
from webhooks.meaning.reading import Mail

# Its detectors throw on odd mail, and it logs that with a traceback: no fault of ours, and a mail has no place
# in a log.
logging.getLogger("flufl.bounce").disabled = True

_LOOKED_AT: Final = 8_000  # characters of a server's words
_ASKED: Final = 100_000  # bytes that flufl.bounce is given
_LINES: Final = 1_500  # and lines: it looks at each many times over


def listed(mail: Mail, words: str) -> list[str]:
    """The recipients that did not get the mail; empty when nothing names them."""
    said = words[:_LOOKED_AT]
    own = {one.lower() for name in _OURS for one in addresses_in(mail.header(name))}
    for found in _signs(mail, said, own):
        if found:
            return list(dict.fromkeys(found))
    return []


_OURS: Final = ("to", "from", "cc", "delivered-to", "x-original-to")


def _signs(mail: Mail, said: str, own: set[str]) -> Iterator[list[str]]:
    """Each way to find them, in order of trust."""
    yield _TRANSCRIPT.findall(said)
    yield _after(_INTRODUCED, said)
    yield addresses_in(mail.header("x-failed-recipients"))
    for pattern in _LISTED:
        yield _theirs(pattern.findall(said), said, own)
    yield _bare_names(mail, said)
    yield _second_opinion(mail)
    for pattern in _MENTIONED:
        yield _theirs(pattern.findall(said), said, own)
    yield [trimmed(one) for one in _OFFERED.findall(mail.said[:_LOOKED_AT])]
    yield _only_one_of(back_of(mail))


# `550 <ada@acme.example>... User unknown`: what sendmail says of each.
_TRANSCRIPT: Final = re.compile(
    r"^[ \t]{0,8}(?:[45]\d\d )(?:[45]\.\d\.\d{1,3} )?<(" + ADDRESS + r")>\.\.\.", re.MULTILINE
)
_INTRODUCED: Final = re.compile(
    r"address\(es\) failed:|following recipients? (?:failed|rejected)[^\n]{0,40}:", re.IGNORECASE
)
_OFFERED: Final = re.compile(r"RCPT[ \t\n]{1,10}TO:[ \t]{0,4}<(" + ADDRESS + r")>", re.IGNORECASE)
_LINE: Final = r"^[ \t*>-]{0,12}"
_LISTED: Final = tuple(
    re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    for pattern in (
        _LINE + r"<?(" + ADDRESS + r")>?[ \t]{0,8}:?[ \t]*$",
        _LINE + r"<(" + ADDRESS + r")>[ \t]{0,8}[:.(]",
        _LINE + r"(" + ADDRESS + r")[ \t]{0,8}[:;(\[]",
        r"\b(?:rcpt to|recipients?(?: address)?|to|for|address|addressed|user|au|an|para|a)\b,?[\s:]{1,8}[\"']?<?("
        + ADDRESS
        + r")>?",
    )
)
_MENTIONED: Final = tuple(re.compile(pattern) for pattern in (r"<(" + ADDRESS + r")>", r"(" + ADDRESS + r")"))
# Lines that say whom to ask, not who was not reached.
_HELP: Final = re.compile(
    r"contact|assist|questions?\b|help|support|webmaster|send (?:e?-?mail|a message) to", re.IGNORECASE
)


def _theirs(found: list[str], said: str, own: set[str]) -> list[str]:
    """Of these addresses those of somebody who is neither us nor a machine nor there to help."""
    people = [trimmed(one) for one in found]
    return [one for one in people if one.lower() not in own and not is_robot(one) and not _helps(one, said)]


def _helps(address: str, said: str) -> bool:
    at = said.find(address)
    return at >= 0 and bool(_HELP.search(said[said.rfind("\n", 0, at) + 1 : at]))


def _after(introduction: re.Pattern[str], said: str) -> list[str]:
    """The addresses that stand alone on lines after an introduction."""
    found = introduction.search(said)
    return [trimmed(one) for one in _LISTED[0].findall(said[found.end() :])] if found else []


_NAMES_FOLLOW: Final = re.compile(
    r"(?:following (?:recipients?|address(?:es)?)|could not be delivered)[^:]{0,200}(?:@[^:]{0,80})?:[ \t]*\n"
    r"((?:[ \t]+[\w.-]{2,60}\n){1,50})",
    re.IGNORECASE,
)


def _bare_names(mail: Mail, said: str) -> list[str]:
    """Names without a domain, as a provider lists its own customers: they are at the domain that reports."""
    found = _NAMES_FOLLOW.search(said + "\n")
    senders = [one for one in addresses_in(mail.header("from")) if is_robot(one)]
    return [f"{name}@{senders[0].rpartition('@')[2].lower()}" for name in found[1].split()] if found and senders else []


def _second_opinion(mail: Mail) -> list[str]:
    if mail.report("message/delivery-status"):  # a report that was read names nobody: nothing to add, and slow
        return []
    try:
        found = scan_message(message_from_bytes(bounded(mail.raw[:_ASKED], _LINES)[0]))
    except Exception:  # it raises IndexError, AttributeError and more on mail it does not expect
        return []
    return sorted(one.decode("ascii", "replace") for one in found if b"@" in one)


_TO: Final = re.compile(r"^to:[ \t]*([^\n]*(?:\n[ \t]+[^\n]*){0,20})", re.IGNORECASE | re.MULTILINE)


def _only_one_of(given_back: str) -> list[str]:
    """Whom the mail that came back was written to: one person, or nobody can tell."""
    found = _TO.search(given_back[:20_000])
    people = addresses_in(found[1]) if found else []
    return people if len(people) == 1 else []
