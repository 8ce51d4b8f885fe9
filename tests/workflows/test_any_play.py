"""Whatever the play and whatever happens in whatever order: its run ends, or waits for something it can name."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from temporalio.api.enums.v1 import WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowUpdateFailedError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError
from temporalio.worker import Replayer

from activities.contracts import Decided, PlayStarted, StepOut
from plays.model import Play
from plays.program import lay_out
from tests.workflows.any_play import HAPPENINGS, Happening, plays
from tests.workflows.builders import play
from tests.workflows.world import Going, World
from workflows.messages import OverrideIn, PauseIn, ResumeIn, SendNowIn, SkipIn
from workflows.play import PlayWorkflow
from workflows.sandbox import watched

WISHES: dict[str, Any] = {
    "pause": PauseIn(),
    "resume": ResumeIn(),
    "skip": SkipIn(),
    "send_now": SendNowIn(),
    "override": OverrideIn(reason="enough"),
}


MOST_EVENTS = 4000  # of history, in five months at most: more would be a run that goes round


PHASES = (Phase.explicit, Phase.generate)  # a failure is long enough told by its first example: each takes a second


class MoodyWorld(World):
    """A world that answers by chance: later, skipped, more to come, refused, this branch or that one."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.chance = random.Random(0)

    def becomes(self, play: Play, seed: int) -> None:
        """Another play, another mood."""
        self.play, self.program, self.chance = play, lay_out(play), random.Random(seed)
        self.scripts.clear()
        self.anchors = {"renewal": datetime.now(UTC) + timedelta(days=10)} if seed % 5 else {}

    def _decided(self, asked: Any) -> Decided:
        usual = super()._decided(asked)
        if asked.what.startswith("until:"):
            return usual.model_copy(update={"index": self.chance.choice([None, None, 0])})
        some = tuple(index for index in usual.indices if self.chance.random() < 0.8)
        holds = asked.what.startswith("for:") or self.chance.random() < 0.6
        return usual.model_copy(update={"index": 0 if holds else None, "indices": some})

    def _handed_out(self, asked: Any) -> StepOut:
        return self._moody(asked, super()._handed_out(asked))

    def made(self, asked: Any) -> StepOut:
        return self._moody(asked, super().made(asked))

    def _moody(self, asked: Any, usual: StepOut) -> StepOut:
        mood = self.chance.random()
        if mood < 0.15:
            return StepOut(verdict="later", reason="window", until=asked.now + timedelta(hours=9))
        if mood < 0.25:
            return StepOut(verdict="skipped", reason="no consent")
        return usual.model_copy(update={"more": mood < 0.35})

    def _started(self, asked: Any) -> PlayStarted:
        verdict = self.chance.choice(["started", "started", "open", "refused"])
        return super()._started(asked).model_copy(update={"verdict": verdict})


async def _happens(run: Going, it: Happening) -> None:
    """One thing happens; what the run refuses, or is over for, changes nothing."""
    with contextlib.suppress(RPCError, WorkflowUpdateFailedError):
        match it.kind:
            case "days":
                await run.pass_time(days=it.value)
            case "event":
                await run.tell(it.value, workflow="nurture/acme", outcome="warm", name="renewal")
            case "close":
                tasks = (await run.explain()).open_tasks
                if tasks:
                    await run.tell("task.done", task=tasks[it.value % len(tasks)], outcome="done")
            case "ask":
                await run.ask(it.value, WISHES[it.value])


async def _comes_to_rest(run: Going) -> bool:
    """Wait until nothing moves; True if the run is open still."""
    seen = -1
    async with asyncio.timeout(20):
        while True:
            described = await run.handle.describe()
            if described.status is not WorkflowExecutionStatus.RUNNING:
                return False
            if described.history_length == seen:
                return True
            seen = described.history_length
            await run.explain()


def _failure(event: HistoryEvent) -> str:
    """Why a workflow task failed; an event that came while the run was ending is no failure of ours."""
    failed = event.workflow_task_failed_event_attributes
    harmless = failed.cause == WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND
    return "" if harmless else failed.failure.message


@pytest.fixture
async def world(client: Client, task_queue: str) -> AsyncIterator[MoodyWorld]:
    """One world and one worker for all examples."""
    made = MoodyWorld(client, play({"end": "at-once"}), task_queue)
    async with made.worker():
        yield made


@settings(max_examples=25, deadline=None, derandomize=True, phases=PHASES, suppress_health_check=list(HealthCheck))
@given(play=plays(), happenings=HAPPENINGS, seed=st.integers(0, 1000))
async def test_any_run_ends_or_waits_for_something_named(
    world: MoodyWorld, play: Play, happenings: list[Happening], seed: int
) -> None:
    world.becomes(play, seed)
    run = await world.start()
    for it in [*happenings, Happening("ask", "resume"), *[Happening("close", 0), Happening("days", 15)] * 3]:
        await _happens(run, it)
    if await _comes_to_rest(run):
        shown = await run.explain()
        whys = [shown.next_why, shown.blocked or "", *(line.why for line in shown.tracks)]
        assert shown.step is not None
        assert shown.next_touch is not None or any(whys), shown
        assert shown.now
        await run.handle.terminate()
    history = await run.handle.fetch_history()
    assert len(history.events) < MOST_EVENTS
    assert [why for event in history.events if (why := _failure(event))] == []
    replayer = Replayer(workflows=[PlayWorkflow], data_converter=pydantic_data_converter, workflow_runner=watched())
    await replayer.replay_workflow(history)
