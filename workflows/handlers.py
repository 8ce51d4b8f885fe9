"""The doors of a run: its signal, updates and query, as the Web UI and `starter.py` show them.

Handlers only note what is wanted; the main loop does it. Validators refuse with a sentence.
"""

from typing import Final

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from activities.contracts import RECORD, Record
from workflows.acting import Stuck, local
from workflows.messages import (
    Answer,
    EventIn,
    Explanation,
    PauseIn,
    ReassignIn,
    ResumeIn,
    SendNowIn,
    SkipIn,
    StopIn,
)
from workflows.run import Run
from workflows.showing import explain, step_summary

BEFORE: Final = Explanation(
    run_id="",
    version=0,
    state="asking for admission",
    step=None,
    now="asks whether it may work the account",
    next_touch=None,
    next_why="",
    blocked=None,
    open_tasks=[],
    touches=0,
    touches_planned=0,
    done=[],
)


class Handlers:
    """What can be told to a run and asked of it."""

    it: Run | None = None  # None until the run is admitted

    def __init__(self) -> None:
        self.early: list[EventIn] = []  # came before admission

    def hear(self, event: EventIn) -> None:
        """Keep an event, or log that nobody in this play waits for it."""
        if self.it is None:
            self.early.append(event)
        elif not self.it.hear(event):
            workflow.logger.info("an event changes nothing here", extra={"event": event.id, "kind": event.kind})

    @property
    def admitted(self) -> Run:
        """The run. Raises a sentence for the operator while it is not admitted yet."""
        if self.it is None:
            raise ApplicationError("the run is not admitted yet; try again in a moment", type="NotAdmitted")
        return self.it

    @workflow.signal(
        name="event", description="Something happened: {id, kind, at, contact?, data}. Handled once per id."
    )
    def event(self, event: EventIn) -> None:
        """Append only: the main loop decides."""
        self.hear(event)

    @workflow.query(name="explain", description="Where the run stands, what is next, when, and why then.")
    def explain(self) -> Explanation:
        """The whole picture in one answer."""
        return BEFORE if self.it is None else explain(self.it)

    @workflow.update(name="pause", description='Begin no step until resumed. {"reason": "…"}')
    def pause(self, wish: PauseIn) -> Answer:
        """Open tasks keep their ladders: people are at work on them."""
        run = self.admitted
        run.state.paused = wish.reason
        self._note(run, state="paused", reason=wish.reason)
        return Answer(sentence=f"Paused at {_place(run)}. Nothing is begun until it is resumed; open tasks go on.")

    @pause.validator
    def _may_pause(self, wish: PauseIn) -> None:
        _refuse_if(self.admitted.state.paused is not None, "the run is paused already")

    @workflow.update(name="resume", description='Go on after a pause, or try again what failed. {"reason": "…"}')
    def resume(self, wish: ResumeIn) -> Answer:
        """Deadlines were kept as instants: what became due meanwhile happens now, if the gate lets it."""
        run = self.admitted
        state, tried = run.state, run.state.stuck
        if state.paused is not None:
            self._note(run, state="halted" if state.halted else "open", reason=wish.reason)
            state.until = None  # the gate may have said later because of the pause
        state.paused = state.stuck = run.troubled = None
        run.asked.woken = True
        return Answer(sentence=f"Resumed at {_place(run)}." + (" What failed is tried again." if tried else ""))

    @resume.validator
    def _may_resume(self, wish: ResumeIn) -> None:
        state = self.admitted.state
        _refuse_if(state.paused is None and state.stuck is None, "the run is not paused, and nothing in it failed")

    @workflow.update(name="skip", description='Skip the step the run stands at. {"step": "…", "reason": "…"}')
    def skip(self, wish: SkipIn) -> Answer:
        """An email under way is not called back; its touch then stays made."""
        run = self.admitted
        node = run.node
        run.asked.skip = wish.model_copy(update={"step": run.state.step})
        if run.troubled is not None:
            return Answer(sentence=f"The event {run.troubled.kind} is passed over; the run stays at {_place(run)}.")
        self._note(run, skipped=f"{run.state.step}/{run.occurrence}", reason=wish.reason)
        after = f"goes on with {node.follows}" if node is not None and node.follows else "has no step after it"
        way = " unless its mail has gone out already" if run.sending else ""
        return Answer(sentence=f"{_place(run)} is skipped{way}; the run {after}.")

    @skip.validator
    def _may_skip(self, wish: SkipIn) -> None:
        run = self.admitted
        _refuse_if(run.node is None, "the run is between two steps; try again in a moment")
        _refuse_elsewhere(run, wish.step)

    @workflow.update(name="send_now", description='Make the next touch now; stops, holds and caps hold. {"step": "…"}')
    def send_now(self, wish: SendNowIn) -> Answer:
        """Planned time, window and holidays are passed over, nothing else."""
        run = self.admitted
        run.state.hurry, run.state.until, run.asked.woken = True, None, True
        return Answer(sentence=f"{_place(run)} is made now, unless a stop, a hold or a cap forbids it.")

    @send_now.validator
    def _may_send_now(self, wish: SendNowIn) -> None:
        run = self.admitted
        node, state = run.node, run.state
        _refuse_if(state.paused is not None, "the run is paused; resume it first")
        _refuse_if(node is None or not node.reaches, f"the run stands at {state.step}, which is no touch")
        _refuse_elsewhere(run, wish.step)
        _refuse_if(state.waiting_task is not None, f"{state.step} is handed out: task {state.waiting_task} is open")
        _refuse_if(run.sending, f"{state.step} is being sent just now")

    @workflow.update(name="stop", description='End the run. {"reason": "…", "outcome": "stopped"}')
    def stop(self, wish: StopIn) -> Answer:
        """The stop is kept in Postgres at once, so that a mail not begun yet does not begin."""
        run = self.admitted
        run.asked.stop = wish
        self._note(run, state="halted", reason=wish.reason)
        return Answer(sentence=f"The run ends as '{wish.outcome}' at {_place(run)}; its open tasks are withdrawn.")

    @stop.validator
    def _may_stop(self, wish: StopIn) -> None:
        run = self.admitted
        _refuse_if(run.asked.stop is not None or run.ending is not None, "the run is ending already")

    @workflow.update(name="reassign", description='Give a slot to another player. {"slot": "adr", "player": "p-7"}')
    async def reassign(self, wish: ReassignIn) -> Answer:
        """Postgres is asked first: it knows whether there is such a player."""
        run = self.admitted
        note = Record(
            run_id=run.state.run_id,
            now=run.clock.now(),
            reason=wish.reason,
            reassign_slot=wish.slot,
            reassign_to=wish.player,
        )
        try:
            await local(RECORD, note, type(None), summary=f"{wish.slot} is given to {wish.player}")
        except Stuck as refused:
            raise ApplicationError(str(refused).removeprefix(f"{RECORD}: "), type="Refused") from refused
        run.state.roles[wish.slot] = wish.player
        return Answer(sentence=f"{wish.slot} of this run is {wish.player} now; open tasks moved along.")

    @reassign.validator
    def _may_reassign(self, wish: ReassignIn) -> None:
        roles = self.admitted.state.roles
        known = ", ".join(sorted(roles))
        _refuse_if(wish.slot not in roles, f"this run has no player slot '{wish.slot}'; it has {known}")
        _refuse_if(roles.get(wish.slot) == wish.player, f"{wish.slot} is {wish.player} already")

    @staticmethod
    def _note(run: Run, **change: str) -> None:
        note = {"run_id": run.state.run_id, "now": run.clock.now(), **change}
        run.asked.notes.append(Record.model_validate(note))


def _place(run: Run) -> str:
    return step_summary(run, run.node) if run.node is not None else "the end of its steps"


def _refuse_if(so: bool, sentence: str) -> None:
    if so:
        raise ApplicationError(sentence, type="Refused")


def _refuse_elsewhere(run: Run, step: str | None) -> None:
    """The operator saw another step than the run stands at by now."""
    if step is not None and step != run.state.step:
        raise ApplicationError(f"the run stands at {run.state.step} by now, not at {step}", type="Refused")
