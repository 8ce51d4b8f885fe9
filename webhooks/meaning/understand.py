"""What a mail means: the readers of this package in their one order (reliability.md, finding 6).

Bounce, complaint, unsubscribe, auto-reply, a person's reply. Nothing here trusts what a mail says of itself: whether a
report or a token is ours is decided by those who know our mail.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from webhooks.meaning.addresses import sender_of
from webhooks.meaning.auto_replies import read_auto_reply
from webhooks.meaning.bounces import Bounce, read_bounce
from webhooks.meaning.complaints import Feedback, read_complaint
from webhooks.meaning.kinds import kind_of
from webhooks.meaning.model import Evidence, Meaning
from webhooks.meaning.opt_outs import read_opt_out
from webhooks.meaning.reading import Mail, read_mail
from webhooks.meaning.reports import answered_by, given_back_by, ids_in, read_report, tokens_of
from webhooks.meaning.visible import visible_text

MAX_EVIDENCE: Final = 20
MAX_TEXT: Final = 20_000  # characters of a person's words that are kept


def understand(raw: bytes, received: datetime) -> Meaning:
    """What a mail means. Never raises: what cannot be read is "unclear", with the reason as its evidence.

    `received` has a zone; dates that people name ("back on Monday") are counted from it. Takes time and memory that
    grow with the mail up to the limits of `bounding.py`.
    """
    try:
        mail = read_mail(raw)
    except Exception as error:  # a mail is never a reason to stop reading mails
        return Meaning("unclear", (_failed("parts", error),))
    known = _known(mail)
    try:
        return _bounded(_read(mail, received, known))
    except Exception as error:
        return replace(known, evidence=(*known.evidence, _failed("meaning", error)))


def _failed(what: str, error: Exception) -> Evidence:
    return Evidence(f"unreadable:{what}", "mail", f"{type(error).__name__}: {error}"[:120])


def _known(mail: Mail) -> Meaning:
    """What every mail tells, whatever it means."""
    limits = tuple(Evidence("limit", "mail", limit) for limit in mail.limits)
    try:
        ids = ids_in(mail.header("message-id"))
        return Meaning(
            "unclear",
            limits,
            sender=sender_of(mail.header("from")),
            message_id=ids[0] if ids else "",
            answers=answered_by(mail),
            tokens=tokens_of(mail),
            automatic=_automatic(mail),
        )
    except Exception as error:
        return Meaning("unclear", (*limits, _failed("headers", error)))


def _automatic(mail: Mail) -> bool:
    """Whether a machine made it: nothing of ours may answer it (RFC 3834, section 2)."""
    said = mail.header("auto-submitted").split(";")[0].strip().lower()
    return (
        said not in ("", "no")
        or mail.header("return-path") == "<>"
        or mail.header("precedence").strip().lower() in ("bulk", "junk", "list", "auto_reply")
        or any(mail.header(name) for name in _MACHINES)
        or mail.kind == "multipart/report"
    )


_MACHINES: Final = ("x-auto-response-suppress", "x-autoreply", "x-autorespond", "list-id", "x-failed-recipients")


def _read(mail: Mail, received: datetime, known: Meaning) -> Meaning:
    """The readers, one after the other."""
    if bounce := read_bounce(mail):
        return _of_bounce(mail, bounce, known)
    if feedback := read_complaint(mail):
        return _of_feedback(mail, feedback, known)
    if shown := read_report(mail):
        return replace(known, kind="report", evidence=(*known.evidence, *shown), automatic=True)
    if shown := read_opt_out(mail):
        return replace(
            known,
            kind="unsubscribe",
            evidence=(*known.evidence, *shown),
            answers=known.answers or given_back_by(mail) or tuple(ids_in(mail.header("subject").split(" ")[-1])),
            complained=known.sender,
            automatic=True,
        )
    return _of_auto_reply(mail, received, known) or _of_reply(mail, received, known)


def _of_bounce(mail: Mail, bounce: Bounce, known: Meaning) -> Meaning:
    verdicts = {one.verdict for one in bounce.returned}
    return replace(
        known,
        kind="bounce" if "failed" in verdicts else "delivery" if verdicts else "unclear",
        evidence=(*known.evidence, *bounce.evidence, *(() if verdicts else (_NOBODY,))),
        returned=bounce.returned,
        answers=given_back_by(mail),
        automatic=True,
    )


_NOBODY: Final = Evidence("bounce:names-nobody", "mail", "a report about delivery that names no recipient")


def _of_feedback(mail: Mail, feedback: Feedback, known: Meaning) -> Meaning:
    return replace(
        known,
        kind=feedback.kind,
        evidence=(*known.evidence, *feedback.evidence),
        complained=feedback.complained,
        answers=tuple(ids_in(mail.header("message-id"))) if feedback.is_ours else given_back_by(mail),
        automatic=True,
    )


def _of_auto_reply(mail: Mail, received: datetime, known: Meaning) -> Meaning | None:
    if mail.report("message/disposition-notification"):
        shown = Evidence("auto-reply:disposition-notification", "report", "a read receipt (RFC 8098)")
        return replace(
            known, kind="auto_reply", evidence=(*known.evidence, shown), answers=given_back_by(mail), automatic=True
        )
    found = read_auto_reply(mail, received)
    if found is None:
        return None
    return replace(
        known,
        kind="auto_reply",
        evidence=(*known.evidence, *found.evidence),
        reply="ooo" if found.away else None,
        text=visible_text(mail)[:MAX_TEXT],
        until=found.until,
        referred_email=found.referred_email,
        referred_name=found.referred_name,
        automatic=True,
    )


def _of_reply(mail: Mail, received: datetime, known: Meaning) -> Meaning:
    text = visible_text(mail)[:MAX_TEXT]
    subject = mail.header("subject")
    if not text.strip() and not subject.strip():
        return replace(known, evidence=(*known.evidence, Evidence("nothing-said", "body", "no words that can be read")))
    if not known.sender:
        return replace(known, evidence=(*known.evidence, Evidence("no-sender", "header from", "")), text=text)
    said = kind_of(text, subject, received)
    return replace(
        known,
        kind="reply",
        evidence=(*known.evidence, *said.evidence),
        reply=said.kind,
        text=text,
        until=said.until,
        referred_email=said.referred_email,
        referred_name=said.referred_name,
    )


def _bounded(meaning: Meaning) -> Meaning:
    """The verdict with no more evidence than a person reads."""
    cut = tuple(replace(one, words=one.words[:120]) for one in meaning.evidence[:MAX_EVIDENCE])
    return replace(meaning, evidence=cut)
