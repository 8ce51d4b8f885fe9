"""What is rehearsed: account, date, what our people do, what happens. As written in YAML or given on the command line.

Shape only; what a line of `events` means is `stimuli.py`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from plays.spans import Span

HORIZON: Final = Span(400, "d")
NEVER: Final = "never"
Scalar = str | int | float | bool


class Part(BaseModel):
    """A part of a scenario; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Person(Part):
    """One of their people. What is left out is made up from the persona."""

    persona: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    title: str | None = None
    seniority: int | None = None
    engagement: int | None = None
    email: str | None = None
    phone: str | None = None
    zone: str | None = None
    country: str | None = None
    locale: str | None = None
    consent_basis: str | None = None
    facts: dict[str, Any] | None = None
    gone: bool | None = None


class OpenRun(Part):
    """A run of another play that is open at the account."""

    play: str
    lane: str = ""
    priority: int = 50


class AccountSpec(Part):
    """A made-up account; with `like` one of the shared ones, changed."""

    like: str | None = None
    id: str | None = None
    name: str | None = None
    tier: str | None = None
    segment: str | None = None
    lifecycle: str | None = None
    domains: tuple[str, ...] | None = None
    zone: str | None = None
    country: str | None = None
    locale: str | None = None
    facts: dict[str, Any] = Field(default_factory=dict)
    anchors: dict[str, str] = Field(default_factory=dict)  # a date, or `day 90`
    contacts: dict[str, Person] = Field(default_factory=dict)
    without: tuple[str, ...] = ()  # roles of ours that nobody holds
    absent: dict[str, str] = Field(default_factory=dict)  # role -> `day 2 to day 9`
    holds: dict[str, str] = Field(default_factory=dict)  # contact id or `account` -> `day 4`
    suppressions: tuple[str, ...] = ()  # contact ids, addresses, domains, or `account`
    open_runs: tuple[OpenRun, ...] = ()

    @field_validator("tier", mode="before")
    @classmethod
    def _as_text(cls, raw: Any) -> Any:
        return str(raw) if isinstance(raw, int) else raw

    @field_validator("anchors", mode="before")
    @classmethod
    def _dates_as_text(cls, raw: Any) -> Any:
        return {key: str(value) for key, value in raw.items()} if isinstance(raw, dict) else raw


class Answer(Part):
    """What one of ours does with what they are handed."""

    outcome: str | None = None
    after: Span | None = None
    never: bool = False
    fields: dict[str, Any] = Field(default_factory=dict)  # of a form

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, raw: Any) -> Any:
        if isinstance(raw, str):
            return {"never": True} if raw == NEVER else {"outcome": raw}
        if isinstance(raw, dict) and "fields" not in raw and "never" not in raw:
            known = {key: raw[key] for key in ("outcome", "after") if key in raw}
            return {**known, "fields": {key: value for key, value in raw.items() if key not in known}}
        return raw


class Expect(Part):
    """What a rehearsal of the catalog must come to."""

    outcome: str
    touches: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    open: tuple[str, ...] = ()


class Scenario(Part):
    """One rehearsal. `at` is wall time of the account."""

    title: str = "rehearsal"
    account: str | AccountSpec
    at: datetime
    start: str | None = None  # the event that starts the run
    players: Literal["prompt", "absent"] = "prompt"
    params: dict[str, Scalar] = Field(default_factory=dict)
    answers: dict[str, tuple[Answer, ...]] = Field(default_factory=dict)
    events: tuple[str, ...] = ()
    doing: tuple[str, ...] = ()
    until: Span = HORIZON
    expect: Expect | None = None

    @field_validator("at", mode="before")
    @classmethod
    def _moment(cls, raw: Any) -> Any:
        return raw.strip().replace(" ", "T", 1) if isinstance(raw, str) else raw

    @field_validator("at")
    @classmethod
    def _whole_minutes(cls, at: datetime) -> datetime:
        if at.tzinfo is not None:
            raise ValueError("write `at` as the account's clock shows it, without a zone: 2026-11-30 09:00")
        return at.replace(second=0, microsecond=0)

    @field_validator("answers", mode="before")
    @classmethod
    def _one_or_many(cls, raw: Any) -> Any:
        if not isinstance(raw, dict):
            return raw
        return {step: tuple(given) if isinstance(given, list | tuple) else (given,) for step, given in raw.items()}

    def answer(self, step: str, occurrence: int) -> Answer | None:
        """What the scenario says of a step; of one made more often than it says, the last."""
        given: Sequence[Answer] = self.answers.get(step, ())
        return given[min(occurrence, len(given)) - 1] if given else None
