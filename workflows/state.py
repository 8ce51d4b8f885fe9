"""What a run keeps over continue-as-new: where it stands, what is open, what was done. Pydantic models only.

Nothing here grows with time: lists have a bound, mappings have names of the play for keys.
"""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from activities.contracts import Plan, RungDue


class Message(BaseModel):
    """Anything that enters or leaves a run."""

    model_config = ConfigDict(extra="forbid")


class EventIn(Message):
    """The argument of the signal `event`: a fact that came in. Handled once per id."""

    id: str
    kind: str
    contact: str | None = None
    at: datetime
    data: dict[str, str | int | float | bool | None] = Field(default_factory=dict)  # small; never texts or addresses


class Round(Message):
    """A repeat that the run is in."""

    repeat: str
    number: int  # of the round, 1 for the first
    began: datetime


class Item(Message):
    """One of the things a gathering asks for: a step it hands out, or the kind of an event."""

    name: str
    asked: bool = False  # handed out; an event needs no asking
    until: datetime | None = None  # the gate said later: ask again then
    tasks: list[int] = Field(default_factory=list)  # that are open
    came: str | None = None  # the outcome, or the event's kind
    gone: str | None = None  # why it cannot come any more


class Cursor(Message):
    """A place in the play, with everything learnt there. The deadlines are instants."""

    step: str | None
    base: datetime  # when the step before was over
    plan: Plan | None = None  # of the step at the cursor, once known
    until: datetime | None = None  # the gate said later: ask again then
    blocked: str | None = None  # why the last gate said later
    waiting_task: int | None = None  # the task the cursor waits for
    approved: bool = False  # the draft at the cursor was approved by its sender
    hurry: bool = False  # an operator said send-now of the step at the cursor
    event_id: str | None = None  # what `event` means now: the start's, or the running handler's
    begun: bool = False  # its condition was asked and holds: a wait, a gathering, tracks go on
    more: bool = False  # the touch has others to reach after the one its task waits for
    items: list[Item] = Field(default_factory=list)  # of a gathering
    opened: int = 0  # tracks that were opened here
    child: str | None = None  # the workflow ID of the run that is waited for
    rounds: list[Round] = Field(default_factory=list)  # the repeats it is in, the innermost last


class Frame(Cursor):
    """Where the run stood when a handler took over."""

    handler_end: str | None = None  # the running handler's `end`
    handler_go: str | None = None  # the running handler's `go`
    kind: str = ""  # of the event that took over: another of its kind waits until this one is handled


class Strand(Cursor):
    """One of several tracks, or the main line beside them, while another is at the cursor."""

    track: str | None  # `tracks-name.track`; None for the main line
    idle: bool = False  # it has looked, and waits for `wake` or for something to happen
    wake: datetime | None = None
    why: str = ""


class Held(Cursor):
    """Where the run stood before an event halted it: kept in case the event was misread (`correcting.py`)."""

    event: str
    frames: list[Frame] = Field(default_factory=list)
    track: str | None = None
    strands: list[Strand] = Field(default_factory=list)
    stalls: list["StallDue"] = Field(default_factory=list)
    tasks: list["OpenTask"] = Field(default_factory=list)


class StallDue(Message):
    """When a stage has lasted so long, and which of its stalls that is."""

    at: datetime
    stage: str
    index: int


class OpenTask(Message):
    """A task handed out and not closed yet, with the rungs to come."""

    task: int
    step: str
    rungs: list[RungDue]
    state: Literal["open", "done", "given_up", "withdrawn"] = "open"  # closed ones stay until their step has read them
    outcome: str | None = None


class DoneLine(Message):
    """One line of what was done or not done, for explain and Current Details. No personal data."""

    at: datetime
    step: str
    verdict: str
    reason: str


class RunInState(Cursor):
    """Everything that survives continue-as-new. The strand at the cursor stands in the fields of `Cursor`."""

    run_id: str
    version: int
    definition: str
    roles: dict[str, str]
    occurrences: dict[str, int] = Field(default_factory=dict)
    frames: list[Frame] = Field(default_factory=list)  # of the main line
    track: str | None = None  # the track at the cursor; None for the main line
    strands: list[Strand] = Field(default_factory=list)  # the others, while tracks are open
    stage: str = ""  # the stage the run is in
    stage_since: datetime | None = None
    stalls: list[StallDue] = Field(default_factory=list)  # to come
    pending: list[EventIn] = Field(default_factory=list)
    seen: list[str] = Field(default_factory=list)  # bounded: the long memory is in Postgres
    tasks: list[OpenTask] = Field(default_factory=list)
    paused: str | None = None  # the reason, while paused
    halted: str | None = None  # the event kind, once stopped by one
    held: Held | None = None  # where it stood before that
    stuck: str | None = None  # an activity failed for good: an operator resumes (tries again) or skips
    outcomes: dict[str, str] = Field(default_factory=dict)  # of waits, gatherings and children, by name
    touches: int = 0
    done: list[DoneLine] = Field(default_factory=list)  # the last 30
