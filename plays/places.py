"""Whose clock and whose calendar count for a person: zone and country from what is known of them."""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber


def zone_of(contact_zone: str | None, phone: str | None, account_zone: str | None, tenant_zone: str) -> str:
    """The person's zone, else the phone's, else the account's, else the tenant's (design.md section 6).

    A phone that could be in several zones (mobiles, toll-free) only says which of them are possible: the account's
    or the tenant's if it is among them. Unknown zone names are passed over (D4).
    """
    if is_zone(contact_zone):
        return contact_zone or ""
    own = account_zone if is_zone(account_zone) else None
    possible = zones_of_phone(phone)
    if len(possible) == 1:
        return possible[0]
    for zone in (own, tenant_zone):
        if zone in possible:
            return zone or ""
    return own or (possible[0] if possible else tenant_zone)


def country_of(contact_country: str | None, phone: str | None, account_country: str | None) -> str | None:
    """The person's country (ISO 3166-1 alpha-2, upper case), else the phone's, else the account's, else None."""
    for country in (contact_country, country_of_phone(phone), account_country):
        if country and len(country.strip()) == 2 and country.strip().isalpha():
            return country.strip().upper()
    return None


@lru_cache(maxsize=1)
def _known_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def is_zone(name: str | None) -> bool:
    """True for a name of the tz database."""
    return name is not None and name in _known_zones()


@lru_cache(maxsize=65536)
def zones_of_phone(phone: str | None) -> Sequence[str]:
    """The zones a phone number (E.164) may ring in, sorted; empty if it tells nothing."""
    from phonenumbers import timezone  # 200 ms: only where a phone is asked for

    number = _parsed(phone)
    zones = timezone.time_zones_for_number(number) if number else ()
    return tuple(sorted(zone for zone in zones if is_zone(zone)))


@lru_cache(maxsize=65536)
def country_of_phone(phone: str | None) -> str | None:
    """The country of a phone number (E.164); None for none, and for numbers of no country."""
    from phonenumbers import region_code_for_number

    number = _parsed(phone)
    region = region_code_for_number(number) if number else None
    return region if region and region.isalpha() else None


def _parsed(phone: str | None) -> "PhoneNumber | None":
    from phonenumbers import NumberParseException, parse

    if not phone:
        return None
    try:
        return parse(phone, None)
    except NumberParseException:
        return None
