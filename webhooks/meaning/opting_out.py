"""Opt-outs in words: is this person asking never to be written to again? By rules alone, from the top of the text.

Sure: an opt-out at once. Unsure or hedged ("stop sending PDFs, send links"): a person reads it. Everything else: none.
"""

import re
from dataclasses import dataclass
from typing import Final

from email_reply_parser import EmailReplyParser  # type: ignore[import-untyped]

from webhooks.meaning.model import Evidence
from webhooks.meaning.phrases import Hit, Sentence, find, sentence, sentences
from webhooks.meaning.phrases_opt_out import HEDGE, SURE, WHOLE

_TOP: Final = 8  # sentences from the start; further down, people quote and sign
_CHARACTERS: Final = 1_500
_OURS: Final = re.compile(
    r"you do not want mails like this\? unsubscribe|не хотите получать такие письма\? отписаться|list-unsubscribe",
    re.IGNORECASE,
)
_OTHERS: Final = re.compile(  # it is about somebody else, or about mail programs as such
    r"\b(?:he|she|they|people|customers?|clients?|users?|subscribers?|prospects?|leads?|somebody|someone|nobody|everyone|"
    r"recipients?|kunden|nutzer|abonnenten|clients|clientes|usuarios|klienci|uzytkownicy|клиент\w*|пользовател\w*|люди|"
    r"подписчик\w*|потребител\w*|хората)\b.{0,60}$"
)


@dataclass(frozen=True)
class Wish:
    """A wish not to be written to."""

    sure: bool
    evidence: tuple[Evidence, ...]


def opt_out_in(text: str, subject: str) -> Wish | None:
    """The opt-out at the top of what a person wrote; None without a sign of one. `subject` speaks for an empty text."""
    said = [one for one in sentences(_shorter(text))[:_TOP] if not _OURS.search(one.text)]
    if not said:
        whole = find(WHOLE, [sentence(_without_re(subject), "subject")]) if not _is_answer(subject) else []
        return Wish(True, tuple(hit.evidence for hit in whole)) if whole else None
    hits = [*_whole(said), *_directed(find(SURE, said))]
    if not hits:
        return None
    hedges = find(HEDGE, [hit.sentence for hit in hits] + _next_to([hit.sentence for hit in hits], said))
    sure = [hit for hit in hits if not _hedged(hit)]
    asked = [hit for hit in sure if not _asks_about(hit)]
    if asked and not _taken_back(hedges):
        return Wish(True, tuple(hit.evidence for hit in asked))
    return Wish(False, tuple(hit.evidence for hit in (*hits, *hedges))[:12])


def _shorter(text: str) -> str:
    """The top of the text; where a second reader (email-reply-parser) sees less of the person's, only that.

    Its patterns take time with the cube of the text, so it gets a short one, and none that could make it stumble.
    """
    top = text[:_CHARACTERS]
    if len(top) > 1_200 or top.count("On") > 6:
        return top
    try:
        second = str(EmailReplyParser.parse_reply(top))
    except (re.error, IndexError):  # a backslash in the mail makes its substitution fail
        return top
    return second if second.strip() else top


def _whole(said: list[Sentence]) -> list[Hit]:
    """One word is the whole message, or stands alone at its beginning or as a sentence among few."""
    return [hit for hit in find(WHOLE, said[:4]) if len(said) <= 6 or hit.sentence is said[0]]


def _directed(hits: list[Hit]) -> list[Hit]:
    return [hit for hit in hits if not _OTHERS.search(hit.sentence.folded[: hit.start])]


_BUT: Final = re.compile(r"(?:but|aber|mais|pero|ale|но)\b")


def _hedged(hit: Hit) -> bool:
    """A hedge in the same sentence; "thanks, but please …" before the wish leads over to it and takes nothing back."""
    words = hit.sentence.folded
    found = (one for hedge in HEDGE for one in hedge.pattern.finditer(words))
    return any(not (_BUT.match(one[0]) and one.start() < hit.start) for one in found)


_ASKS_ABOUT: Final = re.compile(
    r"\b(?:does|do you|can your|how (?:do|does) you|which|what|haben sie|est-ce que vous|ofrecen)\b.{0,80}\?$"
)


def _asks_about(hit: Hit) -> bool:
    return bool(_ASKS_ABOUT.search(hit.sentence.folded))


def _taken_back(hedges: list[Hit]) -> bool:
    """Words that undo the wish wherever they stand: by mistake, just kidding."""
    return any(
        re.search(
            r"mistake|accident|kidding|joke|versehentlich|erreur|error|pomylk|ошибк|случайно|шутка|грешка",
            h.evidence.words,
        )
        for h in hedges
    )


def _next_to(found: list[Sentence], said: list[Sentence]) -> list[Sentence]:
    return [one for one in said if one not in found]


def _is_answer(subject: str) -> bool:
    return (
        bool(re.match(r"\s*(?:re|aw|sv|odp|отв|antw|rif|ré|res)\s*:", subject[:50], re.IGNORECASE))
        and len(subject) > 30
    )


def _without_re(subject: str) -> str:
    return re.sub(r"^\s*(?:(?:re|aw|sv|odp|отв|antw|rif|ré|res)\s*:\s*)+", "", subject[:300], flags=re.IGNORECASE)
