"""Where open runs stand by the ledger: the task each of them waits for. Reads for lists, many runs in two queries."""

from collections.abc import Collection, Sequence

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from plays.events import TaskState
from plays.model import CallStep, EmailStep, TaskStep
from plays.program import Node, Program, program_of
from records.tables import PlayVersion, Run, Task


async def programs(session: AsyncSession, versions: Collection[tuple[str, int]]) -> dict[tuple[str, int], Program]:
    """The plays, as they are walked, of these (play, version)."""
    if not versions:
        return {}
    column = tuple_(PlayVersion.play, PlayVersion.version)
    query = select(PlayVersion.play, PlayVersion.version, PlayVersion.definition).where(column.in_(versions))
    return {(play, number): program_of(definition) for play, number, definition in await session.execute(query)}


async def waited_tasks(session: AsyncSession, runs: Sequence[Run]) -> dict[str, tuple[Task, str]]:
    """By run: the task it stands still for and the slot whose work it is. Tasks a play goes on beside are left out.

    Of several the newest: a handler took over while the run waited for an older one.
    """
    handed = select(Task).where(Task.run.in_([run.id for run in runs]), Task.state == TaskState.OPEN)
    tasks = (await session.scalars(handed.order_by(Task.handed_at, Task.id))).all()
    of = {run.id: (run.play, run.version) for run in runs}
    known = await programs(session, {of[task.run] for task in tasks})
    found: dict[str, tuple[Task, str]] = {}
    for task in tasks:
        program = known.get(of[task.run])
        slot = _stands_still_for(program.nodes.get(task.step)) if program else None
        if slot:
            found[task.run] = (task, slot)
    return found


def _stands_still_for(node: Node | None) -> str | None:
    """The slot whose task the run waits for at this step; None where it goes on meanwhile."""
    match node.step if node is not None else None:
        case EmailStep(sender=slot) | CallStep(by=slot, go_on=False) | TaskStep(by=slot, go_on=False):
            return slot
        case _:
            return None
