"""What the workflow asks of the world: the name, input and result of every activity.

Types only; importable by workflow code (pydantic and `plays` alone). Implementations stand beside this file.
Inputs carry ids, never names, addresses or texts: histories hold no personal data.
"""

from datetime import UTC, datetime
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from plays.events import Rung


class Message(BaseModel):
    """Anything that crosses into or out of an activity."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# --- local activities: Postgres only ---------------------------------------------------------------------------------
OPEN_RUN: Final = "open_run"
PLAN: Final = "plan"
HAND_OUT: Final = "hand_out"  # every task, notices, holds, and the draft of an email that wants approval
CLIMB: Final = "climb"  # one rung of a task's ladder
DECIDE: Final = "decide"  # which branch, which handler
RECORD: Final = "record"  # pause, resume, reassign, halt … into `runs`
CLOSE_RUN: Final = "close_run"
# --- regular activities: they talk to the world ----------------------------------------------------------------------
SEND_EMAIL: Final = "send_email"  # a survey too
CALL_WEBHOOK: Final = "call_webhook"
START_PLAY: Final = "start_play"

Scalar = str | int | float | bool

NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)  # as Plan.due: no instant; only an event or an operator ends the wait


class OpenRun(Message):
    """Admit this run, or say why not. Idempotent under `first_execution_run_id` (the same over reset)."""

    play: str
    account: str
    workflow_id: str
    first_execution_run_id: str
    now: datetime
    event_id: str | None = None  # the event that started it
    requested_by: str = "ops"
    started_at: datetime | None = None  # when the server accepted the start, which may be long before a worker came
    parameters: dict[str, Scalar] = Field(default_factory=dict)  # given at the start; the others have their defaults
    parent: str | None = None  # the run that started this one and may wait for its end


class Plan(Message):
    """When a step is due and why then, worked out outside workflow code (time-zone data change)."""

    step: str
    due: datetime
    why: str  # "champion's window opens", no personal data
    who: str = ""  # the role or persona reached
    begins: datetime | None = None  # of a gather or a child with `within` and `after` or `at`: when it begins
    stalls: tuple[datetime, ...] = ()  # of a stage: when each of its stalls comes, as Program.stalls has them


class Heard(Message):
    """An event that came after the start was accepted and before the run was opened: nobody could be told."""

    id: str
    kind: str
    contact: str | None = None
    at: datetime
    data: dict[str, str | int | float | bool | None] = Field(default_factory=dict)


class Admission(Message):
    """The answer to OpenRun. Only `admitted` carries the rest."""

    verdict: Literal["admitted", "refused", "merged"]
    reason: str
    run_id: str = ""
    version: int = 0
    definition: str = ""  # Play as JSON, base contract included; the run is pinned to it
    roles: dict[str, str] = Field(default_factory=dict)  # player slot -> player id
    stage: str = ""
    plan: Plan | None = None  # of the first step, where it reaches a person
    missed: tuple[Heard, ...] = ()


class StepIn(Message):
    """One step, once. `now` is the run's clock: virtual under a skipped clock, else the server's."""

    run_id: str
    version: int
    step: str
    occurrence: int = 1
    now: datetime
    base: datetime  # the moment the step before was over: `after` counts from it
    planned: datetime | None = None  # when it was due, for `expires`
    event_id: str | None = None  # what `event` means in conditions and content
    hurry: bool = False  # send-now: ignore planned time, window, holidays; never stops, holds or caps
    then: str | None = None  # the step that follows for certain: its plan comes back with the answer
    outcomes: dict[str, str] = Field(default_factory=dict)  # of waits, which leave no row: `touch['wait-1'].outcome`
    stage: str = ""  # the stage the run is in
    round: int = 0  # of the innermost repeat
    tasks: tuple[int, ...] = ()  # of this step: those that are open and watched


class RungDue(Message):
    """When a task that is still open climbs to which rung."""

    at: datetime
    rung: Rung


class StepOut(Message):
    """What became of a step.

    `already` is no verdict of its own: a settled key answers with its stored verdict.
    """

    verdict: Literal["made", "later", "skipped", "refused", "in_doubt"]
    reason: str
    until: datetime | None = None  # of `later`: ask again then
    contact: str | None = None  # the id of the contact reached
    task: int | None = None
    rungs: tuple[RungDue, ...] = ()
    outcome: str | None = None  # of a task that was already done, of a webhook
    plan: Plan | None = None  # of StepIn.then
    more: bool = False  # of an "all of" audience: others are still to be reached by this step; ask again


class Climb(Message):
    """A task is still open at `rung`'s time."""

    run_id: str
    task: int
    rung: Rung
    now: datetime


