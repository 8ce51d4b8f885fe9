"""A step that makes one touch to each person of its audience ("all of"): who is next, and who is still to come.

The run stays at the step and asks again while others are to come. An answer that a worker's end has swallowed is given
again before the next person is asked about, so that no task is left without its ladder.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from activities.candidates import MOST, referred
from activities.groups import PUT_OFF, Reached, Search, by_what_they_are, nobody, people_of
from plays.events import SETTLED, TaskState, TouchState
from plays.model import Audience
from records.tables import Contact, Task, Touch


@dataclass(frozen=True)
class Known:
    """What the run knows of the step while it asks for it once more."""

    tasks: tuple[int, ...] | None = None  # of work that is handed out: those it watches; None for anything else
    approved: bool = False  # a draft is sent: only to whom it was approved for


async def next_of_all(search: Search, audience: Audience, rows: Sequence[Touch], known: Known) -> Reached:
    """The next of them: whoever was put off and is due, then who was not asked about yet, then who is due first."""
    if any(one.contact is None and one.state in SETTLED for one in rows):
        return Reached(None)
    found = {one.id: one for one in await people_of(search, audience)}
    waiting = await _waiting(search, audience, rows, found)
    first = await _approved(search, rows) if known.approved else await _unheard(search, rows, known)
    if first is None and not known.approved:
        first = next(iter(waiting), None)
    if first is None:
        asked = [one for one in rows if one.contact]
        last = max(asked, key=lambda one: (one.settled_at or one.created_at, one.key), default=None)
        contact = await search.session.get(Contact, last.contact) if last else None
        return Reached(contact, "" if contact else nobody(audience))
    others = tuple(until for person, until in waiting.items() if person != first)
    return Reached(found.get(first) or await search.session.get(Contact, first), others=others)


async def _waiting(
    search: Search, audience: Audience, rows: Sequence[Touch], found: Mapping[str, Contact]
) -> dict[str, datetime | None]:
    """Who is still to be reached, the next one first, and until when they were put off."""
    asked = {one.contact: one for one in rows if one.contact}
    reached = sum(1 for one in asked.values() if one.state != TouchState.SKIPPED)
    fresh = [person for person in found if person not in asked][: max(_most(audience) - reached, 0)]
    waiting = [(one.contact, one.until) for one in await _still_meant(search, audience, rows, found) if one.contact]
    waiting += [(person, None) for person in fresh]
    waiting.sort(key=lambda one: max(one[1] or search.now, search.now))  # stable: those due now keep their order
    return dict(waiting)


async def _unheard(search: Search, rows: Sequence[Touch], known: Known) -> str | None:
    """Whose open task the run does not watch: the answer that handed it out was lost. Only the newest can be that."""
    made = [one.key for one in rows if one.state == TouchState.MADE]
    if known.tasks is None or not made:
        return None
    newer = Task.id > max(known.tasks, default=0)
    query = select(Task.contact).where(
        Task.touch.in_(made), Task.state == TaskState.OPEN, newer, Task.contact.is_not(None)
    )
    return await search.session.scalar(query.order_by(Task.id).limit(1))


async def _approved(search: Search, rows: Sequence[Touch]) -> str | None:
    """For whom a draft was approved that is not sent yet."""
    free = [one.key for one in rows if one.state not in SETTLED]
    query = select(Task.contact).where(Task.touch.in_(free), Task.kind == "approval", Task.outcome == "approved")
    return await search.session.scalar(query.order_by(Task.id).limit(1))


async def _still_meant(
    search: Search, audience: Audience, rows: Sequence[Touch], found: Mapping[str, Contact]
) -> list[Touch]:
    """The touches not settled yet, one that is under way first; without those whose person has named another."""
    open_rows = sorted((one for one in rows if one.state not in SETTLED), key=lambda one: one.state in PUT_OFF)
    kept: list[Touch] = []
    for one in open_rows:
        contact = None if one.contact in found else await search.session.get(Contact, one.contact)
        replaced = contact is not None and bool(referred(contact)) and by_what_they_are(audience)
        kept += [] if replaced and one.state in PUT_OFF else [one]
    return kept


def _most(audience: Audience) -> int:
    return next((group.most for group in (audience, *audience.first) if group.most), MOST)
