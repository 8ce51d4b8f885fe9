"""Whom a step speaks to: an audience becomes a contact at the moment of the touch, and stays that contact.

Only who is there to be spoken to: whether they may be touched now is the gate's. Who an audience may be: `groups.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from activities.candidates import MOST, referred
from activities.groups import PUT_OFF, Search, by_what_they_are, met, people_of
from activities.scene import Scene
from plays.events import SETTLED, TouchState
from plays.model import Audience
from plays.program import Node
from records.tables import Contact, Event, Touch

_SPEAKS_TO_NOBODY: Final = frozenset({"notify", "webhook"})  # their `to` is one of ours, or an endpoint


@dataclass(frozen=True)
class Reached:
    """The contact of a step, or why there is none. A step that speaks to nobody of theirs has neither.

    `others`: of an "all of" audience, until when each of the other people was put off; None: not asked about yet.
    """

    contact: Contact | None
    why_not: str = ""
    others: tuple[datetime | None, ...] = ()


async def resolve(
    session: AsyncSession, scene: Scene, node: Node, occurrence: int, channel: str, now: datetime
) -> Reached:
    """The person of a step: whom its touch was planned for, else whom this audience was before, else the best one."""
    slot = getattr(node.step, "to", None)
    if not isinstance(slot, str) or node.kind in _SPEAKS_TO_NOBODY or (node.kind == "hold" and slot == "account"):
        return Reached(None)
    audience = scene.program.play.audience.get(slot)
    if audience is None:
        return Reached(None, f"the play has no audience '{slot}'")
    search = Search(session, scene, slot, channel, now)
    rows = scene.touches_of(node.name, occurrence)
    if _everyone(audience):
        return await _everybody(search, audience, rows)
    if rows and (planned := await _planned(search, audience, rows)) is not None:
        return planned
    found = await people_of(search, audience)
    return Reached(found[0]) if found else Reached(None, _nobody(audience))


def everyone_of(scene: Scene, node: Node) -> bool:
    """True for a step that makes one touch to each person of its audience."""
    audience = scene.program.play.audience.get(str(getattr(node.step, "to", None)))
    return audience is not None and _everyone(audience)


def _everyone(audience: Audience) -> bool:
    return any(group.everyone for group in (audience, *audience.first))


async def persons(session: AsyncSession, scene: Scene, slot: str, now: datetime) -> frozenset[str]:
    """The ids of those an audience is: whom it has been in this run, else whom it would be now.

    Of an audience that is the person of an event, the event is the one that started the run.
    """
    audience = scene.program.play.audience.get(slot)
    if audience is None:
        return frozenset()
    everyone = _everyone(audience)
    already = met(scene, slot)
    if already and not everyone:
        return frozenset(already if by_what_they_are(audience) else already[:1])
    first = await session.get(Event, scene.run.event) if scene.run.event else None
    search = Search(session, replace(scene, event=first), slot, "", now)
    found = await people_of(search, audience)
    return frozenset([*already, *(one.id for one in (found if everyone else found[:1]))])


async def _planned(search: Search, audience: Audience, rows: Sequence[Touch]) -> Reached | None:
    """Whom the touch was planned for last, unless they have named somebody else since."""
    row = next((one for one in reversed(rows) if one.state in SETTLED or one.contact), None)
    if row is None:
        return None
    contact = await search.session.get(Contact, row.contact) if row.contact else None
    free = row.state in PUT_OFF and by_what_they_are(audience)
    return None if free and contact is not None and referred(contact) else Reached(contact)


async def _everybody(search: Search, audience: Audience, rows: Sequence[Touch]) -> Reached:
    """The next of them: whoever was put off and is due, then who was not asked about yet, then who is due first."""
    if any(one.contact is None and one.state in SETTLED for one in rows):
        return Reached(None)
    asked = {one.contact: one for one in rows if one.contact}
    found = {one.id: one for one in await people_of(search, audience)}
    waiting = [(one.contact, one.until) for one in await _still_meant(search, audience, rows, found) if one.contact]
    reached = sum(1 for one in asked.values() if one.state != TouchState.SKIPPED)
    fresh = [person for person in found if person not in asked][: max(_most(audience) - reached, 0)]
    waiting += [(person, None) for person in fresh]
    if not waiting:
        last = max(asked.values(), key=lambda one: (one.settled_at or one.created_at, one.key), default=None)
        contact = await search.session.get(Contact, last.contact) if last else None
        return Reached(contact, "" if contact else _nobody(audience))
    waiting.sort(key=lambda one: max(one[1] or search.now, search.now))  # stable: those due now keep their order
    (chosen, _), others = waiting[0], waiting[1:]
    contact = found.get(chosen) or await search.session.get(Contact, chosen)
    return Reached(contact, others=tuple(until for _, until in others))


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


def _nobody(audience: Audience) -> str:
    groups = audience.first or (audience,)
    if any(group.pick == "event" for group in groups):
        return "the event names nobody who can be reached"
    if field := next((group.field for group in groups if group.pick == "form"), None):
        return f"{field} names nobody who can be reached"
    wanted = dict.fromkeys(persona for group in groups for persona in (*group.persona, *group.otherwise))
    return f"nobody at the account can be reached as {' or '.join(wanted)}"
