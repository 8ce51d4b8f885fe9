"""A verdict about an event is put right: what it stopped is undone, and what it really means is accepted anew.

One transaction under the locks the gate takes. Letting the runs go on is the command's affair, after the commit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from plays.events import REPLY_KINDS, RunState, TaskState, TouchState
from plays.ids import event_id
from records.addresses import normal_form
from records.db import lock_account, lock_address
from records.inbox import Accepted, accept
from records.matching import text_of
from records.tables import Correction, Event, Hold, Run, Suppression, Task, Touch

SOURCE: Final = "correction"
NOTHING: Final[Mapping[str, str]] = {"reply": "not-a-reply", "bounce": "not-a-bounce"}
BOUNCES: Final = ("hard", "soft")
PREFIX: Final = "corrected."


class CorrectionError(ValueError):
    """What was asked cannot be done; the sentence is for the person who asked. Nothing was changed."""


@dataclass(frozen=True)
class Verdict:
    """What an event really is: a kind of its own words, or nothing that concerns plays."""

    word: str  # as the operator writes it
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def nothing(self) -> bool:
        """True when no play should ever have heard of it."""
        return self.word in NOTHING.values()


@dataclass(frozen=True)
class Corrected:
    """What came of it: what was undone, in sentences, and the event accepted in its place."""

    undone: tuple[str, ...]
    instead: Accepted | None


def words_for(event: Event) -> tuple[str, ...]:
    """What an event of this kind can be corrected to. Raises CorrectionError for one that is nobody's verdict."""
    match event.kind:
        case "reply":
            return (NOTHING["reply"], *REPLY_KINDS)
        case "bounce":
            return (NOTHING["bounce"], *BOUNCES)
        case kind if kind.startswith(PREFIX):
            raise CorrectionError(f"the event {event.id} was corrected already; correct the event that took its place")
        case kind:
            raise CorrectionError(
                f"the event {event.id} is '{kind}', which is a fact and no reading of ours; only replies and bounces "
                "can be corrected. An opt-out that was a slip: starter.py suppress lift"
            )


async def checked(session: AsyncSession, event: str, word: str) -> Event:
    """The event, if it can be corrected so. Raises CorrectionError."""
    found = await session.get(Event, event)
    if found is None:
        raise CorrectionError(f"there is no event '{event}'; `./starter.py inbox list --all` lists them")
    allowed = words_for(found)
    if word not in allowed:
        raise CorrectionError(f"'{word}' is nothing that a {found.kind} can be: it is one of {', '.join(allowed)}")
    if word == (text_of(found.data, "kind") or "question"):
        raise CorrectionError(f"the event {event} is read as '{word}' already; nothing was changed")
    return found


async def correct(session: AsyncSession, event: str, verdict: Verdict, by: str, reason: str) -> Corrected:
    """Undo what the event stopped, and accept what it is. Raises CorrectionError; then nothing was changed."""
    found = await checked(session, event, verdict.word)
    await _lock(session, found)
    await session.refresh(found, with_for_update=True)
    words_for(found)  # somebody may have been quicker
    undone = await _undo(session, found, by)
    was = {"kind": found.kind, "data": dict(found.data)}
    now = {"as": verdict.word, **verdict.data}
    session.add(Correction(event=event, was=was, now=now, undone=undone, by=by))
    kind = found.kind
    said = f"corrected by {by}: it is {verdict.word}, not {text_of(found.data, 'kind') or kind}. {reason}".strip()
    found.kind, found.reason = f"{PREFIX}{kind}", "; ".join(filter(None, [found.reason, said]))
    found.state = "ignored" if found.state in ("received", "held") else found.state
    await session.flush()
    instead = None if verdict.nothing else await _accept(session, found, kind, verdict)
    return Corrected(tuple(undone), instead)


async def _lock(session: AsyncSession, event: Event) -> None:
    """Accounts before addresses, as everywhere."""
    if event.account:
        await lock_account(session, event.account)
    if address := text_of(event.data, "email"):
        await lock_address(session, normal_form(address))


async def _accept(session: AsyncSession, event: Event, kind: str, verdict: Verdict) -> Accepted:
    """Its own words again, with what they mean; when it happened stays."""
    gone = {"kind", "until", "referred", "referred_email", "referred_name", "tries"}
    data = {name: value for name, value in event.data.items() if name not in gone}
    named = {"account": event.account, "contact": event.contact}
    data |= {name: value for name, value in named.items() if value} | {"kind": verdict.word} | dict(verdict.data)
    return await accept(session, SOURCE, event.id, kind, data, event.occurred_at, event.raw)


def instead_of(event: str) -> str:
    """The id of the event that takes the place of a corrected one."""
    return event_id(SOURCE, event)


# --- what an event had stopped ---------------------------------------------------------------------------------------


async def _undo(session: AsyncSession, event: Event, by: str) -> list[str]:
    lifted = await _lift(session, event, by)
    return [*lifted, *await _free_runs(session, event), *await _forget_on_touches(session, event)]


