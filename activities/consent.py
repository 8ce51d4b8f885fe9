"""Whether a person may be mailed on the ground that is on record. Pure; the table of countries is `consent_laws.py`.

Marketing mail needs the ground its country asks for. Service mail (a play says `mail: service`) needs none until the
person has taken it back. Everywhere a ground that has run out or was withdrawn is none.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from activities.consent_laws import law_of

WITHDRAWN: Final = "none"


@dataclass(frozen=True)
class Ground:
    """On what ground somebody is written to: the newest record of the purpose, else what their list said."""

    basis: str | None = None
    at: date | None = None
    until: date | None = None  # the last day it holds


@dataclass(frozen=True)
class Writing:
    """A mail about to be written: for which purpose, to a person of which country, on which day of theirs."""

    purpose: str  # marketing, service
    country: str | None
    today: date


def lacks_consent(ground: Ground, writing: Writing) -> str:
    """Why the person may not be mailed for want of a ground; empty when they may. The sentence names nobody."""
    if ground.basis == WITHDRAWN:
        since = f" on {ground.at:%Y-%m-%d}" if ground.at else ""
        return f"they have withdrawn their consent to {writing.purpose} mail{since}"
    if writing.purpose != "marketing":
        return ""
    if ground.until is not None and ground.until < writing.today:
        return f"the basis for writing ran out on {ground.until:%Y-%m-%d}"
    return _not_enough(ground, writing) or _too_old(ground, writing)


def last_day(ground: Ground, country: str | None) -> date | None:
    """The last day on which the ground holds in that country; None while it has no end."""
    ends = [day for day in (ground.until, _end_by_law(ground, country)) if day is not None]
    return min(ends, default=None)


def _not_enough(ground: Ground, writing: Writing) -> str:
    law = law_of(writing.country)
    if law.accepted is None or ground.basis in law.accepted:
        return ""
    basis = f"'{ground.basis}' is none there" if ground.basis else "none is on record"
    where = writing.country or "a person whose country is not known"
    return f"mail to {where} needs a basis ({law.name}: {', '.join(sorted(law.accepted))}), and {basis}"


def _too_old(ground: Ground, writing: Writing) -> str:
    law = law_of(writing.country)
    months = law.lasts.get(ground.basis or "")
    if months is None:
        return ""
    lasts = f"'{ground.basis}' counts for {months} months in {writing.country} ({law.name})"
    end = _end_by_law(ground, writing.country)
    if end is None:
        return f"{lasts}, and the day it began is not on record"
    return f"{lasts}, and ran out on {end:%Y-%m-%d}" if end < writing.today else ""


def _end_by_law(ground: Ground, country: str | None) -> date | None:
    months = law_of(country).lasts.get(ground.basis or "")
    return _after(ground.at, months) if months is not None and ground.at is not None else None


def _after(start: date, months: int) -> date:
    """The last day of so many months from a day: the day before the same day of the month, or the month's last."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    same = date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
    return same - timedelta(days=1) if same.day == start.day else same
