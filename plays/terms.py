"""On which terms a play runs: what starts it, its parameters, how it has the base contract, how much is too much."""

from typing import Any, Literal

from pydantic import Field, model_validator

from plays.events import Rung
from plays.spans import Span
from plays.words import Condition, Due, EventName, Model, Outcome, Scalar, Slug, Text, many


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
