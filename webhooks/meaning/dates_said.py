"""The days people name in words and figures, in the languages of `phrases_dates.py`. What a day is for is others' work.

A year not given is that of the next such day, counted from the day the mail came. Figures that may be read in two ways
are read as the order given says, or not at all.
"""
# a row is a row

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from webhooks.meaning import dates_patterns as written
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
    order = _order_shown(folded) if order == "unknown" else order
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


# --- reading ---------------------------------------------------------------------------------------------------------


def _order_shown(text: str) -> Order:
    """What other figures of the same text show: who writes 24/12 begins with the day."""
    pairs = [(int(one[1]), int(one[3])) for one in written.FIGURES.finditer(text) if one[2] != "."]
    day, month = any(first > 12 for first, _ in pairs), any(second > 12 for _, second in pairs)
    if day == month:
        return "unknown"
    return "day" if day else "month"


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
    for found in written.ISO.finditer(text):
        yield from _day(found, _made(int(found[1]), int(found[3]), int(found[4])))


def _figures(text: str, received: date, order: Order) -> Iterator[DateSaid]:
    for found in written.FIGURES.finditer(text):
        pair = _pair(int(found[1]), int(found[3]), "day" if found[2] == "." else order)
        yield from _day(found, _of(found[4], pair[1], pair[0], received)) if pair else ()
    for found in (*written.SHORT_DOTS.finditer(text), *written.BARE_DOTS.finditer(text)):
        yield from _day(found, _coming(int(found[2]), int(found[1]), received))
    for found in written.SHORT_SLASH.finditer(text):
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
    for found in written.DAY_MONTH.finditer(text):
        yield from _day(found, _of(found[3], words_of.MONTHS[found[2]], int(found[1]), received))
    for found in written.DAY_SHORT_MONTH.finditer(text):
        yield from _day(found, _made(int(found[3]), written.SHORT_MONTHS[found[2]], int(found[1])))
    for found in written.MONTH_DAY.finditer(text):
        yield from _day(found, _of(found[3], words_of.MONTHS[found[1]], int(found[2]), received))


def _weekdays(text: str, received: date, order: Order) -> Iterator[DateSaid]:
    for found in written.DAY_ALONE.finditer(text):
        if found[1] or found[3] in ("st", "nd", "rd", "th"):
            wanted = words_of.WEEKDAYS.get(found[1]) if found[1] else None
            days = (received + timedelta(one) for one in range(1, 367))
            fit = (one for one in days if one.day == int(found[2]) and wanted in (None, one.weekday()))
            yield from _day(found, next(fit, None))
    for found in written.WEEKDAY_ALONE.finditer(text):
        ahead = (words_of.WEEKDAYS[found[1]] - received.weekday() - 1) % 7 + 1
        yield DateSaid(received + timedelta(ahead), "day", found.start(), found.end(), relative=True)


def _near(text: str, received: date, order: Order) -> Iterator[DateSaid]:
    for found in written.NEAR.finditer(text):
        yield DateSaid(received + timedelta(1 if found[1] else 0), "day", found.start(), found.end(), relative=True)


def _counted(text: str, received: date, order: Order) -> Iterator[DateSaid]:
    for pattern in (written.IN_UNITS, written.UNITS_LATER):
        for found in pattern.finditer(text):
            number = int(found[1]) if found[1].isdigit() else words_of.NUMBERS[found[1]]
            yield _after(found, number, words_of.UNITS[found[2]], received)
    for found in written.IN_UNIT.finditer(text):
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
    for grain, period in written.PERIODS.items():
        for found in re.finditer(rf"\b(?:{written.NEXT})\s+(?:{period})\b|\b(?:{period})\s+(?:{written.NEXT})\b", text):
            yield DateSaid(_next(grain, received), grain, found.start(), found.end(), relative=True)  # type: ignore[arg-type]


def _next(grain: str, received: date) -> date:
    if grain == "week":
        return received + timedelta(7 - received.weekday())
    months = {"month": 1, "quarter": 3 - (received.month - 1) % 3, "year": 13 - received.month}[grain]
    return months_on(received.replace(day=1), months)


def _spans(text: str, received: date, order: Order) -> Iterator[DateSaid]:
    for found in written.WHOLE_MONTH.finditer(text):
        month = words_of.MONTHS[found["bare"] or found["short"]]
        first = _made(int(found["year"]), month, 1) if found["year"] else _first_of(month, received)
        if first is not None:
            yield DateSaid(_within(first, found), "month", found.start(), found.end())
    for found in written.QUARTER.finditer(text):
        month, year = int(found[1] or found[3]) * 3 - 2, found[2] or found[4]
        day = date(int(year), month, 1) if year else _first_of(month, received)
        yield DateSaid(day, "quarter", found.start(), found.end())
    for found in written.YEAR_ALONE.finditer(text):
        yield DateSaid(date(int(found[1]), 1, 1), "year", found.start(), found.end())


def _first_of(month: int, received: date) -> date:
    return date(received.year + (month <= received.month), month, 1)


def _within(first: date, found: re.Match[str]) -> date:
    """Beginning, middle and end of a month are its first, 15th and last day (BGB section 192)."""
    if found["late"]:
        return months_on(first, 1) - timedelta(1)
    return first.replace(day=15) if found["mid"] else first


def _seasons(text: str, received: date, order: Order) -> Iterator[DateSaid]:
    for found in written.NEW_YEAR.finditer(text):
        yield DateSaid(date(received.year + 1, 1, 1), "month", found.start(), found.end())
    for month, words in written.SEASONS.items():
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
