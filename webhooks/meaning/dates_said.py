"""The days people name in words and figures, in the languages of `phrases_dates.py`. What a day is for is others' work.

A year not given is that of the next such day, counted from the day the mail came. Figures that may be read in two ways
are read as the order given says, or not at all.
"""
# ruff: noqa: E501  # a row is a row

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from webhooks.meaning import phrases_dates as words_of
from webhooks.meaning.phrases import fold

Order = Literal["day", "month", "unknown"]  # what 03/04 begins with
Grain = Literal["day", "week", "month", "quarter", "year"]


@dataclass(frozen=True)
class DateSaid:
    """A day that a text names: the first one of what is named (`in March`: its first)."""

    day: date
    grain: Grain  # how exactly it was named
    start: int  # where in the folded text
    end: int
    relative: bool = False  # counted from the day of the mail: tomorrow, in two weeks


def dates_in(text: str, received: date, order: Order = "unknown") -> list[DateSaid]:
    """The days named in a text, folded or not, in their order. `received`: the day the mail came, where it was read."""
    folded = fold(text)[:20_000]
    found = [one for reader in _READERS for one in reader(folded, received, order)]
    found.sort(key=lambda one: (one.start, -one.end))
    kept: list[DateSaid] = []
    for one in found:
        if kept and one.start < kept[-1].end:
            if one.end - one.start > kept[-1].end - kept[-1].start:
                kept[-1] = one
        else:
            kept.append(one)
    return kept


# --- patterns --------------------------------------------------------------------------------------------------------


def _any_of(words: object) -> str:
    return "|".join(sorted((re.escape(fold(str(one))) for one in words), key=len, reverse=True))  # type: ignore[attr-defined]


def _words(table: str) -> str:
    return fold(table).replace(" ", r"\s+")


_MONTH: Final = _any_of(words_of.MONTHS)
_WEEKDAY: Final = _any_of(words_of.WEEKDAYS)
_LONG_WEEKDAY: Final = _any_of(set(words_of.WEEKDAYS) - {fold(one) for one in words_of.SHORT_WEEKDAYS})
_BARE_MONTH: Final = _any_of(set(words_of.MONTHS) - {fold(one) for one in words_of.BARE_MONTHS_NOT})
_NUMBER: Final = rf"\d{{1,2}}|{_any_of(words_of.NUMBERS)}"
_UNIT: Final = _any_of(words_of.UNITS)
_BEFORE: Final = (
    rf"(?:\b(?:(?:{_LONG_WEEKDAY})\b,?|(?:{_WEEKDAY})[.,])\s*(?:(?:the|den|dem|der|le|el|dnia|am|il|de|,|\()\s*)?)?"
)
_ORDINAL: Final = r"(?:st|nd|rd|th|er|e|o|a|\.|-?(?:го|е|ое|ро|ти|ви|ми|ри|go|ego))?"
_YEAR: Final = r"(?:,?\s*(?:de\s+|del\s+)?((?:19|20)\d\d)\b(?:\s*(?:г|r|года|roku|година)\b\.?)?)?"

# Months that are also words, or begin names: only with a day before and a year behind.
_SHORT_MONTHS: Final = {"ago": 8, "sie": 8, "set": 9, "out": 10, "ott": 10, "lis": 11, "mag": 5}
_DAY_SHORT_MONTH: Final = re.compile(
    rf"(?<![\d.,:])(\d{{1,2}})\.?\s+(?:de\s+)?({'|'.join(_SHORT_MONTHS)})\.?,?\s+(?:de\s+)?(20\d\d)\b"
)

