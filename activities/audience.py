"""Whom a step speaks to: an audience becomes one contact at the moment of the touch, and stays that contact.

Only who is there to be spoken to. Whether they may be touched now is the gate's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.scene import Scene
from plays.events import TouchState
from plays.model import Audience
from plays.program import Node
from records.tables import Contact, Suppression

_REACHED = (TouchState.MADE, TouchState.IN_DOUBT, TouchState.CLAIMED, TouchState.DEFERRED, TouchState.PLANNED)


@dataclass(frozen=True)
class Reached:
    """The contact of a step, or why there is none. A step that speaks to nobody of theirs has neither."""

    contact: Contact | None
    why_not: str = ""


async def resolve(session: AsyncSession, scene: Scene, node: Node, occurrence: int, channel: str) -> Reached:
    """The person of a step: whom its touch was planned for, else whom this audience was before, else the best one."""
    slot = getattr(node.step, "to", None)
    if not isinstance(slot, str):
        return Reached(None)
    planned = scene.touch_of(node.name, occurrence)
    if planned is not None and planned.contact:
        return Reached(await session.get(Contact, planned.contact))
    audience = scene.program.play.audience.get(slot)
    if audience is None:
        return Reached(None, f"the play has no audience '{slot}'")
    taken = _persons_of(scene, audience.besides)
    for personas in filter(None, (audience.persona, audience.otherwise)):
        found = await _candidates(session, scene, audience, personas, channel)
        kept = _kept(scene, slot)
        free = [one for one in found if one.id not in taken or one.id == kept]
        if free:
            return Reached(next((one for one in free if one.id == kept), free[0]))
    return Reached(None, f"nobody at the account can be reached as {' or '.join(_wanted(audience))}")


def _wanted(audience: Audience) -> Sequence[str]:
    return list(dict.fromkeys((*audience.persona, *audience.otherwise)))


def _slot_of(scene: Scene, step: str) -> str | None:
    node = scene.program.nodes.get(step)
    slot = getattr(node.step, "to", None) if node else None
    return slot if isinstance(slot, str) else None


def _kept(scene: Scene, slot: str) -> str | None:
    """The contact whom this audience was when it was last reached in this run."""
    reached = (one for one in reversed(scene.touches) if one.contact and one.state in _REACHED)
    return next((one.contact for one in reached if _slot_of(scene, one.step) == slot), None)


def _persons_of(scene: Scene, slots: Sequence[str]) -> set[str]:
    """The contacts that these audiences were in this run."""
    return {person for slot in slots if (person := _kept(scene, slot))}


async def _candidates(
    session: AsyncSession, scene: Scene, audience: Audience, personas: Sequence[str], channel: str
) -> Sequence[Contact]:
    """Who could be spoken to, the best first: there, reachable by the channel, not suppressed. The id settles ties.

    Once a run has spoken to somebody of the audience they are found here still, unless they left or said stop.
    """
    order: dict[str, tuple[Any, ...]] = {
        "most-engaged": (Contact.engagement.desc(), Contact.seniority.desc()),
        "most-senior": (Contact.seniority.desc(), Contact.engagement.desc()),
        "first": (Contact.created_at,),
    }
    reachable = {"email": Contact.address.is_not(None), "call": Contact.phone.is_not(None)}.get(channel)
    kept = [one.contact for one in scene.touches if one.contact]
    query = (
        select(Contact)
        .where(Contact.account == scene.account.id, Contact.persona.in_(personas), Contact.gone.is_(False))
        .where(~suppressed(channel))
        .order_by(case((Contact.id.in_(kept), 0), else_=1), *order[audience.pick], Contact.id)
        .limit(50)
    )
    if reachable is not None:
        query = query.where(reachable)
    found = (await session.scalars(query)).all()
    return sorted(found, key=lambda one: _rank(one, audience.pick))


def _rank(contact: Contact, pick: str) -> tuple[Any, ...]:
    match pick:
        case "most-engaged":
            return (-contact.engagement, -contact.seniority, contact.id)
        case "most-senior":
            return (-contact.seniority, -contact.engagement, contact.id)
        case _:
            return (contact.created_at, contact.id)


def suppressed(channel: str) -> ColumnElement[bool]:
    """True for contacts whom a suppression in force keeps from this channel."""
    domain = func.split_part(Contact.address, "@", 2)
    named = or_(
        and_(Suppression.scope == "address", Suppression.value == Contact.address),
        and_(Suppression.scope == "domain", Suppression.value == domain),
        and_(Suppression.scope == "contact", Suppression.value == Contact.id),
        and_(Suppression.scope == "account", Suppression.value == Contact.account),
    )
    return exists().where(
        Suppression.value.in_((Contact.address, domain, Contact.id, Contact.account)),
        Suppression.lifted_at.is_(None),
        or_(Suppression.channel.is_(None), Suppression.channel == channel),
        named,
    )
