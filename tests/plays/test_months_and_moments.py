"""Months, times before a date, and moments such as `renewal - 90d 09:00`, in every zone there is."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plays.calendar import add, is_business_day, moment, subtract
from plays.moments import Moment
from plays.spans import Span, Unit

BERLIN = "Europe/Berlin"
ZONES = sorted(available_timezones())
COUNTRIES = [None, "DE", "US", "RU", "IL", "SA", "IN", "BR", "JP", "ZZ", "GB"]
UNITS: list[Unit] = ["min", "h", "d", "bd", "w", "mo"]
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2031, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))


def at(text: str, zone: str = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def local(instant: datetime, zone: str = BERLIN) -> str:
    return instant.astimezone(ZoneInfo(zone)).strftime("%a %Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("base", "months", "expected"),
    [
        ("2027-01-31 10:00", 1, "Sun 2027-02-28 10:00"),
        ("2028-01-31 10:00", 1, "Tue 2028-02-29 10:00"),
        ("2027-01-31 10:00", 2, "Wed 2027-03-31 10:00"),
        ("2028-02-29 10:00", 12, "Wed 2029-02-28 10:00"),
        ("2028-02-29 10:00", 48, "Sun 2032-02-29 10:00"),
        ("2026-11-30 10:00", 3, "Sun 2027-02-28 10:00"),
        ("2026-12-15 10:00", 1, "Fri 2027-01-15 10:00"),
        ("2027-02-28 02:30", 1, "Sun 2027-03-28 03:00"),  # inside a gap: the first valid moment after it
        ("2026-09-25 02:30", 1, "Sun 2026-10-25 02:30"),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last_one(base: str, months: int, expected: str) -> None:
    assert local(add(at(base), Span(months, "mo"), BERLIN, "DE")) == expected


@pytest.mark.parametrize(
    ("base", "span", "country", "expected"),
    [
        ("2027-03-31 10:00", Span(1, "mo"), "DE", "Sun 2027-02-28 10:00"),
        ("2027-01-15 10:00", Span(13, "mo"), "DE", "Mon 2025-12-15 10:00"),
        ("2026-11-23 10:00", Span(1, "bd"), "DE", "Fri 2026-11-20 10:00"),
        ("2026-12-28 10:00", Span(2, "bd"), "DE", "Wed 2026-12-23 10:00"),
        ("2026-12-28 10:00", Span(2, "bd"), None, "Thu 2026-12-24 10:00"),
        ("2026-10-25 10:00", Span(1, "d"), "DE", "Sat 2026-10-24 10:00"),
        ("2026-10-25 10:00", Span(24, "h"), "DE", "Sat 2026-10-24 11:00"),
        ("2026-11-22 10:00", Span(0, "bd"), "DE", "Sun 2026-11-22 10:00"),
    ],
)
def test_a_time_before_keeps_the_clock_on_the_wall_too(
    base: str, span: Span, country: str | None, expected: str
) -> None:
    assert local(subtract(at(base), span, BERLIN, country)) == expected


def test_a_length_beyond_every_calendar_is_bounded_and_no_error() -> None:
    assert add(at("2026-11-23 10:00"), Span(99999, "mo"), BERLIN, "DE").year == 9998
    assert subtract(at("2026-11-23 10:00"), Span(99999, "mo"), BERLIN, "DE").year == 2


@settings(max_examples=300, deadline=None)
@given(MOMENTS, st.integers(0, 60), st.sampled_from(UNITS), st.sampled_from(ZONES), st.sampled_from(COUNTRIES))
def test_the_longer_the_time_the_further_off_both_ways(
    base: datetime, count: int, unit: Unit, zone: str, country: str | None
) -> None:
    longer, shorter = Span(count + 1, unit), Span(count, unit)
    assert base <= add(base, shorter, zone, country) <= add(base, longer, zone, country)
    assert base >= subtract(base, shorter, zone, country) >= subtract(base, longer, zone, country)


@settings(max_examples=300, deadline=None)
@given(MOMENTS, st.integers(0, 200), st.sampled_from(["d", "w", "mo"]), st.sampled_from(COUNTRIES))
def test_back_again_is_the_same_moment_but_for_days_a_month_lacks(
    base: datetime, count: int, unit: Unit, country: str | None
) -> None:
    there = add(base, Span(count, unit), "UTC", country)
    back = subtract(there, Span(count, unit), "UTC", country)
    assert timedelta() <= base - back <= (timedelta(days=3) if unit == "mo" else timedelta())


@settings(max_examples=300, deadline=None)
@given(MOMENTS, st.integers(1, 30), st.sampled_from(COUNTRIES))
def test_business_days_back_from_a_date_are_worked_on(base: datetime, count: int, country: str | None) -> None:
    earlier = subtract(base, Span(count, "bd"), "UTC", country)
    between = [earlier.date() + timedelta(days=day) for day in range((base.date() - earlier.date()).days)]
    assert is_business_day(earlier.date(), country)
    assert sum(is_business_day(day, country) for day in between) == count


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("renewal", "Mon 2027-03-01 00:00"),
        ("renewal - 90d", "Tue 2026-12-01 00:00"),
        ("renewal - 1mo 09:00", "Mon 2027-02-01 09:00"),
        ("renewal + 1bd 07:30", "Tue 2027-03-02 07:30"),
        ("renewal - 1bd 09:00", "Fri 2027-02-26 09:00"),
        ("renewal - 2h", "Sun 2027-02-28 22:00"),
        ("renewal + 3h 12:00", "Mon 2027-03-01 12:00"),
    ],
)
def test_a_date_begins_at_midnight_and_a_clock_time_is_set_last(said: str, expected: str) -> None:
    assert local(moment(date(2027, 3, 1), Moment.parse(said), BERLIN, "DE")) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("meeting", "Wed 2026-11-25 15:30"),
        ("meeting - 1h", "Wed 2026-11-25 14:30"),
        ("meeting - 1d", "Tue 2026-11-24 15:30"),
        ("meeting - 1d 07:30", "Tue 2026-11-24 07:30"),
        ("meeting 07:30", "Wed 2026-11-25 07:30"),
        ("meeting - 3bd 09:00", "Fri 2026-11-20 09:00"),
    ],
)
def test_a_moment_around_an_instant_is_read_on_the_persons_clock(said: str, expected: str) -> None:
    assert local(moment(at("2026-11-25 15:30"), Moment.parse(said), BERLIN, "DE")) == expected


def test_a_date_is_a_day_of_the_account_and_a_clock_time_one_of_the_person() -> None:
    day = date(2027, 3, 1)
    assert moment(day, Moment.parse("renewal"), "Asia/Tokyo", None, BERLIN) == at("2027-03-01 00:00")
    assert moment(day, Moment.parse("renewal 09:00"), "Asia/Tokyo", None, BERLIN) == at(
        "2027-03-01 09:00", "Asia/Tokyo"
    )


def test_a_clock_time_that_does_not_exist_is_the_first_one_after_it() -> None:
    assert local(moment(date(2027, 3, 28), Moment.parse("event 02:30"), BERLIN, None)) == "Sun 2027-03-28 03:00"
    twice = moment(date(2026, 10, 25), Moment.parse("event 02:30"), BERLIN, None)
    assert twice == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@settings(max_examples=300, deadline=None)
@given(
    st.dates(date(2024, 1, 1), date(2031, 1, 1)),
    st.integers(0, 120),
    st.sampled_from(UNITS),
    st.sampled_from(ZONES),
    st.sampled_from(COUNTRIES),
    st.sampled_from(["", " 09:00", " 02:30", " 00:00"]),
)
def test_a_moment_further_before_a_date_is_never_later(
    day: date, count: int, unit: Unit, zone: str, country: str | None, clock: str
) -> None:
    def before(count: int) -> datetime:
        return moment(day, Moment.parse(f"renewal - {count}{unit}{clock}"), zone, country)

    assert before(count + 1) <= before(count) <= moment(day, Moment.parse(f"renewal{clock}"), zone, country)
