"""The doors of a run: its signal, updates and query, as the Web UI and `starter.py` show them.

Handlers only note what is wanted; the main loop does it. Validators refuse with a sentence.
"""

from typing import Final

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from activities.contracts import RECORD, Record
from workflows.acting import Stuck, local
from workflows.correcting import Correcting
from workflows.messages import (
    Answer,
    ChangeIn,
    EventIn,
    Explanation,
    OverrideIn,
    PauseIn,
    ReassignIn,
    ResumeIn,
    SendNowIn,
    SkipIn,
    StopIn,
)
from workflows.migrating import Migrating
from workflows.run import Run
from workflows.showing import explain, place
from workflows.wishes import (
    change_refused,
    override_refused,
    reassign_refused,
    send_now_refused,
    skip_refused,
    standing_at,
)

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


class Handlers(Migrating, Correcting):
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
        return Answer(sentence=f"Paused at {place(run)}. Nothing is begun until it is resumed; open tasks go on.")

    @pause.validator
    def _may_pause(self, wish: PauseIn) -> None:
        _refuse("the run is paused already" if self.admitted.state.paused is not None else "")

    @workflow.update(name="resume", description='Go on after a pause, or try again what failed. {"reason": "…"}')
    def resume(self, wish: ResumeIn) -> Answer:
        """Deadlines were kept as instants: what became due meanwhile happens now, if the gate lets it."""
        run = self.admitted
        state, tried = run.state, run.state.stuck
        if state.paused is not None:
            self._note(run, state="halted" if state.halted else "open", reason=wish.reason)
            for cursor in run.everywhere:
                cursor.until = None  # the gate may have said later because of the pause
        state.paused = state.stuck = run.troubled = None
        run.asked.woken = True
        return Answer(sentence=f"Resumed at {place(run)}." + (" What failed is tried again." if tried else ""))

    @resume.validator
    def _may_resume(self, wish: ResumeIn) -> None:
        state = self.admitted.state
        idle = state.paused is None and state.stuck is None
        _refuse("the run is not paused, and nothing in it failed" if idle else "")

    @workflow.update(name="skip", description='Skip the step the run stands at. {"step": "…", "reason": "…"}')
    def skip(self, wish: SkipIn) -> Answer:
        """An email under way is not called back; its touch then stays made."""
        run = self.admitted
        node = standing_at(run, wish.step)
        run.asked.skip = wish.model_copy(update={"step": node and node.name})
        if run.troubled is not None:
            return Answer(sentence=f"The event {run.troubled.kind} is passed over; the run stays at {place(run)}.")
        name = node.name if node is not None else ""
        self._note(run, skipped=f"{name}/{run.state.occurrences.get(name, 1)}", reason=wish.reason)
        after = f"goes on with {node.follows}" if node is not None and node.follows else "has no step after it"
        way = " unless its mail has gone out already" if run.sending else ""
        return Answer(sentence=f"{place(run, node)} is skipped{way}; the run {after}.")

    @skip.validator
    def _may_skip(self, wish: SkipIn) -> None:
        _refuse(skip_refused(self.admitted, wish.step))

    @workflow.update(name="send_now", description='Make the next touch now; stops, holds and caps hold. {"step": "…"}')
    def send_now(self, wish: SendNowIn) -> Answer:
        """Planned time, window and holidays are passed over, nothing else."""
        run = self.admitted
        cursor = next(one for one in run.moving if one.step == (wish.step or run.state.step))
        cursor.hurry, cursor.until, run.asked.woken = True, None, True
        named = place(run, run.node_at(cursor))
        return Answer(sentence=f"{named} is made now, unless a stop, a hold or a cap forbids it.")

    @send_now.validator
    def _may_send_now(self, wish: SendNowIn) -> None:
        _refuse(send_now_refused(self.admitted, wish.step))

    @workflow.update(
        name="change", description='Change parameters of the run. {"parameters": {"strategy": "light"}, "reason": "…"}'
    )
    async def change(self, wish: ChangeIn) -> Answer:
        """Kept in Postgres before it is answered; what was made is not made again."""
        run = self.admitted
        note = Record(
            run_id=run.state.run_id, now=run.clock.now(), reason=wish.reason, parameters=dict(wish.parameters)
        )
        named = ", ".join(sorted(wish.parameters))
        try:
            await local(RECORD, note, type(None), summary=f"{named} changed")
        except Stuck as refused:
            raise ApplicationError(str(refused).removeprefix(f"{RECORD}: "), type="Refused") from refused
        run.note(run.clock.now(), "changed", f"{named}: {wish.reason}")
        return Answer(sentence=f"Changed: {named}. It counts from the next step on; nothing is made again.")

    @change.validator
    def _may_change(self, wish: ChangeIn) -> None:
        _refuse(change_refused(self.admitted, wish.parameters))

    @workflow.update(name="override", description='Go on though a gathering is not complete. {"reason": "…"}')
    def override(self, wish: OverrideIn) -> Answer:
        """Its open tasks stay open, with their ladders."""
        run = self.admitted
        node = standing_at(run, wish.step, kind="gather")
        run.asked.override = wish.model_copy(update={"step": node and node.name})
        return Answer(sentence=f"{place(run, node)} is complete enough; the run goes on.")

    @override.validator
    def _may_override(self, wish: OverrideIn) -> None:
        _refuse(override_refused(self.admitted, wish.step))

    @workflow.update(name="stop", description='End the run. {"reason": "…", "outcome": "stopped"}')
    def stop(self, wish: StopIn) -> Answer:
        """The stop is kept in Postgres at once, so that a mail not begun yet does not begin."""
        run = self.admitted
        run.asked.stop = wish
        self._note(run, state="halted", reason=wish.reason)
        return Answer(sentence=f"The run ends as '{wish.outcome}' at {place(run)}; its open tasks are withdrawn.")

    @stop.validator
    def _may_stop(self, wish: StopIn) -> None:
        run = self.admitted
        _refuse("the run is ending already" if run.asked.stop is not None or run.ending is not None else "")

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
        _refuse(reassign_refused(self.admitted, wish.slot, wish.player))

    @staticmethod
    def _note(run: Run, **change: str) -> None:
        note = {"run_id": run.state.run_id, "now": run.clock.now(), **change}
        run.asked.notes.append(Record.model_validate(note))


def _refuse(sentence: str) -> None:
    """Refuse an update, unless there is nothing to say against it."""
    if sentence:
        raise ApplicationError(sentence, type="Refused")
