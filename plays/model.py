"""What a play is: the format of `plays/catalog/*.yaml` as frozen types. The kinds of its steps: `steps.py`.

Shape only. Faults that need more than one field are found by `check.py`, times by `calendar.py`. A key that is not
here is an error: a typo must never vanish.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from plays.events import Persona, Rung
from plays.moments import Moment
from plays.spans import Span
from plays.steps import (
    KINDS,
    STEP_KINDS,
    AnyStep,
    Branch,
    ChooseStep,
    EndStep,
    GatherStep,
    GoStep,
    HandedOutStep,
    PlayStep,
    RepeatStep,
    SetStep,
    StageStep,
    TouchStep,
    Track,
    TracksStep,
    WaitStep,
)
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
    Due,
    EventName,
    HandedOut,
    Model,
    Outcome,
    Quota,
    Scalar,
    Slug,
    Step,
    Text,
    Touch,
    Word,
    many,
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


class PlayerSlot(Model):
    """One of our people, found by the role they hold at the account, then by `else`."""

    role: Slug
    otherwise: Slug | None = Field(None, alias="else", description="the role that steps in when nobody holds the first")
    parameter: Word | None = Field(None, description="the parameter of the run that names another role than `role`")


class Audience(Model):
    """The people of theirs a step speaks to. Resolved when the touch is due, not before.

    By persona, by the event (`pick: event`: its person), by a form's `contact` field (`pick: form`), or the first of
    several groups that has somebody.
    """

    persona: tuple[Persona, ...] = ()
    pick: Literal["most-engaged", "most-senior", "first", "event", "form"] = "most-senior"
    field: str | None = Field(
        None, pattern=r"^[a-z0-9-]+\.[a-z][a-z0-9_]*$", description="with `pick: form`: form.field"
    )
    when: Condition | None = Field(None, description="only people of whom this holds: `contact.engagement > 50`")
    besides: tuple[Slug, ...] = Field((), description="audiences whose person is not taken again")
    otherwise: tuple[Persona, ...] = Field((), alias="else", description="personas tried when the first have nobody")
    everyone: bool = Field(False, alias="all", description="one touch to each of them, not to the best one alone")
    most: int | None = Field(None, ge=1, le=500, description="with `all`: to so many of them")
    first: "tuple[Audience, ...]" = Field((), description="groups in order; the first that has somebody is taken")

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, raw: Any) -> Any:
        return {"first": tuple(raw)} if isinstance(raw, list | tuple) else many(raw, "persona", "else", "besides")

    @model_validator(mode="after")
    def _somebody(self) -> "Audience":
        by_name = self.pick in ("event", "form")
        if not self.persona and not self.first and not by_name:
            raise ValueError("an audience says `persona:`, `pick: event`, `pick: form`, or is a list of such groups")
        if (self.pick == "form") != (self.field is not None):
            raise ValueError("`pick: form` and `field: <form>.<field>` belong together")
        return self


class Start(Model):
    """What starts a run by itself, and how often the account may have one."""

    on: tuple[EventName, ...] = ()
    when: Condition | None = None
    held_for: Span | None = Field(None, description="the event must stand this long without its opposite")
    once_per: Span | None = Field(None, description="no second run at the account before this has passed")
    unless_open: tuple[Slug, ...] = Field((), description="no run while one of these plays has one at the account")

    @model_validator(mode="before")
    @classmethod
    def _one_or_many(cls, raw: Any) -> Any:
        return many(raw, "on", "unless_open")


class Parameter(Model):
    """A value given at the start of a run, else its default; `change`: it may be changed while the run goes on."""

    type: Literal["choice", "text", "number", "yes-no", "date"] = "text"
    of: tuple[Outcome, ...] = Field((), description="what a choice may be")
    default: Scalar
    change: bool = False
    title: Text | None = None


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


class BaseAnswer(Model):
    """How this play has one part of the base contract."""

    by: Slug | None = Field(None, description="the player slot that answers; the play's owner by default")
    due: Due | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_due(cls, raw: Any) -> Any:
        if isinstance(raw, dict) and isinstance(raw.get("due"), str):
            return {**raw, "due": {raw["due"]: "ladder"}}
        return raw


class Base(Model):
    """Overrides of the base contract every play inherits (playbook.md, B1-B6); `off` leaves a part out."""

    reply: BaseAnswer | Literal["off"] = BaseAnswer()
    defer: BaseAnswer | Literal["off"] = BaseAnswer()
    referral: BaseAnswer | Literal["off"] = BaseAnswer()
    bounce: BaseAnswer | Literal["off"] = BaseAnswer()


class Caps(Model):
    """Base contract B7: how much is too much."""

    email_gap: Span = Field(Span(12, "h"), description="between two automatic emails to one person")
    per_account_day: int = Field(3, ge=1, le=20, description="touches at the account in any 24 hours")
    people_at_once: int = Field(4, ge=1, le=50, description="people worked at the account in any 14 days")


def standard_ladder() -> dict[Span, Rung]:
    """Base contract B8: reminder at due + 1 d, cover at + 2 d, manager at + 3 d."""
    return {Span(1, "d"): "remind", Span(2, "d"): "cover", Span(3, "d"): "manager"}


class Play(Model):
    """A definition: players, audience, content, channels, touches, timing."""

    play: Slug
    title: Text
    stage: Text
    purpose: Text
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
