"""Instants as people type them: `14d`, `2026-12-01`, `2026-12-01T09:00+01:00`."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from commands.failures import Wrong


def instant(text: str, zone: str, now: datetime) -> datetime:
    """A span from `now` on, a day (its midnight in `zone`), or a moment (`zone` where it names none); in UTC.

    Raises Wrong with what would be right.
    """
    from plays.spans import Span, SpanError

    try:
        return now + Span.parse(text).exact
    except SpanError:
        pass
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise Wrong(
            f"'{text}' is no time: write a length (3h, 14d, 2w), a day (2026-12-01) "
            f"or a moment (2026-12-01T09:00+01:00)."
        ) from None
    if read.tzinfo is None:
        read = datetime.combine(read.date(), read.time() or time(), ZoneInfo(zone))
    return read.astimezone(UTC)


def later_than_now(text: str, zone: str) -> datetime:
    """As `instant`; a time that has passed is refused."""
    now = datetime.now(UTC)
    found = instant(text, zone, now)
    if found <= now:
        raise Wrong(f"'{text}' has passed already; nothing was changed.")
    return found
