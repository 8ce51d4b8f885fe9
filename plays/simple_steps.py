"""The kinds of steps that steer and hold no others: waits, other plays, parameters, jumps, ends."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from plays.spans import Span
from plays.words import Condition, EventName, Scalar, Slug, Step, Word, many


class WaitStep(Step):
    """Wait this long, until a moment, or for the first of `events`, whichever comes first.

    Outcome: the event's kind, or `timeout`.
    """

    wait: Span | None = None
    events: tuple[EventName, ...] = Field((), alias="for")
    where: Condition | None = Field(None, description="only events of which this holds")
    to: Slug | None = Field(None, description="only events of this audience's person")
    name: Slug | None = Field(None, description="to be named in conditions; wait-N by default")

    @model_validator(mode="before")
    @classmethod
    def _one_or_many(cls, raw: Any) -> Any:
        return many(raw, "for")

    @model_validator(mode="after")
    def _for_something(self) -> "WaitStep":
        if self.wait is None and self.at is None and not self.events:
            raise ValueError("a wait says how long (`wait: 3d`), until when (`at: renewal - 30d`) or `for:` what")
        return self


class PlayStep(Step):
    """Another play at the account: its successor, a child that is waited for, or one that goes on beside."""

    play: Slug
    how: Literal["successor", "child", "beside"] = Field(alias="as")
    name: Slug | None = None
    parameters: dict[Word, Scalar] = Field(default_factory=dict, alias="with")
    within: Span | None = Field(None, description="of a child: how long it is waited for")
    end: Slug | None = Field(None, description="of a successor: the outcome of this run; `to-<play>` by default")

    @property
    def outcome(self) -> str:
        """The word this run ends with when the other play takes over."""
        return self.end or f"to-{self.play}"[:40].rstrip("-")


class SetStep(Step):
    """Parameters of the run get other values: the value itself, or `= …` with a CEL expression."""

    assign: Annotated[dict[Word, Scalar], Field(min_length=1, max_length=20)] = Field(alias="set")
    name: Slug | None = None


class GoStep(Step):
    """The run goes on at the beginning of a stage, or of the play: `start`."""

    go: Slug
    name: Slug | None = None


class EndStep(Step):
    """The run ends here, with this word as its outcome."""

    end: Slug
    name: Slug | None = None
