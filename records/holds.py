"""Holds: do not touch this contact or account until …, with the cause. They re-time every run that has the person.

Whoever places one here takes the account's lock, so that no touch begins once the transaction has committed.
What an event holds by itself is `stops.py`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal, get_args

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from records.db import lock_account
from records.tables import Contact, Hold, Run

HoldScope = Literal["contact", "account"]
SCOPES: Final[tuple[str, ...]] = get_args(HoldScope)


async def place(
    session: AsyncSession,
    scope: HoldScope,
    value: str,
    until: datetime,
    cause: str,
    by: str,
    *,
    play: str | None = None,
    except_play: str | None = None,
    event: str | None = None,
) -> Hold:
    """Hold a contact or account until an instant; for one play only, for every play but one, or for all."""
    await lock_account(session, await _account_of(session, scope, value))
    made = Hold(
        scope=scope,
        value=value,
        until=until,
        cause=cause,
        created_by=by,
        play=play,
        except_play=except_play,
        event=event,
    )
    session.add(made)
    await session.flush()
    return made


async def lift(session: AsyncSession, hold_id: int, at: datetime) -> Hold | None:
    """End a hold early; None when there is no unlifted one with this number."""
    found = await session.get(Hold, hold_id, with_for_update=True)
    if found is None or found.lifted_at is not None:
        return None
    found.lifted_at = at
    return found


async def lift_guards(session: AsyncSession, run: Run, at: datetime) -> None:
    """The holds by which a run kept others away (`plays: others`) end with it; one that binds all stays to its time."""
    guards = update(Hold).where(Hold.created_by == run.id, Hold.except_play == run.play, Hold.lifted_at.is_(None))
    await session.execute(guards.values(lifted_at=at))


async def get(session: AsyncSession, hold_id: int) -> Hold | None:
    """The hold with this number."""
    return await session.get(Hold, hold_id)


async def listing(
    session: AsyncSession, now: datetime, *, value: str | None = None, over: bool = False
) -> Sequence[Hold]:
    """Those that end last first; only those in force at `now` unless `over`."""
    query = select(Hold).order_by(Hold.until.desc(), Hold.id)
    if not over:
        query = query.where(Hold.lifted_at.is_(None), Hold.until > now)
    if value is not None:
        query = query.where(Hold.value == value)
    return (await session.scalars(query)).all()


async def _account_of(session: AsyncSession, scope: HoldScope, value: str) -> str:
    if scope == "account":
        return value
    return await session.scalar(select(Contact.account).where(Contact.id == value)) or value