async def _lift(session: AsyncSession, event: Event, by: str) -> list[str]:
    now = func.now()
    suppressed = (
        update(Suppression)
        .where(Suppression.event == event.id, Suppression.lifted_at.is_(None))
        .values(lifted_at=now, lifted_by=by)
        .returning(Suppression.scope, Suppression.reason)
    )
    held = (
        update(Hold)
        .where(Hold.event == event.id, Hold.lifted_at.is_(None))
        .values(lifted_at=now)
        .returning(Hold.scope, Hold.cause)
    )
    done = [f"a suppression of the {scope} is lifted: {why}" for scope, why in await session.execute(suppressed)]
    return [*done, *(f"a hold of the {scope} is lifted: {why}" for scope, why in await session.execute(held))]


async def _free_runs(session: AsyncSession, event: Event) -> list[str]:
    """Open runs that this event halted may touch again. Those that have ended are opened anew by `reopen`."""
    halted = select(Run).where(Run.account == event.account, Run.ended_at.is_(None), Run.halted_at == event.occurred_at)
    done = []
    for run in await session.scalars(halted):
        run.halted_at = None
        run.state = RunState.OPEN if run.state == RunState.HALTED else run.state
        done.append(f"{run.id} is not halted any more")
    await session.flush()
    return done


async def _forget_on_touches(session: AsyncSession, event: Event) -> list[str]:
    column = {"reply": Touch.replied_at, "bounce": Touch.bounced_at}.get(event.kind)
    if column is None or not event.account:
        return []
    mine = update(Touch).where(Touch.account == event.account, column == event.occurred_at)
    marked = (await session.scalars(mine.values({column.key: None}).returning(Touch.key))).all()
    word = "answered" if event.kind == "reply" else "bounced"
    return [f"{len(marked)} touch does not count as {word} any more"] if marked else []


# --- runs ------------------------------------------------------------------------------------------------------------


async def concerned(session: AsyncSession, event: Event) -> Sequence[Run]:
    """The runs of the account that were open when the event came, the newest of each play; ended ones too."""
    query = (
        select(Run)
        .where(Run.account == (event.account or ""), Run.state != RunState.REFUSED)
        .where(Run.opened_at <= event.received_at)
        .where(Run.ended_at.is_(None) | (Run.outcome != "terminated"))
        .order_by(Run.play, Run.number)
    )
    return list({run.play: run for run in await session.scalars(query)}.values())


async def done_tasks(session: AsyncSession, tasks: Sequence[int]) -> dict[int, str]:
    """Those of these tasks that were done, with their outcomes."""
    query = select(Task.id, Task.outcome).where(Task.id.in_(tasks), Task.state == TaskState.DONE)
    return {row.id: row.outcome or "done" for row in await session.execute(query)}


async def reopen(session: AsyncSession, run_id: str, tasks: Sequence[int], by: str) -> Run:
    """Open an ended run's row again: what its end had skipped and withdrawn is as it was before.

    Raises CorrectionError when the run is open, or another run of the play has been started since.
    """
    found = await session.get(Run, run_id)
    if found is None:
        raise CorrectionError(f"there is no run '{run_id}'")
    await lock_account(session, found.account)
    await session.refresh(found, with_for_update=True)
    later = select(Run.id).where(
        Run.account == found.account, Run.play == found.play, Run.number > found.number, Run.state != RunState.REFUSED
    )
    if (newer := (await session.scalars(later.limit(1))).first()) is not None:
        raise CorrectionError(f"{newer} was started after {run_id} had ended; it stays ended")
    if found.ended_at is None:
        raise CorrectionError(f"{run_id} is open; it needs no opening")
    ended, why = found.ended_at, f"the run ended: {found.outcome}"
    skipped = update(Touch).where(Touch.run == run_id, Touch.state == TouchState.SKIPPED, Touch.reason == why)
    await session.execute(
        skipped.where(Touch.settled_at == ended).values(state=TouchState.PLANNED, reason="", settled_at=None)
    )
    withdrawn = update(Task).where(Task.id.in_(tasks), Task.run == run_id, Task.state == TaskState.WITHDRAWN)
    await session.execute(withdrawn.values(state=TaskState.OPEN, closed_at=None, closed_by=None, note=""))
    guards = update(Hold).where(Hold.created_by == run_id, Hold.lifted_at == ended, Hold.until > datetime.now(UTC))
    await session.execute(guards.values(lifted_at=None))
    found.state, found.outcome, found.ended_at, found.halted_at = RunState.OPEN, None, None, None
    found.reason = f"opened anew by {by}: the event that ended it was misread"
    await session.flush()
    return found


async def end_again(session: AsyncSession, run_id: str, outcome: str | None, reason: str, at: datetime) -> None:
    """Close a row that was opened anew for a workflow which then could not be started."""
    from records import runs

    found = await session.get(Run, run_id)
    if found is not None:
        await runs.close(session, found, outcome or "ended", reason, at)
