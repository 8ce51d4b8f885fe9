"""Only one process watches a mailbox: an advisory lock of Postgres, on a connection that nothing else uses.

Should Postgres drop the connection, two may watch for a moment: that is twice the work, never a mail twice.
"""

import asyncio
from types import TracebackType
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from records.db import Database, watching_lock_key

PATIENCE: Final = 5.0  # seconds for an answer of Postgres


class Guard:
    """The locks this process holds, for all of its mailboxes on one connection."""

    def __init__(self, database: Database) -> None:
        self._engine: AsyncEngine = create_async_engine(database.engine.url, poolclass=NullPool, hide_parameters=True)
        self._connection: AsyncConnection | None = None
        self._mine: set[str] = set()
        self._turn = asyncio.Lock()

    async def holds(self, mailbox: str) -> bool:
        """True if the mailbox is ours to watch: held already over a living connection, or free and taken now."""
        async with self._turn:
            try:
                async with asyncio.timeout(PATIENCE):
                    return await self._ask(mailbox)
            except (SQLAlchemyError, OSError, TimeoutError):
                await self._drop()
                return False

    async def _ask(self, mailbox: str) -> bool:
        if self._connection is None:
            opened = await self._engine.connect()
            self._connection = await opened.execution_options(isolation_level="AUTOCOMMIT")
        if mailbox in self._mine:
            await self._connection.execute(text("select 1"))
            return True
        taken = text("select pg_try_advisory_lock(:key)")
        if await self._connection.scalar(taken, {"key": watching_lock_key(mailbox)}):
            self._mine.add(mailbox)
        return mailbox in self._mine

    async def _drop(self) -> None:
        """With the connection its locks are gone."""
        connection, self._connection = self._connection, None
        self._mine.clear()
        if connection is not None:
            try:
                async with asyncio.timeout(PATIENCE):
                    await connection.invalidate()
                    await connection.close()
            except (SQLAlchemyError, OSError, TimeoutError):
                return

    async def __aenter__(self) -> "Guard":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """Let the next process have them."""
        async with self._turn:
            await self._drop()
        await self._engine.dispose()
