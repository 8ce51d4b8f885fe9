"""Zones, countries and locales that exist, and the "did you mean" for those that do not."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from records.sheets.faults import BadCell, shown

_OFFSET: Final = re.compile(r"(?:utc|gmt)? ?[+-]?\d[\d:.]*", re.IGNORECASE)
_NO_PLACES: Final = frozenset({"localtime", "posixrules", "Factory"})
_LANGUAGES: Final = (  # ISO 639-1
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo "
    "es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka "
    "kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng "
    "nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su "
    "sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
_LOCALE: Final = re.compile(r"([A-Za-z]{2})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}))?")


def did_you_mean(text: str, choices: Iterable[str], otherwise: str) -> str:
    """`Did you mean 'x'?`, or the other advice when nothing is near."""
    near = _nearest(text[:100].lower(), tuple(choices))
    return f"Did you mean '{near}'?" if near else otherwise


@lru_cache(maxsize=10_000)  # a wrong word mostly stands in thousands of rows; each search takes milliseconds
def _nearest(text: str, choices: tuple[str, ...]) -> str | None:
    folded = {choice.lower(): choice for choice in choices}
    near = get_close_matches(text, list(folded), n=1, cutoff=0.7)
    return folded[near[0]] if near else None


def zone(text: str) -> str:
    """An IANA time zone, e.g. Europe/Berlin. Offsets are refused: they know no summer time."""
    if text not in _zones() or not _loads(text):
        raise BadCell(f"{shown(text)} is no time zone", _near_zone(text))
    return text


def country(text: str) -> str:
    """An ISO 3166-1 alpha-2 code in capitals."""
    code = text.upper()
    if code in _countries():
        return code
    near = _country_by_name(text[:100].lower())
    right = f"Did you mean '{near}'?" if near else "Write the two-letter code, e.g. DE"
    raise BadCell(f"{shown(text)} is no country code", right)


def locale(text: str) -> str:
    """A language, or a language and a script or country: `en`, `pt-BR`. `en_us` comes back as `en-US`."""
    found = _LOCALE.fullmatch(text)
    language, script, region = (part or "" for part in found.groups()) if found else ("", "", "")
    if language.lower() not in _LANGUAGES.split() or (region and region.upper() not in _countries()):
        near = f"Did you mean '{_LANGUAGE_NAMES[text.lower()]}'?" if text.lower() in _LANGUAGE_NAMES else ""
        raise BadCell(f"{shown(text)} is no locale", near or "Write a language like en or ru, or en-GB")
    return "-".join(part for part in (language.lower(), script.title(), region.upper()) if part)


@cache
def country_of_zone(name: str) -> str | None:
    """The country a zone lies in; None for zones of several countries or of none."""
    return _zone_countries().get(name)


_ZONE_RIGHT: Final = "Write it as in the IANA list, continent and city, e.g. Europe/Berlin"
_OTHER_NAMES: Final = {"uk": "GB", "england": "GB", "great britain": "GB", "united kingdom": "GB", "usa": "US"} | {
    "united states of america": "US",
    "deutschland": "DE",
    "россия": "RU",
    "russian federation": "RU",
    "polska": "PL",
}
_LANGUAGE_NAMES: Final = {
    "english": "en",
    "eng": "en",
    "russian": "ru",
    "rus": "ru",
    "german": "de",
    "french": "fr",
} | {
    "русский": "ru",
    "deutsch": "de",
}


@cache
def _zones() -> frozenset[str]:
    return frozenset(name for name in available_timezones() if not name.startswith(("posix/", "right/"))) - _NO_PLACES


@cache
def _loads(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


@lru_cache(maxsize=10_000)
def _near_zone(text: str) -> str:
    """`Berlin` or `europe/berlin` -> Europe/Berlin; for an offset no zone is near."""
    if _OFFSET.fullmatch(text):
        return _ZONE_RIGHT
    wanted = text.lower().replace(" ", "_")
    found = sorted(name for name in _zones() if wanted in (name.lower(), name.lower().rpartition("/")[2]))
    return f"Did you mean '{found[0]}'?" if found else did_you_mean(text, _zones(), _ZONE_RIGHT)


@cache
def _countries() -> dict[str, str]:
    """Code -> name, from the table that comes with the time zones (tzdata)."""
    return {row[0]: row[1] for row in _table("iso3166.tab")}


@lru_cache(maxsize=10_000)
def _country_by_name(text: str) -> str | None:
    by_name = {name.lower(): code for code, name in _countries().items()} | _OTHER_NAMES
    near = text if text in by_name else next(iter(get_close_matches(text, by_name, 1, 0.8)), None)
    return by_name[near] if near else None


@cache
def _zone_countries() -> dict[str, str]:
    return {row[2]: row[0] for row in _table("zone.tab")}


def _table(name: str) -> list[list[str]]:
    text = (files("tzdata") / "zoneinfo" / name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
