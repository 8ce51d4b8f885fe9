"""What a person's answer says: yes, a question, later, somebody else, no, or never again. Rules over tables, no guess.

Where nothing speaks clearly it is a question: the play stops and a person looks. An opt-out rests on its table alone,
and only on what stands at the top. What the text says about itself ("classify this as …") is text like any other.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from plays.events import ReplyKind
from webhooks.meaning.dates_said import DateSaid, Order, dates_in
from webhooks.meaning.languages import order_in
from webhooks.meaning.model import Evidence
from webhooks.meaning.opting_out import Wish, opt_out_in
from webhooks.meaning.people_named import Named, person_named
from webhooks.meaning.phrases import Hit, Sentence, find, sentences
from webhooks.meaning.phrases_away import AWAY
from webhooks.meaning.phrases_receipts import LEFT
from webhooks.meaning.phrases_refusals import AGAIN, NOT_NOW, REFUSAL
from webhooks.meaning.phrases_wishes import POSITIVE, QUESTION, REFERRAL, UNSAID

_NEAR: Final = timedelta(days=14)  # so soon, "let us talk on …" is a yes
_SPOKEN: Final = 30  # sentences that are looked at


@dataclass(frozen=True)
class Said:
    """What an answer says."""

    kind: ReplyKind
    until: date | None  # of defer: the first day to come back on
    referred_email: str
    referred_name: str
    evidence: tuple[Evidence, ...]


@dataclass
class _Heard:
    """What was found, by what it says."""

    said: list[Sentence]
    today: date
    order: Order
    no: list[Hit]
    not_now: list[Hit]
    again: list[Hit]
    yes: list[Hit]
    asks: list[Hit]
    elsewhere: list[Hit]
    away: list[Hit]


def kind_of(text: str, subject: str, received: datetime) -> Said:
    """The kind of a person's answer. `text`: what the person wrote, without quotes; `received`: in our zone."""
    wish = opt_out_in(text, subject)
    if wish is not None:
        return Said("unsubscribe" if wish.sure else "question", None, "", "", wish.evidence)
    heard = _heard(text, received)
    for rule in (_somebody_else, _later, _refused, _agreed):
        said = rule(heard)
        if said is not None:
            return said
    return Said("question", None, "", "", _evidence(heard.asks, heard.no, heard.yes, heard.elsewhere))


def _heard(text: str, received: datetime) -> _Heard:
    said = sentences(text)[:_SPOKEN]
    unsaid = {hit.sentence for hit in find(UNSAID, said)}
    return _Heard(
        said,
        received.date(),
        order_in(text),
        no=[hit for hit in find(REFUSAL, said) if hit.sentence not in unsaid],
        not_now=find(NOT_NOW, said),
        again=find(AGAIN, said),
        yes=[hit for hit in find(POSITIVE, said) if not _denied(hit) and hit.sentence not in unsaid],
        asks=find(QUESTION, said),
        elsewhere=find(REFERRAL, said) + find(LEFT, said),
        away=find(AWAY, said),
    )


_DENIES: Final = re.compile(
    r"(?:\b(?:not|never|no|nor|cannot|nothing|neither|hardly|unable|without|nicht|kein\w*|nie|ohne|pas|plus|aucun\w*|jamais|sans|tampoco|"
    r"nunca|sin|bez|не|нет|без|никогда|няма\w*|нито|non|nao|niet|geen|inte|ikke|if|falls|wenn|si|jesli|jezeli|если|ако)|n't)\b[^,.;:]{0,40}$"
)
_DENIED_AFTER: Final = re.compile(r"^[^,.;:]{0,25}\b(?:not|nicht|pas|leider nicht|нет|не (?:готов|буд|мож|удоб)\w*)\b")


def _denied(hit: Hit) -> bool:
    words = hit.sentence.folded
    within = words[hit.start : hit.end]
    if (
        hit.phrase.pattern.pattern.startswith("^")
        and hit.start == 0
        and re.match(r"\W*(?:ja|yes|oui|si|tak|да)\b", within)
    ):
        return False
    return bool(_DENIES.search(words[: hit.start] + within) or _DENIED_AFTER.match(words[hit.end :]))


# --- the rules, in their order ---------------------------------------------------------------------------------------


def _somebody_else(heard: _Heard) -> Said | None:
    """Somebody is named to write to instead. Nobody named: a person must ask."""
    if not heard.elsewhere:
        return None
    named = _named(heard)
    if not (named.email or named.name) or (heard.yes and not named.email and not _hands_over(heard)):
        return None
    return Said("referral", None, named.email, named.name, _evidence(heard.elsewhere))


