"""Every input, signal, update and query result of a run has a type here. Each handler takes one argument.

The Web UI shows handlers with their descriptions and takes one JSON value: field names are read by operators.
"""

from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from activities.contracts import Plan, RungDue

EVENT_SIGNAL: Final = "event"
EXPLAIN_QUERY: Final = "explain"

SEARCH_ATTRIBUTES: Final = {
    "Account": "Keyword",
    "Play": "Keyword",
    "Stage": "Keyword",
    "Step": "Keyword",
    "Player": "Keyword",
    "NextTouch": "Datetime",
    "Blocked": "Keyword",
    "Version": "Int",
}


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


class Frame(Message):
    """Where the run stood when a handler took over."""

    step: str | None
    base: datetime
    plan: Plan | None
    handler_end: str | None = None  # the running handler's `end`
    event_id: str | None = None
    kind: str = ""  # of the event that took over: another of its kind waits until this one is handled
    until: datetime | None = None
    waiting_task: int | None = None
    approved: bool = False
    hurry: bool = False


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


class RunInState(Message):
    """Everything that survives continue-as-new. Deadlines are instants, never remaining durations."""

    run_id: str
    version: int
    definition: str
    roles: dict[str, str]
    step: str | None  # the cursor
    base: datetime  # when the step before was over
    plan: Plan | None = None  # of the step at the cursor, once known
    until: datetime | None = None  # the gate said later: ask again then
    waiting_task: int | None = None  # the task the cursor waits for
    approved: bool = False  # the draft at the cursor was approved by its sender
    hurry: bool = False  # an operator said send-now of the step at the cursor
    occurrences: dict[str, int] = Field(default_factory=dict)
    frames: list[Frame] = Field(default_factory=list)
    event_id: str | None = None  # what `event` means now: the start's, or the running handler's
    pending: list[EventIn] = Field(default_factory=list)
    seen: list[str] = Field(default_factory=list)  # bounded: the long memory is in Postgres
    tasks: list[OpenTask] = Field(default_factory=list)
    paused: str | None = None  # the reason, while paused
    halted: str | None = None  # the event kind, once stopped by one
    blocked: str | None = None  # why the last gate said later
    stuck: str | None = None  # an activity failed for good: an operator resumes (tries again) or skips
    outcomes: dict[str, str] = Field(default_factory=dict)  # of waits: the event's kind, or `timeout`
    touches: int = 0
    done: list[DoneLine] = Field(default_factory=list)  # the last 30


class RunInput(Message):
    """What starts a run. `state` only when a run goes on after continue-as-new."""

    account: str
    parameters: dict[str, str | int | float | bool] = Field(default_factory=dict)
    parent: str | None = None  # the run that started this one
    event_id: str | None = None
    requested_by: str = "ops"
    starts_at: datetime | None = None  # of a rehearsal: what the run's clock reads at its start (UTC)
    state: RunInState | None = None


class RunResult(Message):
    """How a run ended: its outcome word and the reason in a sentence."""

    run_id: str
    outcome: str
    reason: str
    touches: int = 0


class PauseIn(Message):
    """Pause the run: no step is begun until it is resumed."""

    reason: str = "paused by an operator"


class ResumeIn(Message):
    """Resume a paused run."""

    reason: str = "resumed by an operator"


class SkipIn(Message):
    """Skip the step the run stands at."""

    step: str | None = Field(None, description="refused if the run stands elsewhere by now")
    reason: str = "skipped by an operator"


class SendNowIn(Message):
    """Make the next touch now: its planned time and window are ignored, stops, holds and caps are not."""

    step: str | None = None
    reason: str = "hurried by an operator"


class StopIn(Message):
    """End the run."""

    reason: str = "stopped by an operator"
    outcome: str = "stopped"


class ReassignIn(Message):
    """Give a player slot of this run to another player; their open tasks of the run move too."""

    slot: str
    player: str
    reason: str = "reassigned by an operator"


class ChangeIn(Message):
    """Change parameters of the run that the play allows to change. Nothing that was made is made again."""

    parameters: dict[str, str | int | float | bool]
    reason: str = "changed by an operator"


class OverrideIn(Message):
    """A gathering is complete enough: go on without what has not come."""

    step: str | None = None
    reason: str


class Answer(Message):
    """What an update answers: a sentence."""

    sentence: str


class Explanation(Message):
    """What `explain` answers: where the run stands and why."""

    run_id: str
    version: int
    state: str  # open, paused, halted
    step: str | None
    now: str  # a sentence
    next_touch: datetime | None
    next_why: str
    blocked: str | None
    open_tasks: list[int]
    touches: int
    touches_planned: int
    done: list[DoneLine]
