"""Surveys: the answers of a person to the questions of a survey step. The page is `webhooks/surveys.py`.

The step is found by the mail that was answered, else as the newest survey this person was sent. Answers that fit no
question stay in the event; the newest answers of a person stand.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from plays.asking import fitted
from plays.events import TouchState
from plays.model import SurveyStep
from plays.program import program_of
from records import answers
from records.tables import Event, PlayVersion, Run, Touch

GIVEN: Final = "answers"  # the event's own word for all answers: a question may be called as something else is


async def asked_in(session: AsyncSession, touch: Touch) -> Mapping[str, Any] | None:
    """The questions of the survey a touch was; None for any other touch."""
    definition = await session.scalar(
        select(PlayVersion.definition)
        .join(Run, (Run.play == PlayVersion.play) & (Run.version == PlayVersion.version))
        .where(Run.id == touch.run)
    )
    node = program_of(definition).nodes.get(touch.step) if definition else None
    return dict(node.step.ask) if node is not None and isinstance(node.step, SurveyStep) else None


async def take_answers(session: AsyncSession, event: Event) -> list[str]:
    """Keep the answers that came with an event; what was done, in sentences."""
    found = await _survey(session, event)
    if found is None:
        return []
    touch, ask = found
    sent = event.data.get(GIVEN)
    said = sent if isinstance(sent, dict) else event.data
    given = {name: said[name] for name in {field.removesuffix("?") for field in ask} if name in said}
    fields, _ = fitted(ask, given)  # a tool may have asked fewer questions: what it sends is kept
    if not fields:
        return []
    await answers.keep(
        session, touch.run, touch.step, touch.occurrence, event.contact or touch.contact, fields, event.id,
        event.occurred_at,
    )  # fmt: skip
    return [f"answers to {touch.step} of {touch.run} are kept"]


async def _survey(session: AsyncSession, event: Event) -> tuple[Touch, Mapping[str, Any]] | None:
    for touch in await _touches(session, event):
        ask = await asked_in(session, touch)
        if ask is not None:
            return touch, ask
    return None


async def _touches(session: AsyncSession, event: Event) -> list[Touch]:
    """The mail it answers, else what the person was sent, the newest first."""
    if event.touch:
        named = await session.get(Touch, event.touch)
        return [named] if named else []
    if not event.contact:
        return []
    query = (
        select(Touch)
        .where(Touch.contact == event.contact, Touch.channel == "email")
        .where(Touch.state.in_((TouchState.MADE, TouchState.IN_DOUBT)))
        .order_by(Touch.settled_at.desc())
        .limit(20)
    )
    return list(await session.scalars(query))
