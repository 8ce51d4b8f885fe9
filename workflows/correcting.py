"""An event was misread: the run goes on as if it had not come, where it stood and with what was done meanwhile.

The door and the change of state. What the event had stopped in Postgres is undone before (`records/corrections.py`).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from workflows.hearing import TASK_DONE
from workflows.messages import Answer, CorrectIn, EventIn, Without
from workflows.run import Run
from workflows.state import Cursor, Held, RunInState
from workflows.strands import stir, to_main_line, withdraw

_PLACES: Final = (*Cursor.model_fields, "frames", "track", "strands", "stalls", "tasks")


class Correcting:
    """The doors through which a verdict about an event is taken back."""

    it: Run | None = None

    @workflow.update(name="correct", description="An event was misread; `starter.py correct` fills it in.")
    async def correct(self, wish: CorrectIn) -> Answer:
        """Done before the next move of the run."""
        run = self.it
        if run is None or run.ending is not None:
            raise ApplicationError("the run is ending just now; try again in a moment", type="Refused")
        if run.asked.correct is not None:
            raise ApplicationError("another correction is under way; try again in a moment", type="Refused")
        run.asked.correct = wish
        await workflow.wait_condition(lambda: run.asked.correct is not wish)
        if run.ending is not None:
            raise ApplicationError("the run has ended meanwhile; try again, and it is opened anew", type="Refused")
        return Answer(sentence=run.corrected)

    @workflow.query(name="without", description="Where the run would go on had the event with this id not halted it.")
    def without(self, event: str) -> Without:
        """Asked of a run that has ended, too."""
        held = self.it.state.held if self.it is not None else None
        if self.it is None or held is None or held.event != event:
            return Without()
        state = self.it.state.model_copy(deep=True)
        put_back(state, held.model_copy(deep=True))
        return Without(state=state)


def put_back(state: RunInState, held: Held) -> None:
    """Stand where the run stood before it was halted; what it has learnt since is kept."""
    for name in _PLACES:
        setattr(state, name, getattr(held, name))
    state.held = state.halted = state.stuck = None
    state.pending = [event for event in state.pending if event.id != held.event]


def catch_up(state: RunInState, done: Mapping[int, str], at: datetime) -> None:
    """Hear of the tasks that were closed while nobody waited for them."""
    mine = [task.task for task in state.tasks if task.task in done]
    state.pending = [
        *state.pending,
        *(
            EventIn(id=f"task:{task}:late", kind=TASK_DONE, at=at, data={"task": task, "outcome": done[task]})
            for task in mine
        ),
    ]


def go_on_without(run: Run) -> None:
    """Do what an operator's correction asks."""
    wish, run.asked.correct = run.asked.correct, None
    if wish is None:
        return
    now, state = run.clock.now(), run.state
    waited = any(event.id == wish.event for event in state.pending)
    state.pending = [event for event in state.pending if event.id != wish.event]
    if run.troubled is not None and run.troubled.id == wish.event:
        run.troubled = state.stuck = None
    if state.held is not None and state.held.event == wish.event:
        withdraw(run, run.everywhere, wish.reason)
        put_back(state, state.held)
        catch_up(state, wish.done, now)
        run.corrected = f"The run goes on at {state.step}."
    elif _answers(run, wish.event):
        run.corrected = f"The run goes on at {state.step}."
    else:
        run.corrected = "The run had not acted on it yet." if waited else "The run did nothing about it."
        return
    run.note(now, "corrected", wish.reason, "-")
    stir(run)


def _answers(run: Run, event: str) -> bool:
    """True if a handler without an end was at work on the event; it is left, and its tasks are withdrawn."""
    if not run.state.frames:
        return False
    to_main_line(run)
    if run.state.event_id != event or run.state.frames[-1].handler_go is not None:
        return False
    withdraw(run, [run.state], "what it answers was misread")
    return run.pop() is not None
