"""Real workers killed by SIGKILL while mails stand at one named moment each: I1 to I4, rows A1, A2 and A4.

`SETPIECE_KILLS` says how many runs are cut off at each moment: 25 in `make test`, 200 for the full proof.
"""

import os
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import httpx
import pytest

from activities.channels.transport import Found, Look, Sought
from activities.house import House
from activities.reconciling import Reconciler
from tests.activities.scripted import Scripted
from tests.faults.ledger import agree, counted, lines, same_bytes
from tests.playhouse import Playhouse, eventually, mails
from workflows.starting import start_run

RUNS: Final = int(os.environ.get("SETPIECE_KILLS", "25"))
AT_ONCE: Final = 67  # runs cut off by one kill
SEED: Final = os.environ.get("SETPIECE_SEED", "2026")
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults"), pytest.mark.timeout(420 + 20 * RUNS)]

# Where a run was cut off -> what its touch ends as, and how often the mail server has its mail.
ENDS: Final = {
    "before-claim": ("made", 1),
    "after-claim": ("made", 1),
    "after-354": ("made", 1),
    "mid-text": ("made", 1),
    "after-mark": ("in_doubt", 0),
    "after-dot": ("in_doubt", 1),
    "after-250": ("in_doubt", 1),
    "after-commit": ("made", 1),
}


@dataclass
class Batch:
    """Runs that are cut off together, on a task queue of their own."""

    house: Playhouse
    point: str
    play: str
    runs: int

    @classmethod
    async def cut_off(cls, house: Playhouse, point: str, runs: int, seed: str) -> "Batch":
        """Start them, and a worker that dies once all their mails stand at the point."""
        name = f"{point}-{uuid.uuid4().hex[:8]}"
        mine = replace(house, task_queue=f"{house.task_queue}-{name}")
        await mine.publish(mails(mine.folder, name, 1))
        for account in await mine.people(runs, name):
            await start_run(mine.client, mine.settings(), name, account)

        child = await mine.process("doomed", "tests.faults.doomed", point, str(runs), seed)
        assert await child.wait(90) == -9, f"the worker at {point} was not killed"
        return cls(mine, point, name, runs)

    async def over(self) -> bool:
        """Whether all its runs have ended."""
        rows = await self.house.rows("select state from runs where play = $1", self.play)
        return len(rows) == self.runs and all(row["state"] == "ended" for row in rows)


async def all_cut_off(house: Playhouse) -> list[Batch]:
    """Every point, as many runs as wanted; meanwhile the mail server is slow where the point asks for it."""
    batches = []
    async with httpx.AsyncClient(base_url=house.stack.mail.inbox) as sink:
        for point in ENDS:
            stall = [{"at": "DOT", "stall": 30}] if point == "after-dot" else []
            await sink.put("/api/faults", json=stall)
            for nth, first in enumerate(range(0, RUNS, AT_ONCE)):
                runs = min(AT_ONCE, RUNS - first)
                batches.append(await Batch.cut_off(house, point, runs, f"{SEED}/{point}/{nth}"))
            await sink.put("/api/faults", json=[])
    return batches


async def test_a_worker_killed_at_any_moment_sends_no_mail_twice(house: Playhouse) -> None:
    """A1, A2, A4; I1 to I4: what was certainly not sent is sent once, what may have been is in doubt, nothing else."""
    batches = await all_cut_off(house)
    for together in _portions(batches):
        await _brought_to_an_end(house, together)
    for point, end in ENDS.items():
        found = [line for batch in batches if batch.point == point for line in await lines(house, batch.play)]
        assert agree(found) == Counter({end: RUNS}), f"cut off at {point}"
        compared = await same_bytes(house, found, f"@{point}-")
        assert compared == sum(line.kept for line in found)
    await _looked_up(house, batches)


def _portions(batches: list[Batch]) -> list[list[Batch]]:
    """What one healthy process takes up: all that were cut off, or where they are many, a point's at a time."""
    if RUNS <= 25:
        return [batches]
    return [[one for one in batches if one.point == point] for point in ENDS]


async def _brought_to_an_end(house: Playhouse, batches: list[Batch]) -> None:
    """A new worker takes up what was cut off. Its own looks, which plain SMTP cannot answer, end with it."""
    reborn = await house.process("reborn", "tests.faults.reborn", *(one.house.task_queue for one in batches))
    for batch in batches:
        await eventually(batch.over, f"the runs of {batch.point} ended", 240, every=0.2)
    await reborn.kill()


async def _looked_up(house: Playhouse, batches: Sequence[Batch]) -> None:
    """A1: a mail server that can be asked settles every doubt for good; I4: nothing is left without a name."""
    kept = await counted(house)
    asked = Asked(house.stack.addresses.smtp_url, kept)
    reconciler = Reconciler(House(house.database, house.settings()), asked)
    assert await _doubts(house) == 3 * RUNS
    while await _doubts(house):
        await _hours_later(house)
        assert await reconciler.look_due(), "what is in doubt is looked up"
    for batch in batches:
        states = agree(await lines(house, batch.play))
        expected = {"after-mark": ("refused", 0)}.get(batch.point, ("made", 1))
        assert states == Counter({expected: batch.runs}), f"looked up after {batch.point}"


class Asked(Scripted):
    """A transport that can be asked what the mail server has."""

    def __init__(self, url: str, kept: dict[str, int]) -> None:
        super().__init__(url)
        self.kept = kept

    async def look_up(self, sought: Sought) -> Found:
        """By the Message-ID."""
        there = self.kept.get(sought.message_id, 0) > 0
        return Found(Look.THERE if there else Look.ABSENT, "as the mail server says", lag=timedelta(minutes=1))


async def _doubts(house: Playhouse) -> int:
    rows = await house.rows("select count(*) as n from touches where state = 'in_doubt'")
    return int(rows[0]["n"])


async def _hours_later(house: Playhouse) -> None:
    await house.rows(
        "update touches set claimed_at = claimed_at - interval '7 hours', dot_at = dot_at - interval '7 hours', "
        "looked_at = looked_at - interval '7 hours' where state = 'in_doubt'"
    )
