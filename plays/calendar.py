"""When a person may be touched: windows, business days, holidays, DST. Pure: the moment is always passed in.

Instants are UTC-aware. Local wall time exists only inside this file. Whose zone and country count is settled in
`plays/places.py`. Never imported by workflow code: time-zone data change, so plans are made in activities (D6).
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from plays.holidays import holiday_name as holiday_name
from plays.holidays import is_business_day as is_business_day
from plays.holidays import weekend
from plays.moments import Moment
from plays.places import country_of as country_of
from plays.places import zone_of as zone_of
from plays.spans import Span

_WEEKDAYS: Final = frozenset(range(5))
_EVERY_DAY: Final = frozenset(range(7))
_ONE_DAY: Final = timedelta(days=1)
_HORIZON: Final = 400  # days looked ahead; no country closes that long
_ELAPSED: Final = frozenset({"min", "h"})
_FIRST_YEAR, _LAST_YEAR = 2, 9998


@dataclass(frozen=True)
class Window:
    """When a kind of person may be touched, in their own zone. Open from `opens` up to, not including, `closes`."""

    name: str
    days: frozenset[int]  # 0 is Monday; Monday to Friday stands for the working week of the person's country
    opens: time
    closes: time
    holidays: bool  # True: closed on public holidays of the person's country

    @property
    def always(self) -> bool:
        """True if the window never closes."""
        return self.days == _EVERY_DAY and self.opens == time.min and self.closes == time.max


# playbook.md, "Windows by persona"; calls have their own for everybody.
WINDOWS: Final[dict[str, Window]] = {
    "staff": Window("staff", _WEEKDAYS, time(8, 30), time(17, 30), holidays=True),
    "management": Window("management", _EVERY_DAY, time(6, 30), time(21, 30), holidays=False),
    "calls": Window("calls", _WEEKDAYS, time(9), time(17), holidays=True),
    "any": Window("any", _EVERY_DAY, time.min, time.max, holidays=False),
}


@dataclass(frozen=True)
class Opening:
    """The first allowed instant (UTC), and why not at once; `why` is empty if nothing had to move."""

    at: datetime
    why: str


def window_for(channel: str, persona: str | None, override: str | None = None) -> Window:
    """The window of a touch: the step's own, then the channel's, then the persona's. Inner work has no window."""
    if override is not None:
        return WINDOWS[override]
    if channel == "call":
        return WINDOWS["calls"]
    if channel == "notice" or (channel == "task" and persona is None):
        return WINDOWS["any"]
    return WINDOWS["management" if persona == "economic-buyer" else "staff"]


def next_open(at: datetime, window: Window, zone: str, country: str | None) -> Opening:
    """The first instant at or after `at` inside the window, as it is read in `zone` (IANA) and `country` (ISO 3166).

    `why` names the place's clock and the holiday, never the person. Raises ValueError if `at` has no zone.
    """
    at = _utc(at)
    if window.always:
        return Opening(at, "")
    place, closed_by = _zone(zone), ""
    day = at.astimezone(place).date()
    for _ in range(_HORIZON):
        holiday = holiday_name(day, country) if window.holidays else None
        if holiday is None and _works(day, window, country):
            opens, closes = instant(day, window.opens, place), instant(day, window.closes, place)
            if opens <= at < closes and opens.astimezone(place).date() == day:
                return Opening(at, "")
            # A skipped day (Apia, 30 December 2011) has no hours: its times read as the day after.
            if at < opens and opens.astimezone(place).date() == day:
                return Opening(opens, _opens_words(at, opens, place, closed_by))
        elif holiday is not None and not closed_by and _works(day, window, country):
            closed_by = f"{holiday} in {country}: "
        day += _ONE_DAY
    raise ValueError(f"the window '{window.name}' does not open within {_HORIZON} days in {zone}")


def add(base: datetime, span: Span, zone: str, country: str | None) -> datetime:
    """`base` and a span later. Minutes and hours are elapsed time; days, weeks and months keep the wall time of
    `zone`; business days are those of `country`, counted from the day after, and keep the wall time too.

    A month later is the same day of the next month, or its last day where it is too short: 31 January and `1mo` is
    28 February (29 in a leap year), and `2mo` is 31 March. 29 February and `12mo` is 28 February.
    A wall time inside a DST gap moves forward to the first valid moment; in a fold it is the first of the two.
    """
    base = _utc(base)
    return max(base, _shifted(base, span, 1, zone, country))


