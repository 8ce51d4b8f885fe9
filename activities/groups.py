"""Who an audience may be at this moment: its groups in order, whom it was before, whom they have named instead.

Which of them a step speaks to is `audience.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from activities.candidates import Wanted, find, referred
from activities.knowledge import facts_of
from activities.scene import Scene
from plays.conditions import ConditionError, holds
from plays.events import TouchState
from plays.model import Audience
from records.tables import Contact

PUT_OFF: Final = (TouchState.DEFERRED, TouchState.PLANNED)
_REACHED: Final = (TouchState.MADE, TouchState.IN_DOUBT, TouchState.CLAIMED, *PUT_OFF)


@dataclass(frozen=True)
class Reached:
    """The contact of a step, or why there is none. A step that speaks to nobody of theirs has neither.

    `others`: of an "all of" audience, until when each of the other people was put off; None: not asked about yet.
    """

    contact: Contact | None
    why_not: str = ""
    others: tuple[datetime | None, ...] = ()


@dataclass(frozen=True)
class Search:
    """For whom, by which way, and when."""

    session: AsyncSession
    scene: Scene
    slot: str
    channel: str
    now: datetime


async def people_of(search: Search, audience: Audience) -> Sequence[Contact]:
    """Everybody the audience may be now, the best first; of several groups the first that has somebody.

    Whom the audience was before comes first in whichever group they still are.
    """
    kept = _kept(search.scene, search.slot)
    first: Sequence[Contact] = ()
    for group in audience.first or (audience,):
        found, kept_now = await _group(search, group, kept)
        if kept_now is not None:
            return sorted(found, key=lambda one: one.id != kept_now)
        first = first or found
        if first and kept is None:
            break
    return first


async def _group(search: Search, group: Audience, kept: str | None) -> tuple[Sequence[Contact], str | None]:
    """The people of one group, and which of them the audience was before."""
    taken = _persons_of(search.scene, group.besides)
    for wanted in _wanted(search, group):
        found = await find(search.session, search.scene, wanted, search.channel)
        same = kept
        if by_what_they_are(group):
            found, instead = await _referred_on(search, found)
            same = instead.get(kept or "", kept)
        free = [one for one in found if one.id not in taken or one.id == same]
        if free := _fitting(search, group, free):
            return free, same if any(one.id == same for one in free) else None
    return (), None


def _wanted(search: Search, group: Audience) -> list[Wanted]:
    """What is looked for, in order: the person who is named, else the personas, then those tried in their place."""
    found: list[Wanted] = []
    if not by_what_they_are(group):
        named = _named(search.scene, group)
        found += [Wanted(group.persona, group.pick, (named,))] if named else []
    elif group.persona:
        found.append(Wanted(group.persona, group.pick))
    pick = group.pick if by_what_they_are(group) else "most-senior"
    return [*found, Wanted(group.otherwise, pick)] if group.otherwise else found


def _named(scene: Scene, group: Audience) -> str | None:
    """The id of the person of the event, or whom a form's field names."""
    if group.pick == "event":
        return scene.event.contact if scene.event else None
    step, _, field = (group.field or "").partition(".")
    value = scene.answers.get(step, {}).get(field)
    return value if isinstance(value, str) else None


def by_what_they_are(group: Audience) -> bool:
    """True for people found by their persona; whoever is meant in person is not replaced by somebody they named."""
    return all(one.pick not in ("event", "form") for one in (group, *group.first))


async def _referred_on(search: Search, found: Sequence[Contact]) -> tuple[list[Contact], dict[str, str]]:
    """Whoever named somebody else as the right person is replaced by them; who stands for whom."""
    people, instead = list(found), dict[str, str]()
    while referrers := [one for one in people if referred(one)]:
        named = tuple(sorted({referred(one) for one in referrers}))
        others = {
            one.id: one for one in await find(search.session, search.scene, Wanted((), ids=named), search.channel)
        }
        instead |= {one.id: referred(one) for one in referrers}
        stand_ins = (others.get(referred(one)) if referred(one) else one for one in people)
        people = list({one.id: one for one in stand_ins if one is not None and one.id not in instead}.values())
    return people, {one: _end_of(instead, one) for one in instead}


def _end_of(instead: dict[str, str], person: str) -> str:
    seen = set[str]()
    while person in instead and person not in seen:
        seen.add(person)
        person = instead[person]
    return person


def _fitting(search: Search, group: Audience, people: Sequence[Contact]) -> list[Contact]:
    """Those of whom the group's condition holds; where it cannot be decided, it does not."""
    if group.when is None:
        return list(people)
    return [one for one in people if _holds(group.when, facts_of(search.scene, search.now, one))]


def _holds(condition: str, facts: dict[str, Any]) -> bool:
    try:
        return holds(condition, facts)
    except ConditionError:
        return False


def _slot_of(scene: Scene, step: str) -> str | None:
    node = scene.program.nodes.get(step)
    slot = getattr(node.step, "to", None) if node else None
    return slot if isinstance(slot, str) else None


def _kept(scene: Scene, slot: str) -> str | None:
    """The contact whom this audience was when it was last reached in this run."""
    return next(iter(met(scene, slot)), None)


def met(scene: Scene, slot: str) -> list[str]:
    """The contacts whom this audience was in this run, the last one first."""
    reached = (one for one in reversed(scene.touches) if one.contact and one.state in _REACHED)
    return [one.contact for one in reached if one.contact and _slot_of(scene, one.step) == slot]


def _persons_of(scene: Scene, slots: Sequence[str]) -> set[str]:
    """The contacts that these audiences were in this run."""
    play = scene.program.play
    found = set[str]()
    for slot in slots:
        people, audience = met(scene, slot), play.audience.get(slot)
        everyone = audience is not None and audience.everyone
        found |= set(people if everyone else people[:1])
    return found


def nobody(audience: Audience) -> str:
    """Why there is nobody to reach."""
    groups = audience.first or (audience,)
    if any(group.pick == "event" for group in groups):
        return "the event names nobody who can be reached"
    if field := next((group.field for group in groups if group.pick == "form"), None):
        return f"{field} names nobody who can be reached"
    wanted = " or ".join(dict.fromkeys(one for group in groups for one in (*group.persona, *group.otherwise)))
    if any(group.when is not None for group in groups):
        return f"nobody at the account is meant: no {wanted} of whom the audience's condition holds"
    return f"nobody at the account can be reached as {wanted}"
