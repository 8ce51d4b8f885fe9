"""Nurture, which has no end, over five virtual years: short histories, and a late touch costs what an early one did."""

from collections import Counter
from datetime import datetime
from itertools import pairwise

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from local.rehearsal.performance import Performance
from local.rehearsal.piece import made_up
from local.rehearsal.scenario import Scenario
from local.rehearsal.theatre import Theatre
from plays.playbook import catalog, read_play

LIMIT = 5000
YEARS = 5
AROUND = 15  # touches whose cost is compared, early and late


async def histories(client: Client, performance: Performance) -> list[list[int]]:
    """The types of the events of each Temporal run of the rehearsed run, oldest first."""
    found: list[tuple[datetime, list[int]]] = []
    query = f'WorkflowId = "{performance.workflow}"'
    async for run in client.list_workflows(query):
        handle = client.get_workflow_handle(run.id, run_id=run.run_id)
        history = await handle.fetch_history()
        found.append((run.start_time, [int(event.event_type) for event in history.events]))
    return [kinds for _, kinds in sorted(found, key=lambda one: one[0])]


def events_a_touch(kinds: list[int]) -> list[int]:
    """How many events lie between one mail's activity and the next."""
    at = [index for index, kind in enumerate(kinds) if kind == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED]
    return [later - sooner for sooner, later in pairwise(at)]


async def test_five_years_of_nurture_cost_at_the_end_what_they_cost_at_the_beginning(
    theatre: Theatre, client: Client
) -> None:
    source = read_play(catalog()["nurture"])
    said = {"account": "acme", "at": "2026-11-30 09:00", "until": f"{YEARS * 365}d"}
    found = await theatre.play(made_up(source, Scenario.model_validate(said)))
    assert found.ended is False
    assert (found.lines[-1].at - found.lines[0].at).days > (YEARS - 1) * 365
    kinds = await histories(client, found)
    assert kinds
    assert max(map(len, kinds)) < LIMIT
    costs = [cost for one in kinds for cost in events_a_touch(one)]
    early, late = costs[:AROUND], costs[-AROUND:]
    assert sum(late) / len(late) <= 1.5 * sum(early) / len(early), Counter(costs)
