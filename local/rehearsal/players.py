"""What our people do in a rehearsal with what they are handed: at once, later, or never; as the scenario says."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from local.rehearsal.accounts import contact_id
from local.rehearsal.faults import Unplayable
from local.rehearsal.piece import Piece
from local.rehearsal.scenario import Answer, Scenario
from plays.calendar import add
from plays.events import APPROVAL_OUTCOMES, CALL_OUTCOMES
from plays.model import FormStep
from records.tables import Contact, Task

# Where the first outcome of the kind is not what usually happens. The silence of others is the rule, not the exception.
USUAL: Final[Mapping[str, str]] = {"call": CALL_OUTCOMES[2], "meeting": "not_reached", "approval": APPROVAL_OUTCOMES[0]}
A_TEXT: Final = "as the rehearsal has it"


def answer_to(scenario: Scenario, task: Task, occurrence: int) -> Answer | None:
    """What becomes of a task; None when nobody does it."""
    said = scenario.answer(task.step, occurrence)
    if said is None and scenario.players == "absent":
        return None
    said = said or Answer()
    return None if said.never else said


def outcome_of(said: Answer, task: Task) -> str:
    """The outcome word. Raises Unplayable when the task has no such outcome."""
    if said.outcome is None:
        return USUAL.get(task.kind) or task.outcomes[0]
    if said.outcome not in task.outcomes:
        raise Unplayable(f"answers: {task.step} has no outcome '{said.outcome}'; it is {' or '.join(task.outcomes)}")
    return said.outcome


def when_done(said: Answer, now: datetime, zone: str, country: str | None) -> datetime:
    """The moment the task is done."""
    return add(now, said.after, zone, country) if said.after else now


async def fields_of(session: AsyncSession, piece: Piece, task: Task, said: Answer, now: datetime) -> dict[str, Any]:
    """The answers of a form: those of the scenario, and something plain for the rest that must be said."""
    step = piece.program.nodes[task.step].step
    if not isinstance(step, FormStep):
        return {}
    asked = {name.removesuffix("?"): kind for name, kind in step.ask.items()}
    if unknown := set(said.fields) - set(asked):
        raise Unplayable(f"answers: {task.step} asks {', '.join(asked)}, not {', '.join(sorted(unknown))}")
    query = select(Contact.id).where(Contact.account == piece.account).order_by(Contact.id)
    people = list(await session.scalars(query))
    needed = [name for name in step.ask if not name.endswith("?")]
    given = {name: _meant(value, asked[name], piece.account, people) for name, value in said.fields.items()}
    return {name: _usual(asked[name], now, people) for name in needed} | given


def _usual(kind: Any, now: datetime, people: Sequence[str]) -> Any:
    if isinstance(kind, tuple):
        return kind[0]
    somebody = people[0] if people else ""
    return {"text": A_TEXT, "number": 1, "yes-no": True, "date": now.date().isoformat(), "contact": somebody}[kind]


def _meant(value: Any, kind: Any, account: str, people: Sequence[str]) -> Any:
    """A contact may be named by its persona: `champion` is `acme-champion`."""
    whole = contact_id(account, str(value))
    return whole if kind == "contact" and value not in people and whole in people else value
