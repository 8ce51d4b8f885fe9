"""What a play is: the format of `plays/catalog/*.yaml` as frozen types. The kinds of its steps: `steps.py`.

Shape only. Faults that need more than one field are found by `check.py`, times by `calendar.py`. A key that is not
here is an error: a typo must never vanish.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from plays.events import Persona, Rung
from plays.spans import Span
from plays.steps import (
    STEP_KINDS,
    AnyStep,
    Branch,
    CallStep,
    ChooseStep,
    Condition,
    EmailStep,
    EndStep,
    EventName,
    HandedOut,
    Model,
    NotifyStep,
    Slug,
    Step,
    TaskStep,
    Text,
    Touch,
    TouchStep,
    WaitStep,
)

# Whoever speaks of plays finds everything here; that the kinds of steps have a file of their own is nobody's concern.
__all__ = [
    "STEP_KINDS",
    "AnyStep",
    "Audience",
    "Branch",
    "CallStep",
    "Caps",
    "ChooseStep",
    "Condition",
    "EmailStep",
    "EndStep",
    "EventName",
    "HandedOut",
    "Handler",
    "Model",
    "NotifyStep",
    "Play",
    "PlayerSlot",
    "Slug",
    "Start",
    "Step",
    "TaskStep",
    "Text",
    "Touch",
    "TouchStep",
    "WaitStep",
    "standard_ladder",
]


class PlayerSlot(Model):
    """One of our people, found by the role they hold at the account, then by `else`."""

    role: Slug
    otherwise: Slug | None = Field(None, alias="else", description="the role that steps in when nobody holds the first")


class Audience(Model):
    """The people of theirs a step speaks to. Resolved when the touch is due, not before."""

    persona: Annotated[tuple[Persona, ...], Field(min_length=1)]
    pick: Literal["most-engaged", "most-senior", "first"] = "most-senior"
    besides: tuple[Slug, ...] = Field((), description="audiences whose person is not taken again")
    otherwise: tuple[Persona, ...] = Field((), alias="else", description="personas tried when the first have nobody")

    @model_validator(mode="before")
    @classmethod
    def _one_or_many(cls, raw: Any) -> Any:
        if not isinstance(raw, dict):
            return raw
        many = ("persona", "else", "besides")
        return {key: (value,) if key in many and isinstance(value, str) else value for key, value in raw.items()}


class Start(Model):
    """What starts a run by itself, and how often the account may have one."""

    on: EventName | None = None
    when: Condition | None = None
    held_for: Span | None = Field(None, description="the event must stand this long without its opposite")
    once_per: Span | None = Field(None, description="no second run at the account before this has passed")


class Handler(Model):
    """What the run does when an event comes, whatever step it stands at. Without `end` it then goes on there."""

    when: Condition | None = None
    steps: tuple[AnyStep, ...] = ()
    end: Slug | None = None


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
    caps: Caps = Caps()
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
