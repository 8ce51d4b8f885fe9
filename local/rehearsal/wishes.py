"""What an operator asks of a run in a rehearsal, as the argument of the update: `change strategy=full`."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import BaseModel

from local.rehearsal.stimuli import Incident
from workflows.messages import ChangeIn, OverrideIn, PauseIn, ReassignIn, ResumeIn, SendNowIn, SkipIn, StopIn

REASON: Final = "as the rehearsal says"


def wish_of(incident: Incident) -> BaseModel:
    """The argument. A bare word names the step (or of `reassign` the slot)."""
    data = dict(incident.data)
    named = data.pop("", None)
    return WISHES[incident.word](named, data)


def _reason(data: dict[str, Any]) -> str:
    return str(data.get("reason", REASON))


WISHES: Final[Mapping[str, Callable[[Any, dict[str, Any]], BaseModel]]] = {
    "change": lambda named, data: ChangeIn(parameters=data, reason=REASON),
    "override": lambda named, data: OverrideIn(step=named, reason=_reason(data)),
    "pause": lambda named, data: PauseIn(reason=_reason(data)),
    "resume": lambda named, data: ResumeIn(reason=_reason(data)),
    "skip": lambda named, data: SkipIn(step=named, reason=_reason(data)),
    "send_now": lambda named, data: SendNowIn(step=named, reason=_reason(data)),
    "stop": lambda named, data: StopIn(reason=_reason(data), outcome=str(data.get("outcome", "stopped"))),
    "reassign": lambda named, data: ReassignIn(slot=str(named), player=str(data.get("to", "")), reason=_reason(data)),
}
