"""Dated facts that times hang on: where a play takes them from, and how their values are read. Pure.

An account's own anchors stand in its row, those that events set in the run's. Instants from them: `calendar.moment`.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from plays.model import Play

ACCOUNT: Final = "account"  # the anchor's source when it is a dated fact of the account itself


def said_by(play: Play, kind: str, data: Mapping[str, Any], at: datetime) -> dict[str, str]:
    """The run's anchors that an event of this kind sets: its `data.at` where that is a date, else when it happened."""
    named = [name for name, source in play.anchors.items() if source == kind]
    said = data.get("at")
    value = said if isinstance(said, str) and read(said, "UTC") is not None else at.isoformat()
    return dict.fromkeys(named, value)


def known(play: Play, of_account: Mapping[str, Any], of_run: Mapping[str, Any]) -> dict[str, str]:
    """Name -> ISO text of what is known. A name the play does not declare is the account's."""
    found = {name: str(value) for name, value in of_account.items() if value and play.anchors.get(name) in _OWN}
    return found | {name: str(value) for name, value in of_run.items() if value and play.anchors.get(name) not in _OWN}


_OWN: Final = (None, ACCOUNT)


def read(value: str, zone: str) -> date | datetime | None:
    """A date, or an instant (one without an offset is wall time of `zone`); None for what is neither."""
    text = value.strip()
    try:
        if len(text) == len("2026-11-30"):
            return date.fromisoformat(text)
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=ZoneInfo(zone))


def days_until(anchor: date | datetime, now: datetime, zone: str) -> int:
    """Whole days on the calendar of `zone` from today until the anchor; negative once it is over."""
    day = anchor.astimezone(ZoneInfo(zone)).date() if isinstance(anchor, datetime) else anchor
    return (day - now.astimezone(ZoneInfo(zone)).date()).days


def lacking(play: Play, name: str, account: str) -> str:
    """Why nothing can hang on an anchor nobody knows, and who can change that."""
    source = play.anchors.get(name, ACCOUNT)
    if source != ACCOUNT:
        return f"there is no date '{name}' yet: {source} sets it"
    return f"the account has no date '{name}'; `starter.py accounts anchor {account} {name} 2027-03-01` gives it one"