_ISO: Final = re.compile(_BEFORE + r"(?<!\d)(20\d\d)([-/.])(\d{1,2})\2(\d{1,2})(?!\d)")
_FIGURES: Final = re.compile(_BEFORE + r"(?<![\d.,/:-])(\d{1,2})([./-])(\d{1,2})\2\s?((?:20)?\d\d)(?![\d/:-]|\.\d)")
_SHORT_DOTS: Final = re.compile(_BEFORE + r"(?<![\d.,/:-])(\d{1,2})\.\s?(\d{1,2})\.(?!\s?\d)")
_BARE_DOTS: Final = re.compile(
    _BEFORE + r"(?<![\d.,/:-])(\d\d)\.(\d\d)(?![\d:%€$]|\.\d)(?!\s*(?:%|€|\$|uhr|h\b|am\b|pm\b))"
)
_SHORT_SLASH: Final = re.compile(_BEFORE + r"(?<![\d.,/:-])(\d{1,2})/(\d{1,2})(?![\d/:-])")
_DAY_MONTH: Final = re.compile(
    _BEFORE + rf"(?<![\d.,:])(\d{{1,2}}){_ORDINAL}\s*(?:(?:day\s+)?of\s+|de\s+|di\s+|-)?\s*({_MONTH})\b\.?{_YEAR}"
)
_MONTH_DAY: Final = re.compile(
    _BEFORE
    + rf"\b({_MONTH})\.?\s+(?:the\s+)?(\d{{1,2}})(?:st|nd|rd|th)?\b(?![:.]\d|\s*(?:%|h\b|am\b|pm\b|days|weeks|times)){_YEAR}"
)
_DAY_ALONE: Final = re.compile(
    rf"(?:\b({_LONG_WEEKDAY})\b,?\s+(?:the\s+|den\s+|le\s+)?|\bthe\s+)(\d{{1,2}})(st|nd|rd|th|\.)?(?![\d:/.]|\s*(?:am|pm|uhr|h|weeks|days)\b)"
)
_WEEKDAY_ALONE: Final = re.compile(rf"\b({_LONG_WEEKDAY})\b(?!,?\s*\d{{1,2}}/\d)")
_NEAR: Final = re.compile(rf"(?<!guten )(?<!\bin the )\b(?:({_words(words_of.TOMORROW)})|({_words(words_of.TODAY)}))\b")
_IN_UNITS: Final = re.compile(
    rf"\b(?:{_words(words_of.IN)})\s+(?:about\s+|etwa\s+|environ\s+|ca\.?\s+|a\s+)?({_NUMBER})\s+(?:of\s+)?({_UNIT})\b"
)
_UNITS_LATER: Final = re.compile(rf"\b({_NUMBER})\s+({_UNIT})\s+(?:{_words(words_of.LATER)})\b")
_IN_UNIT: Final = re.compile(
    r"\b(?:через|след)\s+(неделю|месяц|год|седмица|месец|година)\b|\bza\s+(tydzien|miesiac|rok)\b"
)
_PERIOD: Final = "week|woche|semaine|semana|settimana|tydzien|tygodniu|tygodnia|неделе|неделю|неделя|седмица|vecka"
_PERIODS: Final = {
    "week": _words(_PERIOD),
    "month": _words("month|monat|monats|mois|mes|mese|miesiac|miesiacu|miesiaca|месяц|месяце|месяца|месец|maand|manad"),
    "quarter": _words(
        "quarter|quartal|quartals|trimestre|trimestr|kwartal|kwartale|kwartalu|квартал|квартале|тримесечие"
    ),
    "year": _words("year|jahr|jahres|jahren|annee|an|ano|anno|rok|roku|год|году|года|година|jaar|ar"),
}
_NEXT: Final = _words(words_of.NEXT)
_PLACE: Final = rf"(?:(?P<early>{_words(words_of.START_OF)})|(?P<mid>{_words(words_of.MIDDLE_OF)})|(?P<late>{_words(words_of.END_OF)}))"
_WHOLE_MONTH: Final = re.compile(
    rf"(?:\b{_PLACE}[\s-]+(?:of\s+|de\s+|des\s+|di\s+)?)?(?<!\d\s)(?<!\d\.\s)\b(?:(?P<bare>{_BARE_MONTH})|(?:in|until|till|im|mi|en)\s+(?P<short>may|mai|mar|jan|feb|dec))"
    rf"\b(?!\s*\d{{1,2}}\b){_YEAR.replace('((?:19', '(?P<year>(?:19')}"
)
_QUARTER: Final = re.compile(
    r"\b[qt]([1-4])\b(?:[\s/]*(20\d\d))?|\b([1-4])(?:st|nd|rd|th|er|e|o|\.|-?и|-?м)?\s*(?:quarter|quartal|trimestre|kwartal\w?|квартал\w?|тримесечие)\b(?:\s*(20\d\d))?"
)
_YEAR_ALONE: Final = re.compile(r"\b(?:in|im jahr|en|w|в|през|nel|em|until|till|for)\s+(20\d\d)\b(?![-./]\d)")
_NEW_YEAR: Final = re.compile(
    _words(
        r"(?:in|after|into|early in) the new year|after (?:the )?new year(?:'s)?|im neuen jahr|nach neujahr|nach dem jahreswechsel|"
        r"apres le nouvel an|en nuevo ano|despues de ano nuevo|po nowym roku|w nowym roku|после (?:нового года|новогодних праздников|"
        r"праздников)|в новом году|след нова година|през новата година|nel nuovo anno|no novo ano|nach den feiertagen|"
        r"after the (?:christmas|winter|holiday) (?:holidays|break|season)|apres les fetes|po swietach|след празниците"
    )
)
_SEASONS: Final = {
    3: _words(
        "(?:in|until) (?:the )?spring|im fruhjahr|im fruhling|au printemps|en primavera|na wiosne|весной|през пролетта"
    ),
    6: _words("(?:in|until) (?:the )?summer|im sommer|cet ete|en verano|latem|летом|през лятото"),
    9: _words(
        "after (?:the )?summer(?: holidays| break)?|in (?:the )?(?:autumn|fall)|im herbst|nach dem sommer|nach den sommerferien|"
        "a la rentree|apres l'ete|a l'automne|en otono|despues del verano|jesienia|po wakacjach|осенью|после лета|есента|"
        "след лятото"
    ),
    12: _words("in (?:the )?winter|im winter|cet hiver|en invierno|zima|зимой|през зимата"),
}


