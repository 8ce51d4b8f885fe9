"""What Alembic runs around the migrations. The connection and its lock are given by `records/schema.py`."""

from alembic import context

from records.tables import Base


def _run() -> None:
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=Base.metadata,
        compare_type=True,
        compare_server_default=True,
    )
    context.run_migrations()


_run()
