"""Who may work an account: whether a play may start there now, and what it does to the runs that are open.

Coordination rules of design.md section 5. Judges only; `activities/runs.py` writes the row.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from plays.calendar import add
from plays.conditions import ConditionError, ruled_out
from plays.events import RunState
from plays.facts import DECLARED
from plays.model import Play, PlayerSlot
from plays.program import program_of
from plays.spans import Span
from records.tables import Account, AccountRole, Player, PlayVersion, Run

Meeting = Literal["block", "pause", "replace", "ignore"]


@dataclass(frozen=True)
class Judgement:
    """Whether a play may start at an account, and why not; the players it would have, the runs it would stop."""

    verdict: Literal["admitted", "refused"]
    reason: str
    roles: dict[str, str] = field(default_factory=dict)  # player slot -> player id
    replaces: tuple[str, ...] = ()  # ids of open runs that are stopped for it


async def admission(session: AsyncSession, version: PlayVersion, account: str, now: datetime) -> Judgement:
    """Judge a start of this version at this account at this moment (UTC). Writes nothing."""
    play = program_of(version.definition).play
    if await session.get(Account, account) is None:
        return Judgement("refused", f"there is no account '{account}'; import it first")
    others = await open_runs(session, account)
    own = next((run for run in others if run.play == play.play), None)
    if own is not None:
        return Judgement("refused", f"{own.id} is open already")
    if reason := await _not_for(session, play, account):
        return Judgement("refused", reason)
    if reason := await _too_soon(session, play, account, now):
        return Judgement("refused", reason)
    roles = await cast(session, account, play.players)
    if play.owner not in roles:
        wanted = " or ".join(filter(None, (play.players[play.owner].role, play.players[play.owner].otherwise)))
        return Judgement("refused", f"nobody holds the role {wanted} at the account, so nobody would answer a reply")
    return _lanes(play, others, roles)


def meets(play: Play, lane: str, other: Run) -> Meeting:
    """What a play of higher priority does to an open run: by its name, by its lane, else `pause` in the same lane."""
    said = play.meets.get(other.play) or play.meets.get(other.lane)
    return said or ("pause" if other.lane == lane else "ignore")


async def open_runs(session: AsyncSession, account: str) -> Sequence[Run]:
    """The runs that are open at the account, paused and halted ones too; the highest priority first."""
    query = select(Run).where(Run.account == account, Run.ended_at.is_(None)).order_by(Run.priority.desc(), Run.id)
    return (await session.scalars(query)).all()


async def cast(session: AsyncSession, account: str, slots: Mapping[str, PlayerSlot]) -> dict[str, str]:
    """Who plays which slot: the role's holder at the account, else whoever may hold it anywhere (first by id),
    else the same for the slot's other role. Slots that nobody can play are left out.
    """
    wanted = {role for slot in slots.values() for role in (slot.role, slot.otherwise) if role}
    held = select(AccountRole.role, AccountRole.player).where(AccountRole.account == account)
    holders: dict[str, str] = {role: player for role, player in await session.execute(held) if role in wanted}
    able = select(Player.id, Player.roles).where(Player.roles.overlap(sorted(wanted))).order_by(Player.id)
    for player, roles in await session.execute(able):
        for role in roles:
            holders.setdefault(role, player)
    found = {name: holders.get(slot.role) or holders.get(slot.otherwise or "") for name, slot in slots.items()}
    return {name: player for name, player in found.items() if player}


async def _not_for(session: AsyncSession, play: Play, account: str) -> str:
    """What `start.when` says of the account keeps the play away, however it is started: by hand there is no event, and
    what the condition says of one is left open; where there is one, the router has weighed it.
    """
    condition = play.start.when
    if condition is None:
        return ""
    found = await session.get(Account, account)
    facts = {name: getattr(found, name) for name in DECLARED["account"]}
    try:
        if not ruled_out(condition, {"account": facts}):
            return ""
    except ConditionError as error:
        return f"whether the play is for this account cannot be decided: {error}"
    named = dict.fromkeys(re.findall(r"\baccount\.(\w+)\b(?!\.)", condition))
    here = " and ".join(f"account.{name} is '{facts[name]}'" for name in named if isinstance(facts.get(name), str))
    return f"the play is not for this account: {condition.strip()} does not hold" + (f", {here}" if here else "")


async def _too_soon(session: AsyncSession, play: Play, account: str, now: datetime) -> str:
    """`once_per` counts from the opening of the last run that was admitted; one terminated by hand does not count."""
    cool_down: Span | None = play.start.once_per
    if cool_down is None:
        return ""
    query = (
        select(Run)
        .where(Run.play == play.play, Run.account == account, Run.state != RunState.REFUSED)
        .where(Run.outcome.is_distinct_from("terminated"))
        .order_by(Run.number.desc())
        .limit(1)
    )
    last = (await session.scalars(query)).one_or_none()
    if last is None or add(last.opened_at, cool_down, "UTC", None) <= now:
        return ""
    return f"{last.id} was opened on {last.opened_at:%Y-%m-%d}, and the play runs once per {cool_down} at an account"


def _lanes(play: Play, others: Sequence[Run], roles: dict[str, str]) -> Judgement:
    replaced: list[str] = []
    for other in others:
        if other.priority >= play.priority:
            if other.lane == play.lane:
                why = f"{other.id} works the account in the same lane, with priority {other.priority}"
                return Judgement("refused", f"{why} against {play.priority}")
            continue
        meeting = meets(play, play.lane, other)
        if meeting == "block":
            return Judgement("refused", f"{other.id} is open, and {play.play} does not start beside it")
        if meeting == "replace":
            replaced.append(other.id)
    reason = f"in place of {', '.join(replaced)}" if replaced else "nothing stands in the way"
    return Judgement("admitted", reason, roles, tuple(replaced))
