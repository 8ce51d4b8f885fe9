"""What rehearsals cost on the wall once the servers are up: a play of ninety days, and every rehearsal of the catalog.

Nothing of the textbook's stands beside these figures: it has nothing like them.
"""

import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bench.house import Bench
from local.rehearsal.files import booked, paths
from local.rehearsal.piece import made_up
from local.rehearsal.scenario import Scenario
from local.rehearsal.suite import play_all
from local.rehearsal.theatre import Theatre
from plays.playbook import read_play
from tests.playhouse import mails

TOUCHES = 9
APART = ", after: 10d"
SLOTS = 2 * (os.cpu_count() or 1)


@asynccontextmanager
async def theatre(one: Bench, slots: int) -> AsyncIterator[Theatre]:
    """A theatre on the bench's stack."""
    house = one.house
    async with Theatre.opened(house.database_url, house.client, house.settings(), slots=slots) as opened:
        yield opened


async def ninety_days(one: Bench, repeats: int) -> list[float]:
    """Seconds for one rehearsal of nine mails, ten days apart, one after the other."""
    source = read_play(mails(one.house.folder, "ninety-days", TOUCHES, APART))
    piece = made_up(source, Scenario.model_validate({"account": "acme", "at": "2026-11-30 09:00"}))
    async with theatre(one, 1) as opened:
        await opened.play(piece)  # warm: connections, caches
        return [(await opened.play(piece)).seconds for _ in range(repeats)]


async def whole_catalog(one: Bench, most: int | None = None) -> tuple[int, float]:
    """How many rehearsals the catalog has (or `most` of them), and the seconds for all, side by side."""
    every = [found for path in paths().values() for found in booked(path)][:most]
    async with theatre(one, SLOTS) as opened:
        began = time.perf_counter()
        await play_all(opened, every)
        return len(every), time.perf_counter() - began
