"""What a play is: the format of `plays/catalog/*.yaml` as frozen types. The kinds of its steps: `steps.py`.

Shape only. Faults that need more than one field are found by `check.py`, times by `calendar.py`. A key that is not
here is an error: a typo must never vanish.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from plays.cast import Audience, PlayerSlot
from plays.events import Rung
from plays.moments import Moment
from plays.simple_steps import EndStep, GoStep, PlayStep, SetStep, WaitStep
from plays.spans import Span
from plays.steps import (
    KINDS,
    STEP_KINDS,
    AnyStep,
    Branch,
    ChooseStep,
    GatherStep,
    HandedOutStep,
    RepeatStep,
    StageStep,
    TouchStep,
    Track,
    TracksStep,
)
from plays.terms import Base, BaseAnswer, Caps, Parameter, Start, standard_ladder
from plays.touch_steps import (
    AdsStep,
    CallStep,
    EmailStep,
    FormStep,
    HoldStep,
    MeetingStep,
    NotifyStep,
    ParcelStep,
    SocialStep,
    SurveyStep,
    TaskStep,
    WebhookStep,
    Written,
)
from plays.words import (
    Ask,
    Condition,
    EventName,
    HandedOut,
    Model,
    Quota,
    Scalar,
    Slug,
    Step,
    Text,
    Touch,
    Word,
)

# Whoever speaks of plays finds everything here; that the kinds of steps have files of their own is nobody's concern.
__all__ = [
    "KINDS",
    "STEP_KINDS",
    "AdsStep",
    "AnyStep",
    "Ask",
    "Audience",
    "Base",
    "BaseAnswer",
    "Branch",
    "CallStep",
    "Caps",
    "ChooseStep",
    "Condition",
    "EmailStep",
    "EndStep",
    "EventName",
    "FormStep",
    "GatherStep",
    "GoStep",
    "HandedOut",
    "HandedOutStep",
    "Handler",
    "HoldStep",
    "MeetingStep",
    "Model",
    "Moment",
    "NotifyStep",
    "Parameter",
    "ParcelStep",
    "Play",
    "PlayStep",
    "PlayerSlot",
    "Quota",
    "RepeatStep",
    "Scalar",
    "SetStep",
    "Slug",
    "SocialStep",
    "StageStep",
    "Start",
    "Step",
    "SurveyStep",
    "TaskStep",
    "Text",
    "Touch",
    "TouchStep",
    "Track",
    "TracksStep",
    "WaitStep",
    "WebhookStep",
    "Written",
    "standard_ladder",
]


class Handler(Model):
    """What the run does when an event comes, whatever step it stands at. Then it goes on there, ends, or goes on at a
    stage.
    """

    when: Condition | None = None
    steps: tuple[AnyStep, ...] = ()
    end: Slug | None = None
    go: Slug | None = Field(None, description="a stage, or `start`")

    @model_validator(mode="after")
    def _one_way(self) -> "Handler":
        if self.end is not None and self.go is not None:
            raise ValueError("a handler says `end:` or `go:`, not both")
        return self


class Play(Model):
    """A definition: players, audience, content, channels, touches, timing."""

    play: Slug
    title: Text
    stage: Text
    purpose: Text
    mail: Literal["marketing", "service"] = Field(
        "marketing", description="what its mail is for; service mail is about a contract that runs, and sells nothing"
    )
    success: EventName | None = None
    measure: Text | None = None
    parameters: Annotated[dict[Word, Parameter], Field(max_length=30)] = Field(default_factory=dict)
    anchors: Annotated[dict[Word, EventName], Field(max_length=20)] = Field(
        default_factory=dict, description="dated facts and where they come from: `account`, or the event that sets them"
    )
    start: Start = Start()
    lane: Slug
    priority: Annotated[int, Field(ge=1, le=100, description="who wins at an account: higher pre-empts lower")]
    meets: dict[Slug, Literal["block", "pause", "replace", "ignore"]] = Field(
        default_factory=dict,
        description="what this play does at its start to a lower play or lane that is open; `pause` in its own lane",
    )
    owner: Slug = Field(description="the player slot that answers replies and is told of trouble")
    executive: Slug | None = Field(None, description="the player slot the `executive` rung of a ladder climbs to")
    players: Annotated[dict[Slug, PlayerSlot], Field(min_length=1)]
    audience: dict[Slug, Audience] = Field(default_factory=dict)
    base: Base = Base()
    caps: Caps = Caps()
    craft: dict[Slug, Text] = Field(default_factory=dict, description="warnings of the craft that this play answers")
    reply_holds: Literal["person", "play", "account"] = Field(
        "account", description="whom a reply protects from other automatic touches for five days"
    )
    ladder: dict[Span, Rung] = Field(default_factory=standard_ladder, description="counted from when the task is due")
    steps: Annotated[tuple[AnyStep, ...], Field(min_length=1)]
    on: dict[EventName, tuple[Handler, ...]] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _one_or_many_handlers(cls, raw: Any) -> Any:
        if not isinstance(raw, dict) or not isinstance(raw.get("on"), dict):
            return raw
        on = {kind: value if isinstance(value, list | tuple) else (value,) for kind, value in raw["on"].items()}
        return {**raw, "on": on}
