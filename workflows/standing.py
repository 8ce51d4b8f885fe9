"""Where a run stands: its cursor, the handlers that took over, and what moving on changes.

Changes of state only. What it listens for is `hearing.py`, tracks side by side are `strands.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from activities.contracts import Plan, Record
from plays.insides import stages_around
from plays.program import Node, Program, program_of
from workflows.clock import Clock
from workflows.messages import CorrectIn, EventIn, MigrateIn, OverrideIn, RunInput, SkipIn, StopIn
from workflows.state import Cursor, DoneLine, Frame, Held, RunInState

DONE_KEPT: Final = 30
MOVES: Final = 200  # besides one for every step of the play: more without waiting for anything go round in a circle
_CURSOR: Final = tuple(Cursor.model_fields)


@dataclass(frozen=True)
class Ending:
    """How the run ends: the outcome word and a sentence."""

    outcome: str
    reason: str
    own: bool = False  # the play came to its end; no event, operator or cancellation ended it
    successor: Node | None = None  # the step that starts the play which takes over


@dataclass
class Asked:
    """What operators asked since the main loop last looked. Done before a continue-as-new, so never carried over."""

    stop: StopIn | None = None
    skip: SkipIn | None = None
    override: OverrideIn | None = None
    migrate: MigrateIn | None = None
    correct: CorrectIn | None = None
    woken: bool = False  # paused, resumed or hurried: look at the state again
    notes: list[Record] = field(default_factory=list)  # to be kept in Postgres, in this order

    @property
    def anything(self) -> bool:
        """True while the main loop has something to do for an operator."""
        wishes = (self.stop, self.skip, self.override, self.migrate, self.correct)
        return self.woken or bool(self.notes) or any(wish is not None for wish in wishes)


def lift(cursor: Cursor) -> dict[str, Any]:
    """Everything learnt at a place, to be put down again at another time."""
    return {name: getattr(cursor, name) for name in _CURSOR}


class Standing:
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
        self.migrated = ""  # why the last move to another version was refused
        self.corrected = ""  # what the last correction came to
        self.moved: list[str] = []  # the steps it came to since it last waited

    # --- where it stands ---------------------------------------------------------------------------------------------

    @property
    def node(self) -> Node | None:
        """The step at the cursor; None when the list it walks is over."""
        return self.node_at(self.state)

    def node_at(self, cursor: Cursor) -> Node | None:
        """The step at this place."""
        return None if cursor.step is None else self.program.nodes[cursor.step]

    @property
    def moving(self) -> Sequence[Cursor]:
        """The places the run goes on from: one, or one for each track and the main line."""
        return (self.state, *self.state.strands)

    @property
    def everywhere(self) -> Sequence[Cursor]:
        """The places the run goes on from, and those it comes back to when handlers are over."""
        return (*self.moving, *self.state.frames)

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

    @property
    def round(self) -> int:
        """The number of the round in the innermost repeat; 0 outside."""
        return self.state.rounds[-1].number if self.state.rounds else 0

    def note(self, now: datetime, verdict: str, reason: str, step: str | None = None) -> None:
        """Keep one line of what was done or not done."""
        line = DoneLine(at=now, step=step or self.state.step or "", verdict=verdict, reason=reason)
        self.state.done = [*self.state.done, line][-DONE_KEPT:]

    # --- moving on ---------------------------------------------------------------------------------------------------

    def go(self, step: str | None, now: datetime, plan: Plan | None = None) -> None:
        """The step before is over at `now`; stand at `step`. `plan` may have come with the answer before."""
        state, before = self.state, self.node
        state.step, state.base, state.plan = step, now, plan if self.may_plan(step) else None
        state.until = state.waiting_task = state.blocked = state.stuck = state.child = None
        state.approved = state.hurry = state.begun = state.more = False
        state.items, state.opened = [], 0
        if step is not None:
            self.come_to(step)
            self._cross(before, self.program.nodes[step], now)

    def come_to(self, step: str) -> None:
        """Count one more occurrence of the step."""
        self.state.occurrences[step] = self.state.occurrences.get(step, 0) + 1
        self.moved.append(step)

    @property
    def circling(self) -> str:
        """Names of the steps it goes round, when it moved on so often that it must be a circle; else empty."""
        if len(self.moved) <= MOVES + len(self.program.nodes):
            return ""
        return ", ".join(dict.fromkeys(self.moved[-MOVES:]))

    def may_plan(self, step: str | None) -> bool:
        """True for steps whose plan may be known before they are reached: no condition is asked first."""
        node = None if step is None else self.program.nodes[step]
        return node is not None and (node.reaches or (node.kind == "wait" and node.step.when is None))

    # --- stages ------------------------------------------------------------------------------------------------------

    def _cross(self, before: Node | None, node: Node, now: datetime) -> None:
        """Leave the stages that `node` does not stand in. Coming into one is that stage's own step."""
        state = self.state
        if not self.program.stalls or node.on is not None:
            return
        here = self.around(node)
        was = state.stage if state.track is None or before is None else (before.stage or "")
        if was == here or not was:
            return
        staying = stages_around(self.program, here)
        left = [stage for stage in stages_around(self.program, was) if stage not in staying]
        state.stalls = [stall for stall in state.stalls if stall.stage not in left]
        # Straight from one stage into the next is one change, written by the next.
        sooner_or_later = (node.step.after, node.step.at, node.step.when)
        straight = node.kind == "stage" and all(said is None for said in sooner_or_later)
        if state.stage == was and not straight:
            self.enter(here, now)

    def around(self, node: Node) -> str:
        """The stage the step stands in, of a stage's own step the one around it; empty for none."""
        if node.kind != "stage":
            return node.stage or ""
        return next(iter(stages_around(self.program, node.name)[1:]), "")

    def enter(self, stage: str, now: datetime) -> None:
        """The run is in this stage from now on; empty: in none."""
        state = self.state
        state.stage, state.stage_since = stage, now
        self.asked.notes.append(Record(run_id=state.run_id, now=now, stage=stage))

    # --- handlers take over and give back ----------------------------------------------------------------------------

    def push(self, kind: str, event_id: str | None) -> None:
        """A handler without `end` takes over the main line; its steps go first, then the run goes on where it stood."""
        state = self.state
        state.frames.append(Frame(**lift(state), kind=kind))
        state.event_id = event_id

    def halt(self, kind: str, event_id: str, end: str, now: datetime) -> None:
        """A handler with `end`: nothing of the play starts any more, its ladders stand still."""
        state = self.state
        kept = {name: getattr(state, name) for name in ("frames", "track", "strands", "stalls", "tasks")}
        state.held = Held(**lift(state), **kept, event=event_id)
        self._replace(Frame(step=None, base=now, event_id=event_id, kind=kind, handler_end=end), event_id)
        state.halted, state.tasks = kind, []

    def leave_for(self, kind: str, event_id: str, target: str, now: datetime) -> None:
        """A handler with `go`: its steps go first, then the run goes on at another stage."""
        main = next(iter(self.state.frames), self.state)
        meant, rounds = main.event_id, main.rounds
        frame = Frame(step=None, base=now, event_id=meant, rounds=rounds, kind=kind, handler_go=target)
        self._replace(frame, event_id)

    def _replace(self, frame: Frame, event_id: str) -> None:
        """The run does not come back to where it stood."""
        state = self.state
        state.frames, state.strands, state.track = [frame], [], None
        state.stalls, state.event_id = [], event_id

    def pop(self) -> Frame | None:
        """The last handler's steps are over: stand where the run stood before it, with the same deadlines."""
        state = self.state
        if not state.frames:
            return None
        frame = state.frames.pop()
        self.put(frame)
        state.stuck = None
        node = self.node
        if node is not None:
            self._cross(None, node, self.clock.now())
        return frame

    def put(self, cursor: Cursor) -> None:
        """Stand at a place where the run stood before."""
        for name in _CURSOR:
            setattr(self.state, name, getattr(cursor, name))
