"""One run while it works: where it stands, what it listens for, what an operator asked of it.

Changes of state only; whatever awaits lives in the modules that use this one.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from activities.contracts import Plan, Record
from plays.model import WaitStep
from plays.program import Node, Program, program_of
from workflows.clock import Clock
from workflows.messages import DoneLine, EventIn, Frame, OpenTask, RunInput, RunInState, SkipIn, StopIn

SEEN_KEPT: Final = 500  # event ids; the long memory is the inbox's unique key
PENDING_KEPT: Final = 200
DONE_KEPT: Final = 30
TASK_DONE: Final = "task.done"

Closing = Literal["done", "given_up", "withdrawn"]


@dataclass(frozen=True)
class Ending:
    """How the run ends: the outcome word and a sentence."""

    outcome: str
    reason: str
    own: bool = False  # the play came to its end; no event, operator or cancellation ended it


@dataclass
class Asked:
    """What operators asked since the main loop last looked. Done before a continue-as-new, so never carried over."""

    stop: StopIn | None = None
    skip: SkipIn | None = None
    woken: bool = False  # paused, resumed or hurried: look at the state again
    notes: list[Record] = field(default_factory=list)  # to be kept in Postgres, in this order

    @property
    def anything(self) -> bool:
        """True while the main loop has something to do for an operator."""
        return self.woken or bool(self.notes) or self.stop is not None or self.skip is not None


class Run:
    """The state that survives, and beside it what can be worked out again."""

    def __init__(self, start: RunInput, state: RunInState, clock: Clock, most_events: int = 4000) -> None:
        self.start, self.state, self.clock = start, state, clock
        self.most_events = most_events  # of history, before the run goes on as new
        self.program: Program = program_of(state.definition)
        self.asked = Asked()
        self.ending: Ending | None = None
        self.shown: dict[str, object] = {}  # the search attributes as last written
        self.troubled: EventIn | None = None  # the event whose handler could not be found out
        self.sending = False  # an email is under way

    # --- where it stands ---------------------------------------------------------------------------------------------

    @property
    def node(self) -> Node | None:
        """The step at the cursor; None when the list it walks is over."""
        return None if self.state.step is None else self.program.nodes[self.state.step]

    @property
    def occurrence(self) -> int:
        """Which time the run is at this step: 1 for the first."""
        return self.state.occurrences.get(self.state.step or "", 1)

    @property
    def reached(self) -> int:
        """How many touches of the main line the run has come to, the one at the cursor included."""
        come_to = (self.program.nodes[step] for step in self.state.occurrences)
        return sum(1 for node in come_to if node.reaches and node.on is None)

    @property
    def planned(self) -> Plan | None:
        """The plan of the step at the cursor, where it is known."""
        plan = self.state.plan
        return plan if plan is not None and plan.step == self.state.step else None

    def go(self, step: str | None, now: datetime, plan: Plan | None = None) -> None:
        """The step before is over at `now`; stand at `step`. `plan` may have come with the answer before."""
        state = self.state
        state.step, state.base, state.plan = step, now, plan if self.may_plan(step) else None
        state.until = state.waiting_task = state.blocked = state.stuck = None
        state.approved = state.hurry = False
        if step is not None:
            state.occurrences[step] = state.occurrences.get(step, 0) + 1

    def may_plan(self, step: str | None) -> bool:
        """True for steps whose plan may be known before they are reached: no condition is asked first."""
        node = None if step is None else self.program.nodes[step]
        return node is not None and (node.reaches or (node.kind == "wait" and node.step.when is None))

    def note(self, now: datetime, verdict: str, reason: str, step: str | None = None) -> None:
        """Keep one line of what was done or not done."""
        line = DoneLine(at=now, step=step or self.state.step or "", verdict=verdict, reason=reason)
        self.state.done = [*self.state.done, line][-DONE_KEPT:]

    # --- handlers take over and give back ----------------------------------------------------------------------------

    def push(self, kind: str, event_id: str) -> None:
        """A handler without `end` takes over; its steps go first, then the run goes on where it stood."""
        state = self.state
        state.frames.append(
            Frame(
                step=state.step,
                base=state.base,
                plan=state.plan,
                event_id=state.event_id,
                kind=kind,
                until=state.until,
                waiting_task=state.waiting_task,
                approved=state.approved,
                hurry=state.hurry,
            )
        )
        state.event_id = event_id

    def halt(self, kind: str, event_id: str, end: str, now: datetime) -> None:
        """A handler with `end` takes over for good: nothing of the play starts any more, its ladders stand still."""
        state = self.state
        state.frames = [Frame(step=None, base=now, plan=None, handler_end=end, event_id=event_id, kind=kind)]
        state.halted, state.event_id, state.tasks = kind, event_id, []

    def pop(self) -> Frame | None:
        """The last handler's steps are over: stand where the run stood before it, with the same deadlines."""
        state = self.state
        if not state.frames:
            return None
        frame = state.frames.pop()
        state.step, state.base, state.plan, state.until = frame.step, frame.base, frame.plan, frame.until
        state.waiting_task, state.approved, state.hurry = frame.waiting_task, frame.approved, frame.hurry
        state.event_id, state.blocked, state.stuck = frame.event_id, None, None
        return frame

    # --- events ------------------------------------------------------------------------------------------------------

    def hear(self, event: EventIn) -> bool:
        """Keep an event for the main loop. False for one already seen, or of a kind nothing in the play waits for."""
        state = self.state
        if event.id in state.seen or not self._ever_heard(event.kind):
            return False
        state.seen = [*state.seen, event.id][-SEEN_KEPT:]
        state.pending = [*state.pending, event][-PENDING_KEPT:]
        return True

    def _ever_heard(self, kind: str) -> bool:
        handled = kind == TASK_DONE or kind in self.program.handlers
        return handled or any(_waits_for(node, kind) for node in self.program.nodes.values())

    def waits_for(self, event: EventIn) -> bool:
        """True if the step at the cursor is a wait that this event ends."""
        return _waits_for(self.node, event.kind)

    def listens(self, event: EventIn) -> bool:
        """True if the event is to be acted on now, whatever else goes on."""
        if event.kind == TASK_DONE or self.waits_for(event):
            return True
        handled = any(frame.kind == event.kind and frame.handler_end is None for frame in self.state.frames)
        return event.kind in self.program.handlers and not handled

    def next_event(self) -> EventIn | None:
        """The oldest event to be acted on now; it stays pending until `settle`. None while one needs an operator."""
        if self.troubled is not None:
            return None
        return next((event for event in self.state.pending if self.listens(event)), None)

    def settle(self, event: EventIn) -> None:
        """The event was acted on."""
        self.state.pending = [other for other in self.state.pending if other.id != event.id]

    def forget_unheard(self) -> None:
        """Before a touch: events only a later wait would hear are older than what it waits for."""
        kept = {TASK_DONE, *self.program.handlers}
        self.state.pending = [event for event in self.state.pending if event.kind in kept]

    # --- tasks -------------------------------------------------------------------------------------------------------

    def open_task(self, task: int | None) -> OpenTask | None:
        """The task, if it is one of this run's that are open."""
        return next((one for one in self.state.tasks if one.task == task and one.state == "open"), None)

    def close_task(self, task: OpenTask, state: Closing, outcome: str | None) -> None:
        """The task is done, given up or withdrawn. It is kept while a step waits for it."""
        task.state, task.outcome, task.rungs = state, outcome, []
        waited = {self.state.waiting_task, *(frame.waiting_task for frame in self.state.frames)}
        if task.task not in waited:
            self.state.tasks.remove(task)

    def take_closed(self) -> OpenTask | None:
        """The task the cursor waits for, once it is closed; it is forgotten with that."""
        for task in self.state.tasks:
            if task.task == self.state.waiting_task and task.state != "open":
                self.state.tasks.remove(task)
                return task
        return None

    def drop_waited_task(self) -> None:
        """The step that waits for a task is skipped: its ladder is not climbed any more."""
        self.state.tasks = [task for task in self.state.tasks if task.task != self.state.waiting_task]

    def next_rung(self) -> tuple[datetime, OpenTask] | None:
        """When the next open task climbs, and which."""
        climbing = [task for task in self.state.tasks if task.rungs]
        if not climbing:
            return None
        first = min(climbing, key=lambda task: (task.rungs[0].at, task.task))
        return first.rungs[0].at, first


def _waits_for(node: Node | None, kind: str) -> bool:
    return node is not None and isinstance(node.step, WaitStep) and kind in node.step.events
