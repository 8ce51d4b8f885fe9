"""The door to Postgres: engine, sessions, and the locks that put the gate and the writers of stops in one order."""

import hashlib
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any, Final

from sqlalchemy import Engine, event, text
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

IMPORT_LOCK: Final = 0x5E7B1ED0  # advisory: one import at a time, and no erasure beside it
TRUSTED: Final = 1.0  # seconds a pooled connection is used again without a look

Executor = AsyncSession | AsyncConnection


class Database:
    """One engine and its sessions; made by the entry points and handed to whoever needs it."""

    def __init__(
        self, url: str, *, pool_size: int = 10, schema: str | None = None, erasure_keys: Sequence[str] = ()
    ) -> None:
        """`schema`: the only one its connections see (`records/scratch.py`); the database's own without.
        `erasure_keys`: what its sessions know erased people by (`records/erasures.py`).
        """
        info = {"erasure_keys": tuple(erasure_keys)}
        seen = {"server_settings": {"search_path": schema}} if schema else {}
        self.engine: AsyncEngine = create_async_engine(
            url, pool_size=pool_size, max_overflow=pool_size, pool_timeout=30, hide_parameters=True, connect_args=seen
        )
        _look_before_use(self.engine.sync_engine)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False, info=info)
        self._singly = async_sessionmaker(
            self.engine.execution_options(isolation_level="AUTOCOMMIT"), expire_on_commit=False, info=info
        )

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        """A session in one transaction: committed at the end, rolled back on an error."""
        async with self._sessions.begin() as session:
            yield session

    @asynccontextmanager
    async def singly(self) -> AsyncIterator[AsyncSession]:
        """A session in which each statement is a transaction of its own, committed as it returns: for reads, and for
        a write that is one statement. Spares the trips for BEGIN and COMMIT where somebody waits for the answer.
        """
        async with self._singly() as session:
            yield session

    async def close(self) -> None:
        """Give the connections back."""
        await self.engine.dispose()


def _look_before_use(engine: Engine) -> None:
    """Replace connections that have died in the pool. As `pool_pre_ping`, whose three round trips a checkout are a
    tenth of a touch's cost, but one in use a moment ago is trusted: its loss would show as an error and be retried.
    """

    @event.listens_for(engine, "checkin")
    def came_back(connection: Any, record: Any) -> None:
        record.info["idle_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def goes_out(connection: Any, record: Any, proxy: Any) -> None:
        since = record.info.get("idle_since")
        if since is None:
            return
        if connection.driver_connection.is_closed():
            raise DisconnectionError("the connection was closed while it was idle")
        if time.monotonic() - since > TRUSTED:
            try:
                connection.ping()
            except engine.dialect.loaded_dbapi.Error as error:
                raise DisconnectionError("the connection died while it was idle") from error


# Advisory locks are the whole database's: a rehearsal takes them under its scratch schema's name, so that it never
# waits for the live ones, nor they for it.
LOCK_SPACE: Final[ContextVar[str]] = ContextVar("lock_space", default="")


def _key(kind: str, value: str) -> int:
    named = f"{LOCK_SPACE.get()}{kind}:{value}"
    return int.from_bytes(hashlib.sha256(named.encode()).digest()[:8], "big", signed=True)


def account_lock_key(account: str) -> int:
    """The advisory lock of an account."""
    return _key("account", account)


def address_lock_key(address: str) -> int:
    """The advisory lock of a recipient, by the normal form of the address."""
    return _key("address", address)


def quota_lock_key(quota: str) -> int:
    """The advisory lock of a quota, taken after all others."""
    return _key("quota", quota)


def mailbox_lock_key(mailbox: str) -> int:
    """The advisory lock of a mailbox, by its normal form; taken after the address's, before a quota's."""
    return _key("mailbox", mailbox)


def domains_lock_key() -> int:
    """The advisory lock under which the state of sending domains changes, taken after all others."""
    return _key("domains", "")


def publishing_lock_key(play: str) -> int:
    """The advisory lock under which a play's versions are numbered."""
    return _key("publish", play)


def watching_lock_key(mailbox: str) -> int:
    """The advisory lock of the one process that listens to a mailbox; held for as long as it does."""
    return _key("watching", mailbox)


async def lock_account(executor: Executor, account: str) -> None:
    """Wait for the account's lock, held to the end of the transaction. Always taken before an address's lock."""
    await executor.execute(text("select pg_advisory_xact_lock(:key)"), {"key": account_lock_key(account)})


async def lock_address(executor: Executor, address: str) -> None:
    """Wait for the recipient's lock, held to the end of the transaction. Taken after the account's, where both are."""
    await executor.execute(text("select pg_advisory_xact_lock(:key)"), {"key": address_lock_key(address)})


def everyone_lock_key() -> int:
    """The advisory lock that every touch about to begin shares, and a stop for everyone takes alone."""
    return _key("everyone", "")


async def lock_everyone(executor: Executor) -> None:
    """Wait until no touch is about to begin, held to the end of the transaction: the kill switch, whole domains.

    Taken before an account's lock, where both are.
    """
    await executor.execute(text("select pg_advisory_xact_lock(:key)"), {"key": everyone_lock_key()})
