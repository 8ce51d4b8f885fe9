"""Brings a database to the newest schema. Alembic costs 0.8 s to import, so it is imported only when asked for."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x5E7B1ECE  # advisory; every process that upgrades this database waits for it


class SchemaTooNew(RuntimeError):
    """The database was upgraded by a newer Setpiece than this one."""


async def upgrade(url: str) -> str:
    """Apply what is missing, in one transaction, and say in a sentence what was done.

    Safe to call from several processes at once: one works, the others wait and find nothing to do.
    Raises SchemaTooNew when the database knows migrations that this code does not.
    """
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            applied, newest = await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()
    if not applied:
        return f"The database is up to date (schema {newest})."
    count = "1 migration" if len(applied) == 1 else f"{len(applied)} migrations"
    return f"The database was brought to schema {newest}: {count} applied ({'; '.join(applied)})."


def alembic_config(connection: Connection) -> "Config":
    """Alembic's configuration for this connection, without an alembic.ini."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> tuple[list[str], str]:
    """The titles of the migrations applied, and the newest revision."""
    from alembic import command
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = alembic_config(connection)
    scripts = ScriptDirectory.from_config(config)
    newest = scripts.get_current_head() or ""
    known = [script.revision for script in scripts.walk_revisions()]
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in known:
        raise SchemaTooNew(
            f"The database is at schema {current}, which this version of Setpiece does not know (it knows up to "
            f"{newest}). Nothing was changed: install the newer Setpiece, or point DATABASE_URL at another database."
        )
    if current == newest:
        return [], newest
    command.upgrade(config, "head")
    missing = reversed(list(scripts.iterate_revisions("head", current or "base")))
    return [f"{script.revision} {script.doc.rstrip('.')}" for script in missing], newest
