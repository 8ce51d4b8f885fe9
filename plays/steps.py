"""The kinds of steps a play is made of, and the words and short forms they are written in. The play itself: `model.py`.

Shape only. A key that is not here is an error: a typo must never vanish.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, StringConstraints, Tag, model_validator

from plays.events import Rung
from plays.spans import Span

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=40)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]
Condition = Annotated[str, StringConstraints(min_length=1, max_length=2000), Field(description="a CEL expression")]
EventName = Annotated[str, StringConstraints(pattern=r"^[a-z]+(?:[.-][a-z0-9]+)*$", max_length=60)]
Outcome = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$", max_length=40)]


class Model(BaseModel):
    """A frozen piece of a play; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


Due = Annotated[
    dict[Span, Rung | Literal["ladder"]],
    Field(description="what happens how long after the task was handed out; `ladder` begins the play's ladder"),
]


class Step(Model):
    """What every step may say."""

    after: Span | None = Field(None, description="earliest, counted from the moment the step before was over")
    when: Condition | None = None


class Touch(Step):
    """What every step that reaches a person may say."""

    reason: Text | None = Field(None, description="the new thing that makes this touch worth reading")
    window: Literal["staff", "management", "calls", "any"] | None = Field(
        None, description="overrides the persona's window"
    )
    expires: Span | None = Field(None, description="given up, with a record, when it could not be made in this time")


class HandedOut(Touch):
    """A touch made by a player: it is a task with a due time and a ladder."""

    by: Slug
    to: Slug | None = None
    due: Due | None = None
    go_on: bool = Field(False, description="the play goes on at once; the ladder still watches the task")

    @model_validator(mode="before")
    @classmethod
    def _short_due(cls, raw: Any) -> Any:
        """`due: 24h` means `due: {24h: ladder}`."""
        if isinstance(raw, dict) and isinstance(raw.get("due"), str):
            return {**raw, "due": {raw["due"]: "ladder"}}
        return raw


class EmailStep(Touch):
    """One email from a player's mailbox to one contact. Drafted for its sender's approval when `approve` is set."""

    email: Slug
    sender: Slug = Field(alias="from")
    to: Slug
    thread: Slug | None = Field(None, description="the email step it follows up in the same thread")
    approve: Due | None = Field(None, description="drafted: the sender approves within this time, else the ladder")

    @model_validator(mode="before")
    @classmethod
    def _short_approve(cls, raw: Any) -> Any:
        if isinstance(raw, dict) and isinstance(raw.get("approve"), str):
            return {**raw, "approve": {raw["approve"]: "ladder"}}
        return raw


class CallStep(HandedOut):
    """A call by a player to one contact; its outcome is one of CALL_OUTCOMES and steers the play."""

    call: Slug
    to: Slug


class TaskStep(HandedOut):
    """Work for a player; its outcome is one of `outcomes`."""

    task: Slug
    outcomes: Annotated[tuple[Outcome, ...], Field(min_length=1)] = ("done",)


class NotifyStep(Touch):
    """A notice to players of ours, by email, at once; nothing is waited for."""

    notify: Slug
    to: tuple[Slug, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _one_or_many(cls, raw: Any) -> Any:
        if isinstance(raw, dict) and isinstance(raw.get("to"), str):
            return {**raw, "to": (raw["to"],)}
        return raw


class WaitStep(Step):
    """Wait this long, or until one of `events` comes first. Outcome: the event's kind, or `timeout`."""

    wait: Span
    events: tuple[EventName, ...] = Field((), alias="for")
    name: Slug | None = Field(None, description="to be named in conditions; wait-N by default")

    @model_validator(mode="before")
    @classmethod
    def _one_or_many(cls, raw: Any) -> Any:
        if isinstance(raw, dict) and isinstance(raw.get("for"), str):
            return {**raw, "for": (raw["for"],)}
        return raw


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


class EndStep(Step):
    """The run ends here, with this word as its outcome."""

    end: Slug
    name: Slug | None = None


STEP_KINDS = ("email", "call", "task", "notify", "wait", "choose", "end")


def _kind_of(raw: Any) -> str | None:
    keys = raw if isinstance(raw, dict) else type(raw).model_fields
    return next((kind for kind in STEP_KINDS if kind in keys), None)


AnyStep = Annotated[
    Annotated[EmailStep, Tag("email")]
    | Annotated[CallStep, Tag("call")]
    | Annotated[TaskStep, Tag("task")]
    | Annotated[NotifyStep, Tag("notify")]
    | Annotated[WaitStep, Tag("wait")]
    | Annotated[ChooseStep, Tag("choose")]
    | Annotated[EndStep, Tag("end")],
    Discriminator(
        _kind_of,
        custom_error_type="step_kind",
        custom_error_message=f"a step begins with its kind: one of {', '.join(STEP_KINDS)}",
    ),
]


TouchStep = EmailStep | CallStep | TaskStep | NotifyStep
