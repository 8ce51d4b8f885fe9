"""Which bounces end the mail to an address: one that says nobody is there does at once, others by points.

GNU Mailman's model (its manual, "Bounce processing"): a day on which mail to the address bounced counts once, half a
point if it may still succeed and a whole one if not; who is quiet for long enough begins anew. What blames the sender
(RFC 3463: 5.7.x; policy, content, reputation) says nothing about the person and never counts.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from records.addresses import normal_form
from records.matching import text_of
from records.restraints import suppress
from records.tables import Contact, Event, Suppression, Touch

SOFT: Final = 0.5
HARD: Final = 1.0
MOST: Final = 3.0  # points at which mail to the address ends
FORGOTTEN: Final = timedelta(days=60)  # without a bounce
_LOOKED_AT: Final = FORGOTTEN * (MOST / SOFT)  # no row of days that counts is longer

_NOBODY: Final = re.compile(r"5\.1\.(?![78]$)\d+")  # RFC 3463, 3.2; .7 and .8 are about the sender's address
_REASONS: Final = frozenset({"userunknown", "hostunknown", "hasmoved", "notaccept"})  # webhooks/meaning
_WORDS: Final = re.compile(
    r"no such (?:user|mailbox|person|recipient|address)|(?:user|recipient|mailbox|address) (?:is )?unknown"
    r"|unknown (?:user|recipient|mailbox)|(?:user|recipient|mailbox|account|address)[^.;]{0,60} does not exist"
    r"|no mailbox here by that name|account that you tried to reach does not exist",
    re.IGNORECASE,
)


async def bounced(session: AsyncSession, event: Event, addresses: Iterable[str]) -> list[str]:
    """B6: no more mail to an address that does not exist or bounces too often. The person may still be called.

    The caller holds `stops.lock` and has stored the event. Sentences hold no personal data.
    """
    if event.data.get("blames_sender") is True:
        return []
    given = normal_form(text_of(event.data, "email"))
    done: list[str] = []
    for one in [given] if given else addresses:
        if nobody_there(event):
            done += await suppress(session, event, "address", one, "email", "hard bounce")
        elif (points := await score(session, event, one)) >= MOST:
            reason = f"it bounced on too many days ({points:g} points, at {MOST:g} mail ends)"
            done += await suppress(session, event, "address", one, "email", reason)
    return done


def nobody_there(event: Event) -> bool:
    """True if the bounce says that the address does not exist; one that is only called hard is taken at its word."""
    if event.data.get("kind") != "hard" or event.data.get("blames_sender") is True:
        return False
    status, reason = text_of(event.data, "status"), text_of(event.data, "reason")
    said = " ".join((reason, text_of(event.data, "said")))
    if _NOBODY.fullmatch(status) or reason in _REASONS or _WORDS.search(said):
        return True
    return not status and not reason


async def score(session: AsyncSession, event: Event, address: str) -> float:
    """The points of an address after this event, counted from the bounces in the inbox since mail to it was allowed
    again.
    """
    if event.account is None:
        return 0.0
    since = max(event.occurred_at - _LOOKED_AT, await _allowed_again(session, address))
    query = (
        select(Event.data, Event.occurred_at, Touch.address, Contact.address)
        .outerjoin(Touch, Touch.key == Event.touch)
        .outerjoin(Contact, Contact.id == Event.contact)
        .where(Event.account == event.account, Event.kind == "bounce", Event.occurred_at > since)
    )
    days: dict[date, float] = {}
    for data, at, written, known in (await session.execute(query)).all():
        if _about(data, written, known) == address and (points := _points(data)):
            days[at.date()] = max(points, days.get(at.date(), 0.0))
    return latest(days)


def latest(days: dict[date, float]) -> float:
    """The points of the days up to the last one, back to where nothing came for long enough."""
    in_order = sorted(days)
    begins = max((late for early, late in pairwise(in_order) if late - early > FORGOTTEN), default=None)
    return sum(points for day, points in days.items() if begins is None or day >= begins)


def _points(data: dict[str, Any]) -> float:
    if data.get("blames_sender") is True:
        return 0.0
    return HARD if data.get("kind") == "hard" else SOFT


def _about(data: dict[str, Any], written: str | None, known: str | None) -> str:
    given = text_of(data, "email")
    return normal_form(given) if given else written or known or ""


async def _allowed_again(session: AsyncSession, address: str) -> datetime:
    """When mail to the address was last allowed again; what came before does not count any more."""
    lifted = select(func.max(Suppression.lifted_at)).where(Suppression.scope == "address", Suppression.value == address)
    return await session.scalar(lifted) or datetime.min.replace(tzinfo=UTC)
