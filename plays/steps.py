"""The kinds of steps that steer: waits, gatherings, choices, rounds, stages, tracks, other plays, ends. And all kinds.

Shape only. A key that is not here is an error: a typo must never vanish.
"""

from typing import Annotated, Any, Final, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from plays.simple_steps import EndStep, GoStep, PlayStep, SetStep, WaitStep
from plays.spans import Span
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
)
from plays.words import Condition, EventName, Model, Slug, Step, Text, many

TouchStep = (
    EmailStep
    | SurveyStep
    | CallStep
    | SocialStep
    | ParcelStep
    | AdsStep
    | MeetingStep
    | TaskStep
    | FormStep
    | NotifyStep
    | HoldStep
    | WebhookStep
)
HandedOutStep = CallStep | SocialStep | ParcelStep | AdsStep | MeetingStep | TaskStep | FormStep


class GatherStep(Step):
    """Several tasks, forms and events at once; over when all, any or so many of them have come.

    Outcome: complete, timeout, or overridden by an operator.
    """

    gather: Slug
    need: Literal["all", "any"] | Annotated[int, Field(ge=1, le=50)] = "all"
    of: "tuple[AnyStep, ...]" = ()
    events: tuple[EventName, ...] = Field((), alias="for")
    optional: tuple[str, ...] = Field((), description="steps and events that are asked for and not waited for")
    within: Span | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_or_many(cls, raw: Any) -> Any:
        return many(raw, "for", "optional")


class Branch(Model):
    """One way of a `choose`. The last may say `else` instead of `when` and `steps`."""

    when: Condition | None = None
    steps: "tuple[AnyStep, ...]" = ()
    otherwise: "tuple[AnyStep, ...] | None" = Field(None, alias="else")

    @model_validator(mode="after")
    def _one_form(self) -> "Branch":
        if (self.when is None) == (self.otherwise is None):
            raise ValueError("a branch says `when:` and `steps:`, or `else:` with the steps themselves")
        if self.otherwise is not None and self.steps:
            raise ValueError("`else:` holds the steps itself; move what stands under `steps:` there")
        return self

    @property
    def body(self) -> "tuple[AnyStep, ...]":
        """The steps of the branch, whichever form it has."""
        return self.steps if self.otherwise is None else self.otherwise


class ChooseStep(Step):
    """The first branch whose condition holds is taken; none means go on."""

    choose: Annotated[tuple[Branch, ...], Field(min_length=1)]
    name: Slug | None = None


class RepeatStep(Step):
    """Its steps again and again: every so often, until something holds, so many times at most, or for ever."""

    repeat: Slug
    every: Annotated[tuple[Span, ...], Field(min_length=1, max_length=100)] = Field(
        description="from the beginning of one round to that of the next; of several one after the other, then the last"
    )
    until: Condition | None = Field(None, description="asked before each round; no more rounds once it holds")
    most: int | None = Field(None, ge=1, le=10_000, description="rounds; without it the repeat has no end of its own")
    steps: "Annotated[tuple[AnyStep, ...], Field(min_length=1)]"

    @model_validator(mode="before")
    @classmethod
    def _one_or_many(cls, raw: Any) -> Any:
        return many(raw, "every")


class StageStep(Step):
    """A named part of the play. Time in it is counted; what lasts longer than it should has its own steps."""

    stage: Slug
    title: Text | None = None
    norm: Span | None = Field(None, description="how long the stage should last")
    stall: "dict[Span, tuple[AnyStep, ...]]" = Field(
        default_factory=dict, description="steps that are taken when the stage has lasted so long"
    )
    steps: "Annotated[tuple[AnyStep, ...], Field(min_length=1)]"


class Track(Model):
    """Steps that go on beside those of other tracks."""

    when: Condition | None = None
    steps: "Annotated[tuple[AnyStep, ...], Field(min_length=1)]"


class TracksStep(Step):
    """Tracks side by side. Over when all of them are, or any: then the others are dropped."""

    tracks: Slug
    of: Annotated[dict[Slug, Track], Field(min_length=1, max_length=20)]
    need: Literal["all", "any"] = "all"


KINDS: Final[dict[str, type[Step]]] = {
    "email": EmailStep,
    "survey": SurveyStep,
    "call": CallStep,
    "social": SocialStep,
    "parcel": ParcelStep,
    "ads": AdsStep,
    "meeting": MeetingStep,
    "task": TaskStep,
    "form": FormStep,
    "notify": NotifyStep,
    "hold": HoldStep,
    "webhook": WebhookStep,
    "wait": WaitStep,
    "gather": GatherStep,
    "choose": ChooseStep,
    "repeat": RepeatStep,
    "stage": StageStep,
    "tracks": TracksStep,
    "play": PlayStep,
    "set": SetStep,
    "go": GoStep,
    "end": EndStep,
}
STEP_KINDS: Final[tuple[str, ...]] = tuple(KINDS)
_KIND_OF: Final = {step: kind for kind, step in KINDS.items()}
# A wait for an event or a moment alone has no `wait:`; these keys tell it from a step without a kind.
_BARE_WAIT: Final = frozenset({"for", "at"})


def kind_of(raw: Any) -> str | None:
    """The kind of a raw step, by the first of its keys that is one (`play` may also say `end`), or of a step."""
    if not isinstance(raw, dict):
        return _KIND_OF.get(type(raw))
    if "play" in raw:
        return "play"
    return next((key for key in raw if key in KINDS), None) or ("wait" if _BARE_WAIT & raw.keys() else None)


AnyStep = Annotated[
    Annotated[EmailStep, Tag("email")]
    | Annotated[SurveyStep, Tag("survey")]
    | Annotated[CallStep, Tag("call")]
    | Annotated[SocialStep, Tag("social")]
    | Annotated[ParcelStep, Tag("parcel")]
    | Annotated[AdsStep, Tag("ads")]
    | Annotated[MeetingStep, Tag("meeting")]
    | Annotated[TaskStep, Tag("task")]
    | Annotated[FormStep, Tag("form")]
    | Annotated[NotifyStep, Tag("notify")]
    | Annotated[HoldStep, Tag("hold")]
    | Annotated[WebhookStep, Tag("webhook")]
    | Annotated[WaitStep, Tag("wait")]
    | Annotated[GatherStep, Tag("gather")]
    | Annotated[ChooseStep, Tag("choose")]
    | Annotated[RepeatStep, Tag("repeat")]
    | Annotated[StageStep, Tag("stage")]
    | Annotated[TracksStep, Tag("tracks")]
    | Annotated[PlayStep, Tag("play")]
    | Annotated[SetStep, Tag("set")]
    | Annotated[GoStep, Tag("go")]
    | Annotated[EndStep, Tag("end")],
    Discriminator(
        kind_of,
        custom_error_type="step_kind",
        custom_error_message=f"a step begins with its kind: one of {', '.join(STEP_KINDS)}",
    ),
]
