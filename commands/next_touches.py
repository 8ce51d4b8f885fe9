"""Where each run stands, when it touches next and what blocks it, by the search attributes runs write of themselves.

They are written before waits of an hour and more, so an instant that has passed says nothing of the step any more. The
ledger goes before: it knows of deferred touches and of tasks that are waited for.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from commands.failures import Failure, in_words
from commands.output import tell

if TYPE_CHECKING:
    from commands.connections import House
    from plays.program import Program
    from records.overview import RunLine

AT_ONCE = 50  # workflow IDs in one visibility query
WITHIN = 5.0  # seconds


async def with_next_touches(house: "House", lines: "Sequence[RunLine]") -> "list[RunLine]":
    """The lines, completed for runs that are not over. Without Temporal they stay as the records have them."""
    from records.standing import programs

    going = [line.workflow_id for line in lines if line.outcome is None and line.state != "refused"]
    if not going:
        return list(lines)
    try:
        async with asyncio.timeout(WITHIN):
            found = await _attributes(house, going)
    except Failure as failure:
        tell(f"{failure.sentence} What follows is from the records alone.")
        return list(lines)
    except Exception as error:
        tell(f"{in_words(error).sentence} What follows is from the records alone.")
        return list(lines)
    async with house.session() as session:
        halted = {(line.play, line.version) for line in lines if line.state == "halted"}
        known = await programs(session, halted)
    now = datetime.now(UTC)
    return [_completed(line, found.get(line.workflow_id), known.get((line.play, line.version)), now) for line in lines]


async def _attributes(house: "House", workflows: Sequence[str]) -> dict[str, dict[str, object]]:
    client = await house.temporal()
    found: dict[str, dict[str, object]] = {}
    for start in range(0, len(workflows), AT_ONCE):
        names = ", ".join(f'"{name}"' for name in workflows[start : start + AT_ONCE])
        query = f'WorkflowId IN ({names}) AND ExecutionStatus = "Running"'
        async for run in client.list_workflows(query, page_size=AT_ONCE):
            found[run.id] = {pair.key.name: pair.value for pair in run.typed_search_attributes}
    return found


def _completed(
    line: "RunLine", said: "dict[str, object] | None", program: "Program | None", now: datetime
) -> "RunLine":
    if not said or line.outcome is not None or line.state == "refused" or line.task is not None:
        return line
    step, at, blocked, player = said.get("Step"), said.get("NextTouch"), said.get("Blocked"), said.get("Player")
    if line.next_step is not None:
        return replace(line, player=str(player) if player and step == line.next_step else None)
    if line.state == "halted" and not _answers(program, step):
        return line
    coming = at if isinstance(at, datetime) and at > now else None
    return replace(
        line,
        next_step=str(step) if step and (coming or blocked) else None,
        next_at=coming,
        blocked=str(blocked) if blocked else None,
        player=str(player) if player and (coming or blocked) else None,
    )


def _answers(program: "Program | None", step: object) -> bool:
    """True for a step of a handler: a halted run makes no other, and may not have said yet that it has left one."""
    node = program.nodes.get(str(step)) if program else None
    return node is not None and node.on is not None
