"""Asking the gate about the first touch of a small play, and changing what it looks at."""

from datetime import datetime, timedelta
from typing import Any

from activities.contracts import StepOut
from activities.registry import Activities
from records.tables import Decision, Run
from settings import Mailbox
from tests.activities.builders import NOW, Stage


async def rule_of(stage: Stage) -> str:
    """The rule of the last decision."""
    return str((await stage.all(Decision))[-1].rule)


def near(found: datetime | None, wanted: datetime) -> bool:
    """Whether the instant is the wanted one: the run's clock goes on while the test works."""
    return found is not None and abs(found - wanted) < timedelta(seconds=30)


async def change(stage: Stage, table: Any, row: Any, **values: Any) -> None:
    """Change one row."""
    async with stage.database.begin() as session:
        found = await session.get(table, row)
        assert found is not None
        for name, value in values.items():
            setattr(found, name, value)


async def first(stage: Stage, now: datetime = NOW, step: str = "first", **more: Any) -> StepOut:
    """The first mail of the open run."""
    run = (await stage.all(Run))[-1]
    from activities.contracts import StepIn

    return await stage.send(StepIn(run_id=run.id, version=run.version, step=step, now=now, base=now, **more))


def with_mailboxes(stage: Stage, **mailbox: Any) -> Stage:
    """Another worker, which knows the csm's mailbox."""
    worker = stage.again()
    worker.settings = worker.settings.model_copy(update={"mailboxes": {"CSM@ours.example": Mailbox(**mailbox)}})
    worker.activities = Activities(worker.database, worker.transport, worker.settings)
    return worker
