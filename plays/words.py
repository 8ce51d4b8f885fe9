"""The words a play is written in: names, texts, conditions, due times, and what every step may say.

Shape only. The kinds of steps are `touch_steps.py` (those that reach somebody) and `steps.py` (all the others).
"""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from plays.events import Rung
from plays.moments import Moment
from plays.spans import Span

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=40)]
Word = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40), Field(description="a field's name")
]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]
Condition = Annotated[str, StringConstraints(min_length=1, max_length=2000), Field(description="a CEL expression")]
EventName = Annotated[str, StringConstraints(pattern=r"^[a-z]+(?:[.-][a-z0-9]+)*$", max_length=60)]
Outcome = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$", max_length=40)]
Scalar = str | int | float | bool


class Model(BaseModel):
    """A frozen piece of a play; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


Due = Annotated[
    dict[Span, Rung | Literal["ladder"]],
    Field(description="what happens how long after the task was handed out; `ladder` begins the play's ladder"),
]

AnswerType = Literal["text", "number", "date", "yes-no", "contact"]
Choices = Annotated[tuple[Outcome, ...], Field(min_length=2, max_length=30)]
Question = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\??$", max_length=41)]
Ask = Annotated[
    dict[Question, AnswerType | Choices],
    Field(
        min_length=1,
        max_length=30,
        description="fields and what fits them: choices, text, number, date, yes-no or contact; `note?` may stay empty",
    ),
]


def many(raw: Any, *keys: str) -> Any:
    """Of a raw mapping: `to: csm` means `to: [csm]` under these keys; nothing there means none."""
    if not isinstance(raw, dict):
        return raw
    one = {key: (value,) for key in keys if isinstance(value := raw.get(key), str)}
    return {key: value for key, value in raw.items() if key not in keys or value is not None} | one


class Step(Model):
    """What every step may say."""

    after: Span | None = Field(None, description="earliest, counted from the moment the step before was over")
    at: Moment | None = Field(None, description="instead of `after`: an anchor and an offset, e.g. `renewal - 90d`")
    when: Condition | None = None

    @model_validator(mode="after")
    def _one_time(self) -> "Step":
        if self.after is not None and self.at is not None:
            raise ValueError("a step says `after:` or `at:`, not both")
        return self


class Quota(Model):
    """So many touches of this step in any such time, over all runs of the play."""

    most: int = Field(ge=1, le=1_000_000)
    per: Span
    of: Literal["player", "contact", "account", "play"] = "play"


Weight = Annotated[int, Field(ge=1, le=1000)]


class Touch(Step):
    """What every step that reaches a person may say."""

    reason: Text | None = Field(None, description="the new thing that makes this touch worth reading")
    window: Literal["staff", "management", "calls", "any"] | None = Field(
        None, description="overrides the persona's window"
    )
    expires: Span | None = Field(None, description="given up, with a record, when it could not be made in this time")
    late: Literal["send", "skip", "catch-up"] = Field(
        "skip", description="with `at`, when that moment had passed before; catch-up makes the last of several only"
    )
    variants: Annotated[dict[Slug, Weight], Field(max_length=20)] = Field(
        default_factory=dict, description="texts that are tried against each other, with their weights"
    )
    text: Slug | None = Field(None, description="the text of another name, e.g. one that several plays share")
    quota: Quota | None = None


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


NO_TEXT: Final = frozenset({"hold", "webhook"})  # touches without content
