"""Which open runs hear of an event, and in which words: ids and small facts, never texts or addresses."""

import re
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from plays.events import HUMAN_REPLIES
from plays.model import WaitStep
from plays.program import Program
from records.stops import runs_spoken_to, said
from records.tables import Event, Run, Task
from webhooks.rules import Playbook
from workflows.messages import EventIn

# Facts with a meaning of ours; anything else a sender adds is told only if it cannot be a text or an address.
_KNOWN: Final = frozenset({"kind", "until", "drop_pct", "metric", "task", "outcome", "at"})
_ABOUT: Final = frozenset({"account", "contact", "email", "message_id", "text"})
_WORD: Final = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.:+-]{0,63}$")
_MOST: Final = 30


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
    """True if the play has a handler for the event, or waits for it somewhere: other runs are spared the signal."""
    waits = (node.step for node in program.nodes.values())
    return kind in program.handlers or any(isinstance(step, WaitStep) and kind in step.events for step in waits)


def event_in(event: Event) -> EventIn:
    """The argument of the signal."""
    return EventIn(id=event.id, kind=event.kind, contact=event.contact, at=event.occurred_at, data=_small(event.data))


def _small(data: dict[str, Any]) -> dict[str, str | int | float | bool | None]:
    told = [(name, value) for name, value in data.items() if name not in _ABOUT and _tellable(name, value)]
    return dict(sorted(told, key=lambda pair: pair[0] not in _KNOWN)[:_MOST])


def _tellable(name: str, value: Any) -> bool:
    if len(name) > 64:
        return False
    return isinstance(value, bool | int | float) or (isinstance(value, str) and bool(_WORD.match(value)))


async def _run_of_task(session: AsyncSession, event: Event) -> list[Run]:
    task = event.data.get("task")
    if not isinstance(task, int):
        return []
    query = select(Run).join(Task, Task.run == Run.id).where(Task.id == task, Run.ended_at.is_(None))
    return list(await session.scalars(query))
