"""From what a mail means and what is known of it to events, or to a person who must look. Pure; one function a kind.

What may act: a report only about a mail it proves to be ours (C8), an answer only if no machine made it (C11).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from plays.events import EventKind, ReplyKind
from records.addresses import normal_form
from records.matching import MOST
from records.offers import Offer
from webhooks.mail.knowledge import OurMail, Ours
from webhooks.mail.wording import raw_of, text
from webhooks.meaning.model import Kind, Meaning, Returned

SOURCE: Final = "mail"
LONGEST: Final = 20_000  # characters of a reply that are kept with its event
MOST_A_DAY: Final = 5  # replies from one address that plays hear of (C11); the first has stopped what it stops
State = Literal["read", "listed", "own"]
Data = dict[str, Any]


@dataclass(frozen=True)
class Ruling:
    """What becomes of a mail: its state, the events it gives rise to, and why, without personal data."""

    state: State
    reason: str = ""
    events: tuple[tuple[EventKind, Data], ...] = ()


def decide(meaning: Meaning, ours: Ours) -> Ruling:
    """What a mail that was read brings about."""
    if ours.from_us:
        return Ruling("own", "one of our own mailboxes wrote it")
    return _KINDS[meaning.kind](meaning, ours)


def offers(ruling: Ruling, mail: str, at: datetime) -> list[Offer]:
    """The events under ids that stay the same however often the mail is read."""
    return [
        Offer(SOURCE, f"{mail}#{number}", kind, data, at, raw_of(mail, kind, data))
        for number, (kind, data) in enumerate(ruling.events, 1)
    ]


def words_of(meaning: Meaning) -> str:
    """What the person wrote, as it is kept with the event."""
    return text(meaning.text, LONGEST)


# --- reports ---------------------------------------------------------------------------------------------------------


def _bounce(meaning: Meaning, ours: Ours) -> Ruling:
    """C7, C8. A mail of ours has one recipient: a report about it is about them, whatever it was forwarded to."""
    if ours.mail is None:
        return _not_ours(ours, "a bounce")
    if not meaning.returned:
        unsaid = Returned(ours.mail.address, "failed", "soft", "", "", False, "")
        soft = (_returned(unsaid, ours.mail),) if meaning.kind == "bounce" else ()
        return Ruling("read", "a report that says nothing of its recipient", soft)
    return Ruling("read", "", tuple(_returned(one, ours.mail) for one in _one_of_each(meaning.returned, ours.mail)))


def _one_of_each(returned: Sequence[Returned], mail: OurMail) -> list[Returned]:
    """A list behind their address may fail ten times: of each verdict the one about their own address, else the worst.

    What went wrong comes first.
    """

    def weight(one: Returned) -> tuple[bool, bool]:
        return normal_form(one.address) != mail.address, one.kind != "hard"

    best = [min((one for one in returned if one.verdict == verdict), key=weight, default=None) for verdict in _VERDICTS]
    return [one for one in best if one is not None]


_VERDICTS: Final[Mapping[str, EventKind]] = {
    "failed": "bounce",
    "delayed": "mail.deferred",
    "delivered": "mail.delivered",
}


def _returned(one: Returned, mail: OurMail) -> tuple[EventKind, Data]:
    told = {"status": one.status, "reason": one.reason}
    data: Data = {"email": mail.address, "message_id": mail.message_id, **told}
    if one.verdict == "failed":
        elsewhere = _domain(one.address) not in ("", _domain(mail.address))
        kind = "soft" if one.blames_sender or elsewhere else one.kind
        data |= {"kind": kind, "blames_sender": one.blames_sender, "said": text(one.said, 300)}
        data |= {"forwarded": True} if elsewhere else {}
    return _VERDICTS[one.verdict], data


def _complaint(meaning: Meaning, ours: Ours) -> Ruling:
    """C9. Who complained is often blacked out: whom our mail went to."""
    if ours.mail is None:
        return _not_ours(ours, "a complaint")
    data = {"email": ours.mail.address, "message_id": ours.mail.message_id}
    return Ruling("read", "", (("complaint", data),))


def _not_ours(ours: Ours, what: str) -> Ruling:
    if ours.about_notice:
        return Ruling("listed", f"{what} about a notice to one of our players: look at their address")
    return Ruling("listed", f"{what} that names no mail of ours: it may be forged, and changes nothing")


def _report(meaning: Meaning, ours: Ours) -> Ruling:
    return Ruling("read", "a machine's report about no person")


# --- people, and machines that answer for them -----------------------------------------------------------------------


def _unsubscribe(meaning: Meaning, ours: Ours) -> Ruling:
    """C5. By the token made for it, else whoever the mail is from; a report about others only with a mail of ours."""
    if ours.may_unsubscribe is not None:
        mail = ours.may_unsubscribe
        return Ruling("read", "", (("unsubscribed", {"email": mail.address, "message_id": mail.message_id}),))
    sender, whose = normal_form(meaning.sender), normal_form(meaning.complained)
    if whose and whose != sender:
        if ours.mail is None:
            return _not_ours(ours, "an unsubscribe for somebody else")
        data = {"email": ours.mail.address, "message_id": ours.mail.message_id}
        return Ruling("read", "", (("unsubscribed", data),))
    if not sender:
        return Ruling("listed", "an unsubscribe from nobody: who wants no more mail is not said")
    return Ruling("read", "", (("unsubscribed", _answering(meaning, ours) | {"email": sender}),))


def _auto_reply(meaning: Meaning, ours: Ours) -> Ruling:
    """C2, C3. Only an absence has an effect, on the person who is away; no play hears of any other machine."""
    if meaning.reply != "ooo":
        if meaning.referred_email:
            return Ruling("listed", "an automatic answer that names another address: nothing stops for it")
        return Ruling("read", "an automatic answer: nothing stops for it")
    data = _answering(meaning, ours) | {"kind": "ooo", "automatic": True}
    if meaning.until is not None:
        data["until"] = meaning.until.isoformat()
    if meaning.sender and (ours.knows_sender or ours.mail is None):
        data["email"] = normal_form(meaning.sender)  # else the machine writes from an alias of whom we wrote to
    return Ruling("read", "somebody is away", (("reply", data),))


def _reply(meaning: Meaning, ours: Ours) -> Ruling:
    """C1, C4. A person wrote; whoever it is, and in whatever thread, is matched when it is accepted."""
    if meaning.automatic and ours.mail is None and not ours.knows_sender:
        return Ruling("read", "made by a machine or for many: nothing stops for it")
    if meaning.reply not in ("unsubscribe", "not_interested"):
        if ours.said_before:
            return Ruling("listed", "the same words came from there before: a machine's, or a loop")
        if ours.replies_today >= MOST_A_DAY:
            return Ruling("listed", f"{MOST_A_DAY} replies came from there today: it may be a loop")
    if not meaning.sender and ours.mail is None:
        return Ruling("listed", "a reply from nobody: its From cannot be read")
    kind = _unanswered(meaning.reply) if meaning.automatic else meaning.reply
    data = _answering(meaning, ours)
    data |= {"kind": kind} if kind else {}
    data |= {"automatic": True} if meaning.automatic else {}
    data |= {"email": normal_form(meaning.sender)} if meaning.sender else {}
    data |= {"until": meaning.until.isoformat()} if meaning.until else {}
    data |= {"text": words_of(meaning)}
    if meaning.referred_email or meaning.referred_name:
        data |= {"referred_email": text(meaning.referred_email, 320), "referred_name": text(meaning.referred_name, 100)}
    return Ruling("read", "", (("reply", data),))


def _unanswered(kind: ReplyKind | None) -> ReplyKind | None:
    """C11. A person behind a mailing list has the marks of a machine: their word stops us, and a person of ours
    answers; what would have a play write back by itself (a date, a name) does not.
    """
    return kind if kind in ("unsubscribe", "not_interested") else "question"


def _unclear(meaning: Meaning, ours: Ours) -> Ruling:
    return Ruling("listed", "it cannot be read with confidence: a person must look")


def _answering(meaning: Meaning, ours: Ours) -> Data:
    """The mails it refers to, the nearest first, for `records/matching.py`; the last is what its token was made for."""
    token = (ours.mail.message_id,) if ours.mail is not None else ()
    first, *others = [one[:500] for one in dict.fromkeys((*meaning.answers[: MOST - 1], *token))] or [""]
    data: Data = {"message_id": first} if first else {}
    return data | ({"references": others} if others else {})


def _domain(address: str) -> str:
    return normal_form(address).rpartition("@")[2] if "@" in address else ""


_KINDS: Final[Mapping[Kind, Callable[[Meaning, Ours], Ruling]]] = {
    "bounce": _bounce,
    "delivery": _bounce,
    "complaint": _complaint,
    "report": _report,
    "unsubscribe": _unsubscribe,
    "auto_reply": _auto_reply,
    "reply": _reply,
    "unclear": _unclear,
}
