"""A body in our words, and what is made of one that does not fit. The form of each event is `event_forms.py`.

A good signature with an unknown form is kept and parked, never refused (B13). A stop is never lost for a slip in
another field: what cannot be read is left out and named.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from plays.events import is_event_kind
from records.stops import STOPPING
from webhooks.event_forms import FORMS, OWN_KINDS, About

UNREADABLE: Final = "unreadable"  # the kind under which a body without a usable `type` is parked
_EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_SKEW: Final = timedelta(minutes=5)

Form = TypeVar("Form", bound=BaseModel)
Kind = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class Envelope(BaseModel):
    """The outer form of every event."""

    model_config = ConfigDict(extra="ignore")

    type: Kind
    occurred_at: AwareDatetime | None = Field(None, description="when it happened; the time of receipt by default")
    data: dict[str, Any] = Field(default_factory=dict)


@dataclass(frozen=True)
class Incoming:
    """A body in our words. `parked` says why it is only kept."""

    kind: str
    data: dict[str, Any]
    occurred_at: datetime
    parked: str = ""


def normalise(body: dict[str, Any], received_at: datetime) -> Incoming:
    """Bring a verified body into our words; `received_at` (UTC) stands in for a missing or impossible time."""
    named = body.get("type")
    envelope, slips = _read(Envelope, body, keep_rest=isinstance(named, str) and named in STOPPING)
    if envelope is None:
        return Incoming(UNREADABLE, {}, received_at, _unfit(slips))
    occurred_at = _plausible(envelope.occurred_at, received_at)
    kind, data = envelope.type, envelope.data
    if kind in OWN_KINDS:
        return Incoming(kind, data, occurred_at, f"'{kind}' is raised by Setpiece itself and not taken from outside")
    if not is_event_kind(kind):
        return Incoming(kind, data, occurred_at, f"'{kind}' is no kind of event that plays know")
    form, slips = _read(FORMS.get(kind, About), data, keep_rest=kind in STOPPING)
    if form is None:
        return Incoming(kind, data, occurred_at, _unfit(slips))
    return Incoming(kind, form.model_dump(mode="json", exclude_none=True), occurred_at)


def _read(form: type[Form], given: dict[str, Any], *, keep_rest: bool) -> tuple[Form | None, list[str]]:
    """The form filled in, or the names of what does not fit it; with `keep_rest` such fields are left out."""
    try:
        return form.model_validate(given), []
    except ValidationError as error:
        slips = sorted({str(fault["loc"][0]) if fault["loc"] else "data" for fault in error.errors()})
    rest = {name: value for name, value in given.items() if name not in slips}
    required = (name for name, field in form.model_fields.items() if field.is_required())
    if not keep_rest or any(name not in rest for name in required):
        return None, slips
    return form.model_validate(rest), []


def _unfit(slips: list[str]) -> str:
    return f"its form is not the documented one: {', '.join(slip[:40] for slip in slips[:10])}"


def _plausible(occurred_at: datetime | None, received_at: datetime) -> datetime:
    if occurred_at is None or not _EARLIEST <= occurred_at <= received_at + _SKEW:
        return received_at
    return occurred_at.astimezone(UTC)
