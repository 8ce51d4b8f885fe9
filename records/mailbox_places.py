"""How far each folder of each mailbox was read. Written in the transaction that stores the mails: none is lost or read
twice over a kill. The reading is `webhooks/mail`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import case, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from records.addresses import normal_form
from records.tables import MailboxPlace

UNSEEN: Final = 0  # no server gives this UIDVALIDITY (RFC 9051, 2.3.1.1: it is not zero)
LONGEST: Final = 300  # characters of a sentence that are kept


@dataclass(frozen=True)
class Place:
    """Everything up to `last_uid` under this UIDVALIDITY is in `mails`. Nothing yet with UIDVALIDITY 0."""

    uid_validity: int = UNSEEN
    last_uid: int = 0
    looked_at: datetime | None = None


async def read(session: AsyncSession, mailbox: str, folder: str) -> Place:
    """Where reading goes on."""
    row = await session.get(MailboxPlace, (normal_form(mailbox), folder))
    return Place(row.uid_validity, row.last_uid, row.looked_at) if row else Place()


async def move(session: AsyncSession, mailbox: str, folder: str, uid_validity: int, last_uid: int) -> None:
    """Everything up to `last_uid` is stored; the folder was reached. Never goes back under the same UIDVALIDITY, so
    that two watchers at once, should it ever come to that, only do the same work twice.
    """
    new = insert(MailboxPlace).values(
        mailbox=normal_form(mailbox), folder=folder, uid_validity=uid_validity, last_uid=last_uid,
        looked_at=func.now(), error="",
    )  # fmt: skip
    same = MailboxPlace.uid_validity == new.excluded.uid_validity
    farthest = func.greatest(MailboxPlace.last_uid, new.excluded.last_uid)
    moved = new.on_conflict_do_update(
        index_elements=[MailboxPlace.mailbox, MailboxPlace.folder],
        set_={
            "uid_validity": new.excluded.uid_validity,
            "last_uid": case((same, farthest), else_=new.excluded.last_uid),
            "looked_at": func.now(),
            "error": "",
        },
    )
    await session.execute(moved)


async def reached(session: AsyncSession, mailbox: str, folder: str) -> None:
    """Nothing new was there; whatever was wrong is over."""
    here = (MailboxPlace.mailbox == normal_form(mailbox)) & (MailboxPlace.folder == folder)
    await session.execute(update(MailboxPlace).where(here).values(looked_at=func.now(), error=""))


async def trouble(session: AsyncSession, mailbox: str, folder: str, sentence: str) -> None:
    """Why the folder cannot be read, for `starter.py mail boxes`. What was read stays read."""
    said = sentence[:LONGEST]
    new = insert(MailboxPlace).values(
        mailbox=normal_form(mailbox), folder=folder, uid_validity=UNSEEN, last_uid=0, error=said
    )
    keys = [MailboxPlace.mailbox, MailboxPlace.folder]
    await session.execute(new.on_conflict_do_update(index_elements=keys, set_={"error": said}))


async def listing(session: AsyncSession) -> Sequence[MailboxPlace]:
    """Every folder that was ever looked into."""
    query = select(MailboxPlace).order_by(MailboxPlace.mailbox, MailboxPlace.folder)
    return (await session.scalars(query)).all()
