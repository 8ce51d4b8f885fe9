"""Mails that came in: kept raw before anybody reads them, each once, whatever ways it came.

What they mean is `webhooks/meaning`; which events they give rise to is `webhooks/mail`.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from records.addresses import normal_form
from records.tables import Mail

_HEAD: Final = re.compile(rb"\r?\n\r?\n")
_NAMING: Final = (b"message-id", b"from", b"date", b"subject")


@dataclass(frozen=True)
class Arrival:
    """A mail as it came: by which way, to whose mailbox, under which id of that way."""

    source: str  # `imap`, or the provider's name in the settings
    mailbox: str
    external_id: str
    raw: bytes
    received_at: datetime | None = None  # when the mailbox got it; now without
    note: str = ""  # why a person must look whatever it is read as: it was cut off


def mail_id(raw: bytes) -> str:
    """The same for one mail by every way it comes: of its Message-ID, From, Date and Subject; of all bytes without one.

    What is added on the way (Received, DKIM-Signature, our provider's own headers) makes no difference.
    """
    head = _HEAD.split(raw[:256_000], 1)[0]
    rows = [b" ".join(row.split()) for row in re.sub(rb"\r?\n[ \t]+", b" ", head).splitlines()]
    named = {row.partition(b":")[0].strip().lower(): row.partition(b":")[2].strip() for row in reversed(rows)}
    if not named.get(b"message-id"):
        return hashlib.sha256(raw).hexdigest()
    return hashlib.sha256(b"\n".join(named.get(name, b"") for name in _NAMING)).hexdigest()


async def keep(session: AsyncSession, arrivals: Sequence[Arrival]) -> list[str]:
    """Store mails in the caller's transaction; the ids of those that are new. A second copy changes nothing."""
    if not arrivals:
        return []
    rows: dict[str, dict[str, Any]] = {}
    for one in arrivals:
        rows.setdefault(mail_id(one.raw), _row(one))
    new = insert(Mail).values(list(rows.values())).on_conflict_do_nothing().returning(Mail.id)
    return list((await session.scalars(new)).all())


def _row(one: Arrival) -> dict[str, Any]:
    return {
        "id": mail_id(one.raw),
        "source": one.source,
        "mailbox": normal_form(one.mailbox),
        "external_id": one.external_id,
        "raw": one.raw,
        "sha256": hashlib.sha256(one.raw).hexdigest(),
        "received_at": one.received_at or func.now(),
        "reason": one.note,
        "state": "received",
    }


async def claim(session: AsyncSession, lease: timedelta, limit: int = 1) -> Sequence[Mail]:
    """Take mails nobody has read yet, oldest first, until the lease is over. Two readers never take the same."""
    due = (
        select(Mail.id)
        .where(Mail.state == "received", Mail.next_try_at <= func.now())
        .order_by(Mail.next_try_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = (
        update(Mail)
        .where(Mail.id.in_(due.scalar_subquery()))
        .values(attempts=Mail.attempts + 1, next_try_at=func.clock_timestamp() + lease)
        .returning(Mail)
        .execution_options(synchronize_session=False)
    )
    return (await session.scalars(taken)).all()


async def settle(session: AsyncSession, mail: str, state: str, **values: Any) -> None:
    """Write what a mail was read as: `kind`, `evidence`, `reason`, `events`, `message_id`."""
    await session.execute(update(Mail).where(Mail.id == mail).values(state=state, **values))


async def put_back(session: AsyncSession, mail: str, wait: timedelta, *, counted: bool) -> None:
    """It could not be read now: it is due again after `wait`. `counted`: the attempt stands against the mail."""
    values = {"next_try_at": func.clock_timestamp() + wait, "attempts": Mail.attempts - (0 if counted else 1)}
    await session.execute(update(Mail).where(Mail.id == mail, Mail.state == "received").values(values))


async def again(session: AsyncSession, mail: str) -> None:
    """Have a mail read anew, as if it had just come. What it has already told us is told once (event ids)."""
    anew = {"state": "received", "attempts": 0, "next_try_at": func.now(), "reason": ""}
    await session.execute(update(Mail).where(Mail.id == mail).values(**anew))


async def listing(
    session: AsyncSession, *, state: str | None = None, kind: str | None = None, limit: int = 50
) -> Sequence[Mail]:
    """What came in, newest first, without the bytes."""
    query = select(Mail).order_by(Mail.received_at.desc(), Mail.id).limit(limit).options(defer(Mail.raw))
    if state is not None:
        query = query.where(Mail.state == state)
    if kind is not None:
        query = query.where(Mail.kind == kind)
    return (await session.scalars(query)).all()


async def get(session: AsyncSession, mail: str) -> Mail | None:
    """One mail with its bytes, by its id or an unambiguous beginning of at least eight characters."""
    if len(mail) < 8 or not mail.isalnum():
        return None
    found = (await session.scalars(select(Mail).where(Mail.id.startswith(mail)).limit(2))).all()
    return found[0] if len(found) == 1 else None