class Climbed(Message):
    """What the rung did; `state` says whether the task is open still (a player may have been quicker)."""

    state: Literal["open", "done", "given_up", "withdrawn"]
    outcome: str | None = None
    sentence: str  # "reminded the adr", "handed to the adr's manager"


class Decide(Message):
    """Evaluate the conditions of a `choose` step, or of the handlers of an event kind (`on:KIND`).

    Also the `when` of any other step that reaches nobody: index 0 when it holds. A choose whose own `when` fails has no
    index. Of a repeat (`until:NAME`): index 0 when no further round is wanted. Of a wait (`for:NAME`, with the event):
    index 0 when its `where` and `to` fit the event. Of tracks: `indices` of those that are taken.
    """

    run_id: str
    version: int
    what: str  # a step's name, or `on:reply`, `until:NAME`, `for:NAME`
    now: datetime
    event_id: str | None = None
    outcomes: dict[str, str] = Field(default_factory=dict)  # as in StepIn
    stage: str = ""
    round: int = 0


class Decided(Message):
    """The index of the first branch or handler that holds; None when none does."""

    index: int | None
    indices: tuple[int, ...] = ()  # of tracks
    reason: str  # the condition as written and what it saw, without personal data


class Record(Message):
    """A change of a run's state, or a reassignment, to be kept in Postgres."""

    run_id: str
    now: datetime
    state: Literal["open", "paused", "halted"] | None = None
    reason: str = ""
    event_id: str | None = None
    skipped: str | None = None  # a step an operator skipped: `step/occurrence`; its open task is withdrawn
    reassign_slot: str | None = None
    reassign_to: str | None = None
    assigns: str | None = None  # a `set` step: its values are worked out and kept as the run's parameters
    parameters: dict[str, Scalar] = Field(default_factory=dict)  # an operator changed these
    stage: str | None = None  # the run has come to this stage; empty: it has left the last, and is in none
    version: int | None = None  # the run was moved to this version of its play
    outcomes: dict[str, str] = Field(default_factory=dict)  # as in StepIn, for `assigns`


class StartPlay(Message):
    """Start another play at the account. Once: a second time the answer is the same.

    A successor is started after this run was closed; of a child or one beside, this run is the parent.
    """

    run_id: str
    version: int
    step: str
    occurrence: int
    now: datetime
    event_id: str | None = None


class PlayStarted(Message):
    """What became of it. `run.ended` with data.workflow = this workflow tells the end of a child."""

    verdict: Literal["started", "open", "refused"]  # open: its run was open already and is not ours
    workflow_id: str
    reason: str


class CloseRun(Message):
    """The run is over: outcome and reason are written, open tasks withdrawn, runs that waited for the lane nudged."""

    run_id: str
    now: datetime
    outcome: str
    reason: str
    event_id: str | None = None
    heard: tuple[str, ...] | None = None  # of a run at its own end: the events it knows; None: close in any case


class Closed(Message):
    """What closing did. `missed` means not closed: a stop was accepted and the run had not heard of it yet."""

    missed: tuple[Heard, ...] = ()

    nudged: tuple[str, ...] = ()  # workflow IDs that were told
