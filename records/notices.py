"""The outbox of mails to our own players: putting one in. Sending them is `activities/notices.py`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from plays.ids import message_id
from records.tables import Notice


@dataclass(frozen=True)
class Draft:
    """A notice before it has a number. `key` comes from `plays.ids.notice_key`."""

    key: str
    player: str
    subject: str
    body: str
    run: str | None = None
    task: int | None = None


async def put(session: AsyncSession, draft: Draft, mail_domain: str) -> bool:
    """Put a notice in the outbox, once per key; True if it was not there yet. Sent after the commit."""
    values = {
        "key": draft.key,
        "player": draft.player,
        "subject": draft.subject,
        "body": draft.body,
        "run": draft.run,
        "task": draft.task,
        "message_id": message_id(draft.key, mail_domain),
    }
    put = insert(Notice).values(values).on_conflict_do_nothing(index_elements=[Notice.key]).returning(Notice.id)
    return await session.scalar(put) is not None


async def of_run(session: AsyncSession, run: str) -> Sequence[Notice]:
    """What our players were told about a run, in order."""
    return (await session.scalars(select(Notice).where(Notice.run == run).order_by(Notice.id))).all()


async def unsent(session: AsyncSession, *, limit: int = 100) -> Sequence[Notice]:
    """What waits in the outbox, oldest first, with the error of its last attempt."""
    query = select(Notice).where(Notice.sent_at.is_(None)).order_by(Notice.next_try_at).limit(limit)
    return (await session.scalars(query)).all()


async def withdraw(session: AsyncSession, tasks: Sequence[int], at: datetime) -> None:
    """Drop the unsent notices of tasks that nobody needs to do any more. One that is being sent goes out."""
    free = (
        select(Notice.id)
        .where(Notice.task.in_(tasks), Notice.sent_at.is_(None))
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    dropped = {"sent_at": at, "error": "withdrawn before it was sent: the task was closed"}
    await session.execute(
        update(Notice).where(Notice.id.in_(free)).values(dropped).execution_options(synchronize_session=False)
    )
