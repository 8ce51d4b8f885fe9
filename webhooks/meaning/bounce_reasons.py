"""The reason of a bounce: what the server said, at which command, with which status, by `bounce_words.toml`."""

import re
from dataclasses import replace
from typing import Final, Literal

from webhooks.meaning.bounce_words import BY_WORD, FILTERED, REASONS, UNDEFINED, Reason

MAX_SAID: Final = 3_000  # characters of a server's words that are looked at
Command = Literal["", "CONN", "MAIL", "RCPT", "DATA"]  # of the session the refusal ended


def reason_of(words: str, status: str, command: Command = "", proven: bool = True) -> Reason:
    """The reason of a bounce. A refusal of the sender or of the whole mail is never "no such user".

    `proven` is whether the words are about this very recipient: an answer that names nobody, with neither a status code
    nor the refused command beside it, may be the answer to the whole mail, and is no reason to give a person up.
    """
    said = plain(words)
    found = (
        _by_words(said, status, " ".join(_LINK.findall(words[: MAX_SAID * 2].lower()))) or _by_hint(status) or UNDEFINED
    )
    if found.hard and command == "MAIL":
        return BY_WORD["rejected"]
    if found.hard and command == "CONN":
        return BY_WORD["blocked"]
    if found.word == "userunknown" and _in_doubt(status, command, proven):
        return FILTERED
    if found.hard and status.startswith("4") and (found.word != "userunknown" or _PASSING.search(said)):
        return replace(found, hard=False)  # RFC 3463: class 4 may succeed later
    return found


def _in_doubt(status: str, command: Command, proven: bool) -> bool:
    if status[1:4] == ".1." or command == "RCPT":
        return False
    return command == "DATA" or (not proven and status[1:] in ("", ".0.0"))


_PASSING: Final = re.compile(r"try again|temporar|later|gr[ea]ylist|unverified")


def _by_words(said: str, status: str, links: str) -> Reason | None:
    for reason in REASONS:
        if _fits(status, reason.statuses) or any(link in links for link in reason.links):
            return reason
        if reason.words is not None and reason.words.search(said):
            return reason
    return None


def _by_hint(status: str) -> Reason | None:
    return next((one for one in REASONS if _fits(status, one.hints)), None)


def _fits(status: str, codes: tuple[str, ...]) -> bool:
    """Whether a status is one of these; a code that ends with a dot fits all below it."""
    if not status:
        return False
    either = (status, f"x{status[1:]}")
    return any(one in either or (one.endswith(".") and any(two.startswith(one) for two in either)) for one in codes)


# --- words -----------------------------------------------------------------------------------------------------------

_LINK: Final = re.compile(r"https?://[^\s<>]{1,500}")
_ADDRESS: Final = re.compile(r"[^\s<>@:;,(\"]{1,128}@[^\s<>@:;,)\"]{1,253}")
# The names of servers and domains are no words: `spamfilter.acme.example` says nothing about spam.
_NAME: Final = re.compile(r"(?<![\w.-])(?!resolver\.)(?:[\w-]{1,63}\.){1,10}(?=[a-z])[\w-]{2,63}(?![\w-])")
# The code that begins every line of a long answer, in the middle of what it says.
_AGAIN: Final = re.compile(r"(?<=\S) [245]\d\d[- ](?:[245]\.\d{1,3}\.\d{1,3} )?(?=[a-z])")
_LONGEST: Final = 80  # letters of one word: longer ones are no words


def plain(words: str) -> str:
    """A server's words in small letters on one line, without links, names, addresses and repeated codes."""
    said = words[: MAX_SAID * 2].lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    said = _NAME.sub("~", _ADDRESS.sub("@", _LINK.sub(" ", said)))
    return _AGAIN.sub(" ", " ".join(word[:_LONGEST] for word in said.split())[:MAX_SAID])


# --- the command that was refused ------------------------------------------------------------------------------------

_VERB: Final = r"(end of data|final data|data|rcpt|mail|ehlo|helo|initial connection)"
# What each server says of the moment: Postfix, Exim, DragonFly, mfilter, old relays; qmail; Gmail's numbered states.
_AT: Final = re.compile(
    rf"(?:in reply to|after|did not like our|smtp command|following|unexpected) (?:the |pipelined |sending )?{_VERB}\b|"
    r"\[(rcpt|data|mail)_?(?:to|from)?\]|does not like (recipient|sender)|(sender) was rejected|"
    r"(after i sent the message)|\(state (\d\d)\)",
    re.IGNORECASE,
)
_OFFERED: Final = re.compile(r">>> ?(rcpt|mail|data|\.|ehlo|helo)[^\n]{0,500}\n[^\n]{0,20}<<< ?[45]\d\d", re.IGNORECASE)
_COMMANDS: Final[dict[str, Command]] = {
    "rcpt": "RCPT",
    "recipient": "RCPT",
    "13": "RCPT",
    "14": "RCPT",
    "16": "RCPT",
    "mail": "MAIL",
    "sender": "MAIL",
    "ehlo": "CONN",
    "helo": "CONN",
    "initial connection": "CONN",
}


def command_of(words: str) -> Command:
    """At which command of the session a server refused, as its words or the transcript have it."""
    found = _AT.search(words[: MAX_SAID * 2]) or _OFFERED.search(words[: MAX_SAID * 2])
    if found is None:
        return ""
    said = next(one for one in found.groups() if one).lower()
    return _COMMANDS.get(said, "DATA")