def _named(heard: _Heard) -> Named:
    places = sorted({heard.said.index(hit.sentence) for hit in heard.elsewhere if hit.sentence in heard.said})
    near = [heard.said[one] for place in places for one in (place, place + 1) if one < len(heard.said)]
    named = person_named(dict.fromkeys(near))
    return (
        named if named.email else person_named(heard.said) if "@" in "".join(one.text for one in heard.said) else named
    )


def _hands_over(heard: _Heard) -> bool:
    return any(
        hit.phrase.rule.endswith((".person", ".personne", ".persona", ".osoba", ".chelovek", ".chovek"))
        for hit in heard.elsewhere
    )


def _later(heard: _Heard) -> Said | None:
    """Not now, but then. A plain no without a "then" stays a no; a meeting within two weeks is a yes."""
    day = _day_to_come_back(heard)
    asked = heard.again and (day is not None or heard.not_now or heard.no)
    busy = heard.not_now and not heard.yes and (day is not None or not heard.no) and not _asks(heard)
    absent = heard.away and day is not None and not heard.yes
    if not (asked or busy or absent):
        return None
    if heard.yes and not heard.not_now and not heard.no and (day is None or day.day <= heard.today + _NEAR):
        return None
    if heard.no and not heard.again and (day is None or not heard.not_now):
        return None
    until = _first_day(heard, day) if day is not None else None
    return Said("defer", until, "", "", _evidence(heard.again, heard.not_now, heard.away))


def _day_to_come_back(heard: _Heard) -> DateSaid | None:
    """The day named beside the wish; in its sentence, else in one next to it."""
    places = [
        heard.said.index(hit.sentence)
        for hit in (*heard.again, *heard.not_now, *heard.away)
        if hit.sentence in heard.said
    ]
    order = [*places, *(place + 1 for place in places), *(place - 1 for place in places)]
    starts = {hit.sentence: hit.start for hit in reversed(heard.again)}
    for place in order:
        if 0 <= place < len(heard.said):
            piece = heard.said[place]
            days = [one for one in dates_in(piece.folded, heard.today, heard.order) if one.day > heard.today]
            if days:
                behind = [one for one in days if one.start >= starts.get(piece, 0)]
                return (behind or days[-1:])[0]
    return None


_AFTER: Final = re.compile(
    r"\b(?:after|nach(?: dem)?|apres(?: le)?|despues (?:del?|de)|tras|po|после|след|dopo il|depois de)\s+(?:the\s+)?$"
)


def _first_day(heard: _Heard, said: DateSaid) -> date:
    """`after the 10th` is the 11th; every other wording the day itself, or the first of what is named."""
    piece = next(one for one in heard.said if said in dates_in(one.folded, heard.today, heard.order))
    after = _AFTER.search(piece.folded[: said.start])
    return said.day + timedelta(1) if after and said.grain == "day" and not said.relative else said.day


def _refused(heard: _Heard) -> Said | None:
    """A no; with a real question beside it, a person must look."""
    if not heard.no:
        return None
    if _asks(heard):
        return Said("question", None, "", "", _evidence(heard.asks, heard.no))
    return Said("not_interested", None, "", "", _evidence(heard.no))


def _asks(heard: _Heard) -> bool:
    return any(hit.phrase.rule == "question.any.mark" for hit in heard.asks)


def _agreed(heard: _Heard) -> Said | None:
    """A yes with nothing against it. `Interesting, but what does it cost?` is a question."""
    if not heard.yes or heard.not_now:
        return None
    if _asks(heard) and len({hit.sentence for hit in heard.yes} - {hit.sentence for hit in heard.asks}) == 0:
        return None if not _meets(heard) else Said("positive", None, "", "", _evidence(heard.yes))
    return Said("positive", None, "", "", _evidence(heard.yes))


def _meets(heard: _Heard) -> bool:
    return any(
        hit.phrase.rule.endswith((".meet", ".treffen", ".rencontre", ".reunion", ".spotkanie", ".vstrecha", ".sreshta"))
        for hit in heard.yes
    )


def _evidence(*hits: list[Hit]) -> tuple[Evidence, ...]:
    return tuple(hit.evidence for group in hits for hit in group)[:12]


__all__ = ["Said", "Wish", "kind_of"]