def subtract(base: datetime, span: Span, zone: str, country: str | None) -> datetime:
    """`base` and a span earlier, by the rules of `add`: 31 March less `1mo` is the last day of February."""
    base = _utc(base)
    return min(base, _shifted(base, span, -1, zone, country))


def moment(anchor: datetime | date, said: Moment, zone: str, country: str | None, home: str | None = None) -> datetime:
    """The instant (UTC) of `renewal - 90d 09:00`, given when the anchor is. The clock time is read in `zone`.

    An anchor that is a date begins at 00:00 of `home`, the account's zone (else `zone`); days, weeks and months are
    counted on the calendar first and the clock time is set last. DST as in `add`.
    """
    span, sign = said.span or Span(0, "d"), -1 if said.sign == "-" else 1
    if isinstance(anchor, datetime):
        at = _shifted(_utc(anchor), span, sign, zone, country)
    elif span.unit in _ELAPSED:
        at = instant(anchor, time.min, _zone(home or zone)) + sign * span.exact
    else:
        wall, place = (said.clock, zone) if said.clock is not None else (time.min, home or zone)
        return instant(_day(anchor, span, sign, country), wall, _zone(place))
    if said.clock is None:
        return at
    return instant(at.astimezone(_zone(zone)).date(), said.clock, _zone(zone))


def due(base: datetime, after: Span | None, window: Window, zone: str, country: str | None) -> Opening:
    """When a step is due: `after` the moment the step before was over, then moved into the window."""
    at = add(base, after, zone, country) if after else _utc(base)
    opening = next_open(at, window, zone, country)
    if not opening.why and after and after.count:
        return Opening(opening.at, f"{after} after the step before")
    return opening


def instant(day: date, wall: time, place: ZoneInfo) -> datetime:
    """The instant of a wall time, in UTC. Gap: the first valid moment after. Fold: the first occurrence."""
    local = datetime.combine(day, wall.replace(tzinfo=None, fold=0), tzinfo=place)
    found = local.astimezone(UTC)
    if found.astimezone(place).replace(tzinfo=None) == local.replace(tzinfo=None):
        return found
    return _end_of_gap(local.replace(fold=1).astimezone(UTC), found, place)


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("an instant needs its zone: pass a UTC datetime")
    return at.astimezone(UTC)


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _works(day: date, window: Window, country: str | None) -> bool:
    return day.weekday() not in weekend(country) if window.days == _WEEKDAYS else day.weekday() in window.days


def _shifted(base: datetime, span: Span, sign: int, zone: str, country: str | None) -> datetime:
    if span.unit in _ELAPSED:
        return base + sign * span.exact
    if span.count == 0:
        return base
    place = _zone(zone)
    local = base.astimezone(place)
    return instant(_day(local.date(), span, sign, country), local.time(), place)


def _day(day: date, span: Span, sign: int, country: str | None) -> date:
    """The day so many days, business days, weeks or months away."""
    if span.unit == "bd":
        return _business_day(day, span.count, sign, country)
    return _month_away(day, sign * span.count) if span.unit == "mo" else day + sign * span.exact


def _month_away(day: date, months: int) -> date:
    """Within the years a clock can show: a length beyond them is as good as never."""
    index = min(max(day.year * 12 + day.month - 1 + months, _FIRST_YEAR * 12), _LAST_YEAR * 12)
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _business_day(day: date, count: int, sign: int, country: str | None) -> date:
    while count:
        day += sign * _ONE_DAY
        count -= is_business_day(day, country)
    return day


def _end_of_gap(before: datetime, after: datetime, place: ZoneInfo) -> datetime:
    """The transition between two instants, to the second: where the offset changes."""
    offset = after.astimezone(place).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        if middle.astimezone(place).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after.replace(microsecond=0)


def _opens_words(at: datetime, opens: datetime, place: ZoneInfo, closed_by: str) -> str:
    local = opens.astimezone(place)
    near = (opens - at) < timedelta(days=6)
    moment = f"{local:%a %H:%M}" if near else f"{local:%a} {local.day} {local:%b %H:%M}"
    return f"{closed_by}window opens {moment} {city(place.key)}"


def city(zone: str) -> str:
    """`Europe/Berlin` -> `Berlin`: how a zone is called in sentences."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")
