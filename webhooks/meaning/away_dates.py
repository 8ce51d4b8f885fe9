"""The first day back that an out-of-office names. Which days a text names at all is `dates_said.py`."""
# ruff: noqa: E501  # a row is a row

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from webhooks.meaning.dates_said import DateSaid, Order, dates_in
from webhooks.meaning.phrases import Sentence

_GRACE: Final = timedelta(days=31)  # a day so lately gone is of this year: the answer was left on
_ON: Final = r"[\s,:(]*(?:(?:on|the|by|as of|from|am|ab|dem|den|der|le|du|des|a partir du|el|dia|lunes|na|w|dnia|od|от|с|со|на|il|dal|em|op|vanaf|den|around|about|again on|tj\.|d\.h\.|i\.e\.|to (?:the office|work)|in the office|office|work)[\s,]+){0,4}$"
_BACK: Final = re.compile(
    r"(?:\bback\b|return\w*|resume\w*|available (?:again)?|in (?:the|my) office|reachable|at (?:my desk|work)|re-?open\w*|"
    r"zuruck\w*|zurueck\w*|wieder|erreichbar|anwesend|da sein|ruckkehr|geoffnet|"
    r"retour|reviens|reviendrai|rentre\w*|reprend\w*|joignable|disponible|present\w*|rouvr\w+|"
    r"vuelv\w+|volver\w*|regres\w+|vuelta|reincorpor\w+|retom\w+|estare (?:de nuevo|disponible|en la oficina)|reabr\w+|"
    r"wrac\w+|wroc\w*|powrot\w*|powroc\w*|dostepn\w+|bede (?:znow|ponownie|z powrotem|w biurze)|obecn\w+|otwart\w*|"
    r"верн\w+|возвращ\w+|выи\w+|выхо\w+|буду (?:\w+ ){0,3}(?:на месте|в офисе|на работе|на связи|доступ\w+)|приступ\w+|"
    r"на работе|на связи|доступ\w+|откро\w+|"
    r"връщ\w+|завръщ\w+|завърн\w+|върн\w+|отново|на линия|на работа|разположение|"
    r"rientr\w+|torn\w+|ritorn\w+|regress\w+|volt\w+|retorn\w+|terug\w*|aanwezig|tillbaka|ater\b|tilbage|tilbake)"
    r"(?:[^.!?]|\.(?=\d)|\btj\.|\bca\.){0,40}?" + _ON
)
_BACK_AFTER: Final = re.compile(
    r"^[^.!?;]{0,25}?\b(?:(?:i|we)(?: am| will be|'ll be|'m)? (?:back|return\w*|in the office|available)|wieder|zuruck|"
    r"zurueck|erreichbar|de retour|joignable|bede (?:z powrotem|dostepn\w+|w biurze)|"
    r"wracam|я (?:буду|вернусь|выи\w+)|буду (?:на|в|доступ)|верну\w*|на работе|в офисе|ще (?:съм|бъда|се върна)|на работа|"
    r"отново|estare (?:de vuelta|disponible)|vuelvo|terug|tillbaka)"
)
_UNTIL: Final = re.compile(
    r"\b(?:until|till?|before|avant|vor(?: dem)?|antes de|przed|through|thru|to|up to|bis(?: zum| einschliesslich| einschl\.?| inkl\.?| incl\.?)?(?: zum)?|jusqu'?(?:au|a|en)?(?: au)?|au|hasta|al|"
    r"do|по|до|fino al?|ate(?: ao?)?|tot(?: en met)?|t/m|till och med|t\.o\.m\.|til og med|til)\b"
    r"[\s,:(]*(?:(?:and including|inclusive|including|einschliesslich|einschl\.?|inklusive|inkl\.?|zum|the|den|dem|le|el|dia|dnia|on|including|end of|och med|med)[\s,]+){0,3}$"
)
_INCLUSIVE_BEFORE: Final = re.compile(
    r"(?:through|thru|including|inclusive(?: of)?|einschl\w*\.?|inkl\w*\.?|incl\.?|\bпо|tot en met|t/m|till och med|t\.o\.m\.|til og med|"
    r"wlacznie do|включително до)[\s,]*(?:(?:zum|the|den|le|el|until|to|bis)[\s,]*){0,3}$"
)
_INCLUSIVE_AFTER: Final = re.compile(
    r"^[\s,(]*(?:\d{4}\s*(?:г\.?|r\.?)?[\s,(]*)?(?:inclusive|included|incl\.?|inclus\w*|einschl\w*|inkl\w*|incluid[oa]|incluso|ambos inclusive|inclusive|"
    r"wlacznie|вкл\w*|compres[oa]|inbegrepen)"
)
_FROM: Final = re.compile(
    r"\b(?:from|between|since|starting|beginning|vom|von|ab|seit|du|depuis|entre|del?|desde|od|с|со|от|dal|vanaf|van|fran|fra)\b"
    r"[\s,]*(?:(?:the|den|dem|el|le|dnia|on)[\s,]+)?(?:\d{1,2}(?:st|nd|rd|th|\.)?\s*)?$"
)
_JOINS: Final = re.compile(
    r"^[\s,.)]*(?:г\.?\s*|r\.\s*)?(?:-|to|until|till?|through|thru|and|bis(?: zum)?|au|jusqu'au|al|hasta(?: el)?|a|do|по|до|fino al?|ate|tot|t/m|till|til|y(?: el)?|et(?: le)?|i|и|und(?: dem)?)"
    r"[\s,]*(?:(?:the|den|dem|el|le|dnia)[\s,]+)?$"
)
_DAY_BEFORE: Final = re.compile(
    r"(?<![\d.:])\d{1,2}(?:st|nd|rd|th|er|\.|-?го)?\s*(?:-|to|bis(?: zum)?|au|al|do|по|до|a|y|et|e|i|и|al|hasta el|till|til|tot|through|until|and|und)\s*(?:the |den |le |el |zum )?$"
)


