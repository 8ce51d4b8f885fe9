"""Scratch schemas: the tables of the ledger once more, empty, for a rehearsal. The live ones keep no trace of it.

Whoever makes one holds an advisory lock under its name as long as it lives; one whose lock is free was left behind by
a process that was killed, and is dropped by the next that comes.
"""

import hashlib
import uuid
from types import TracebackType
from typing import Final, Self

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from records.db import Database
from records.tables import Base

PREFIX: Final = "rehearsal_"
TABLES: Final = tuple(table.name for table in Base.metadata.sorted_tables)
NUMBERED: Final = tuple(
    table.name for table in Base.metadata.sorted_tables if any(column.identity for column in table.columns)
)
KEPT: Final = "play_versions"  # published texts outlast one rehearsal: reading them anew would cost its time


class NoTables(RuntimeError):
    """The live database has no tables whose form could be taken."""


class Keeper:
    """Makes scratch schemas in one database and drops them at its end. One connection holds their locks.

    async with Keeper(url) as keeper:
        scratch = await keeper.make()
    """

    def __init__(self, url: str) -> None:
        self._engine: AsyncEngine = create_async_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        self._url = url
        self._connection: AsyncConnection | None = None
        self._made: list[Scratch] = []

    async def __aenter__(self) -> Self:
        self._connection = await self._engine.connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for scratch in self._made:
            await scratch.database.close()
            await self._drop(scratch.name)
        if self._connection is not None:
            await self._connection.close()
        await self._engine.dispose()

    async def make(self) -> "Scratch":
        """A new schema with tables made like the live ones. Raises NoTables before the first `db upgrade`."""
        name = f"{PREFIX}{uuid.uuid4().hex[:12]}"
        await self._run(f"select pg_advisory_lock({_key(name)})")
        here = str((await self._ask("select current_schema()"))[0])
        known = set(await self._ask("select tablename from pg_tables where schemaname = current_schema()"))
        if missing := [table for table in TABLES if table not in known]:
            raise NoTables(
                f"the database has no table {missing[0]}: bring it up to date with `./starter.py db upgrade`; "
                "nothing was changed"
            )
        tables = "; ".join(
            f'create unlogged table "{name}"."{one}" (like "{here}"."{one}" including all)' for one in TABLES
        )
        await self._run(f'create schema "{name}"; {tables}')
        scratch = Scratch(self._url, name, here)
        self._made.append(scratch)
        return scratch

    async def clean(self) -> list[str]:
        """Drop what killed rehearsals have left behind; the names of the schemas."""
        every = await self._ask("select nspname from pg_namespace order by 1")
        found = [str(one) for one in every if str(one).startswith(PREFIX)]
        left: list[str] = []
        ours = {scratch.name for scratch in self._made}
        for name in (one for one in found if one not in ours):
            if (await self._ask(f"select pg_try_advisory_lock({_key(name)})"))[0]:
                await self._drop(name)
                left.append(name)
        return left

    async def _drop(self, name: str) -> None:
        await self._run(f'drop schema if exists "{name}" cascade')
        await self._run(f"select pg_advisory_unlock({_key(name)})")

    async def _run(self, statements: str) -> None:
        raw = await self._held.get_raw_connection()
        driver = raw.driver_connection
        if driver is None:
            raise ConnectionError("the connection that kept the scratch schemas is gone; start the rehearsal again")
        await driver.execute(statements)

    async def _ask(self, query: str) -> list[object]:
        return list((await self._held.execute(text(query))).scalars())

    @property
    def _held(self) -> AsyncConnection:
        if self._connection is None:
            raise RuntimeError("a Keeper works inside `async with`")
        return self._connection


class Scratch:
    """One scratch schema and the door to it."""

    def __init__(self, url: str, name: str, live: str) -> None:
        self.name, self.live = name, live
        self.database = Database(url, pool_size=4, schema=name)

    async def empty(self) -> None:
        """Take everything out but the published plays; numbers begin at 1 again."""
        emptied = [f'delete from "{self.name}"."{table}"' for table in TABLES if table != KEPT]  # noqa: S608 - names of ours
        counted = [
            f"select setval(pg_get_serial_sequence('\"{self.name}\".{table}', 'id'), 1, false)" for table in NUMBERED
        ]
        await run(self.database.engine, "; ".join([*emptied, *counted]))


async def run(engine: AsyncEngine, statements: str) -> None:
    """Several statements in one trip and one transaction."""
    async with engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        if driver is None:
            raise ConnectionError("the database has hung up; nothing was changed, start the rehearsal again")
        await driver.execute(statements)


def _key(name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"scratch:{name}".encode()).digest()[:8], "big", signed=True)
