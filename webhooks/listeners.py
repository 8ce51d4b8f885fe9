"""Which open runs hear of an event, and in which words: ids and small facts, never texts or addresses."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from plays.events import HUMAN_REPLIES
from plays.model import GatherStep, WaitStep
from plays.program import Program
from records.heard import small_facts
from records.stops import runs_spoken_to, said
from records.tables import Event, Run, Task
from webhooks.rules import Playbook
from workflows.messages import EventIn

ANCHOR_MOVED: Final = "anchor.moved"


async def listeners(session: AsyncSession, playbook: Playbook, event: Event) -> list[Run]:
    """The open runs at the account that do something on such an event, the longest open first.

    A closed task is its own run's affair; a person's answer goes to the runs that spoke to the person (B1).
    """
    if event.kind == "task.done":
        return await _run_of_task(session, event)
    if event.kind == "reply" and said(event) in HUMAN_REPLIES:
        runs = await runs_spoken_to(session, event)
    else:
        query = select(Run).where(Run.account == event.account, Run.ended_at.is_(None))
        runs = list(await session.scalars(query.order_by(Run.opened_at, Run.id)))
    return [run for run in runs if hears(await playbook.program(session, run.play, run.version), event.kind)]


def hears(program: Program, kind: str) -> bool:
    """True if the play has a handler for the event, waits for it somewhere, or hangs times on a date that it may move:
    other runs are spared the signal.
    """
    steps = [node.step for node in program.nodes.values()]
    if kind in program.handlers or any(isinstance(one, WaitStep | GatherStep) and kind in one.events for one in steps):
        return True
    moves = kind == ANCHOR_MOVED or kind in program.play.anchors.values()
    return moves and any(one.at is not None for one in steps)


def event_in(event: Event) -> EventIn:
    """The argument of the signal."""
    return EventIn(
        id=event.id, kind=event.kind, contact=event.contact, at=event.occurred_at, data=small_facts(event.data)
    )


async def _run_of_task(session: AsyncSession, event: Event) -> list[Run]:
    task = event.data.get("task")
    if not isinstance(task, int):
        return []
    query = select(Run).join(Task, Task.run == Run.id).where(Task.id == task, Run.ended_at.is_(None))
    return list(await session.scalars(query))