# --- reading ---------------------------------------------------------------------------------------------------------


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _coming(month: int, day: int, received: date) -> date | None:
    """The next such day, that of the mail itself included; 29 February waits for its year."""
    tried = (_made(year, month, day) for year in range(received.year, received.year + 9))
    return next((one for one in tried if one is not None and one >= received), None)


def _of(year: str | None, month: int, day: int, received: date) -> date | None:
    if not year:
        return _coming(month, day, received)
    return _made(int(year) if len(year) == 4 else 2000 + int(year), month, day)


def _day(found: re.Match[str], day: date | None) -> Iterator[DateSaid]:
    if day is not None:
        yield DateSaid(day, "day", found.start(), found.end())


def _iso(text: str, received: date, order: Order) -> Iterator[DateSaid]:
    for found in _ISO.finditer(text):
        yield from _day(found, _made(int(found[1]), int(found[3]), int(found[4])))


def _figures(text: str, received: date, order: Order) -> Iterator[DateSaid]:
    for found in _FIGURES.finditer(text):
        pair = _pair(int(found[1]), int(found[3]), "day" if found[2] == "." else order)
        yield from _day(found, _of(found[4], pair[1], pair[0], received)) if pair else ()
    for found in (*_SHORT_DOTS.finditer(text), *_BARE_DOTS.finditer(text)):
        yield from _day(found, _coming(int(found[2]), int(found[1]), received))
    for found in _SHORT_SLASH.finditer(text):
        pair = _pair(int(found[1]), int(found[2]), order)
        yield from _day(found, _coming(pair[1], pair[0], received) if pair else _by_weekday(found, received))


def _by_weekday(found: re.Match[str], received: date) -> date | None:
    """`Friday 4/12`: the one of both readings that is a Friday."""
    named = re.match(r"[^\W\d_]+", found[0])
    ways = (_coming(int(found[1]), int(found[2]), received), _coming(int(found[2]), int(found[1]), received))
    fit = [day for day in ways if day and named and words_of.WEEKDAYS.get(named[0]) == day.weekday()]
    return fit[0] if len(fit) == 1 else None


def _pair(first: int, second: int, order: Order) -> tuple[int, int] | None:
    """Day and month, where one can know which is which."""
    if first > 12 or first == second or (order == "day" and second <= 12):
        return first, second
    return (second, first) if second > 12 or order == "month" else None


def _named(text: str, received: date, order: Order) -> Iterator[DateSaid]:
    for found in _DAY_MONTH.finditer(text):
        yield from _day(found, _of(found[3], words_of.MONTHS[found[2]], int(found[1]), received))
    for found in _DAY_SHORT_MONTH.finditer(text):
        yield from _day(found, _made(int(found[3]), _SHORT_MONTHS[found[2]], int(found[1])))
    for found in _MONTH_DAY.finditer(text):
        yield from _day(found, _of(found[3], words_of.MONTHS[found[1]], int(found[2]), received))


