"""Every input, signal, update and query result of a run has a type here. Each handler takes one argument.

The Web UI shows handlers with their descriptions and takes one JSON value: field names are read by operators.
"""

from datetime import datetime
from typing import Final

from pydantic import Field

from workflows.state import DoneLine as DoneLine
from workflows.state import EventIn as EventIn
from workflows.state import Frame as Frame
from workflows.state import Message as Message
from workflows.state import OpenTask as OpenTask
from workflows.state import RunInState as RunInState

EVENT_SIGNAL: Final = "event"
EXPLAIN_QUERY: Final = "explain"
WITHOUT_QUERY: Final = "without"

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


class MigrateIn(Message):
    """Move the run to another version of its play, at a step that was worked out before (`plays/moving.py`)."""

    version: int
    definition: str  # of that version, base contract included
    at: str = Field(description="where the run was seen; refused if it stands elsewhere by now")
    to: str = Field(description="where it will stand")
    reason: str = "moved by an operator"


class CorrectIn(Message):
    """An event was misread: go on as if it had not come. `starter.py correct` fills it in."""

    event: str = Field(description="its id")
    done: dict[int, str] = Field(default_factory=dict, description="tasks closed since, with their outcomes")
    reason: str = "corrected by an operator"


class Without(Message):
    """Where a run would go on had an event not halted it; no state when that event did not."""

    state: RunInState | None = None


class Answer(Message):
    """What an update answers: a sentence."""

    sentence: str


class TrackLine(Message):
    """One of several tracks that go on side by side."""

    track: str
    step: str | None
    now: str
    next_touch: datetime | None = None
    why: str = ""


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
    stage: str = ""  # the stage the run is in, where the play has stages
    round: int = 0  # of the innermost repeat
    handling: str = ""  # the event whose handler is at work
    tracks: list[TrackLine] = Field(default_factory=list)  # while several go on
