"""When a person may be touched: windows, holidays, business days, daylight saving, in every zone there is."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plays.calendar import WINDOWS, Opening, add, due, instant, is_business_day, next_open, window_for
from plays.spans import Span, Unit

STAFF, MANAGEMENT, CALLS = WINDOWS["staff"], WINDOWS["management"], WINDOWS["calls"]


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def local(moment: datetime, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime("%a %Y-%m-%d %H:%M")


# --- windows -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("channel", "persona", "override", "window"),
    [
        ("email", "economic-buyer", None, "management"),
        ("email", "champion", None, "staff"),
        ("email", None, None, "staff"),
        ("call", "economic-buyer", None, "calls"),
        ("call", "user", None, "calls"),
        ("task", None, None, "any"),
        ("task", "economic-buyer", None, "management"),
        ("notice", None, None, "any"),
        ("email", "champion", "any", "any"),
        ("call", "user", "staff", "staff"),
    ],
)
def test_the_window_is_the_steps_then_the_channels_then_the_personas(
    channel: str, persona: str | None, override: str | None, window: str
) -> None:
    assert window_for(channel, persona, override).name == window


@pytest.mark.parametrize(
    ("window", "moment", "zone", "country", "opens", "why"),
    [
        ("staff", "2026-11-23 10:00", "Europe/Berlin", "DE", "Mon 2026-11-23 10:00", ""),
        ("staff", "2026-11-23 08:30", "Europe/Berlin", "DE", "Mon 2026-11-23 08:30", ""),
        ("staff", "2026-11-23 17:30", "Europe/Berlin", "DE", "Tue 2026-11-24 08:30", "window opens Tue 08:30 Berlin"),
        ("staff", "2026-11-20 18:00", "Europe/Berlin", "DE", "Mon 2026-11-23 08:30", "window opens Mon 08:30 Berlin"),
        ("staff", "2026-11-21 12:00", "Pacific/Kiritimati", None, "Mon 2026-11-23 08:30", "Mon 08:30 Kiritimati"),
        ("calls", "2026-11-23 08:45", "Asia/Kathmandu", "NP", "Mon 2026-11-23 09:00", "Mon 09:00 Kathmandu"),
        ("calls", "2026-11-23 17:00", "Asia/Kathmandu", None, "Tue 2026-11-24 09:00", "Tue 09:00 Kathmandu"),
        ("management", "2026-11-22 20:00", "Europe/Berlin", "DE", "Sun 2026-11-22 20:00", ""),
        ("management", "2026-11-22 22:00", "Europe/Berlin", "DE", "Mon 2026-11-23 06:30", "Mon 06:30 Berlin"),
        ("management", "2026-12-25 07:00", "Europe/Berlin", "DE", "Fri 2026-12-25 07:00", ""),
        ("staff", "2026-12-25 10:00", "Europe/Berlin", "DE", "Mon 2026-12-28 08:30", "Christmas Day in DE: "),
        ("staff", "2026-12-25 10:00", "Europe/Berlin", None, "Fri 2026-12-25 10:00", ""),
        ("staff", "2026-12-31 20:00", "Europe/Moscow", "RU", "Mon 2027-01-11 08:30", "window opens Mon 11 Jan 08:30"),
        ("staff", "2026-11-22 10:00", "Asia/Jerusalem", "IL", "Sun 2026-11-22 10:00", ""),
        ("staff", "2026-11-20 10:00", "Asia/Jerusalem", "IL", "Sun 2026-11-22 08:30", "Sun 08:30 Jerusalem"),
        ("any", "2026-12-25 03:00", "Europe/Berlin", "DE", "Fri 2026-12-25 03:00", ""),
        ("staff", "2011-12-29 18:00", "Pacific/Apia", None, "Mon 2012-01-02 08:30", "Mon 08:30 Apia"),
        ("staff", "2026-11-23 10:00", "Europe/Berlin", "XX", "Mon 2026-11-23 10:00", ""),
    ],
)  # fmt: skip
def test_a_touch_waits_for_the_persons_own_window(
    window: str, moment: str, zone: str, country: str | None, opens: str, why: str
) -> None:
    opening = next_open(at(moment, zone), WINDOWS[window], zone, country)
    assert local(opening.at, zone) == opens
    assert why in opening.why
    assert bool(why) == bool(opening.why)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="UTC"):
        next_open(datetime(2026, 11, 23), STAFF, "Europe/Berlin", None)


ZONES = sorted(available_timezones())
COUNTRIES = [None, "DE", "US", "RU", "IL", "SA", "IN", "BR", "JP", "ZZ", "GB"]
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2031, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))


@settings(max_examples=400, deadline=None)
@given(MOMENTS, st.sampled_from(sorted(WINDOWS)), st.sampled_from(ZONES), st.sampled_from(COUNTRIES))
def test_no_touch_ever_falls_outside_its_window(moment: datetime, name: str, zone: str, country: str | None) -> None:
    window = WINDOWS[name]
    opening = next_open(moment, window, zone, country)
    there = opening.at.astimezone(ZoneInfo(zone))
    assert opening.at >= moment
    assert window.opens <= there.time().replace(fold=0) < window.closes or window.always
    if window.holidays:
        assert is_business_day(there.date(), country)
    assert next_open(opening.at, window, zone, country) == Opening(opening.at, "")
    assert (opening.why == "") == (opening.at == moment)


@settings(max_examples=200, deadline=None)
@given(
    MOMENTS,
    st.integers(0, 400_000),
    st.sampled_from(sorted(WINDOWS)),
    st.sampled_from(ZONES),
    st.sampled_from(COUNTRIES),
)
def test_whoever_asks_later_is_never_let_in_earlier(
    moment: datetime, later: int, name: str, zone: str, country: str | None
) -> None:
    first = next_open(moment, WINDOWS[name], zone, country).at
    assert first <= next_open(moment + timedelta(seconds=later), WINDOWS[name], zone, country).at


# --- spans ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "span", "zone", "country", "expected"),
    [
        ("2026-11-20 16:00", Span(1, "bd"), "Europe/Berlin", "DE", "Mon 2026-11-23 16:00"),
        ("2026-11-21 16:00", Span(1, "bd"), "Europe/Berlin", "DE", "Mon 2026-11-23 16:00"),
        ("2026-12-23 10:00", Span(2, "bd"), "Europe/Berlin", "DE", "Mon 2026-12-28 10:00"),
        ("2026-12-23 10:00", Span(2, "bd"), "Europe/Berlin", None, "Fri 2026-12-25 10:00"),
        ("2026-11-19 10:00", Span(1, "bd"), "Asia/Jerusalem", "IL", "Sun 2026-11-22 10:00"),
        ("2026-10-24 10:00", Span(1, "d"), "Europe/Berlin", "DE", "Sun 2026-10-25 10:00"),
        ("2026-10-24 10:00", Span(24, "h"), "Europe/Berlin", "DE", "Sun 2026-10-25 09:00"),
        ("2026-11-22 23:50", Span(20, "min"), "Europe/Berlin", "DE", "Mon 2026-11-23 00:10"),
        ("2024-02-22 10:00", Span(1, "w"), "Europe/Berlin", "DE", "Thu 2024-02-29 10:00"),
        ("2026-11-22 10:00", Span(0, "bd"), "Europe/Berlin", "DE", "Sun 2026-11-22 10:00"),
        ("2026-03-28 02:30", Span(1, "d"), "Europe/Berlin", "DE", "Sun 2026-03-29 03:00"),  # gap: first valid moment
        ("2026-10-03 02:10", Span(1, "d"), "Australia/Lord_Howe", None, "Sun 2026-10-04 02:30"),  # half an hour
        ("2011-12-29 10:00", Span(1, "d"), "Pacific/Apia", None, "Sat 2011-12-31 00:00"),  # a day that never was
    ],
)  # fmt: skip
def test_days_keep_the_clock_on_the_wall_and_hours_do_not(
    base: str, span: Span, zone: str, country: str | None, expected: str
) -> None:
    assert local(add(at(base, zone), span, zone, country), zone) == expected


def test_a_wall_time_that_happens_twice_is_the_first_of_the_two() -> None:
    found = add(at("2026-10-24 02:30", "Europe/Berlin"), Span(1, "d"), "Europe/Berlin", None)
    assert found == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


UNITS: list[Unit] = ["min", "h", "d", "bd", "w"]


@settings(max_examples=300, deadline=None)
@given(MOMENTS, st.integers(0, 60), st.sampled_from(UNITS), st.sampled_from(ZONES), st.sampled_from(COUNTRIES))
def test_a_longer_time_never_ends_earlier(
    base: datetime, count: int, unit: Unit, zone: str, country: str | None
) -> None:
    ends = add(base, Span(count, unit), zone, country)
    assert base <= ends <= add(base, Span(count + 1, unit), zone, country)


def test_what_is_due_later_says_why_then() -> None:
    zone = "Europe/Berlin"
    friday = at("2026-11-20 10:00", zone)
    assert due(friday, Span(1, "h"), STAFF, zone, "DE").why == "1h after the step before"
    assert due(friday, None, STAFF, zone, "DE") == Opening(friday, "")
    weekend = due(friday, Span(1, "d"), STAFF, zone, "DE")
    assert (local(weekend.at, zone), weekend.why) == ("Mon 2026-11-23 08:30", "window opens Mon 08:30 Berlin")


# --- daylight saving, in every zone with a change between 2024 and 2031 --------------------------------------------


@lru_cache(maxsize=1)
def changes() -> list[tuple[str, datetime]]:
    """Every (zone, instant) at which an offset changes; zones that change alike are taken once."""
    days = [datetime(2024, 1, 1, 12, tzinfo=UTC) + timedelta(days=day) for day in range(0, 2557, 3)]
    seen: dict[tuple[timedelta | None, ...], str] = {}
    for zone in ZONES:
        place = ZoneInfo(zone)
        seen.setdefault(tuple(moment.astimezone(place).utcoffset() for moment in days), zone)
    return [(zone, found) for offsets, zone in seen.items() for found in _changes_of(zone, days, offsets)]


def _changes_of(zone: str, days: list[datetime], offsets: tuple[timedelta | None, ...]) -> Iterator[datetime]:
    place = ZoneInfo(zone)
    for index in range(1, len(days)):
        if offsets[index] != offsets[index - 1]:
            low, high = days[index - 1], days[index]
            while high - low > timedelta(seconds=1):
                middle = (low + (high - low) / 2).replace(microsecond=0)
                low, high = (low, middle) if middle.astimezone(place).utcoffset() == offsets[index] else (middle, high)
            yield high


def test_gaps_move_forward_and_folds_take_the_first_in_every_zone_of_the_database() -> None:
    found = changes()
    assert len(found) > 300
    assert {"Australia/LHI", "Africa/Casablanca"} <= {zone for zone, _ in found}  # half an hour; back in winter time
    for zone, change in found:
        place = ZoneInfo(zone)
        before = (change - timedelta(seconds=1)).astimezone(place)
        after = change.astimezone(place)
        jump = (after.utcoffset() or timedelta()) - (before.utcoffset() or timedelta())
        wall = (before.replace(tzinfo=None) + timedelta(seconds=1)) + jump / 2
        moment = instant(wall.date(), wall.time(), place)
        if jump > timedelta():
            assert moment == change, (zone, change)
        else:
            assert moment == change + jump / 2, (zone, change)  # jump is negative: before the clocks went back


def test_a_window_opens_at_its_hour_on_the_days_the_clocks_change() -> None:
    for zone, change in changes():
        day = change.astimezone(ZoneInfo(zone)).date()
        opening = next_open(instant(day, time.min, ZoneInfo(zone)), MANAGEMENT, zone, None)
        assert local(opening.at, zone).endswith("06:30"), (zone, change)
        assert opening.at.astimezone(ZoneInfo(zone)).date() == day


def test_the_holidays_of_a_country_are_no_business_days() -> None:
    assert not is_business_day(date(2026, 12, 25), "DE")
    assert is_business_day(date(2026, 12, 25), None)
    assert not is_business_day(date(2026, 12, 26), None)
