"""Who may work an account: whether a play may start there now, and what it does to the runs that are open.

Coordination rules of design.md section 5. Judges only; `activities/opening.py` writes the row.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from plays.anchors import ACCOUNT, lacking
from plays.calendar import add
from plays.conditions import ConditionError, ruled_out
from plays.events import RunState
from plays.model import (
    AnyStep,
    GatherStep,
    Moment,
    Play,
    PlayerSlot,
    RepeatStep,
    Scalar,
    StageStep,
    TracksStep,
)
from plays.parameters import faults, settled
from plays.program import Program, program_of
from plays.spans import Span
from records.known import account_facts, contacts_at
from records.tables import Account, AccountRole, Player, PlayVersion, Run

Meeting = Literal["block", "pause", "replace", "ignore"]


@dataclass(frozen=True)
class Judgement:
    """Whether a play may start at an account, and why not; the players it would have, the runs it would stop."""

    verdict: Literal["admitted", "refused"]
    reason: str
    roles: dict[str, str] = field(default_factory=dict)  # player slot -> player id
    replaces: tuple[str, ...] = ()  # ids of open runs that are stopped for it
    parameters: dict[str, Scalar] = field(default_factory=dict)  # what it would have, defaults included


async def admission(
    session: AsyncSession,
    version: PlayVersion,
    account: str,
    now: datetime,
    parameters: Mapping[str, Scalar] | None = None,
    *,
    parent: str | None = None,
) -> Judgement:
    """Judge a start of this version at this account at this moment (UTC), with these parameters. Writes nothing.

    The run that starts it, and waits for it or wants it beside, is no rival.
    """
    program = program_of(version.definition)
    play, given = program.play, parameters or {}
    row = await session.get(Account, account)
    if row is None:
        return Judgement("refused", f"there is no account '{account}'; import it first")
    rivals = [run for run in await open_runs(session, account) if run.id != parent]
    for reason in (
        *_open_already(play, rivals),
        *faults(play, given),
        await _not_for(session, play, row),
        _dateless(program, row),
        await _too_soon(session, play, account, now),
    ):
        if reason:
            return Judgement("refused", reason)
    has = settled(play, given)
    roles = await cast(session, account, play.players, has)
    if play.owner not in roles:
        wanted = " or ".join(filter(None, (play.players[play.owner].role, play.players[play.owner].otherwise)))
        return Judgement("refused", f"nobody holds the role {wanted} at the account, so nobody would answer a reply")
    in_the_way = [run for run in rivals if not await _leaves_be(session, run, play)]
    return replace(_lanes(play, in_the_way, roles), parameters=has)


def _open_already(play: Play, others: Sequence[Run]) -> Iterator[str]:
    """Why a run that is open keeps the play away: its own, or one that hears the event in its place."""
    for run in others:
        if run.play == play.play:
            yield f"{run.id} is open already"
        elif run.play in play.start.unless_open:
            yield f"{run.workflow_id} is open and hears it"


def _dateless(program: Program, account: Account) -> str:
    """What the play is sure to need and the account lacks: a dated fact of its own that a step of the way hangs on."""
    for moment in _sure_moments(program.play.steps):
        name = moment.anchor
        if program.play.anchors.get(name, ACCOUNT) == ACCOUNT and not account.anchors.get(name):
            return lacking(program.play, name, account.id)
    return ""


def _sure_moments(steps: tuple[AnyStep, ...]) -> Iterator[Moment]:
    """The moments of the steps that every run comes to, whichever way it goes."""
    for step in steps:
        if step.when is not None:
            continue
        if step.at is not None:
            yield step.at
        match step:
            case StageStep(steps=inner) | RepeatStep(steps=inner) | GatherStep(of=inner):
                yield from _sure_moments(inner)
            case TracksStep(of=tracks):
                yield from (
                    one for track in tracks.values() if track.when is None for one in _sure_moments(track.steps)
                )


async def _leaves_be(session: AsyncSession, other: Run, play: Play) -> bool:
    """True if the run's own play says `ignore` of this lower one: the gate lets both work then, so both may start."""
    if other.priority < play.priority or other.lane != play.lane:
        return False
    query = select(PlayVersion.definition).where(PlayVersion.play == other.play, PlayVersion.version == other.version)
    theirs = program_of((await session.scalars(query)).one()).play.meets
    return (theirs.get(play.play) or theirs.get(play.lane)) == "ignore"


def meets(play: Play, lane: str, other: Run) -> Meeting:
    """What a play of higher priority does to an open run: by its name, by its lane, else `pause` in the same lane."""
    said = play.meets.get(other.play) or play.meets.get(other.lane)
    return said or ("pause" if other.lane == lane else "ignore")


async def open_runs(session: AsyncSession, account: str) -> Sequence[Run]:
    """The runs that are open at the account, paused and halted ones too; the highest priority first."""
    query = select(Run).where(Run.account == account, Run.ended_at.is_(None)).order_by(Run.priority.desc(), Run.id)
    return (await session.scalars(query)).all()


async def cast(
    session: AsyncSession, account: str, slots: Mapping[str, PlayerSlot], parameters: Mapping[str, Scalar] | None = None
) -> dict[str, str]:
    """Who plays which slot: the role's holder at the account, else whoever may hold it anywhere (first by id),
    else the same for the slot's other role. Slots that nobody can play are left out. A parameter may name the role.
    """
    said = parameters or {}
    roles = {name: str(said.get(slot.parameter or "") or slot.role) for name, slot in slots.items()}
    wanted = {*roles.values(), *(slot.otherwise for slot in slots.values() if slot.otherwise)}
    held = select(AccountRole.role, AccountRole.player).where(AccountRole.account == account)
    holders: dict[str, str] = {role: player for role, player in await session.execute(held) if role in wanted}
    able = select(Player.id, Player.roles).where(Player.roles.overlap(sorted(wanted))).order_by(Player.id)
    for player, may in await session.execute(able):
        for role in may:
            holders.setdefault(role, player)
    found = {name: holders.get(roles[name]) or holders.get(slot.otherwise or "") for name, slot in slots.items()}
    return {name: player for name, player in found.items() if player}


async def _not_for(session: AsyncSession, play: Play, account: Account) -> str:
    """What `start.when` says of the account keeps the play away, however it is started: by hand there is no event, and
    what the condition says of one is left open; where there is one, the router has weighed it.
    """
    condition = play.start.when
    if condition is None:
        return ""
    facts = account_facts(account, await contacts_at(session, account.id))
    try:
        if not ruled_out(condition, {"account": facts}):
            return ""
    except ConditionError as error:
        return f"whether the play is for this account cannot be decided: {error}"
    named = dict.fromkeys(re.findall(r"\baccount\.(\w+)\b(?!\.)", condition))
    here = " and ".join(f"account.{name} is {_shown(facts[name])}" for name in named if _is_said(facts.get(name)))
    return f"the play is not for this account: {condition.strip()} does not hold" + (f", {here}" if here else "")


def _is_said(value: object) -> bool:
    return isinstance(value, str | int)


def _shown(value: object) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value)


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
