"""A playhouse per test, and the storm in it: what was started, and what must be true afterwards."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from temporalio.client import Client

from local.stack import Stack
from records.db import Database
from tests.playhouse import Playhouse, eventually

FINAL = {"made", "in_doubt", "refused", "skipped"}


@pytest.fixture
async def house(
    stack: Stack, client: Client, database: Database, database_url: str, task_queue: str, tmp_path: Path
) -> AsyncIterator[Playhouse]:
    """An installation with nobody in it yet."""
    house = Playhouse(stack, client, database, database_url, task_queue, tmp_path)
    yield house
    await house.close()


@dataclass
class Storm:
    """Runs of a play of mails."""

    house: Playhouse
    play: str
    runs: int
    touches: int

    @property
    def mails(self) -> int:
        """How many touches there will be."""
        return self.runs * self.touches

    async def states(self) -> Counter[str]:
        """How many touches of the play stand where."""
        rows = await self.house.rows("select state from touches where run like $1", f"{self.play}/%")
        return Counter(row["state"] for row in rows)

    async def settled(self, at_least: int) -> None:
        """Wait until so many touches are settled."""

        async def enough() -> bool:
            return sum(number for state, number in (await self.states()).items() if state in FINAL) >= at_least

        await eventually(enough, f"{at_least} touches settled", 120, every=0.01)

    async def over(self) -> None:
        """Wait until every run has ended."""

        async def all_ended() -> bool:
            rows = await self.house.rows("select state from runs where play = $1", self.play)
            return len(rows) == self.runs and all(row["state"] == "ended" for row in rows)

        await eventually(all_ended, "all runs ended", 240)

    async def agrees(self) -> None:
        """Every touch ends with one mail or one doubt; none twice (reliability.md I1, I3)."""
        async with httpx.AsyncClient(base_url=self.house.stack.mail.inbox) as sink:
            kept = (await sink.get("/api/counts")).json()["kept_by_message_id"]
        rows = await self.house.rows("select key, state, message_id from touches where run like $1", f"{self.play}/%")
        assert len(rows) == self.mails
        for row in rows:
            mails = kept.get(row["message_id"], 0)
            assert mails <= 1, f"{row['key']} went out {mails} times"
            assert row["state"] in ("made", "in_doubt"), f"{row['key']} ended as {row['state']}"
            assert row["state"] == "in_doubt" or mails == 1, f"{row['key']} is called made, and no mail was kept"
