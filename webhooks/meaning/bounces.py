"""Bounces: whose mail came back, for good or not, and whose fault it was (RFC 3464, 6522, and what odd servers write).

Addresses come from the machine's report where there is one, else from the words; hard or soft from the status code,
else from the words. A policy refusal (5.7.x) blames the sender, never the person.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from webhooks.meaning.bounce_words import REASONS, Reason, reason_of
from webhooks.meaning.reading import Mail

ADDRESS: Final = re.compile(
    r"(?:\"[^\"\s@]+\"|[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+)@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?"
)


@dataclass(frozen=True)
class Bounced:
    """One recipient a mail did not reach."""

    address: str
    hard: bool  # there is no use in trying again
    reason: str  # a word of bounce_words.REASONS
    status: str  # 5.1.1, where one is known
    delayed: bool = False  # the server still tries
    said: str = ""  # the server's words, cut


@dataclass(frozen=True)
class Bounce:
    """A report that mail did not arrive."""

    failed: tuple[Bounced, ...]
    evidence: str


@dataclass(frozen=True)
class _Group:
    """What a report says of one recipient."""

    address: str
    action: str
    status: str
    said: str


def read_bounce(mail: Mail) -> Bounce | None:
    """The bounce a mail is; None for one that is none."""
    why = _looks_like_one(mail)
    if not why:
        return None
    words = words_of(mail)
    groups = list(_groups(mail, words)) or list(_from_words(mail, words))
    failed = {group.address.lower(): _judged(group, words) for group in groups}
    return Bounce(tuple(failed.values()), why)


def _judged(group: _Group, words: str) -> Bounced:
    said = group.said or words
    reason = reason_of(said, group.status, group.action)
    if reason.word == "undefined" and group.said:
        reason = reason_of(words, group.status, group.action)
    return Bounced(
        address=group.address,
        hard=reason.hard and group.action != "delayed",
        reason=reason.word,
        status=group.status,
        delayed=group.action == "delayed",
        said=" ".join(said.split())[:300],
    )


# --- is it one -------------------------------------------------------------------------------------------------------

_SENDERS: Final = re.compile(
    r"mailer-?daemon|postmaster|mail delivery|mail[ .]?delivery[ .]?(?:sub)?system|mailerdaemon|mail administrator|"
    r"bounce[s+@-]|root@|mdaemon|non-?delivery|delivery status|mail system|mailadmin|notification@",
    re.IGNORECASE,
)
_SUBJECTS: Final = re.compile(
    r"undeliver|delivery (?:status|fail|has failed|error|report)|returned (?:mail|to sender)|"
    r"failure (?:notice|delivery)|"
    r"mail (?:failure|error|delivery|could not|system error)|non.?remis|nicht zustellbar|unzustellbar|"
    r"zustell|не доставлено|"
    r"не может быть доставлено|невозможно доставить|mail status report|delivery notification|not delivered|"
    r"error sending|"
    r"message (?:delayed|you sent|status)|warning: could not send|failed (?:mail|to deliver)|returned mail|"
    r"user unknown|rejected|dsn|correo devuelto|no se puede entregar|配信|エラー|宛先|メール|退信|delivery delay|"
    r"email (?:not|delivery)|niet bezorgd|onbestelbaar|notification d|mancato recapito|impossibile|"
    r"there was an error|"
    r"considered unsolicited|returning message|message non remis|denied|your mail|unable to deliver|undelivered",
    re.IGNORECASE,
)


def _looks_like_one(mail: Mail) -> str:
    """What shows that the mail is a bounce; empty when nothing does."""
    if mail.report("message/delivery-status") or mail.report_type == "delivery-status":
        return "a delivery status report"
    if mail.header("x-failed-recipients"):
        return "X-Failed-Recipients"
    if mail.report("message/feedback-report"):
        return ""
    sender = f"{mail.header('from')} {mail.header('return-path')}"
    null_path = mail.header("return-path") == "<>"
    from_robot = bool(_SENDERS.search(sender))
    titled = bool(_SUBJECTS.search(mail.header("subject")))
    if titled and (from_robot or null_path or mail.original):
        return "its sender and subject"
    if (from_robot or null_path) and _FAILED_WORDS.search(mail.said[:6000]):
        return "its sender and words"
    return ""


_FAILED_WORDS: Final = re.compile(
    r"could ?n[o']t be (?:delivered|reached)|undeliverable|not (?:be )?deliver|delivery (?:failed|to the following)|"
    r"permanent (?:fatal )?error|user unknown|unknown user|no such user|does ?n[o']t exist|mailbox (?:is )?full|"
    r"unrouteable|address rejected|recipients? (?:failed|rejected)|\b5[05]\d[ -][#\d]|was not delivered|"
    r"did not reach|failed to deliver|message (?:was )?refused|returned to sender|not listed in",
    re.IGNORECASE,
)


# --- words and the mail it gives back --------------------------------------------------------------------------------

# Where an unstructured bounce begins to repeat the mail it is about.
_BACK: Final = re.compile(
    r"^[ \t>]*(?:-{2,} ?(?:this is a copy|original message|below this line|the header|body of message|"
    r"returned message|"
    r"message header|forwarded|returned mail|transcript|included is|message text|undelivered message|"
    r"original (?:mail|headers)|received|your original|the original|this is the message|return message).*|"
    r"(?:original message follows|below is a copy of the original|the original message (?:headers|follows)|"
    r"your (?:original )?message (?:header|follows|is|reads).*|message contents? follow|copy of your message|"
    r"----- ?original|received: (?:from|by)|return-path: <).*|"
    r"-{10,} ?(?:original message|message header).*|"
    r"\*+ ?original message.*)$",
    re.IGNORECASE | re.MULTILINE,
)


def words_of(mail: Mail) -> str:
    """What the server says itself, without the mail it gives back."""
    said = mail.said.replace("\r\n", "\n").replace("\r", "\n")
    found = _BACK.search(said)
    return said[: found.start()] if found and found.start() > 20 else said


def _back_of(mail: Mail) -> str:
    """The mail it gives back."""
    if mail.original:
        return mail.original
    said = mail.said.replace("\r\n", "\n")
    found = _BACK.search(said)
    return said[found.start() :] if found and found.start() > 20 else ""


# --- reports ---------------------------------------------------------------------------------------------------------

_FIELD: Final = re.compile(r"^([A-Za-z][A-Za-z-]*):[ \t]*(.*(?:\n[ \t]+.*)*)", re.MULTILINE)


def _groups(mail: Mail, words: str) -> Iterator[_Group]:
    """What the reports say, one recipient after the other."""
    text = mail.report("message/delivery-status").replace("\r\n", "\n")
    if "recipient:" not in text.lower():
        text = "\n\n".join((text, words)) if "final-recipient:" in words.lower() else text
    for block in re.split(r"\n[ \t]*\n", text):
        fields = {name.lower(): " ".join(value.split()) for name, value in _FIELD.findall(block)}
        if "final-recipient" in fields or "original-recipient" in fields:
            yield from _group(fields)


def _group(fields: dict[str, str]) -> Iterator[_Group]:
    action = fields.get("action", "").split("(")[0].strip().lower()
    if action in ("delivered", "relayed", "expanded", "deliverable"):
        return
    address = _address(fields.get("final-recipient", "")) or _address(fields.get("original-recipient", ""))
    if "." not in address.partition("@")[2]:
        address = _address(fields.get("original-recipient", "")) or address
    if address:
        status = re.search(r"\b([245]\.\d{1,3}\.\d{1,3})\b", fields.get("status", ""))
        said = fields.get("diagnostic-code", "")
        yield _Group(address, action or "failed", status[1] if status else "", said)


def _address(text: str) -> str:
    found = ADDRESS.search(text.replace("rfc822;", " ").replace("RFC822;", " ").replace("utf-8;", " "))
    return found[0].strip(".'") if found else ""


# --- words -----------------------------------------------------------------------------------------------------------


def _from_words(mail: Mail, words: str) -> Iterator[_Group]:
    """Recipients as people's servers write them; the best sign first."""
    failed = ADDRESS.findall(mail.header("x-failed-recipients"))
    own = {one.lower() for name in ("to", "from", "cc", "delivered-to") for one in ADDRESS.findall(mail.header(name))}
    signs = (failed, _listed(words, own), _from_library(mail), _session(mail), _to_of(mail))
    for found in signs:
        if found:
            for address in dict.fromkeys(found):
                yield _Group(address, "failed", _status_near(words, address), _said_of(words, address))
            return


