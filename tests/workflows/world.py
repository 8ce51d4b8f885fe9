"""A world for runs to act on: fake activities under the contracts' names, scripted per step, every call kept."""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

import pytest
from temporalio import activity
from temporalio.api.enums.v1 import EventType
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.testing import TimeSkipper, TimeSkippingConfig
from temporalio.worker import Worker

from activities.contracts import (
    Admission,
    Climb,
    Climbed,
    Closed,
    CloseRun,
    Decide,
    Decided,
    OpenRun,
    Plan,
    PlayStarted,
    Record,
    StartPlay,
    StepIn,
    StepOut,
)
from plays.model import EmailStep, HandedOut, Play
from plays.program import Program, lay_out
from tests.workflows.builders import rungs_of
from tests.workflows.plans import planned
from workflows.messages import EventIn, Explanation, RunInput, RunResult
from workflows.play import PlayWorkflow
from workflows.sandbox import watched

Call = tuple[str, Any]
Script = Callable[[Any], Awaitable[Any]]
Some = TypeVar("Some")


class World:
    """Activities, a worker and one run of one play."""

    def __init__(self, client: Client, play: Play, task_queue: str, workflow: type = PlayWorkflow) -> None:
        self.play, self.task_queue, self.workflow = play, task_queue, workflow
        self.program: Program = lay_out(play)
        self.skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False))
        self.client = client
        self.calls: list[Call] = []
        self.scripts: dict[str, list[Script]] = defaultdict(list)  # by step, condition or activity name
        self.admission: Admission | None = None
        self._numbers = count(1)
        self.tasks: dict[str, int] = {}
        self.anchors: dict[str, datetime] = {}
        self.pace = 1.0  # of all spans: where the run's clock cannot be skipped
        self.changed = asyncio.Event()
        self.started: list[Going] = []

    # --- scripts -----------------------------------------------------------------------------------------------------

    def script(self, key: str, *answers: Any) -> None:
        """What the next calls about `key` (a step, `on:reply`, an activity) answer: a value, an error, a function."""
        for answer in answers:
            self.scripts[key].append(_as_script(answer))

    async def _answer(self, name: str, key: str, argument: Any, usual: Callable[[], Some]) -> Some:
        self.calls.append((name, argument))
        self.changed.set()
        if self.scripts[key]:
            answer = await self.scripts[key].pop(0)(argument)
            return answer(usual()) if callable(answer) else answer  # type: ignore[no-any-return]
        return usual()

    def of(self, name: str) -> list[Any]:
        """The arguments of the calls of one activity, in order."""
        return [argument for called, argument in self.calls if called == name]

    def handed_out(self, step: str) -> int:
        """The number of the task the step last handed out."""
        return self.tasks[step]

    @property
    def steps(self) -> list[str]:
        """The names of the steps that were acted on, in order."""
        return [argument.step for name, argument in self.calls if name in ("hand_out", "send_email", "call_webhook")]

    async def until(self, true: Callable[[], bool], seconds: float = 10) -> None:
        """Wait until a call made it true."""
        async with asyncio.timeout(seconds):
            while not true():
                self.changed.clear()
                if not true():
                    await self.changed.wait()

    # --- activities --------------------------------------------------------------------------------------------------

    def activities(self) -> list[Callable[..., Any]]:
        """Every activity of the contract."""

        @activity.defn
        async def open_run(argument: OpenRun) -> Admission:
            return await self._answer("open_run", "open_run", argument, lambda: self._admission(argument))

        @activity.defn
        async def plan(argument: StepIn) -> Plan:
            return await self._answer("plan", f"plan:{argument.step}", argument, lambda: self._planned(argument))

        @activity.defn
        async def hand_out(argument: StepIn) -> StepOut:
            return await self._answer("hand_out", argument.step, argument, lambda: self._handed_out(argument))

        @activity.defn
        async def climb(argument: Climb) -> Climbed:
            usual = Climbed(state="given_up" if argument.rung == "skip" else "open", sentence=f"{argument.rung}ed")
            return await self._answer("climb", f"climb:{argument.rung}", argument, lambda: usual)

        @activity.defn
        async def decide(argument: Decide) -> Decided:
            return await self._answer("decide", argument.what, argument, lambda: self._decided(argument))

        @activity.defn
        async def record(argument: Record) -> None:
            await self._answer("record", "record", argument, lambda: None)

        @activity.defn
        async def close_run(argument: CloseRun) -> Closed:
            return await self._answer("close_run", "close_run", argument, Closed)

        return [open_run, plan, hand_out, climb, decide, record, close_run, *self._in_the_world()]

    def _in_the_world(self) -> list[Callable[..., Any]]:
        @activity.defn
        async def send_email(argument: StepIn) -> StepOut:
            return await self._answer("send_email", argument.step, argument, lambda: self.made(argument))

        @activity.defn
        async def call_webhook(argument: StepIn) -> StepOut:
            out = StepOut(verdict="made", reason="202", outcome="accepted")
            return await self._answer("call_webhook", argument.step, argument, lambda: out)

        @activity.defn
        async def start_play(argument: StartPlay) -> PlayStarted:
            return await self._answer("start_play", argument.step, argument, lambda: self._started(argument))

        return [send_email, call_webhook, start_play]

    def _admission(self, asked: OpenRun) -> Admission:
        return self.admission or Admission(
            verdict="admitted",
            reason="",
            run_id=f"{asked.workflow_id}/1",
            version=1,
            definition=self.play.model_dump_json(by_alias=True),
            roles=dict.fromkeys(self.play.players, "p-1"),
            stage=self.play.stage,
            plan=self.plan_of(self.program.first, asked.now),
        )

    def plan_of(self, step: str, base: datetime) -> Plan:
        """As the real one plans, a business day taken as a day and a month as thirty."""
        return planned(self.program, step, base, 0, self.anchors, self.pace)

    def _planned(self, asked: StepIn) -> Plan:
        return planned(self.program, asked.step, asked.base, asked.round, self.anchors, self.pace)

    def _decided(self, asked: Decide) -> Decided:
        """Everything holds, but that a repeat is enough."""
        if asked.what.startswith("until:"):
            return Decided(index=None, reason="not enough")
        node = self.program.nodes.get(asked.what)
        taken = range(len(node.branches)) if node is not None and node.kind == "tracks" else ()
        return Decided(index=0, indices=tuple(taken), reason="true")

    def _started(self, asked: StartPlay) -> PlayStarted:
        other = getattr(self.program.nodes[asked.step].step, "play", "")
        return PlayStarted(verdict="started", workflow_id=f"{other}/acme", reason=f"{other} was started")

    def made(self, asked: StepIn) -> StepOut:
        """The touch was made; the plan of the next one comes with the answer."""
        plan = self.plan_of(asked.then, asked.now) if asked.then else None
        return StepOut(verdict="made", reason="ok", contact="c-1", plan=plan)

    def _handed_out(self, asked: StepIn) -> StepOut:
        out, step = self.made(asked), self.program.nodes[asked.step].step
        if not isinstance(step, HandedOut | EmailStep):
            return out
        due = step.approve if isinstance(step, EmailStep) else step.due
        rungs = rungs_of(due or {}, self.play.ladder, asked.now, self.pace)
        self.tasks[asked.step] = next(self._numbers)
        return out.model_copy(update={"task": self.tasks[asked.step], "rungs": rungs})

    # --- the run -----------------------------------------------------------------------------------------------------

    def worker(self, **options: Any) -> Worker:
        """A worker whose interpreter is watched by the sandbox."""
        return Worker(
            self.client,
            task_queue=self.task_queue,
            workflows=[self.workflow],
            activities=self.activities(),
            workflow_runner=watched(),
            **options,
        )

    async def start(self, account: str | None = None, **more: Any) -> "Going":
        """Start the play; its clock stands with the wall's until it is skipped."""
        account = account or f"a-{uuid.uuid4().hex[:10]}"
        handle = await self.skipper.client.start_workflow(
            self.play.play,
            RunInput(account=account, **more),
            id=f"{self.play.play}/{account}",
            task_queue=self.task_queue,
            result_type=RunResult,
        )
        self.started.append(Going(self, handle))
        return self.started[-1]


