"""The migrations build exactly the tables the code knows, once, whoever else is at it."""

import asyncio

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from records.schema import MIGRATIONS, SchemaTooNew, alembic_config, upgrade
from records.tables import Base


async def test_migrations_and_tables_agree(database_url: str) -> None:
    def differences(connection: Connection) -> list[object]:
        options = {"compare_type": True, "compare_server_default": True}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata))

    engine = create_async_engine(database_url, poolclass=NullPool)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_upgrading_says_what_it_did_and_then_that_nothing_is_left(empty_database_url: str) -> None:
    first = await upgrade(empty_database_url)
    assert first.startswith("The database was brought to schema ")
    assert "0001 Accounts" in first
    again = await upgrade(empty_database_url)
    assert again.startswith("The database is up to date (schema ")


async def test_five_upgrades_at_once_leave_one_schema(empty_database_url: str) -> None:
    sentences = await asyncio.gather(*(upgrade(empty_database_url) for _ in range(5)))
    assert sum("was brought to" in sentence for sentence in sentences) == 1
    assert sum("is up to date" in sentence for sentence in sentences) == 4


async def test_a_database_of_a_newer_setpiece_is_left_alone(database_url: str) -> None:
    engine = create_async_engine(database_url, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.execute(text("update alembic_version set version_num = '9999'"))
    await engine.dispose()
    with pytest.raises(SchemaTooNew, match=r"9999.*Nothing was changed"):
        await upgrade(database_url)


async def test_every_migration_can_be_taken_back(database_url: str) -> None:
    engine = create_async_engine(database_url, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: command.downgrade(alembic_config(sync), "base"))
        left = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    await engine.dispose()
    assert left == ["alembic_version"]


def test_file_names_say_when_a_migration_runs() -> None:
    scripts = [path.stem for path in (MIGRATIONS / "versions").glob("[0-9]*.py")]
    assert scripts
    assert all(name.split("_")[1:3] in (["pre", "deploy"], ["post", "deploy"]) for name in scripts), scripts


async def test_migrations_form_one_line(database_url: str) -> None:
    engine = create_async_engine(database_url, poolclass=NullPool)
    async with engine.connect() as connection:
        heads = await connection.run_sync(lambda sync: ScriptDirectory.from_config(alembic_config(sync)).get_heads())
    await engine.dispose()
    assert len(heads) == 1
