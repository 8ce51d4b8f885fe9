"""What an event says of the way of one mail of ours: that it went out, arrived, bounced, was complained of, was never
passed on. In the transaction that accepts the event, under the account's lock.

Facts only add up: each keeps the earliest moment it was said of, so any order of the same events ends the same (B5).
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import DateTime, bindparam, func, update
from sqlalchemy.ext.asyncio import AsyncSession

from records import doubts
from records.matching import text_of
from records.tables import Event, Touch

OUR_DIALOGUE: Final = "smtp"  # source of bounces the server told us before it had the mail: no proof that it went out
MOMENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "mail.delivered": ("delivered_at",),
    "mail.opened": ("opened_at",),
    "mail.clicked": ("opened_at", "clicked_at"),  # who clicked has opened
    "bounce": ("bounced_at",),
    "complaint": ("complained_at",),
}
PROOF: Final = doubts.STRONG | {"mail.sent", "bounce"}


async def keep(session: AsyncSession, event: Event) -> list[str]:
    """Write it down; sentences without personal data where it changed what we believed."""
    if event.touch is None:
        return []
    await _moments(session, event)
    if event.kind == "mail.rejected":
        why = text_of(event.data, "reason") or text_of(event.data, "status") or "it gave no reason"
        refused = await doubts.rejected(session, key=event.touch, why=why[:500])
        return ["the provider did not send the mail"] if refused else []
    if event.kind not in PROOF or event.source == OUR_DIALOGUE:
        return []
    ref = text_of(event.data, "ref") or None
    settled = await doubts.evidence(session, key=event.touch, what=event.kind, at=event.occurred_at, ref=ref)
    return ["settled that the mail went out"] if settled else []


async def _moments(session: AsyncSession, event: Event) -> None:
    columns = MOMENTS.get(event.kind, ())
    if not columns:
        return
    at = bindparam("at", event.occurred_at, type_=DateTime(timezone=True))
    # Postgres' least() passes over nulls.
    values: dict[str, Any] = {name: func.least(getattr(Touch, name), at) for name in columns}
    await session.execute(update(Touch).where(Touch.key == event.touch).values(values))
