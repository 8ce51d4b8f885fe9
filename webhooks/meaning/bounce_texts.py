"""The parts of an unstructured bounce: the server's words, the mail it gives back, what it says of one recipient."""

import re
from typing import Final

from webhooks.meaning.reading import Mail

_NEAR: Final = 900  # characters from a recipient's first mention on
_LINE: Final = 300  # characters before it on its line
_LOOKED_AT: Final = 60_000

# Where an unstructured bounce begins to repeat the mail it is about.
_BACK: Final = re.compile(
    r"^[ \t>]{0,8}(?:-{2,80} ?(?:this is a copy|original message|below this line|the header|body of message|"
    r"returned (?:message|mail)|message header|forwarded|included is|message text|un(?:delivered|sent) message|"
    r"original (?:mail|headers)|received|your original|the original|this is the message|return message|enclosed is)|"
    r"original message follows|below is a copy of the original|the original message (?:headers|follows)|"
    r"original (?:mail|message)[ a-z]{0,20} (?:as )?follows|message headers follow|included is a copy|"
    r"your (?:original )?message (?:header|follows|is|reads)|message contents? follow|copy of your message|"
    r"received: (?:from|by)|return-path: <|\*{1,80} ?original message)[^\n]*$",
    re.IGNORECASE | re.MULTILINE,
)
_LEAST: Final = 20  # characters before it: a bounce begins with words of its own


def words_of(mail: Mail) -> str:
    """What the server says itself, without the mail it gives back."""
    said = _unix(mail.said)
    at = _back(said)
    return said[:at] if at else said


def back_of(mail: Mail) -> str:
    """The mail it gives back; empty when there is none."""
    if mail.original:
        return mail.original
    said = _unix(mail.said)
    at = _back(said)
    return said[at:] if at else ""


def _unix(text: str) -> str:
    return text[:_LOOKED_AT].replace("\r\n", "\n").replace("\r", "\n")


def _back(said: str) -> int:
    found = _BACK.search(said)
    return found.start() if found and found.start() > _LEAST else 0


def near(words: str, address: str, others: list[str]) -> str:
    """The server's words about one recipient: from the line of its first mention to the next recipient's mention.

    Where it is the only one, the line above too: some servers give the reason first. Empty without a mention.
    """
    small = words.lower()
    at = small.find(address.lower())
    if at < 0:
        return ""
    after = at + len(address)
    line = words.rfind("\n", max(at - _LINE, 0), at) + 1 or at
    if words.startswith(">... ", after):  # sendmail's transcript: a line for each
        return words[line : min(_or_end(words, words.find("\n", after)), at + _NEAR)]
    ends = [small.find(other.lower(), after, at + _NEAR) for other in others if other.lower() != address.lower()]
    start = line if len(others) > 1 else _line_above(words, at)
    return words[start : min((end for end in ends if end > 0), default=at + _NEAR)]


def _or_end(words: str, at: int) -> int:
    return at if at >= 0 else len(words)


def _line_above(words: str, at: int) -> int:
    """Where the line above the one of a place begins; that line itself after a blank one."""
    line = words.rfind("\n", 0, at) + 1
    above = words.rfind("\n", 0, max(line - 1, 0)) + 1
    start = above if line and words[above : line - 1].strip() else line
    return max(start, at - _LINE)
