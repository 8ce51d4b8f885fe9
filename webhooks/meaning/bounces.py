"""Bounces: whose mail came back, for good or not, and whose fault it was (RFC 3464, 6522, and what odd servers write).

Recipients come from the machine's report where there is one, else from the words (`bounced.py`); why is read from what
the server said of each (`bounce_reasons.py`). Whether a report is to be trusted is not decided here.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from webhooks.meaning.addresses import address_in
from webhooks.meaning.bounce_reasons import command_of, reason_of
from webhooks.meaning.bounce_signs import sign_of_bounce
from webhooks.meaning.bounce_texts import near, words_of
from webhooks.meaning.bounced import listed
from webhooks.meaning.model import Evidence, Returned
from webhooks.meaning.reading import Mail
from webhooks.meaning.ses_notes import noted

MAX_RECIPIENTS: Final = 500
Verdict = Literal["failed", "delayed", "delivered"]


@dataclass(frozen=True)
class Bounce:
    """A report about delivery: what it says of each recipient, and what showed that it is one."""

    returned: tuple[Returned, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class Group:
    """What a report says of one recipient, before it is judged."""

    address: str
    action: str  # RFC 3464: failed, delayed, delivered, relayed, expanded
    status: str
    said: str


def read_bounce(mail: Mail) -> Bounce | None:
    """The report about delivery that a mail is; None for one that is none.

    A mail that shows it is one but names nobody comes back with no recipients.
    """
    sign = sign_of_bounce(mail)
    words = words_of(mail)
    groups = [Group(*one) for one in noted(mail)] or (list(_read(mail, words)) if sign else [])
    if not groups:
        return Bounce((), _evidence(sign, mail, ())) if sign in _SURE else None
    returned: dict[str, Returned] = {}
    for group in groups[:MAX_RECIPIENTS]:
        judged = _judged(group, words, [one.address for one in groups[:MAX_RECIPIENTS]])
        earlier = returned.get(judged.address.lower())
        if earlier is None or _WORSE[judged.verdict] > _WORSE[earlier.verdict]:
            returned[judged.address.lower()] = judged
    found = tuple(returned.values())
    return Bounce(found, _evidence(sign or "ses-notification", mail, found))


_SURE: Final = ("delivery-status", "x-failed-recipients")
_WORSE: Final = {"delivered": 0, "delayed": 1, "failed": 2}


def _evidence(sign: str, mail: Mail, returned: Iterable[Returned]) -> tuple[Evidence, ...]:
    shown = Evidence(f"bounce:{sign}", "mail", mail.header("subject")[:120])
    reasons = {one.reason: one for one in returned if one.verdict == "failed"}
    return (shown, *(Evidence(f"reason:{word}", "report", one.said[:120]) for word, one in list(reasons.items())[:10]))


# --- judging ---------------------------------------------------------------------------------------------------------

_DONE: Final = ("delivered", "relayed", "expanded", "deliverable")
_CODE: Final = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")


def _judged(group: Group, words: str, others: list[str]) -> Returned:
    around = near(words, group.address, others)
    said = group.said or around
    status = _exact(group.status, said)
    command = command_of(said) or command_of(around)
    proven = not group.said or group.address.lower() in group.said.lower()
    reason = reason_of(said, status, command, proven)
    if reason.word == "undefined" and words.strip():
        reason = reason_of(words, status, command or command_of(words))
    verdict = _verdict(group)
    return Returned(
        address=group.address,
        verdict=verdict,
        kind="hard" if reason.hard and verdict == "failed" else "soft",
        reason="" if verdict == "delivered" else reason.word,
        status=status,
        blames_sender=verdict == "failed" and not reason.hard and (reason.blames_sender or status[1:4] == ".7."),
        said=" ".join(said.split())[:300],
    )


def _verdict(group: Group) -> Verdict:
    if group.action in _DONE or (not group.action and group.status.startswith("2")):
        return "delivered"
    return "delayed" if group.action == "delayed" else "failed"


def _exact(status: str, said: str) -> str:
    """The status a report names, or the one in the server's own words where the report's says less."""
    named = _CODE.search(status)
    code = named[1] if named else ""
    within = _CODE.search(said[:3_000])
    if within and (not code or code[1:] in (".0.0", ".4.7") or code[0] == "2"):
        return within[1] if within[1][1:] != ".0.0" or not code else code
    return code


# --- reports ---------------------------------------------------------------------------------------------------------

_NAMES: Final = (
    "final-recipient|original-recipient|action|status|remote-mta|diagnostic-code|last-attempt-date|reporting-mta|"
    "arrival-date|received-from-mta|final-log-id|will-retry-until|x-[a-z-]{1,40}"
)
# A field and its folded lines; servers that indent the whole report indent its fields too.
_FIELD: Final = re.compile(
    rf"^[ \t>]{{0,8}}([a-z][a-z-]{{1,40}}):[ \t]*([^\n]*(?:\n[ \t]+(?!(?:{_NAMES}):)[^\n]*)*)",
    re.IGNORECASE | re.MULTILINE,
)
# A server that has not given up says so in words, where it writes no report.
_WAITING: Final = re.compile(
    r"not yet been delivered|has been delayed|is delayed for|attempts will continue|warning message only|"
    r"will (?:be retried|keep trying|try again)|(?:do|does) not need to re-?send|temporary failure report|"
    r"still (?:being )?(?:tried|trying)",
    re.IGNORECASE,
)
_LOOKED_AT: Final = 8_000  # characters of a server's words
_BLOCKS: Final = re.compile(r"\n[ \t>]*\n")


def _read(mail: Mail, words: str) -> Iterator[Group]:
    """What the report says of each recipient; of a mail without one, whom its words name."""
    for text in (mail.report("message/delivery-status"), words, mail.said, mail.original):
        groups = list(_groups(text.replace("\r\n", "\n")))
        if groups:
            yield from groups
            return
    action = "delayed" if _WAITING.search(words[:_LOOKED_AT]) else ""
    for address in listed(mail, words):
        yield Group(address, action, "", "")


def _groups(text: str) -> Iterator[Group]:
    if "recipient:" not in text.lower():
        return
    for block in _BLOCKS.split(text):
        for fields in _recipients(block):
            yield from _group(fields)


_OF_ONE: Final = ("final-recipient", "original-recipient", "action", "status")


def _recipients(block: str) -> Iterator[dict[str, str]]:
    """The fields of each recipient of a block: one, but for servers that forget the blank line between them."""
    fields: dict[str, str] = {}
    for name, value in ((name.lower(), " ".join(value.split())) for name, value in _FIELD.findall(block)):
        if name in fields and name in _OF_ONE:
            yield fields
            fields = {}
        fields.setdefault(name, value)
    yield fields


def _group(fields: dict[str, str]) -> Iterator[Group]:
    final, first = (address_in(fields.get(name, "")) for name in ("final-recipient", "original-recipient"))
    address = final if "." in final.partition("@")[2] else first or final
    if address:
        action = fields.get("action", "").split("(")[0].strip().lower()
        yield Group(address, action, fields.get("status", ""), fields.get("diagnostic-code", ""))