class Going:
    """A run that was started: what happens to it, and what became of it."""

    def __init__(self, world: World, handle: WorkflowHandle[Any, Any]) -> None:
        self.world, self.handle = world, handle

    async def pass_time(self, **span: float) -> None:
        """Let the run's clock go on by so much at once."""
        await self.world.skipper.fast_forward(self.handle, timedelta(**span))

    async def tell(self, kind: str, id: str | None = None, **data: Any) -> None:
        """Something happened."""
        event = EventIn(id=id or f"e:{uuid.uuid4().hex[:8]}", kind=kind, at=datetime.now(UTC), data=data)
        await self.handle.signal("event", event)

    async def close_task(self, step: str, outcome: str = "done") -> None:
        """A player closes the task of a step, once it is handed out."""
        await self.world.until(lambda: step in self.world.tasks)
        number = self.world.handed_out(step)
        await self.tell("task.done", id=f"task:{number}:{outcome}", task=number, outcome=outcome)

    async def shows(self, true: Callable[[Explanation], bool], seconds: float = 10) -> Explanation:
        """Wait until `explain` says so."""
        async with asyncio.timeout(seconds):
            while not true(explanation := await self.explain()):  # noqa: ASYNC110  # the server has no event for it
                await asyncio.sleep(0.02)
        return explanation

    async def has_in_history(self, name: str, seconds: float = 10) -> None:
        """Wait until an event of this type is in the history; no worker is needed."""
        async with asyncio.timeout(seconds):
            while name not in await self.history():  # noqa: ASYNC110  # the server has no event for it
                await asyncio.sleep(0.02)

    async def ask(self, name: str, argument: Any) -> str:
        """An operator's wish; the answer's sentence."""
        return str((await self.handle.execute_update(name, argument))["sentence"])

    async def refuses(self, name: str, argument: Any) -> str:
        """The sentence with which the run refuses an operator's wish."""
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await self.ask(name, argument)
        assert isinstance(refused.value.cause, ApplicationError)
        return refused.value.cause.message

    async def explain(self) -> Explanation:
        """Where it stands."""
        found: Explanation = await self.handle.query("explain", result_type=Explanation)
        return found

    async def details(self) -> str:
        """Current Details, as the Web UI asks for them."""
        metadata = await self.handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
        return str(metadata.current_details)

    async def history(self) -> list[str]:
        """The types of the events so far, as `TimerStarted`."""
        events = [event async for event in self.handle.fetch_history_events()]
        names = [EventType.Name(event.event_type).removeprefix("EVENT_TYPE_") for event in events]
        return ["".join(word.title() for word in name.split("_")) for name in names]

    async def result(self, seconds: float = 15) -> RunResult:
        """How it ended."""
        async with asyncio.timeout(seconds):
            return await self.handle.result()  # type: ignore[no-any-return]


def _as_script(answer: Any) -> Script:
    async def script(argument: Any) -> Any:
        if isinstance(answer, Exception):
            raise answer
        if asyncio.iscoroutinefunction(answer):
            return await answer(argument)
        return answer

    return script
