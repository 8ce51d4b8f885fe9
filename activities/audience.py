"""Whom a step speaks to: an audience becomes a contact at the moment of the touch, and stays that contact.

Only who is there to be spoken to: whether they may be touched now is the gate's. Who an audience may be: `groups.py`.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from activities.candidates import referred
from activities.everyone import Known, next_of_all
from activities.groups import PUT_OFF, Reached, Search, by_what_they_are, met, nobody, people_of
from activities.scene import Scene
from plays.events import SETTLED
from plays.model import Audience
from plays.program import Node
from records.tables import Contact, Event, Touch

NOTHING: Final = Known()
_SPEAKS_TO_NOBODY: Final = frozenset({"notify", "webhook"})  # their `to` is one of ours, or an endpoint


async def resolve(
    session: AsyncSession,
    scene: Scene,
    node: Node,
    occurrence: int,
    channel: str,
    now: datetime,
    known: Known = NOTHING,
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
        return await next_of_all(search, audience, rows, known)
    if rows and (planned := await _planned(search, audience, rows)) is not None:
        return planned
    found = await people_of(search, audience)
    return Reached(found[0]) if found else Reached(None, nobody(audience))


def everyone_of(scene: Scene, node: Node) -> bool:
    """True for a step that makes one touch to each person of its audience."""
    audience = scene.program.play.audience.get(str(getattr(node.step, "to", None)))
    return audience is not None and _everyone(audience)


def has_conditions(scene: Scene, node: Node) -> bool:
    """True for a step whose audience may be nobody because the play says so: one of its groups has a condition."""
    audience = scene.program.play.audience.get(str(getattr(node.step, "to", None)))
    return audience is not None and any(group.when is not None for group in (audience, *audience.first))


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
