"""Days named in words and figures: read back in every language's own forms, and never guessed."""

from datetime import date, timedelta

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from webhooks.meaning.dates_said import Order, dates_in, months_on

CAME = date(2026, 11, 22)  # a Sunday
LOCALES = ("en_US", "en_GB", "de", "fr", "es", "pl", "ru", "bg", "it", "pt", "nl", "sv")
DAYS = st.dates(date(2026, 1, 1), date(2031, 12, 31))


def days(words: str, order: Order = "unknown") -> list[date]:
    """The days named, for a mail that came on CAME."""
    return [one.day for one in dates_in(words, CAME, order)]


@given(day=DAYS, locale=st.sampled_from(LOCALES), form=st.sampled_from(("full", "long")))
def test_a_day_written_out_in_any_language_is_read_back(day: date, locale: str, form: str) -> None:
    assert days(format_date(day, form, locale=locale)) == [day]


@given(
    day=DAYS,
    pattern=st.sampled_from(
        ("d.M.yyyy", "dd.MM.yyyy", "yyyy-MM-dd", "d. MMMM yyyy", "dd/MM/yyyy", "d MMM yyyy", "d-M-yyyy")
    ),
    locale=st.sampled_from(LOCALES),
)
def test_a_day_in_figures_is_read_back_where_the_day_comes_first(day: date, pattern: str, locale: str) -> None:
    assert days(f"({format_date(day, pattern, locale=locale)})", "day") == [day]


@given(day=DAYS)
def test_figures_with_the_month_first_are_read_back_where_that_is_the_custom(day: date) -> None:
    assert days(f"until {day.month}/{day.day}/{day.year}", "month") == [day]


@given(day=DAYS)
def test_figures_that_may_be_read_twice_are_not_guessed(day: date) -> None:
    clear = day.day > 12 or day.day == day.month
    assert days(f"until {day.day}/{day.month}/{day.year}") == ([day] if clear else [])


@given(ahead=st.integers(0, 364), locale=st.sampled_from(LOCALES))
def test_a_day_without_its_year_is_the_next_such(ahead: int, locale: str) -> None:
    day = CAME + timedelta(ahead)
    pattern = "MMMM d" if locale == "en_US" else "d MMMM"
    assert days(format_date(day, pattern, locale=locale)) == [day]


@given(words=st.text(max_size=400), order=st.sampled_from(("day", "month", "unknown")))
def test_any_text_is_read_without_harm(words: str, order: Order) -> None:
    found = dates_in(words, CAME, order)
    assert all(0 <= one.start < one.end for one in found)
    assert [one.start for one in found] == sorted(one.start for one in found)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("tomorrow", date(2026, 11, 23)),
        ("завтра", date(2026, 11, 23)),
        ("next week", date(2026, 11, 23)),
        ("на следующей неделе", date(2026, 11, 23)),
        ("w przyszłym tygodniu", date(2026, 11, 23)),
        ("la semaine prochaine", date(2026, 11, 23)),
        ("la próxima semana", date(2026, 11, 23)),
        ("следващата седмица", date(2026, 11, 23)),
        ("nächste Woche", date(2026, 11, 23)),
        ("next month", date(2026, 12, 1)),
        ("im nächsten Quartal", date(2027, 1, 1)),
        ("next year", date(2027, 1, 1)),
        ("in two weeks", date(2026, 12, 6)),
        ("in drei Monaten", date(2027, 2, 22)),
        ("dans deux semaines", date(2026, 12, 6)),
        ("dentro de un mes", date(2026, 12, 22)),
        ("za dwa tygodnie", date(2026, 12, 6)),
        ("через месяц", date(2026, 12, 22)),
        ("след две седмици", date(2026, 12, 6)),
        ("on Monday", date(2026, 11, 23)),
        ("on Sunday", date(2026, 11, 29)),
        ("в пятницу", date(2026, 11, 27)),
        ("in March", date(2027, 3, 1)),
        ("Mitte Januar", date(2027, 1, 15)),
        ("fin février", date(2027, 2, 28)),
        ("в начале апреля", date(2027, 4, 1)),
        ("Q2 2028", date(2028, 4, 1)),
        ("in 2028", date(2028, 1, 1)),
        ("29 February", date(2028, 2, 29)),
        ("Friday 4/12", date(2026, 12, 4)),
    ],
)
def test_a_day_counted_from_the_mail_or_a_part_of_the_year(words: str, day: date) -> None:
    assert days(words) == [day]


@pytest.mark.parametrize(
    "words",
    ["31 February", "at 10.30", "version 1.2.3", "I may call", "in a few weeks", "50/50", "99/99/9999", "2026", ""],
)
def test_what_is_no_day_is_none(words: str) -> None:
    assert days(words) == []


def test_the_last_of_a_month_stays_the_last() -> None:
    assert months_on(date(2026, 11, 30), 3) == date(2027, 2, 28)
