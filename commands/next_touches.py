"""When each run touches next, and what blocks it, by the search attributes that the runs write of themselves."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from commands.failures import Failure, in_words
from commands.output import tell

if TYPE_CHECKING:
    from commands.connections import House
    from records.overview import RunLine

AT_ONCE = 50  # workflow IDs in one visibility query
WITHIN = 5.0  # seconds


async def with_next_touches(house: "House", lines: "Sequence[RunLine]") -> "list[RunLine]":
    """The lines, completed for runs that are not over. Without Temporal they stay as the records have them."""
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
    return [_completed(line, found.get(line.workflow_id)) for line in lines]


async def _attributes(house: "House", workflows: Sequence[str]) -> dict[str, dict[str, object]]:
    client = await house.temporal()
    found: dict[str, dict[str, object]] = {}
    for start in range(0, len(workflows), AT_ONCE):
        names = ", ".join(f'"{name}"' for name in workflows[start : start + AT_ONCE])
        query = f'WorkflowId IN ({names}) AND ExecutionStatus = "Running"'
        async for run in client.list_workflows(query, page_size=AT_ONCE):
            found[run.id] = {pair.key.name: pair.value for pair in run.typed_search_attributes}
    return found


def _completed(line: "RunLine", said: "dict[str, object] | None") -> "RunLine":
    if not said or line.outcome is not None or line.state == "refused":
        return line
    at, blocked, player = said.get("NextTouch"), said.get("Blocked"), said.get("Player")
    return replace(
        line,
        next_at=line.next_at or at,  # type: ignore[arg-type]  # a Datetime attribute
        blocked=line.blocked or (str(blocked) if blocked else None),
        player=str(player) if player else None,
    )
