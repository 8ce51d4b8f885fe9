"""Dated facts of accounts that get another date: by an import or by hand, told to open runs as `anchor.moved`.

What such an event changes is `effects.py`; timers that hang on the date move when the run hears of it.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from records.db import lock_account
from records.inbox import accept_all
from records.merging import Comparison
from records.offers import Offer
from records.staging import Staged
from records.tables import Account, Run

KIND = "anchor.moved"


@dataclass(frozen=True)
class Move:
    """A dated fact of an account and its new date; `before` is None when it had none."""

    account: str
    name: str
    before: str | None
    at: str

    def offer(self, source: str, now: datetime) -> Offer:
        """The event that says so. Each move is an event of its own, also back to where it was."""
        data = {"account": self.account, "name": self.name, "at": self.at}
        return Offer(source, f"anchor_{uuid.uuid4().hex[:16]}", KIND, data, now, json.dumps(data).encode())


async def moves_of(session: AsyncSession, staged: Staged, comparison: Comparison) -> list[Move]:
    """The dates that an import is about to change at accounts with open runs; those accounts are locked with that.

    Before the merge: the gate's lock comes before a row's.
    """
    if staged.sheet.kind.name != "accounts" or "anchors" not in staged.table.c:
        return []
    mine, found = staged.table, comparison.differences
    open_ones = select(Run.id).where(Run.account == Account.id, Run.ended_at.is_(None)).exists()
    query = (
        select(Account.id, Account.anchors, mine.c.anchors)
        .join(mine, mine.c.id == Account.id)
        .join(found, and_(found.c.id == Account.id, found.c.fields.contains(["anchors"])))
        .where(open_ones, func.cardinality(found.c.fields) > 0)
        .order_by(Account.id)
    )
    rows = (await session.execute(query)).all()
    for account, _, _ in rows:
        await lock_account(session, account)
    return [move for account, before, after in rows for move in _moves(account, before, after)]


def _moves(account: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Move]:
    """A date that is taken away moves nothing: no run could hang on it any more, and none is thrown off by it."""
    return [
        Move(account, name, before.get(name), str(at)) for name, at in after.items() if at and before.get(name) != at
    ]


async def tell(session: AsyncSession, moves: Sequence[Move], source: str, now: datetime) -> list[str]:
    """Put the moves into the inbox, in the caller's transaction; the events' ids, to be routed."""
    accepted = await accept_all(session, [move.offer(source, now) for move in moves])
    return [one.id for one in accepted]


async def move(session: AsyncSession, account: str, name: str, at: str) -> Move | None:
    """What moving a date by hand would be; None when it has that date already. Raises LookupError for no account."""
    found = await session.get(Account, account)
    if found is None:
        raise LookupError(account)
    before = found.anchors.get(name)
    return None if before == at else Move(account, name, before, at)