@dataclass(frozen=True)
class _Back:
    """A first day back, and how sure the text is: 3 says so, 2 an end that is included, 1 an end."""

    day: date
    sure: int


def first_day_back(said: Iterable[Sentence], received: datetime, order: Order) -> date | None:
    """The first day back; None where none is named or it has passed.

    `back on X` is X, an end that is included the day after, any other end that day itself: nobody is written to earlier.
    """
    found = [back for one in said for back in _backs(one.folded, received.date(), order)]
    if not found:
        return None
    best = max(one.sure for one in found)
    day = next(one.day for one in found if one.sure == best)
    return day if day >= received.date() else None


def _backs(text: str, today: date, order: Order) -> Iterator[_Back]:
    dates = dates_in(text, today, order)
    for place, one in enumerate(dates):
        day = _this_year(one, today)
        earlier = dates[place - 1] if place else None
        back = _back_of(text, one, earlier, day)
        if back is not None:
            yield back


def _this_year(one: DateSaid, today: date) -> date:
    """A day without a year is the next such; but one that has just gone is of this year."""
    if one.relative or one.grain != "day":
        return one.day
    try:
        before = one.day.replace(year=one.day.year - 1)
    except ValueError:
        return one.day
    return before if today - _GRACE <= before < today and one.day > today + timedelta(300) else one.day


def _back_of(text: str, one: DateSaid, earlier: DateSaid | None, day: date) -> _Back | None:
    before, after = text[max(0, one.start - 90) : one.start], text[one.end : one.end + 60]
    between = text[earlier.end : one.start] if earlier is not None else None
    ranged = bool(_DAY_BEFORE.search(before)) or (between is not None and bool(_JOINS.match(between)))
    if ranged and _sayable(one):
        return _Back(day + timedelta(1), 2)
    if _INCLUSIVE_AFTER.match(after) or _INCLUSIVE_BEFORE.search(before):
        return _Back(day + timedelta(1), 2) if _sayable(one) else _Back(day, 1)
    if _UNTIL.search(before):
        return _Back(day, 1)
    if _BACK.search(before) or (_BACK_AFTER.match(after) and not _FROM_ABSENCE.search(before)):
        return _Back(day, 3)
    return None


_FROM_ABSENCE: Final = re.compile(
    r"(?:out of (?:the )?office|away|absent\w*|abwesend|отсутств\w+|nieobecn\w+)[\s,]*(?:on|am|le|el|w|в)?\s*$"
)


def _sayable(one: DateSaid) -> bool:
    return one.grain == "day"
