"""PlayWorkflow: every play that is data. The play's name is the workflow type, `play/account` the workflow ID.

The main loop and the run's beginning and end; steps, waits and handlers live beside it.
"""

from collections.abc import Sequence
from typing import ClassVar

from pydantic import ValidationError
from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError, is_cancelled_exception

from activities.contracts import CLOSE_RUN, OPEN_RUN, Admission, Closed, CloseRun, OpenRun
from workflows.acting import Stuck, ask, local, write_notes
from workflows.attending import attend, leave
from workflows.clock import Clock
from workflows.handlers import Handlers
from workflows.messages import EventIn, RunInput, RunInState, RunResult
from workflows.migrating import move
from workflows.other_plays import start_successor
from workflows.run import Ending, Run
from workflows.showing import details
from workflows.steps import walk
from workflows.waiting import crowded, until


@workflow.defn(dynamic=True)
class PlayWorkflow(Handlers):
    """One run of one play at one account. A class registered under a play's name takes its place."""

    most_events: ClassVar[int] = 4000  # of history, before the run goes on as new

    @workflow.init
    def __init__(self, args: Sequence[RawValue]) -> None:
        super().__init__()
        self.start = _read(args)
        self.clock = Clock(self.start.starts_at if isinstance(self.start, RunInput) else None)
        if isinstance(self.start, RunInput) and self.start.state is not None:
            self.it = Run(self.start, self.start.state, self.clock, self.most_events)

    @workflow.run
    async def run(self, args: Sequence[RawValue]) -> RunResult:
        """Admit, play, close."""
        try:
            if self.it is None and (refused := await self._open()) is not None:
                return refused
            return await self._play(self.admitted)
        except BaseException as error:
            if not is_cancelled_exception(error) or self.it is None:
                raise
            self.it.ending = Ending("cancelled", "cancelled in Temporal")
            await self._close(self.it)
            raise

    async def _open(self) -> RunResult | None:
        """Ask for admission, once per run: a run that went on as new is admitted already."""
        if not isinstance(self.start, RunInput):
            raise self.start
        info = workflow.info()
        request = OpenRun(
            play=info.workflow_type,
            account=self.start.account,
            workflow_id=info.workflow_id,
            first_execution_run_id=info.first_execution_run_id,
            now=self.clock.now(),
            event_id=self.start.event_id,
            requested_by=self.start.requested_by,
            parameters=self.start.parameters,
            parent=self.start.parent,
            started_at=self.clock.began(info.workflow_start_time),
        )
        try:
            admission = await local(OPEN_RUN, request, Admission, summary="Admission")
        except Stuck as refused:
            raise ApplicationError(str(refused), type="NotAdmitted", non_retryable=True) from refused
        if admission.verdict != "admitted":
            workflow.set_current_details(f"**Now**\n\n- {admission.verdict}: {admission.reason}")
            return RunResult(run_id=admission.run_id, outcome=admission.verdict, reason=admission.reason)
        self._admit(self.start, admission)
        return None

    def _admit(self, start: RunInput, admission: Admission) -> None:
        """Stand at the first step, with what was heard meanwhile."""
        state = RunInState(
            run_id=admission.run_id,
            version=admission.version,
            definition=admission.definition,
            roles=admission.roles,
            step=None,
            base=self.clock.now(),
            event_id=start.event_id,
        )
        self.it = Run(start, state, self.clock, self.most_events)
        self.it.go(self.it.program.first or None, self.clock.now(), admission.plan)
        for heard in admission.missed:
            self.hear(EventIn(**heard.model_dump()))
        for event in self.early:
            self.hear(event)

    async def _play(self, run: Run) -> RunResult:
        """The play to its end; on again when a stop was accepted in that very moment and wants its answer."""
        while True:
            await self._to_the_end(run)
            if (result := await self._close(run)) is not None:
                return result

    async def _to_the_end(self, run: Run) -> None:
        """The main loop: look up, then make one move."""
        while run.ending is None:
            await attend(run)
            if run.ending is not None:
                break
            if crowded(run):
                self._go_on_as_new(run)
            try:
                await self._move(run)
            except Stuck as stuck:
                run.state.stuck = str(stuck)
                run.note(self.clock.now(), "failed", str(stuck))

    async def _move(self, run: Run) -> None:
        if run.state.stuck is not None:
            await until(run, None, "An operator: resume tries again, skip goes on without")
        elif run.state.paused is not None:
            await until(run, None, f"To be resumed ({run.state.paused})")
        elif run.circling:
            around, run.moved = run.circling, []
            raise Stuck(f"the play goes round {around} without waiting for anything; skip leaves the step it stands at")
        elif run.node is None:
            leave(run)
        else:
            await walk(run, run.node)

    def _go_on_as_new(self, run: Run) -> None:
        """Carry the state into a fresh history. What an event was stuck on is tried again there."""
        if run.troubled is not None:
            run.state.stuck = None
        starts_at = None if run.start.starts_at is None else self.clock.now()
        workflow.continue_as_new(run.start.model_copy(update={"state": run.state, "starts_at": starts_at}))

    async def _close(self, run: Run) -> RunResult | None:
        """Write the outcome; None when there is something to hear first.

        When Postgres refuses for good, an operator's resume tries again.
        """
        ending = run.ending or Ending("completed", "")
        await write_notes(run)
        own = ending.own and run.state.halted is None
        closed = await self._write_the_end(run, ending, tuple(run.state.seen) if own else None)
        heard = [run.hear(EventIn(**missed.model_dump())) for missed in closed.missed]
        if any(heard):
            run.ending = None
            return None
        if closed.missed:  # nothing in this play answers it: the run ends all the same
            await self._write_the_end(run, ending, None)
        over = f"Ended as '{ending.outcome}': {ending.reason}"
        workflow.set_current_details(details(run, over))
        if ending.successor is not None:
            workflow.set_current_details(details(run, f"{over}. {await start_successor(run, ending.successor)}"))
        move(run)  # a wish that came this late is answered with a refusal
        run.asked.correct = None
        await workflow.wait_condition(workflow.all_handlers_finished)
        return RunResult(
            run_id=run.state.run_id, outcome=ending.outcome, reason=ending.reason, touches=run.state.touches
        )

    async def _write_the_end(self, run: Run, ending: Ending, heard: tuple[str, ...] | None) -> Closed:
        """Asked again when an operator says so, where it was refused for good."""
        state = run.state
        while True:
            closing = CloseRun(
                run_id=state.run_id,
                now=self.clock.now(),
                outcome=ending.outcome,
                reason=ending.reason,
                event_id=state.event_id,
                heard=heard,
            )
            try:
                return await ask(run, CLOSE_RUN, closing, Closed, summary=f"{ending.outcome}: {ending.reason}")
            except Stuck as stuck:
                state.stuck = str(stuck)
                await workflow.wait_condition(lambda: state.stuck is None)


def _read(args: Sequence[RawValue]) -> RunInput | ApplicationError:
    """The run's input, or what is wrong with it for the person who started it by hand."""
    try:
        return workflow.payload_converter().from_payload(args[0].payload, RunInput)
    except (IndexError, ValidationError, ValueError) as fault:
        sentence = f'start a play with one input like {{"account": "acme"}}: {type(fault).__name__}'
        return ApplicationError(sentence, type="BadInput", non_retryable=True)
