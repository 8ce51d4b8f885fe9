"""Which plays an event starts: the `start` of every play's newest version. Decides; starting is the router's.

`held_for`: the event must stand that long without its opposite. `once_per` and lanes are `open_run`'s affair.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from plays.calendar import add
from plays.conditions import ConditionError, holds
from plays.facts import event_facts
from plays.model import Play
from plays.places import country_of, zone_of
from plays.program import Program, program_of
from plays.spans import Span
from records.known import account_facts, contact_facts, contacts_at
from records.tables import Account, Contact, Event, PlayVersion, Run

OPPOSITES: Final = {"usage.dropped": "usage.recovered", "usage.recovered": "usage.dropped"}


@dataclass(frozen=True)
class Ruling:
    """What one play makes of an event: start now, wait until an instant, or not, with the reason."""

    play: str
    start: bool
    reason: str
    until: datetime | None = None


class Playbook:
    """The published plays, each version read once: versions are immutable."""

    def __init__(self) -> None:
        self._programs: dict[tuple[str, int], Program] = {}

    async def program(self, session: AsyncSession, play: str, version: int) -> Program:
        """The program of one version."""
        key = (play, version)
        if key not in self._programs:
            query = select(PlayVersion.definition).where(PlayVersion.play == play, PlayVersion.version == version)
            self._programs[key] = program_of((await session.scalars(query)).one())
        return self._programs[key]

    async def started_by(self, session: AsyncSession, kind: str) -> list[Play]:
        """The plays whose newest version starts on this kind of event, most important first."""
        newest = select(PlayVersion.play, func.max(PlayVersion.version)).group_by(PlayVersion.play)
        plays = [(await self.program(session, play, version)).play for play, version in await session.execute(newest)]
        return sorted((play for play in plays if kind in play.start.on), key=lambda play: (-play.priority, play.play))


async def rule(session: AsyncSession, event: Event, play: Play, now: datetime, tenant_zone: str) -> Ruling:
    """What `play` makes of the event at `now` (UTC)."""
    if await _had(session, event, play.play):
        return Ruling(play.play, False, f"{play.play} had a run by this event already")
    if play.start.unless_open and (other := await _open_instead(session, event, play)):
        return Ruling(play.play, False, f"{play.play} does not start: {other} is open and hears it")
    if play.start.when is not None:
        try:
            if not holds(play.start.when, await _facts(session, event)):
                return Ruling(play.play, False, f"{play.play} does not start: not {play.start.when}")
        except ConditionError as error:
            return Ruling(play.play, False, f"{play.play} does not start: {error}")
    if play.start.held_for is None:
        return Ruling(play.play, True, "")
    return await _held(session, event, play.play, play.start.held_for, now, tenant_zone)


async def _held(
    session: AsyncSession, event: Event, play: str, held_for: Span, now: datetime, tenant_zone: str
) -> Ruling:
    opposite = OPPOSITES.get(event.kind)
    if opposite and await _came_since(session, event, opposite):
        return Ruling(play, False, f"{play} does not start: {opposite} came before it had stood {held_for}")
    account = await session.get(Account, event.account)
    zone = zone_of(None, None, account.zone if account else None, tenant_zone)
    until = add(event.occurred_at, held_for, zone, country_of(None, None, account.country if account else None))
    if until > now:
        return Ruling(play, False, f"{play} waits until {until:%Y-%m-%d %H:%M} UTC: it must stand {held_for}", until)
    return Ruling(play, True, "")


async def _had(session: AsyncSession, event: Event, play: str) -> bool:
    query = select(Run.id).where(Run.account == event.account, Run.play == play, Run.event == event.id)
    return (await session.scalars(query.limit(1))).first() is not None


async def _open_instead(session: AsyncSession, event: Event, play: Play) -> str | None:
    """The workflow ID of an open run that has the event in this play's place."""
    query = select(Run.workflow_id).where(
        Run.account == event.account, Run.ended_at.is_(None), Run.play.in_(play.start.unless_open)
    )
    return (await session.scalars(query.order_by(Run.priority.desc()).limit(1))).first()


async def _came_since(session: AsyncSession, event: Event, kind: str) -> bool:
    query = select(Event.id).where(
        Event.account == event.account, Event.kind == kind, Event.occurred_at >= event.occurred_at
    )
    return (await session.scalars(query.limit(1))).first() is not None


async def _facts(session: AsyncSession, event: Event) -> dict[str, Any]:
    """What a start condition may know: there is no run yet, so no touch and no player."""
    account = await session.get(Account, event.account)
    contact = await session.get(Contact, event.contact) if event.contact else None
    facts: dict[str, Any] = {"event": event_facts(event.kind, event.data)}
    if account is not None:
        facts["account"] = account_facts(account, await contacts_at(session, account.id))
    if contact is not None:
        facts["contact"] = contact_facts(contact)
    return facts
