"""Bounded waits for Postgres: an answer within seconds, also when the database hangs instead of refusing (B2)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession

from records.db import Database
from webhooks.refusals import not_stored

STORE_SECONDS: Final = 4.0
_FOR_GOOD: Final = ("22", "23", "42")  # SQLSTATE classes: data, constraints, statements; trying again does not help
_AWAY: Final = (OSError, TimeoutError, PoolTimeout, DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError)
Result = TypeVar("Result")
_abandoned: set[asyncio.Task[object]] = set()


async def store(
    database: Database, work: Callable[[AsyncSession], Awaitable[Result]], seconds: float = STORE_SECONDS
) -> Result:
    """Do the work in one transaction and commit. Raises Refusal 503 when that is not done within `seconds`."""

    async def transaction() -> Result:
        async with database.begin() as session:
            return await work(session)

    # A task of its own: a rollback on a hanging connection hangs too, and the sender is not to wait for that.
    task = asyncio.create_task(transaction())
    try:
        await asyncio.wait({task}, timeout=seconds)
    except asyncio.CancelledError:
        _abandon(task)
        raise
    if not task.done():
        _abandon(task)
        raise not_stored()
    try:
        return task.result()
    except _AWAY as error:
        if _refused_for_good(error):
            raise
        raise not_stored() from error


def _refused_for_good(error: BaseException) -> bool:
    refusal = error.orig if isinstance(error, DBAPIError) else error
    return (getattr(refusal, "sqlstate", None) or "").startswith(_FOR_GOOD)


def _abandon(task: asyncio.Task[Result]) -> None:
    task.cancel()
    _abandoned.add(task)
    task.add_done_callback(_forget)


def _forget(task: asyncio.Task[Result]) -> None:
    _abandoned.discard(task)
    if not task.cancelled():
        task.exception()  # looked at, so that asyncio does not report it as lost
