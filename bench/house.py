"""The stage of a bench: a fresh stack, a fresh database, both kinds of worker as processes, plays to measure."""

import contextlib
import os
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import TimeSkipper

from bench.textbook import Sequence
from local.stack import Stack
from records.db import Database
from records.schema import upgrade
from tests.playhouse import Playhouse, mails

TOUCHES = 10
MIX = ("email", "task", "email", "call", "task", "email", "notify", "call", "email", "task")  # 40 % mail
GAP = 86_400.0  # seconds between touches, under a skipped clock; shorter waits would spare the search attributes
WAIT = ", after: 1d"


def mix(folder: Path, name: str) -> Path:
    """A play with the playbook's mix of touches, a day apart; its work is handed out and not waited for."""
    path = mails(folder, name, TOUCHES, WAIT)
    text = path.read_text(encoding="utf-8")
    for number, kind in enumerate(MIX, 1):
        more = "after: 1d, window: any, reason: news"
        handed_out = f"by: adr, to: champion, go_on: true, due: {{30d: remind}}, {more} {number}"
        line = {
            "notify": f"  - {{notify: mail-{number}, to: adr, {more} {number}}}",
            "task": f"  - {{task: mail-{number}, {handed_out}}}",
            "call": f"  - {{call: mail-{number}, {handed_out}}}",
        }.get(kind)
        if line:
            lines = text.splitlines()
            at = next(index for index, one in enumerate(lines) if f"email: mail-{number}," in one)
            lines[at] = line
            text = "\n".join(lines) + "\n"
            for template in (folder / "content" / name).glob(f"mail-{number}.*"):
                template.write_text(template.read_text("utf-8").replace("subject:", "title:", 1), encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    return path


class Bench:
    """One installation with a textbook beside it."""

    def __init__(self, house: Playhouse) -> None:
        self.house = house
        self.textbook_queue = f"textbook-{uuid.uuid4().hex[:8]}"
        self.skipped = TimeSkipper(house.client).client

    async def workers(self) -> None:
        """Start both workers."""
        await self.house.rows("create table textbook_log (address text, number int, at timestamptz default now())")
        await self.house.worker()
        env = {"BENCH_TEMPORAL": self.house.stack.temporal.address}
        argv = [sys.executable, "-m", "bench.textbook_worker", self.textbook_queue]
        await self.house._process("textbook", argv, env)

    def sequence(self, number: int, *, touches: int = TOUCHES, gap: float = GAP, effect: bool = True) -> Sequence:
        """What the textbook is told to do."""
        host, port = self.house.stack.mail.url.removeprefix("smtp://").split(":")
        return Sequence(touches, gap, f"champion@textbook-{number}.example", host, int(port), effect)

    async def play(self, kind: str) -> str:
        """Publish a play of the kind `mails` or `mix`; its name."""
        name = f"{kind}-{uuid.uuid4().hex[:6]}"
        folder = self.house.folder
        return await self.house.publish(mix(folder, name) if kind == "mix" else mails(folder, name, TOUCHES, WAIT))


@contextlib.asynccontextmanager
async def bench() -> AsyncIterator[Bench]:
    """A bench on a fresh stack, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="setpiece-bench-", ignore_cleanup_errors=True) as folder:
        ours = ("DATABASE_URL", "SMTP_URL", "TEMPORAL_", "SETPIECE_")
        environ = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        async with Stack(Path(folder) / "stack", ports="free", environ=environ, faults=True) as stack:
            url = stack.addresses.database_url
            await upgrade(url)
            client = await Client.connect(stack.temporal.address, data_converter=pydantic_data_converter)
            database = Database(url)
            home = Path(folder) / "house"
            home.mkdir()
            house = Playhouse(stack, client, database, url, f"bench-{uuid.uuid4().hex[:8]}", home)
            try:
                yield Bench(house)
            finally:
                await house.close()
                await database.close()
