"""Answers to the questions of forms and surveys: checked, kept, read. What fits a question is `plays/asking.py`.

A row is one run's step, one time, by one person; answered again, the newest answers stand.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from plays.asking import fitted, questions
from records.tables import Answers, Contact


class AnswerError(ValueError):
    """Answers that do not fit their questions; the message says for each what would be right."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(faults))


async def checked(
    session: AsyncSession, account: str, ask: Mapping[str, Any], given: Mapping[str, Any]
) -> dict[str, Any]:
    """The answers with their types. Raises AnswerError with every fault; nothing is written."""
    answers, faults = fitted(ask, given)
    for one in questions(ask):
        if one.kind == "contact" and one.field in answers:
            faults += await _not_there(session, account, one.field, answers[one.field])
    if faults:
        raise AnswerError(faults)
    return answers


async def keep(
    session: AsyncSession,
    run: str,
    step: str,
    occurrence: int,
    contact: str | None,
    fields: Mapping[str, Any],
    event: str | None,
    at: dt.datetime,
) -> None:
    """Write the answers, in the caller's transaction and under the account's lock; the newest stand."""
    row = await _row(session, run, step, occurrence, contact)
    if row is None:
        session.add(
            Answers(run=run, step=step, occurrence=occurrence, contact=contact, fields=dict(fields), event=event, at=at)
        )
    elif at >= row.at:
        row.fields, row.event, row.at = dict(fields), event, at
    await session.flush()


async def of_run(session: AsyncSession, run: str) -> Sequence[Answers]:
    """Everything answered in a run, the oldest first."""
    return (await session.scalars(select(Answers).where(Answers.run == run).order_by(Answers.at, Answers.id))).all()


async def given_in(session: AsyncSession, run: str) -> dict[str, dict[str, Any]]:
    """Step -> field -> answer; of a step answered several times the newest."""
    return {one.step: dict(one.fields) for one in await of_run(session, run)}


async def _row(session: AsyncSession, run: str, step: str, occurrence: int, contact: str | None) -> Answers | None:
    same = select(Answers).where(
        Answers.run == run,
        Answers.step == step,
        Answers.occurrence == occurrence,
        Answers.contact.is_not_distinct_from(contact),  # a unique constraint lets several nulls pass
    )
    return (await session.scalars(same)).first()


async def _not_there(session: AsyncSession, account: str, field: str, contact: str) -> list[str]:
    found = await session.get(Contact, contact)
    if found is not None and found.account == account:
        return []
    listed = f"`./starter.py contacts list --account {account}` names them"
    return [f"'{field}': '{contact}' is no contact of {account}; {listed}"]
