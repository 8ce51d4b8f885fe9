"""What a play is: the format of `plays/catalog/*.yaml` as frozen types.

Shape only. Faults that need more than one field are found by `check.py`, times by `calendar.py`. A key that is not
here is an error: a typo must never vanish.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, StringConstraints, Tag, model_validator

from plays.events import Persona, Rung
from plays.spans import Span

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=40)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]
Condition = Annotated[str, StringConstraints(min_length=1, max_length=2000), Field(description="a CEL expression")]
EventName = Annotated[str, StringConstraints(pattern=r"^[a-z]+(?:[.-][a-z0-9]+)*$", max_length=60)]
Outcome = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$", max_length=40)]


class Model(BaseModel):
    """A frozen piece of a play; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


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


TouchStep = EmailStep | CallStep | TaskStep | NotifyStep
