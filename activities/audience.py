"""Whom a step speaks to: an audience becomes one contact at the moment of the touch, and stays that contact.

Only who is there to be spoken to. Whether they may be touched now is the gate's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from activities.reviving import revived
from activities.scene import Scene
from plays.events import TouchState
from plays.model import Audience
from plays.program import Node
from records.tables import Contact

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


# Reachable by the channel, there, and kept from it by no suppression; those this run has spoken to come first.
_CANDIDATES: Final = text(
    """
    select to_jsonb(c) as contact from contacts c
    where c.account = :account and c.persona = any(cast(:personas as text[])) and not c.gone
      and case :channel when 'email' then c.address is not null when 'call' then c.phone is not null else true end
      and not exists (select from suppressions s
        where s.lifted_at is null and (s.channel is null or s.channel = :channel)
          and s.value in (c.address, split_part(c.address, '@', 2), c.id, c.account)
          and ((s.scope = 'address' and s.value = c.address)
            or (s.scope = 'domain' and s.value = split_part(c.address, '@', 2))
            or (s.scope = 'contact' and s.value = c.id) or (s.scope = 'account' and s.value = c.account)))
    order by c.id = any(cast(:kept as text[])) desc,
      case :pick when 'most-engaged' then c.engagement when 'most-senior' then c.seniority end desc nulls last, c.id
    limit 50
    """
).columns(contact=JSONB)


async def _candidates(
    session: AsyncSession, scene: Scene, audience: Audience, personas: Sequence[str], channel: str
) -> Sequence[Contact]:
    """Who could be spoken to, the best first; the id settles ties."""
    asked = {
        "account": scene.account.id,
        "personas": list(personas),
        "channel": channel,
        "kept": [one.contact for one in scene.touches if one.contact],
        "pick": audience.pick,
    }
    found = [revived(Contact, row.contact) for row in await session.execute(_CANDIDATES, asked)]
    return sorted(found, key=lambda one: _rank(one, audience.pick))


def _rank(contact: Contact, pick: str) -> tuple[Any, ...]:
    match pick:
        case "most-engaged":
            return (-contact.engagement, -contact.seniority, contact.id)
        case "most-senior":
            return (-contact.seniority, -contact.engagement, contact.id)
        case _:
            return (contact.created_at, contact.id)
