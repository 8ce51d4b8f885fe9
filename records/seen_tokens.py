"""Tokens that signed a webhook once. A signature that does not cover its body is worth one body, and no more (B9)."""

import hashlib
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from records.tables import SeenToken

KEPT: Final = timedelta(days=7)  # far longer than any provider tries again
_SWEPT: Final = 100  # old ones forgotten with each new one


async def spend(session: AsyncSession, source: str, token: str, body: str) -> bool:
    """Remember with which body (its hash) a token came, in the caller's transaction. False if it came with another.

    The provider's own retry, the same token with the same body, is True. Of two at the same time the second waits.
    """
    digest = hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
    new = insert(SeenToken).values(source=source, token=digest, event=body).on_conflict_do_nothing()
    added = await session.scalar(new.returning(SeenToken.token))
    if added is None:
        known = select(SeenToken.event).where(SeenToken.source == source, SeenToken.token == digest)
        return await session.scalar(known) == body
    await _forget(session)
    return True


async def _forget(session: AsyncSession) -> None:
    old = (
        select(SeenToken.source, SeenToken.token)
        .where(SeenToken.seen_at < func.now() - KEPT)
        .limit(_SWEPT)
        .with_for_update(skip_locked=True)
    ).subquery()
    there = (SeenToken.source == old.c.source) & (SeenToken.token == old.c.token)
    await session.execute(delete(SeenToken).where(there).execution_options(synchronize_session=False))