_LISTED: Final = tuple(
    re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    for pattern in (
        r"^[ \t]*<?(" + ADDRESS.pattern + r")>?\s*:?[ \t]*$",
        r"^[ \t*>-]*<(" + ADDRESS.pattern + r")>\s*[:.(]",
        r"^[ \t]*(" + ADDRESS.pattern + r")[ \t]*[:;(]",
        r"\b(?:rcpt to|recipients?(?: address)?|to|for|address|user|au|an|para|a)\b[\s:]+[\"']?<?("
        + ADDRESS.pattern
        + r")>?",
        r"<(" + ADDRESS.pattern + r")>",
        r"(" + ADDRESS.pattern + r")",
    )
)


def _listed(words: str, own: set[str]) -> list[str]:
    """The addresses of the first way of listing that names somebody who is not us."""
    for pattern in _LISTED:
        found = [one.strip(".'") for one in pattern.findall(words[:8000])]
        theirs = [one for one in found if one.lower() not in own and not _robot(one)]
        if theirs:
            return theirs
    return []


def _robot(address: str) -> bool:
    return bool(re.match(r"(?:mailer-daemon|postmaster|mdaemon|nobody|root|abuse)@", address, re.IGNORECASE))


def _from_library(mail: Mail) -> list[str]:
    """What flufl.bounce finds: addresses only, not its verdicts. It throws on odd mail: every call is held."""
    from email import message_from_bytes

    from flufl.bounce import scan_message

    try:
        found = scan_message(message_from_bytes(mail.raw))
    except Exception:
        return []
    return sorted(one.decode("ascii", "replace") for one in found)


def _session(mail: Mail) -> list[str]:
    """Of a transcript: the recipients that were offered."""
    return re.findall(r"RCPT TO:\s*<(" + ADDRESS.pattern + r")>", mail.said, re.IGNORECASE)


def _to_of(mail: Mail) -> list[str]:
    """Whom the mail that came back was written to: one person, or nobody can tell."""
    found = re.search(r"^to:[ \t]*(.*(?:\n[ \t]+.*)*)", _back_of(mail), re.IGNORECASE | re.MULTILINE)
    people = list(dict.fromkeys(ADDRESS.findall(found[1]))) if found else []
    return people if len(people) == 1 else []


def _said_of(words: str, address: str) -> str:
    """The server's words about one address: from its first mention on."""
    at = words.lower().find(address.lower())
    return words[at : at + 900] if at >= 0 else ""


def _status_near(words: str, address: str) -> str:
    found = re.search(r"\b([45]\.\d{1,2}\.\d{1,3})\b", _said_of(words, address) or words)
    return found[1] if found else ""


__all__ = ["REASONS", "Bounce", "Bounced", "Reason", "read_bounce", "words_of"]
