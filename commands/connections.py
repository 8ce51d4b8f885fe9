"""Opens what a command needs from the settings: Postgres, Temporal, both; and closes it again.

A command gives one async function to `with_records` or `with_house` and gets its answer.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

from commands.failures import START_ALL, Unreachable, remedy

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession
    from temporalio.client import Client

    from records.db import Database
    from settings import Settings

T = TypeVar("T")

CONNECT_WITHIN = 5.0  # seconds a person waits before being told that nobody answers


class House:
    """The settings and the connections of one command, opened when first asked for."""

    def __init__(self, settings: "Settings") -> None:
        self.settings = settings
        self._database: Database | None = None
        self._client: Client | None = None

    def database(self) -> "Database":
        """The database. Raises Unreachable when none is named anywhere."""
        from records.db import Database

        if self._database is None:
            if self.settings.database_url is None:
                raise Unreachable(f"No database is known: nothing runs here and DATABASE_URL is not set. {START_ALL}")
            url, keys = self.settings.database_url.get_secret_value(), self.settings.erasure_secrets
            self._database = Database(url, erasure_keys=keys)
        return self._database

    @asynccontextmanager
    async def session(self) -> "AsyncIterator[AsyncSession]":
        """One transaction on the database. Raises Unreachable when it does not answer."""
        database = self.database()
        try:
            async with asyncio.timeout(CONNECT_WITHIN), database.engine.connect():
                pass
        except (OSError, TimeoutError) as error:
            raise Unreachable(
                f"Postgres does not answer at {self._database_place()}. {remedy('DATABASE_URL')}"
            ) from error
        async with database.begin() as session:
            yield session

    async def temporal(self) -> "Client":
        """The Temporal client. Raises Unreachable when the server does not answer."""
        if self._client is None:
            self._client = await connect_temporal(self.settings)
        return self._client

    async def close(self) -> None:
        """Give the connections back."""
        if self._database is not None:
            await self._database.close()

    def _database_place(self) -> str:
        from sqlalchemy import make_url

        url = make_url(self.settings.database_url.get_secret_value() if self.settings.database_url else "postgresql://")
        return f"{url.host or 'its socket'}{f':{url.port}' if url.port else ''}"


async def connect_temporal(settings: "Settings") -> "Client":
    """A client for the settings' server and namespace. Raises Unreachable within CONNECT_WITHIN seconds."""
    from temporalio.client import Client
    from temporalio.contrib.pydantic import pydantic_data_converter

    from settings import temporal_connect_config

    config = temporal_connect_config(settings)
    try:
        async with asyncio.timeout(CONNECT_WITHIN):
            return await Client.connect(**config, data_converter=pydantic_data_converter)
    except (RuntimeError, OSError, TimeoutError) as error:
        what_helps = remedy("TEMPORAL_ADDRESS", "TEMPORAL_PROFILE")
        raise Unreachable(f"Temporal does not answer at {config.get('target_host')}. {what_helps}") from error


def with_house(work: Callable[[House], Awaitable[T]]) -> T:
    """Run `work` with a House and close it afterwards."""
    from settings import Settings

    async def run() -> T:
        house = House(Settings())
        try:
            return await work(house)
        finally:
            await house.close()

    return asyncio.run(run())


def with_records(work: "Callable[[AsyncSession], Awaitable[T]]") -> T:
    """Run `work` in one transaction on the database."""

    async def run(house: House) -> T:
        async with house.session() as session:
            return await work(session)

    return with_house(run)
