"""Who is in a play: players of ours, audiences of theirs. Shape only; who that is, is found out when a touch is due."""

from typing import Any, Literal

from pydantic import Field, model_validator

from plays.events import Persona
from plays.words import Condition, Model, Slug, Word, many


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
