"""Plays one rehearsal: starts the run, lets things happen on their dates, does what our people do, to the end."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.client import Client, WorkflowFailureError, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from activities.contracts import HAND_OUT, OPEN_RUN, START_PLAY, PlayStarted, StartPlay, StepIn, StepOut
from local.rehearsal.clockwork import Clockwork
from local.rehearsal.faults import Unplayable
from local.rehearsal.ghosts import ANSWER, OPERATOR, Book
from local.rehearsal.happening import SOURCE, Happenings
from local.rehearsal.other_plays import usual_outcome
from local.rehearsal.piece import Piece
from local.rehearsal.players import answer_to, fields_of, outcome_of, when_done
from local.rehearsal.scenario import Answer as Answered
from local.rehearsal.stimuli import Incident
from local.rehearsal.wishes import wish_of
from plays.calendar import add
from plays.events import TaskState
from plays.model import PlayStep
from records import inbox, tasks
from records.db import Database
from records.tables import Task
from workflows.messages import Answer, EventIn, Explanation, RunInput, RunResult

MADE: Final = "made"
MOST_FAILURES: Final = 5


class Performer:
    """One rehearsal under way."""

    def __init__(self, piece: Piece, database: Database, client: Client, workflow: str, task_queue: str) -> None:
        self.piece, self.book = piece, Book()
        self._database, self._client = database, client
        self.workflow, self._task_queue = workflow, task_queue
        self._world = Happenings(piece, database, client, workflow, self.book)
        self._clock = Clockwork(client, workflow, piece.begins, self._horizon())
        self._events, self._doings = piece.events(), piece.doings()
        self._made: set[str] = set()  # steps that were made once
        self._failures = 0

    def _horizon(self) -> datetime:
        return add(self.piece.begins, self.piece.scenario.until, self.piece.zone, self.piece.country)

    async def play(self) -> tuple[RunResult | None, Explanation | None]:
        """To the end or the horizon: the result, or where the run stands. Raises Unplayable."""
        opening = self.piece.opening()
        for incident in (*self._events, *self._doings):
            if incident.when.at is not None:
                self._clock.put(incident.when.at, self._act(incident, incident.when.at))
        handle: WorkflowHandle[Any, RunResult] = await self._client.start_workflow(
            self.piece.play.play,
            RunInput(
                account=self.piece.account,
                event_id=await self._world.opening(opening) if opening else None,
                requested_by=SOURCE,
                starts_at=self.piece.begins,
                parameters=self.piece.scenario.params,
            ),
            id=self.workflow,
            task_queue=self._task_queue,
            result_type=RunResult,
            static_summary=f"Rehearsal: {self.piece.play.play} at {self.piece.account}",
        )
        if not await self._clock.run():
            return None, await self._explained()
        try:
            return await handle.result(), None
        except WorkflowFailureError as error:
            raise Unplayable(f"the run failed in Temporal: {error.cause}") from error

    async def _explained(self) -> Explanation:
        handle = self._client.get_workflow_handle(self.workflow)
        found: Explanation = await handle.query("explain", result_type=Explanation)
        await handle.terminate("the rehearsal is over")
        return found

    # --- what the run asks of the world ------------------------------------------------------------------------------

    async def heard(self, name: str, asked: Any, answer: Any) -> Any:
        """After an activity: write it down, arm what follows a step, let our people do what they were handed.

        Returns what the run is told: of a task that was done at once, the outcome with it.
        """
        self.book.write(name, asked, answer)
        self._clock.alive()
        try:
            await self._arm(name, asked, answer)
            if name == START_PLAY:
                await self._played_elsewhere(asked, answer)
            if name == HAND_OUT and answer.task is not None and answer.outcome is None:
                return await self._handed_out(asked, answer)
        except Exception as error:
            self._clock.stop(error)
        return answer

    def failed(self, name: str, error: Exception) -> None:
        """An activity has failed. What may pass is tried again by the run; here nothing passes by waiting."""
        if isinstance(error, ApplicationError) and error.non_retryable:
            return  # the run says so itself, and stands still
        self._failures += 1
        if self._failures >= MOST_FAILURES:
            self._clock.stop(Unplayable(f"the activity {name} fails every time: {type(error).__name__}: {error}"))

    async def _arm(self, name: str, asked: Any, answer: Any) -> None:
        """What the scenario lets happen after this step."""
        step = getattr(asked, "step", None)
        if name == OPEN_RUN or getattr(answer, "verdict", "") != MADE or step in self._made:
            return
        self._made.add(str(step))
        for incident in (*self._events, *self._doings):
            if incident.when.step == step:
                at = add(asked.now, incident.when.span, self.piece.zone, self.piece.country)
                await self._clock.put_soon(at, self._act(incident, at))

    async def _handed_out(self, asked: StepIn, answer: StepOut) -> StepOut:
        async with self._database.begin() as session:
            task = await session.get_one(Task, answer.task)
            said = answer_to(self.piece.scenario, task, asked.occurrence)
            if said is None:
                return answer
            outcome = outcome_of(said, task)
            fields = await fields_of(session, self.piece, task, said, asked.now)
            at = when_done(said, asked.now, self.piece.zone, self.piece.country)
            if at <= asked.now:
                event = await self._close(session, task, outcome, fields, at)
                await inbox.settle(session, event, "routed", ())
                return answer.model_copy(update={"outcome": outcome, "rungs": ()})
        await self._clock.put_soon(at, lambda: self._later(task, outcome, fields, at))
        return answer

    async def _later(self, task: Task, outcome: str, fields: dict[str, Any], at: datetime) -> None:
        """A player does a task in their own time; its run hears of it as it would from the inbox."""
        async with self._database.begin() as session:
            standing = await session.get_one(Task, task.id)
            if standing.state != TaskState.OPEN:
                return
            event = await self._close(session, standing, outcome, fields, at)
        await self._world.tell(event)

    async def _close(
        self, session: AsyncSession, task: Task, outcome: str, fields: dict[str, Any], at: datetime
    ) -> str:
        """The id of the event that says so."""
        done = await tasks.complete(session, task.id, outcome, "", SOURCE, at, fields or None)
        self.book.write(ANSWER, task, (outcome, fields, at))
        return done.event_id

    # --- what happens ------------------------------------------------------------------------------------------------

    def _act(self, incident: Incident, at: datetime) -> Any:
        async def act() -> None:
            if incident in self._doings:
                await self._operate(incident, at)
            else:
                await self._world.happen(incident, at)

        return act

    async def _operate(self, incident: Incident, at: datetime) -> None:
        """An operator's wish, by the update of that name; what the run answers is written down."""
        handle = self._client.get_workflow_handle(self.workflow)
        try:
            answer = await handle.execute_update(incident.word, wish_of(incident), result_type=Answer)
        except WorkflowUpdateFailedError as error:
            raise Unplayable(f"'{incident.text}': {error.cause}") from error
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise
            raise Unplayable(f"'{incident.text}': the run is over by then") from error
        self.book.write(OPERATOR, (incident, at), answer.sentence)

    async def _played_elsewhere(self, asked: StartPlay, started: PlayStarted) -> None:
        """A child play ends as the scenario says; it is not played itself."""
        step = self.piece.program.nodes[asked.step].step
        if started.verdict != "started" or not isinstance(step, PlayStep) or step.how != "child":
            return
        said = self.piece.scenario.answer(asked.step, asked.occurrence) or Answered()
        if said.never:
            return
        at = when_done(said, asked.now, self.piece.zone, self.piece.country)
        data = {"workflow": started.workflow_id, "outcome": said.outcome or usual_outcome(step.play)}
        event = EventIn(id=f"run.ended:{started.workflow_id}/{asked.occurrence}", kind="run.ended", at=at, data=data)
        await self._clock.put_soon(at, lambda: self._world.signal(event))
