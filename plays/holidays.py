"""Which days a country works: its working week and its public holidays. Pure; no country means Monday to Friday."""

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from holidays import HolidayBase


def is_business_day(day: date, country: str | None) -> bool:
    """True on a day of the country's working week that is no public holiday there."""
    return day.weekday() not in weekend(country) and holiday_name(day, country) is None


def holiday_name(day: date, country: str | None) -> str | None:
    """The public holiday on that day, in English where the calendar knows it; None on other days and for no country."""
    return _holidays(country, day.year).get(day) if country else None


@lru_cache(maxsize=512)
def weekend(country: str | None) -> frozenset[int]:
    """The days of the week that the country does not work; 0 is Monday."""
    calendar = _country(country) if country else None
    return frozenset(calendar.weekend) if calendar is not None else frozenset({5, 6})


@lru_cache(maxsize=4096)
def _holidays(country: str, year: int) -> dict[date, str]:
    calendar = _country(country, year)
    return dict(calendar.items()) if calendar is not None else {}


def _country(country: str, year: int | None = None) -> "HolidayBase | None":
    import holidays  # 70 ms: only where a country's calendar is asked for

    kind = getattr(holidays, country, None) if country in holidays.list_supported_countries() else None
    if kind is None:
        return None
    language: Literal["en_US"] | None = "en_US" if "en_US" in kind.supported_languages else None
    found: HolidayBase = holidays.country_holidays(country, years=year, language=language)
    return found
