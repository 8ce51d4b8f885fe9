"""A whole run of a mailbox that is full: the third mail of the day goes out tomorrow, by the run's own clock (A14)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.client import Client

from local.stack import Stack
from records.db import Database
from settings import Mailbox
from tests.playhouse import Playhouse
from tests.whole.conftest import Stage as WholeStage
from worker import run_worker


class Stage(WholeStage):
    """One that has a worker, and a mailbox with a quota, once `work` is called."""

    working: "asyncio.Task[None] | None" = None

    def work(self, mailbox: str, **numbers: int) -> None:
        """Start a worker that knows the mailbox."""
        self.stop = asyncio.Event()
        known = {"mailboxes": {mailbox: Mailbox(**numbers)}}
        settings = self.house.settings().model_copy(update=known)
        self.working = asyncio.create_task(run_worker(settings, self.stop))


@pytest.fixture
async def stage(
    stack: Stack, client: Client, database: Database, database_url: str, task_queue: str, tmp_path: Path
) -> AsyncIterator[Stage]:
    """An installation without a worker yet."""
    house = Playhouse(stack, client, database, database_url, task_queue, tmp_path)
    stage = Stage(house)
    yield stage
    if stage.working is not None:
        stage.stop.set()
        await stage.working
    await house.close()


async def test_what_is_too_much_for_a_mailbox_in_24_hours_goes_out_as_places_become_free(stage: Stage) -> None:
    """A14: with a skipped clock, through workflow, gate and mail server."""
    mail = "{{email: {0}, from: adr, to: champion, window: any, after: 1h, reason: {0}}}"
    play = await stage.play(*(mail.format(name) for name in ("one", "two", "three", "four")))
    source = stage.house.folder / f"{play}.yaml"
    text = source.read_text("utf-8").replace("steps:", "caps: {email_gap: 0min, per_account_day: 20}\nsteps:", 1)
    source.write_text(text, encoding="utf-8")
    await stage.house.publish(source)
    account = await stage.account()
    stage.work(f"{account.rpartition('-')[0]}.adr@setpiece.example", a_day=2)
    run = await stage.start(play, account)
    await stage.pass_time(run, days=3)
    await stage.state(play, "ended")
    at = [await stage.made(play, name) for name in ("one", "two", "three", "four")]
    assert timedelta(hours=1) <= at[1] - at[0] < timedelta(hours=2)
    assert timedelta(days=1) <= at[2] - at[0] < timedelta(days=1, hours=3)
    assert timedelta(days=1) <= at[3] - at[1] < timedelta(days=1, hours=5)
    assert len(await stage.mails(account)) == 4
    rows = await stage.house.rows("select distinct rule, reason from decisions where verdict = 'later'")
    assert [row["rule"] for row in rows] == ["mailbox"]
    assert rows[0]["reason"].endswith("-adr's mailbox has sent 2 of 2 mails in 24 hours")
