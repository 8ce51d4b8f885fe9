"""What a person settles: an event nobody could match, one to be tried again, a draft put in the sender's own words."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from plays.content import edited_email
from plays.events import TaskState
from plays.refusals import ContentError
from records.db import lock_account
from records.inbox import act_on
from records.matching import match
from records.stops import lock
from records.tables import Event, Task


class ByHandError(ValueError):
    """What was asked cannot be done; the message is for the person who asked. Nothing was changed."""


class UnknownEventError(ByHandError):
    """There is no such event."""


async def assign(session: AsyncSession, event_id: str, account: str | None, contact: str | None, by: str) -> Event:
    """Say whom an unmatched event is about; its stops are applied at once, and it is due for routing.

    Raises UnknownEventError, and ByHandError for one that has found its account.
    """
    event = await _locked(session, event_id)
    if event.state != "unmatched":
        raise ByHandError(f"the event {event_id} is {event.state}; only unmatched events can be matched by hand")
    named = {"account": account, "contact": contact}
    return await _matched(session, event, {key: value for key, value in named.items() if value}, f"matched by {by}")


async def retry(session: AsyncSession, event_id: str) -> Event:
    """Try an event again now: match it if it is unmatched, make it due if it waits.

    Raises UnknownEventError, and ByHandError for one that was routed, is of unknown form or still matches nobody.
    """
    event = await _locked(session, event_id)
    if event.state == "unmatched":
        return await _matched(session, event, {}, "matched later")
    if event.state != "received":
        why = {"parked": f"its form is not known ({event.reason}); post it again in the documented form"}
        said = why.get(event.state, "only unmatched events and those that wait to be routed can be tried again")
        raise ByHandError(f"the event {event_id} is {event.state}: {said}")
    event.next_try_at = func.now()
    await session.flush()
    return event


async def edit_draft(session: AsyncSession, task_id: int, subject: str | None, text: str | None) -> Task:
    """Put an email that waits for approval in other words. Raises ByHandError when there is no such open approval."""
    account = await session.scalar(select(Task.account).where(Task.id == task_id))
    await lock_account(session, account or "")
    task = await session.get(Task, task_id, with_for_update=True)
    if task is None or task.kind != "approval" or task.state != TaskState.OPEN:
        raise ByHandError(f"task {task_id} is no open approval: there is no draft to edit")
    try:
        kept = task.draft
        said = edited_email(kept["subject"] if subject is None else subject, kept["text"] if text is None else text)
    except ContentError as error:
        raise ByHandError(f"{error}; the draft was not changed") from error
    task.draft = {**task.draft, "subject": said.subject, "text": said.text, "html": said.html}
    await session.flush()
    return task


async def _locked(session: AsyncSession, event_id: str) -> Event:
    event = await session.get(Event, event_id, with_for_update=True)
    if event is None:
        raise UnknownEventError(f"there is no event '{event_id}'; `./starter.py inbox list --all` lists them")
    return event


async def _matched(session: AsyncSession, event: Event, named: dict[str, str], how: str) -> Event:
    data = {**event.data, **named}
    found = await match(session, data)
    if not found.account:
        raise ByHandError(
            f"the event {event.id} still matches nobody; say whom it is about: "
            f"./starter.py inbox match {event.id} --account …"
        )
    await lock(session, [(event.kind, found)])
    event.data, event.account, event.contact, event.touch = data, found.account, found.contact, found.touch
    event.state, event.next_try_at = "received", func.now()
    event.reason = how
    await session.flush()
    await act_on(session, event, found)
    await session.refresh(event)
    return event
