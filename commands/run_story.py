"""One run told in full for `runs show`: what the living run says of itself, and what the records know."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from commands.failures import Failure, in_words
from commands.links import run_link
from commands.output import Lines, row_of, say, show_facts, show_list, when
from commands.run_updates import workflow_of
from commands.suggestions import unknown

if TYPE_CHECKING:
    from commands.connections import House
    from records.runs import Story
    from records.tables import Hold
    from workflows.messages import Explanation

QUERY_WITHIN = 4.0  # seconds; without a worker nobody answers, and the records tell enough


@dataclass(frozen=True)
class Told:
    """Everything known about one run. `said` is None when no worker could be asked, `silence` says why."""

    story: "Story"
    said: "Explanation | None"
    silence: str
    holds: "Sequence[Hold]"
    link: str


async def tell_story(house: "House", run: str) -> Told:
    """Read the records and ask the living run. Raises Wrong for a run nobody knows."""
    from records import runs
    from records.holds import listing
    from records.overview import newest, open_runs

    workflow = workflow_of(run)
    play, _, account = workflow.partition("/")
    async with house.session() as session:
        found = await runs.get(session, run) if run != workflow else await newest(session, play, account)
        story = await runs.story(session, found.id) if found else None
        if story is None:
            raise unknown("run", run, await open_runs(session), "./starter.py runs list --all")
        contacts = {touch.contact for touch in story.touches if touch.contact}
        now = datetime.now(UTC)
        holds = [hold for hold in await listing(session, now) if hold.value in {story.run.account, *contacts}]
    said, silence = (None, "") if story.run.ended_at else await ask(house, workflow)
    return Told(story, said, silence, holds, run_link(house.settings, workflow))


async def ask(house: "House", workflow: str) -> "tuple[Explanation | None, str]":
    """What the living run says of itself; None, and why, when nobody answers."""
    from workflows.messages import EXPLAIN_QUERY, Explanation

    try:
        client = await house.temporal()
        async with asyncio.timeout(QUERY_WITHIN):
            return await client.get_workflow_handle(workflow).query(EXPLAIN_QUERY, result_type=Explanation), ""
    except Failure as failure:
        return None, failure.sentence
    except TimeoutError:
        return None, "No worker answers: what follows is from the records alone."
    except Exception as error:
        return None, in_words(error).sentence


def story_data(told: Told) -> dict[str, Any]:
    """For --json: run, what it says of itself, touches with their decisions, tasks, holds."""
    decisions = _by_touch(told)
    return {
        "run": row_of(told.story.run),
        "now": told.said,
        "silence": told.silence or None,
        "touches": [row_of(touch) | {"decisions": decisions[touch.key]} for touch in told.story.touches],
        "tasks": told.story.tasks,
        "holds": told.holds,
        "temporal_ui": told.link,
    }


def print_story(told: Told) -> None:
    """For people: the run, now and next, the ledger, open tasks, holds."""
    run = told.story.run
    facts: dict[str, object] = {
        "state": run.state,
        "version": run.version,
        "opened": run.opened_at,
        "by": run.requested_by,
        "event": run.event,
        "ended": run.ended_at,
        "outcome": run.outcome,
        "reason": run.reason,
        "players": run.roles,
        "Temporal UI": told.link,
    }
    show_facts(facts, title=f"{run.id}")
    _print_now(told)
    _print_ledger(told)
    _print_tasks(told)
    columns = {"id": "id", "value": "whom", "until": "until", "cause": "cause", "play": "only play"}
    if told.holds:
        show_list([row_of(hold) for hold in told.holds], columns, as_json=False, title="Holds", empty="")


def _print_now(told: Told) -> None:
    if told.silence:
        say(f"\n{told.silence}")
    if told.said is None:
        return
    said = told.said
    facts: dict[str, object] = {
        "now": said.now,
        "step": said.step,
        "next touch": f"{when(said.next_touch)} {said.next_why}".strip() if said.next_touch else said.next_why,
        "blocked by": said.blocked,
        "touches": f"{said.touches} made, {said.touches_planned} in the play",
    }
    say("")
    show_facts(facts)


def _print_ledger(told: Told) -> None:
    decisions = _by_touch(told)
    rows: list[dict[str, Any]] = []
    for touch in told.story.touches:
        rows.append(
            {
                "at": touch.settled_at or touch.until or touch.planned_at or touch.created_at,
                "step": touch.step if touch.occurrence == 1 else f"{touch.step} ({touch.occurrence})",
                "channel": touch.channel,
                "contact": touch.contact,
                "player": touch.player,
                "state": touch.state.replace("_", " "),
                "outcome": touch.outcome,
                "reason": touch.reason,
                "decisions": Lines(_decisions(decisions[touch.key])),
            }
        )
    columns = {"at": "when", **{key: key for key in list(rows[0])[1:]}} if rows else {}
    say("")
    show_list(rows, columns, as_json=False, title="Touches", empty="No touch yet.")


def _decisions(decisions: Sequence[Any]) -> list[str]:
    """A line each; the same answer again and again, as of a gate asked every hour, is one line with its last time."""
    alike = [list(same) for _, same in groupby(decisions, lambda one: (one.verdict, one.rule, one.reason))]
    return [_decision(same[-1], len(same)) for same in alike]


def _decision(decision: Any, times: int) -> str:
    rule = f" [{decision.rule}]" if decision.rule else ""
    until = f", until {when(decision.until)}" if decision.until else ""
    often = f" ({times} times)" if times > 1 else ""
    return f"{decision.verdict}{rule} {decision.reason}{until}{often}"


def _print_tasks(told: Told) -> None:
    rows = [row_of(task) | {"rungs": _rungs(task.climbed)} for task in told.story.tasks if task.state == "open"]
    columns = {
        "id": "id",
        "title": "task",
        "player": "player",
        "due_at": "due",
        "outcomes": "outcomes",
        "rungs": "climbed",
    }
    if rows:
        show_list(rows, columns, as_json=False, title="Open tasks", empty="")


def _rungs(climbed: Sequence[dict[str, Any]]) -> str:
    return ", ".join(str(rung.get("rung", "")) for rung in climbed)


def _by_touch(told: Told) -> dict[str, list[Any]]:
    grouped: dict[str, list[Any]] = defaultdict(list)
    for decision in told.story.decisions:
        grouped[decision.touch].append(decision)
    return grouped
