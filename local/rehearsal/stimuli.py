"""What happens in a rehearsal, as people write it: `day 3 10:15: reply positive from cfo`. Read here, done elsewhere.

Bad text is refused with a sentence that says what would be right.
"""

import difflib
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from local.rehearsal.faults import Unplayable
from plays.events import EVENT_KINDS, FAMILIES, REPLY_KINDS, is_event_kind
from plays.spans import Span, SpanError

USUAL_HOUR: Final = time(10, 0)
_LINE: Final = re.compile(r"^(?P<when>.+?):\s+(?P<what>.+)$")
_DAY: Final = re.compile(r"^day\s+(?P<day>-?\d{1,4})(?:\s+(?P<clock>\d{1,2}:\d{2}))?$")
_DATE: Final = re.compile(r"^(?P<date>\d{4}-\d{2}-\d{2})(?:[ T](?P<clock>\d{1,2}:\d{2}))?$")
_AFTER: Final = re.compile(r"^after\s+(?P<step>[a-z0-9-]+)(?:\s+(?P<span>\S+))?$")
FORMS: Final = "`day 3 10:15`, `2026-12-24 09:00` or `after first-idea 2h`"
OPERATORS: Final = ("change", "override", "stop", "skip", "pause", "resume", "send_now", "reassign")


@dataclass(frozen=True)
class Days:
    """The calendar of a rehearsal: its first day and the account's zone."""

    first: date
    zone: str

    def instant(self, day: date, clock: time) -> datetime:
        """UTC. Raises Unplayable for a wall time that the zone leaves out."""
        there = datetime.combine(day, clock, ZoneInfo(self.zone))
        if there.astimezone(UTC).astimezone(ZoneInfo(self.zone)).time() != clock:
            raise Unplayable(f"{day} has no {clock:%H:%M} in {self.zone}: the clocks go forward; write an hour later")
        return there.astimezone(UTC)

    def read(self, text: str) -> datetime | None:
        """`day 3 10:15` or `2026-12-24 09:00` as an instant; None for other texts."""
        for pattern in (_DAY, _DATE):
            if found := pattern.match(text):
                clock = _clock(found["clock"]) if found["clock"] else USUAL_HOUR
                return self.instant(self._day(found), clock)
        return None

    def iso(self, text: str) -> str | None:
        """The same as ISO text: a day without a time stays a day. None for other texts."""
        found = _DAY.match(text) or _DATE.match(text)
        if found is None:
            return None
        at = self.read(text)
        return at.isoformat() if found["clock"] and at else self._day(found).isoformat()

    def _day(self, found: re.Match[str]) -> date:
        if "day" in found.groupdict():
            return self.first + timedelta(days=int(found["day"]))
        try:
            return date.fromisoformat(found["date"])
        except ValueError:
            raise Unplayable(f"there is no day {found['date']}") from None


@dataclass(frozen=True)
class When:
    """A date, or so long after a step was made."""

    at: datetime | None = None
    step: str = ""
    span: Span = field(default_factory=lambda: Span(0, "min"))


@dataclass(frozen=True)
class Incident:
    """Something that happens: an event of the vocabulary, or an operator's wish."""

    when: When
    word: str  # the event's kind, or the update's name
    data: dict[str, Any]
    who: str | None  # persona, audience or contact id
    text: str  # as written


def read_event(text: str, days: Days) -> Incident:
    """`day 3 10:15: reply positive from cfo`. Raises Unplayable."""
    when, what = _halves(text, days, "reply positive from champion")
    return event_of(when, what, days, text)


def event_of(when: When, what: str, days: Days, text: str) -> Incident:
    """The event of `usage.dropped drop_pct=60`, which comes at `when`."""
    kind, *words = _words(what, text)
    if not is_event_kind(kind):
        near = difflib.get_close_matches(kind, EVENT_KINDS, n=1)
        hint = (
            f"did you mean '{near[0]}'?" if near else f"it is one of {', '.join(EVENT_KINDS[:6])} … or {FAMILIES[0]}*"
        )
        raise Unplayable(f"'{text}': there is no event '{kind}'; {hint}")
    who: str | None = None
    if "from" in words:
        place = words.index("from")
        if len(words) != place + 2:
            raise Unplayable(
                f"'{text}': `from` is the end and names one person: a persona, an audience, a contact's id"
            )
        who, words = words[place + 1], words[:place]
    return Incident(when, kind, _data(kind, words, days, text), who, text)


def read_doing(text: str, days: Days) -> Incident:
    """`day 4 12:00: change strategy=full`. Raises Unplayable."""
    when, what = _halves(text, days, "change strategy=full")
    name, *words = _words(what, text)
    if name not in OPERATORS:
        raise Unplayable(f"'{text}': '{name}' is nothing an operator does; it is one of {', '.join(OPERATORS)}")
    plain = [word for word in words if "=" not in word]
    data = _pairs([word for word in words if "=" in word], days, text)
    return Incident(when, name, data | ({"": plain[0]} if plain else {}), None, text)


def _halves(text: str, days: Days, example: str) -> tuple[When, str]:
    found = _LINE.match(text.strip())
    if found is None:
        raise Unplayable(f"'{text}' does not say when and what: write `day 3 10:15: {example}`")
    return _when(found["when"].strip(), days, text), found["what"].strip()


def _when(written: str, days: Days, text: str) -> When:
    if at := days.read(written):
        return When(at=at)
    if found := _AFTER.match(written):
        try:
            return When(step=found["step"], span=Span.parse(found["span"]) if found["span"] else Span(0, "min"))
        except SpanError as error:
            raise Unplayable(f"'{text}': {error}") from None
    raise Unplayable(f"'{text}': '{written}' is no time; write {FORMS}")


def _words(what: str, text: str) -> list[str]:
    try:
        words = shlex.split(what)
    except ValueError:
        raise Unplayable(f"'{text}': a quotation mark is not closed") from None
    if not words:
        raise Unplayable(f"'{text}' does not say what happens")
    return words


def _data(kind: str, words: Sequence[str], days: Days, text: str) -> dict[str, Any]:
    data: dict[str, Any] = {}
    if kind in ("reply", "bounce") and words and "=" not in words[0]:
        known = REPLY_KINDS if kind == "reply" else ("hard", "soft")
        if words[0] not in known:
            raise Unplayable(f"'{text}': a {kind} is {', '.join(known[:-1])} or {known[-1]}, not '{words[0]}'")
        data["kind"], words = words[0], words[1:]
    return data | _pairs(words, days, text)


def _pairs(words: Sequence[str], days: Days, text: str) -> dict[str, Any]:
    """`drop_pct=60 until=day 12`: the day's number, and its hour, are words of their own."""
    data: dict[str, Any] = {}
    rest = list(words)
    while rest:
        key, sign, value = rest.pop(0).partition("=")
        if not sign or not key:
            raise Unplayable(
                f"'{text}': '{key}' is not understood; facts are written `drop_pct=60`, people `from champion`"
            )
        while value.startswith("day") and rest and "=" not in rest[0]:
            value = f"{value} {rest.pop(0)}"
        data[key] = days.iso(value) or _scalar(value)
    return data


def _scalar(text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _clock(text: str) -> time:
    hour, minute = map(int, text.split(":"))
    if hour > 23 or minute > 59:
        raise Unplayable(f"there is no time {text}: hours go from 00 to 23, minutes from 00 to 59")
    return time(hour, minute)
