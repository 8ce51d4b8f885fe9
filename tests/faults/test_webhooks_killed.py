"""The webhooks are killed while events come in: whoever repeats what was not answered has it counted once."""

import asyncio
import random
from typing import Any

import httpx
import pytest

from tests.playhouse import Playhouse

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]
KILLS = 4
EVENTS = 40


async def offered(house: Playhouse, names: list[str]) -> set[str]:
    """Those that were answered 2xx."""

    async def offer(name: str) -> str | None:
        try:
            answer = await house.post("page.viewed", name, email=f"{name}@acme.example", page="pricing")
        except (OSError, httpx.HTTPError, ValueError):
            return None
        return name if answer.status in (200, 202) else None

    return {name for name in await asyncio.gather(*(offer(name) for name in names)) if name}


async def stored(house: Playhouse) -> list[Any]:
    return await house.rows("select external_id, count(*) as copies from inbox where source = 'test' group by 1")


async def test_an_event_is_kept_once_however_often_the_webhooks_are_killed(house: Playhouse) -> None:
    """B3: killed after the insert and before the answer; the sender repeats, one effect."""
    chance, answered = random.Random(7), set[str]()
    names = [f"event-{number}" for number in range(EVENTS)]
    for _ in range(KILLS):
        webhooks = await house.listen()
        offering = asyncio.create_task(offered(house, names))
        await asyncio.wait({offering}, timeout=chance.uniform(0.01, 0.15))
        await webhooks.kill()
        answered |= await offering
        kept = {row["external_id"] for row in await stored(house)}
        assert answered <= kept  # what was answered is there, whatever came after
    await house.listen()
    assert await offered(house, names) == set(names)
    assert {row["external_id"]: row["copies"] for row in await stored(house)} == dict.fromkeys(names, 1)
