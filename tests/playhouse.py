"""A whole installation for a test: accounts, a published play, worker and webhooks as real processes."""

import asyncio
import base64
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from temporalio.client import Client

from local import ports
from local.child import Child, Command
from local.stack import PROJECT, Stack
from plays.playbook import read_play
from records.db import Database
from records.tables import Account, AccountRole, Contact, Player
from records.versions import publish
from settings import Settings
from webhooks.sending import Reply, sign_and_post

SECRET = "whsec_" + base64.b64encode(b"a secret for tests, 32 bytes long").decode()

MAILS = """
play: {name}
title: Mails in a row
stage: testing
purpose: Show that nothing goes out twice.
lane: {name}
priority: 10
owner: adr
players: {{adr: {{role: adr}}}}
audience: {{champion: {{persona: champion}}}}
caps: {{email_gap: 0min, per_account_day: 20}}
steps:
{steps}
  - end: done
"""

BODY = """subject: A word about {{{{ account.name }}}}, number {number}
---
Hello {{{{ contact.first_name | default: "there" }}}},

this is touch {number} of a test. It says something new each time, or it would not be worth reading.
"""


def mails(folder: Path, name: str, count: int, more: str = "") -> Path:
    """Write a play of `count` automatic emails, one right after the other, at any hour."""
    steps = ""
    content = folder / "content" / name
    content.mkdir(parents=True, exist_ok=True)
    for number in range(1, count + 1):
        steps += f"  - {{email: mail-{number}, from: adr, to: champion, window: any, reason: news {number}{more}}}\n"
        for locale in ("en", "ru"):
            (content / f"mail-{number}.{locale}.liquid").write_text(BODY.format(number=number), encoding="utf-8")
    path = folder / f"{name}.yaml"
    path.write_text(MAILS.format(name=name, steps=steps), encoding="utf-8")
    return path


async def eventually(
    happened: Callable[[], Awaitable[Any]], what: str, within: float = 60.0, every: float = 0.05
) -> Any:
    """The first true answer of `happened`; AssertionError naming `what` when there is none in time."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    while not (found := await happened()):
        assert loop.time() < deadline, f"not within {within:.0f} s: {what}"
        await asyncio.sleep(every)
    return found


@dataclass
class Playhouse:
    """One installation. Everything it starts is ended by `close`."""

    stack: Stack
    client: Client
    database: Database
    database_url: str
    task_queue: str
    folder: Path
    processes: list[Child] = field(default_factory=list)
    webhooks: str = ""

    def environment(self) -> dict[str, str]:
        """What its processes see."""
        return self.stack.environment() | {
            "DATABASE_URL": self.database_url,
            "SETPIECE_TASK_QUEUE": self.task_queue,
            "SETPIECE_FOLDER": str(self.folder),
            "SETPIECE_ENVIRONMENT": "test",
            "SETPIECE_LINK_SECRET": "a secret for links in tests",
            "SETPIECE_WEBHOOK_SECRETS": json.dumps({"test": [SECRET]}),
            "SETPIECE_PUBLIC_URL": self.webhooks or "http://127.0.0.1:9",
        }

    def settings(self) -> Settings:
        """The same, for code in this process."""
        return Settings.model_validate(
            {
                "DATABASE_URL": self.database_url,
                "SMTP_URL": self.stack.addresses.smtp_url,
                "TEMPORAL_ADDRESS": self.stack.addresses.temporal,
                "task_queue": self.task_queue,
                "environment": "test",
                "link_secret": "a secret for links in tests",
                "webhook_secrets": {"test": [SECRET]},
            }
        )

    async def people(self, accounts: int, prefix: str = "acme") -> list[str]:
        """So many accounts with one champion each, and one adr for all."""
        ids = [f"{prefix}-{number}" for number in range(1, accounts + 1)]
        async with self.database.begin() as session:
            session.add(
                Player(id=f"{prefix}-adr", name="Ada Reed", email=f"{prefix}.adr@setpiece.example",
                       mailbox=f"{prefix}.adr@setpiece.example", roles=["adr"], zone="UTC")
            )  # fmt: skip
            session.add_all(Account(id=one, name=f"Firm {one}", domains=[f"{one}.example"], zone="UTC") for one in ids)
            await session.flush()
            for one in ids:
                mail = f"champion@{one}.example"
                session.add(
                    Contact(
                        id=f"{one}-c",
                        account=one,
                        first_name="Kim",
                        phone="+442079460018",
                        persona="champion",
                        email=mail,
                        address=mail,
                    )
                )
                session.add(AccountRole(account=one, role="adr", player=f"{prefix}-adr"))
        return ids

    async def publish(self, path: Path) -> str:
        """Publish a play file; its name."""
        source = read_play(path)
        async with self.database.begin() as session:
            await publish(session, source, "tests")
        return source.play.play

    async def worker(self) -> Child:
        """A worker process of its own."""
        return await self._process("worker", [sys.executable, "worker.py"])

    async def process(self, name: str, module: str, *words: str) -> Child:
        """Any module of ours as a process that sees this installation."""
        return await self._process(name, [sys.executable, "-m", module, *words])

    async def listen(self) -> Child:
        """The webhooks, as a process of their own, answering."""
        port = ports.choose(0, "free")
        self.webhooks = f"http://127.0.0.1:{port}"
        child = await self._process(
            "webhooks", [sys.executable, "-m", "webhooks"], {"SETPIECE_WEBHOOKS_PORT": str(port)}
        )
        async with httpx.AsyncClient() as http:

            async def healthy() -> bool:
                try:
                    return (await http.get(f"{self.webhooks}/healthz")).status_code < 600
                except httpx.TransportError:
                    return False

            await eventually(healthy, "the webhooks answer", 30)
        return child

    async def post(self, kind: str, external_id: str, /, **data: Any) -> Reply:
        """A signed event."""
        return await sign_and_post(self.webhooks, SECRET, "test", kind, data, external_id)

    async def _process(self, name: str, argv: list[str], more: dict[str, str] | None = None) -> Child:
        log = self.folder / f"{name}-{len(self.processes)}.log"
        child = await Child.start(Command(name, argv, self.environment() | (more or {}), PROJECT, log))
        self.processes.append(child)
        return child

    async def rows(self, query: str, *arguments: Any) -> list[Any]:
        """What is in the database, over a connection of its own, so that it works while everything else is down."""
        connection = await asyncpg.connect(self.database_url.replace("+asyncpg", ""))
        try:
            return list(await connection.fetch(query, *arguments))
        finally:
            await connection.close()

    async def close(self) -> None:
        """End what was started."""
        for child in self.processes:
            await child.kill()
