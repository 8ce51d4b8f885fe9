"""Feedback loops: somebody marked a mail of ours as spam, or a provider tells of something else (RFC 5965, 6591, 6650).

Whom it is about is often redacted: then only the Message-ID of the mail given back tells (`reports.py`).
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

from records.addresses import normal_form
from webhooks.meaning.addresses import address_in, is_robot
from webhooks.meaning.model import Evidence
from webhooks.meaning.reading import Mail
from webhooks.meaning.ses_notes import complained_in

FeedbackKind = Literal["complaint", "unsubscribe", "report"]
# Feedback-Type -> what it means; anything else, and what has no type, is a report about no person.
_TYPES: Final[dict[str, FeedbackKind]] = {
    "abuse": "complaint",
    "fraud": "complaint",
    "complaint": "complaint",
    "opt-out": "unsubscribe",
    "opt-out-list": "unsubscribe",
}
_REDACTED: Final = re.compile(r"redact|undisclosed|anonymi[sz]ed|hidden|x{4,}|^\W*$", re.IGNORECASE)
_FIELD: Final = re.compile(r"^([A-Za-z][A-Za-z-]{1,40}):[ \t]*([^\n]*)", re.MULTILINE)
_SAID: Final = re.compile(
    r"abuse report|spam report|complain|marked (?:it )?as (?:spam|junk)|reported as", re.IGNORECASE
)
_TITLED: Final = re.compile(r"^complaint about message from ", re.IGNORECASE)


@dataclass(frozen=True)
class Feedback:
    """What a feedback loop reports."""

    kind: FeedbackKind
    complained: str  # whose, in normal form; empty where it is redacted
    evidence: tuple[Evidence, ...]
    is_ours: bool = False  # the mail itself is the one complained of, given back as it is


def read_complaint(mail: Mail) -> Feedback | None:
    """The feedback report a mail is; None for one that is none."""
    if text := mail.report("message/feedback-report"):
        return _feedback(text.replace("\r\n", "\n"), mail)
    if mail.report_type == "feedback-report":
        return _feedback(mail.said.replace("\r\n", "\n")[:20_000], mail)
    if whose := complained_in(mail):
        return Feedback("complaint", _whose(whose[0]), (Evidence("complaint:ses-notification", "body", "complaint"),))
    # Microsoft's junk mail reporting gives the mail back as it is, with a header of its own.
    whole = mail.header("x-hmxmroriginalrecipient")
    marked = whole or _within("x-hmxmroriginalrecipient", mail.original)
    if marked or _TITLED.search(mail.header("subject")):
        shown = Evidence("complaint:jmrp", "header", mail.header("subject")[:120])
        return Feedback("complaint", _whose(marked), (shown,), is_ours=bool(whole))
    return None


def _feedback(text: str, mail: Mail) -> Feedback:
    fields: dict[str, str] = {}
    for name, value in _FIELD.findall(text):
        fields.setdefault(name.lower(), value.strip())
    named = fields.get("feedback-type", "").split(";")[0].strip().lower()
    if not named and _SAID.search(mail.said[:4_000] + mail.header("subject")):
        named = "abuse"  # old loops leave the type out and say it to people
    kind = _TYPES.get(named, "report")
    whose = fields.get("original-rcpt-to") or fields.get("removal-recipient") or _within("to", mail.original)
    shown = Evidence(f"feedback:{named[:40] or 'without-type'}", "feedback-report", f"Feedback-Type: {named}"[:120])
    return Feedback(kind, _whose(whose) if kind != "report" else "", (shown,))


def _within(name: str, text: str) -> str:
    """A header of the mail given back."""
    found = re.search(rf"^{name}:[ \t]*([^\n]*)", text[:100_000], re.IGNORECASE | re.MULTILINE)
    return found[1] if found else ""


def _whose(text: str) -> str:
    address = address_in(text)
    redacted = not address or is_robot(address) or _REDACTED.search(address.partition("@")[0])
    return "" if redacted else normal_form(address)
