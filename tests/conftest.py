"""The real parts every test may ask for: Postgres, Temporal, a mail server. One stack a session, a database a test."""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from local.stack import Stack
from records.db import Database
from records.schema import upgrade

OURS = ("DATABASE_URL", "SMTP_URL", "TEMPORAL_", "SETPIECE_")


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A whole embedded stack with a folder and ports of its own."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    stack = Stack(tmp_path_factory.mktemp("stack"), ports="free", environ=environ, faults=True)
    asyncio.run(stack.start())
    yield stack
    asyncio.run(stack.stop())


def named(url: str, database: str) -> str:
    """The same server's address with another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


async def _administer(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(named(url, "postgres").replace("+asyncpg", ""))
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def template_database(stack: Stack) -> str:
    """The name of a migrated, empty database; others are cloned from it in a few hundredths of a second."""
    url = stack.addresses.database_url
    asyncio.run(_administer(url, "create database template_setpiece"))
    asyncio.run(upgrade(named(url, "template_setpiece")))
    return "template_setpiece"


@pytest.fixture
async def empty_database_url(stack: Stack) -> AsyncIterator[str]:
    """A database of the test's own without any table."""
    url, name = stack.addresses.database_url, f"empty_{uuid.uuid4().hex[:12]}"
    await _administer(url, f"create database {name}")
    yield named(url, name)
    await _administer(url, f"drop database {name} with (force)")


@pytest.fixture
async def database_url(stack: Stack, template_database: str) -> AsyncIterator[str]:
    """A migrated, empty database of the test's own."""
    url, name = stack.addresses.database_url, f"test_{uuid.uuid4().hex[:12]}"
    await _administer(url, f"create database {name} template {template_database}")
    yield named(url, name)
    await _administer(url, f"drop database {name} with (force)")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The door to the test's own database."""
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
async def client(stack: Stack) -> Client:
    """A client of the session's Temporal server."""
    return await Client.connect(stack.temporal.address, data_converter=pydantic_data_converter)


@pytest.fixture
def task_queue() -> str:
    """A task queue that no other test listens to."""
    return f"test-{uuid.uuid4().hex[:12]}"
