"""A stage: an installation with a worker in this process, webhooks as their own, and clocks that can be skipped."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from temporalio.client import Client, WorkflowHandle
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from local.stack import Stack
from records.db import Database
from tests.playhouse import Playhouse, eventually
from worker import run_worker
from workflows.starting import start_run

PLAY = """
play: {name}
title: A play for a test
stage: testing
purpose: Show what a whole run does.
lane: {lane}
priority: {priority}
owner: adr
players: {{adr: {{role: adr}}}}
audience: {{champion: {{persona: champion}}, economic: {{persona: economic-buyer}}}}
steps:
{steps}
  - end: silence
"""
MAIL = """subject: News for {{{{ account.name }}}}, {name}
---
Hello {{{{ contact.first_name | default: "there" }}}},

{words}
"""
WORDS = "this is about one thing you said you wanted, and what it would take to have it by spring."


class Stage:
    """One installation, and what a test does on it."""

    def __init__(self, house: Playhouse) -> None:
        self.house = house
        self.skipper = TimeSkipper(house.client, config=TimeSkippingConfig(enabled=False))
        self.mark = uuid.uuid4().hex[:8]

    async def play(self, *steps: str, priority: int = 10, lane: str = "") -> str:
        """Publish a play of these steps (YAML lines); every email gets a text. Its name."""
        name = f"play-{uuid.uuid4().hex[:8]}"
        content = self.house.folder / "content" / name
        content.mkdir(parents=True)
        for step in steps:
            if "email:" in step:
                mail = step.split("email:")[1].split(",")[0].strip()
                for locale in ("en", "ru"):
                    text = MAIL.format(name=mail, words=WORDS)
                    (content / f"{mail}.{locale}.liquid").write_text(text, encoding="utf-8")
        lines = "\n".join(f"  - {step}" for step in steps)
        path = self.house.folder / f"{name}.yaml"
        path.write_text(PLAY.format(name=name, steps=lines, priority=priority, lane=lane or name), encoding="utf-8")
        return await self.house.publish(path)

    async def account(self) -> str:
        """An account with one champion in UTC."""
        return (await self.house.people(1, f"firm-{uuid.uuid4().hex[:8]}"))[0]

    async def start(self, play: str, account: str) -> "WorkflowHandle[Any, Any]":
        """Start under a clock of the run's own."""
        started = await start_run(self.skipper.client, self.house.settings(), play, account)
        return self.skipper.client.get_workflow_handle(started.workflow_id)

    async def pass_time(self, run: "WorkflowHandle[Any, Any]", **span: float) -> None:
        """Skip the run's clock by a timedelta's arguments."""
        await self.skipper.fast_forward(run, timedelta(**span))

    async def touches(self, play: str) -> dict[str, str]:
        """The play's touches by step, and where they stand."""
        rows = await self.house.rows("select step, state from touches where run like $1", f"{play}/%")
        return {row["step"]: row["state"] for row in rows}

    async def made(self, play: str, step: str) -> datetime:
        """When the step's touch was made, in the run's clock; waits for it."""

        async def found() -> Any:
            query = "select settled_at from touches where run like $1 and step = $2 and state = 'made'"
            rows = await self.house.rows(query, f"{play}/%", step)
            return rows[0]["settled_at"] if rows else None

        when: datetime = await eventually(found, f"{step} is made")
        return when

    async def state(self, play: str, *wanted: str) -> Any:
        """The run's row, once it is in one of these states."""

        async def found() -> Any:
            rows = await self.house.rows("select * from runs where play = $1 order by number desc", play)
            return rows[0] if rows and rows[0]["state"] in wanted else None

        return await eventually(found, f"{play} is {' or '.join(wanted)}")

    async def reply(self, account: str, kind: str = "positive", who: str = "champion") -> None:
        """Somebody at the account writes back."""
        answer = await self.house.post("reply", uuid.uuid4().hex, email=f"{who}@{account}.example", kind=kind)
        assert answer.status == 202, answer

    async def mails(self, account: str) -> list[dict[str, Any]]:
        """Every mail to the account's people, oldest first."""
        async with httpx.AsyncClient(base_url=self.house.stack.mail.inbox) as sink:
            found = (await sink.get("/api/messages", params={"to": f"@{account}.example"})).json()
        messages = found["messages"] if isinstance(found, dict) else found
        return list(reversed(messages))


@pytest.fixture
async def stage(
    stack: Stack, client: Client, database: Database, database_url: str, task_queue: str, tmp_path: Path
) -> AsyncIterator[Stage]:
    """A stage with a worker at work and webhooks that listen."""
    house = Playhouse(stack, client, database, database_url, task_queue, tmp_path)
    await house.listen()
    stop = asyncio.Event()
    settings = house.settings().model_copy(update={"public_url": house.webhooks})
    working = asyncio.create_task(run_worker(settings, stop))
    yield Stage(house)
    stop.set()
    await working
    await house.close()
