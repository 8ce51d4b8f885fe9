"""Whose clock and whose calendar count for a person."""

from zoneinfo import available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plays.places import country_of, zone_of


@pytest.mark.parametrize(
    ("contact", "phone", "account", "expected"),
    [
        ("Asia/Tokyo", "+4930123456", "Europe/Paris", "Asia/Tokyo"),
        (None, "+4930123456", "Europe/Paris", "Europe/Berlin"),
        (None, "+14155550100", None, "America/Los_Angeles"),
        (None, "+79161234567", "Asia/Omsk", "Asia/Omsk"),  # a mobile that could be anywhere in the country
        (None, "+79161234567", "Europe/Paris", "Europe/Paris"),
        (None, "+18005551234", None, "America/New_York"),  # the tenant's, being possible
        (None, None, "Europe/Paris", "Europe/Paris"),
        (None, None, None, "America/New_York"),
        ("Mars/Olympus", "nonsense", "Moon/Base", "America/New_York"),
        ("", "+882123", None, "America/New_York"),
    ],
)
def test_a_persons_zone_is_theirs_then_the_phones_then_the_accounts(
    contact: str | None, phone: str | None, account: str | None, expected: str
) -> None:
    assert zone_of(contact, phone, account, "America/New_York") == expected


def test_a_persons_country_is_theirs_then_the_phones_then_the_accounts() -> None:
    assert country_of("de", "+442071838750", "FR") == "DE"
    assert country_of(None, "+442071838750", "FR") == "GB"
    assert country_of("Germany", None, "FR") == "FR"
    assert country_of(None, "+882123", None) is None


@settings(max_examples=200, deadline=None)
@given(
    st.none() | st.text(max_size=20), st.none() | st.text(max_size=20) | st.from_regex(r"\+\d{5,15}", fullmatch=True)
)
def test_any_phone_and_any_zone_give_a_zone_that_exists(zone: str | None, phone: str | None) -> None:
    assert zone_of(zone, phone, None, "UTC") in available_timezones()
    assert country_of(zone, phone, None) is None or len(country_of(zone, phone, None) or "") == 2
