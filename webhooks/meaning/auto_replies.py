"""Automatic answers: a machine wrote them, and perhaps says that somebody is away, until when, and whom to ask.

Headers first (RFC 3834 and the marks of its time before and after), then the subject, then the words. One sure mark is
enough; weak ones must come together, and what only people say speaks against them. Bounces, complaints and opt-outs
have been told apart before: `Auto-Submitted` alone is not an out-of-office (reliability.md, finding 6).
"""
# ruff: noqa: E501  # a row is a row

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from webhooks.meaning.away_dates import first_day_back
from webhooks.meaning.languages import order_of
from webhooks.meaning.model import Evidence
from webhooks.meaning.people_named import Named, person_named
from webhooks.meaning.phrases import Hit, Sentence, find, sentence, sentences
from webhooks.meaning.phrases_automatic import HEADERS, SUBJECTS
from webhooks.meaning.phrases_away import AUTOMATIC, AWAY, LATER, STAND_IN
from webhooks.meaning.phrases_receipts import HUMAN, LEFT, RECEIPTS, THANKS
from webhooks.meaning.reading import Mail
from webhooks.meaning.visible import without_quotes

SURE: Final = 4  # the sum from which a mail is an automatic answer
_BODY: Final = (AUTOMATIC, AWAY, LATER, STAND_IN, RECEIPTS, LEFT, THANKS)
_TOP: Final = 4_000  # characters; automatic answers say what they are early


@dataclass(frozen=True)
class AutoReply:
    """An automatic answer."""

    away: bool  # somebody is not there; False: a receipt, a new address, a leaver, a challenge
    until: date | None  # the first day back, in the sender's own calendar
    evidence: tuple[Evidence, ...]
    referred_email: str  # who stands in, where somebody is named
    referred_name: str


@dataclass
class _Found:
    """What was found so far."""

    evidence: list[Evidence] = field(default_factory=list)
    weight: int = 0
    away: bool = False

    def add(self, evidence: Evidence, weight: int) -> None:
        self.evidence.append(evidence)
        self.weight += weight


def read_auto_reply(mail: Mail, received: datetime) -> AutoReply | None:
    """The automatic answer a mail is; None for what a person may have written. `received`: in the mailbox's zone."""
    subject = sentence(mail.header("subject"), "subject")
    said = sentences(without_quotes(mail.said[:_TOP]))
    found = _Found()
    _look_at_headers(mail, found)
    _look_at_subject(subject, found)
    hits = [hit for table in _BODY for hit in find(table, said)]
    against = find(HUMAN, said) if found.weight < SURE else []
    _look_at_words(hits, against, said, found)
    if 0 < found.weight < SURE and found.away and first_day_back([subject, *said], received, order_of(mail)):
        found.weight += 2  # an absence that has an end
    if found.weight < SURE:
        return None
    return _answer(mail, found, subject, said, received)


def _answer(mail: Mail, found: _Found, subject: Sentence, said: list[Sentence], received: datetime) -> AutoReply:
    away = found.away or _speaks_of_absence(subject, said)
    until = first_day_back([subject, *said], received, order_of(mail)) if away else None
    named = person_named(said, _own_addresses(mail)) if not _is_challenge(found) else Named("", "")
    return AutoReply(away, until, tuple(found.evidence[:12]), named.email, named.name)


def _look_at_headers(mail: Mail, found: _Found) -> None:
    for mark in HEADERS:
        value = next((one for one in mail.headers.get(mark.header, ()) if mark.fits(one)), None)
        if value is not None:
            found.add(Evidence(mark.rule, f"header {mark.header}", value[:120]), mark.weight)
            found.away = found.away or mark.away


def _look_at_subject(subject: Sentence, found: _Found) -> None:
    for hit in find(SUBJECTS, [subject]):
        found.add(hit.evidence, hit.phrase.weight)
        found.away = found.away or hit.phrase.says == "away-subject"


def _look_at_words(hits: list[Hit], against: list[Hit], said: list[Sentence], found: _Found) -> None:
    """Each kind of saying counts once, however often it is said."""
    colleagues = {hit.sentence for hit in against if hit.phrase.says == "human"}
    counted: set[str] = set()
    for hit in hits:
        says = hit.phrase.says
        if says == "away" and hit.sentence in colleagues and found.weight < SURE:
            continue
        found.away = found.away or says == "away"
        found.evidence.append(hit.evidence)
        if says not in counted:
            counted.add(says)
            found.weight += hit.phrase.weight
    if "away" in counted and len(said) <= 12:
        found.weight += 1 if against else 2  # an absence is all the mail is about
    for hit in against[:4]:
        found.weight += hit.phrase.weight


_ABSENCE: Final = re.compile(
    r"out of (?:the )?office|\bvacation|\bholidays?\b|on leave|\bannual leave|away (?:until|from)|currently away|\babsen|"
    r"\burlaub|abwesen|nicht im (?:buro|haus)|elternzeit|\bconges?\b|\bvacances|fuera de (?:la )?oficina|vacaciones|ausen|"
    r"nieobecn|urlop|poza biurem|отпуск|отсутств|вне офиса|командировк|отсъств|извън офиса|assen(?:te|za)|\bferie|"
    r"fuori (?:sede|ufficio)|ferias|afwezig|vakantie|semester\b|franvar|fravar|maternity|parental|sabbatical|"
    r"will be back|(?:bin|wieder) .{0,30}zuruck|return(?:ing)? (?:on|to the office)|de retour|"
    r"(?:office|buro|bureau|oficina|biuro|офис)\w*\b.{0,40}(?:closed|geschlossen|ferm|cerrad|nieczynn|закрыт)"
)


def _speaks_of_absence(subject: Sentence, said: list[Sentence]) -> bool:
    """Of a mail that is a machine's for sure: words of absence anywhere."""
    return any(_ABSENCE.search(one.folded) for one in (subject, *said[:12]))


def _is_challenge(found: _Found) -> bool:
    return any(one.rule.endswith(".challenge") for one in found.evidence)


def _own_addresses(mail: Mail) -> frozenset[str]:
    """Addresses that are the sender's or ours: none of them is a stand-in."""
    heads = ("from", "to", "cc", "reply-to", "return-path", "delivered-to", "sender")
    words = " ".join(value for name in heads for value in mail.headers.get(name, ()))
    return frozenset(one.lower() for one in re.findall(r"[\w.+'-]{1,80}@[\w-]{1,80}(?:\.[\w-]{1,60})+", words[:5000]))