def _weekdays(text: str, received: date, order: Order) -> Iterator[DateSaid]:
    for found in _DAY_ALONE.finditer(text):
        if found[1] or found[3] in ("st", "nd", "rd", "th"):
            wanted = words_of.WEEKDAYS.get(found[1]) if found[1] else None
            days = (received + timedelta(one) for one in range(1, 367))
            fit = (one for one in days if one.day == int(found[2]) and wanted in (None, one.weekday()))
            yield from _day(found, next(fit, None))
    for found in _WEEKDAY_ALONE.finditer(text):
        ahead = (words_of.WEEKDAYS[found[1]] - received.weekday() - 1) % 7 + 1
        yield DateSaid(received + timedelta(ahead), "day", found.start(), found.end(), relative=True)


def _near(text: str, received: date, order: Order) -> Iterator[DateSaid]:
    for found in _NEAR.finditer(text):
        yield DateSaid(received + timedelta(1 if found[1] else 0), "day", found.start(), found.end(), relative=True)


def _counted(text: str, received: date, order: Order) -> Iterator[DateSaid]:
    for pattern in (_IN_UNITS, _UNITS_LATER):
        for found in pattern.finditer(text):
            number = int(found[1]) if found[1].isdigit() else words_of.NUMBERS[found[1]]
            yield _after(found, number, words_of.UNITS[found[2]], received)
    for found in _IN_UNIT.finditer(text):
        yield _after(found, 1, words_of.UNITS[found[1] or found[2]], received)


def _after(found: re.Match[str], number: int, unit: str, received: date) -> DateSaid:
    grain: Grain = "day" if unit == "day" else "week" if unit == "week" else "month" if unit == "month" else "year"
    if unit in ("day", "week"):
        day = received + timedelta(number * (7 if unit == "week" else 1))
    else:
        day = months_on(received, number * (12 if unit == "year" else 1))
    return DateSaid(day, grain, found.start(), found.end(), relative=True)


def months_on(day: date, number: int) -> date:
    """The same day so many months later; the last of the month where there is none such."""
    year, month = divmod(day.year * 12 + day.month - 1 + number, 12)
    return next(made for one in range(day.day, 0, -1) if (made := _made(year, month + 1, one)))


def _next_periods(text: str, received: date, order: Order) -> Iterator[DateSaid]:
    for grain, period in _PERIODS.items():
        for found in re.finditer(rf"\b(?:{_NEXT})\s+(?:{period})\b|\b(?:{period})\s+(?:{_NEXT})\b", text):
            yield DateSaid(_next(grain, received), grain, found.start(), found.end(), relative=True)  # type: ignore[arg-type]


def _next(grain: str, received: date) -> date:
    if grain == "week":
        return received + timedelta(7 - received.weekday())
    months = {"month": 1, "quarter": 3 - (received.month - 1) % 3, "year": 13 - received.month}[grain]
    return months_on(received.replace(day=1), months)


def _spans(text: str, received: date, order: Order) -> Iterator[DateSaid]:
    for found in _WHOLE_MONTH.finditer(text):
        month = words_of.MONTHS[found["bare"] or found["short"]]
        first = _made(int(found["year"]), month, 1) if found["year"] else _first_of(month, received)
        if first is not None:
            yield DateSaid(_within(first, found), "month", found.start(), found.end())
    for found in _QUARTER.finditer(text):
        month, year = int(found[1] or found[3]) * 3 - 2, found[2] or found[4]
        day = date(int(year), month, 1) if year else _first_of(month, received)
        yield DateSaid(day, "quarter", found.start(), found.end())
    for found in _YEAR_ALONE.finditer(text):
        yield DateSaid(date(int(found[1]), 1, 1), "year", found.start(), found.end())


def _first_of(month: int, received: date) -> date:
    return date(received.year + (month <= received.month), month, 1)


def _within(first: date, found: re.Match[str]) -> date:
    """Beginning, middle and end of a month are its first, 15th and last day (BGB section 192)."""
    if found["late"]:
        return months_on(first, 1) - timedelta(1)
    return first.replace(day=15) if found["mid"] else first


def _seasons(text: str, received: date, order: Order) -> Iterator[DateSaid]:
    for found in _NEW_YEAR.finditer(text):
        yield DateSaid(date(received.year + 1, 1, 1), "month", found.start(), found.end())
    for month, words in _SEASONS.items():
        for found in re.finditer(rf"\b(?:{words})\b", text):
            yield DateSaid(_first_of(month, received), "month", found.start(), found.end())


_READERS: Final[tuple[Callable[[str, date, Order], Iterator[DateSaid]], ...]] = (
    _iso,
    _figures,
    _named,
    _weekdays,
    _near,
    _counted,
    _next_periods,
    _spans,
    _seasons,
)
