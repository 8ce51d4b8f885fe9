"""Processes and servers are killed while a hundred runs go. What the mail server kept and the ledger must agree."""

import asyncio
import os
import random
import uuid
from collections import Counter

import httpx
import pytest
from temporalio.client import Client
from temporalio.testing import TimeSkipper

from tests.faults.conftest import Storm
from tests.faults.ledger import agree, lines
from tests.playhouse import Playhouse, eventually, mails
from workflows.starting import start_run

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults"), pytest.mark.timeout(420)]

RUNS, TOUCHES = 100, 3
SENDS = int(os.environ.get("SETPIECE_SENDS", "200"))  # of the storm against four workers; 5000 for the full proof


async def started(house: Playhouse, runs: int = RUNS, touches: int = TOUCHES, client: Client | None = None) -> Storm:
    """So many runs of a play of mails, accepted by the server; no worker yet."""
    name = f"storm-{uuid.uuid4().hex[:8]}"
    await house.publish(mails(house.folder, name, touches))
    accounts = await house.people(runs, name)
    for account in accounts:
        await start_run(client or house.client, house.settings(), name, account)
    return Storm(house, name, runs, touches)


async def test_a_worker_killed_at_random_moments_never_sends_a_mail_twice(house: Playhouse) -> None:
    """A1, A2, A4: wherever a hundred runs stand when their worker is killed, three times over."""
    storm = await started(house)
    chance = random.Random(2026)
    for share in (0.05, 0.25, 0.45):
        worker = await house.worker()
        await storm.settled(int(share * storm.mails) + chance.randrange(10))
        await worker.kill()
    await house.worker()
    await storm.over()
    await storm.agrees()
    assert (await storm.states())["in_doubt"] <= 0.5 * storm.mails, "a doubt is the exception, not the rule"


async def test_four_workers_under_a_storm_of_kills_send_nothing_twice(house: Playhouse) -> None:
    """A13, Mautic #2215 and #3669: four workers start together and die one by one, each replaced at once."""
    storm = await started(house, runs=SENDS // 4, touches=4)
    chance = random.Random(4)
    workers = list(await asyncio.gather(*(house.worker() for _ in range(4))))
    for share in (0.1, 0.25, 0.4, 0.55):
        await storm.settled(int(share * storm.mails))
        victim = workers.pop(chance.randrange(len(workers)))
        await victim.kill()
        workers.append(await house.worker())
    await storm.over()
    await storm.agrees()
    stand = agree(await lines(house, storm.play))
    assert sum(stand.values()) == storm.mails
    assert stand["made", 1] > 0.5 * storm.mails, f"a doubt is the exception: {stand}"


async def test_runs_go_on_after_the_temporal_server_was_killed(house: Playhouse) -> None:
    storm = await started(house)
    await house.worker()
    await storm.settled(40)
    await house.stack.temporal.kill()
    await house.stack.temporal.start()
    await storm.over()
    await storm.agrees()
    assert (await storm.states())["made"] > 0.8 * storm.mails, "an outage makes few doubts"


async def test_runs_go_on_after_postgres_was_killed(house: Playhouse) -> None:
    """A7: Postgres gone and back; verdicts are kept meanwhile."""
    storm = await started(house)
    await house.worker()
    await storm.settled(40)
    await house.stack.postgres.kill()
    await house.stack.postgres.start()
    await storm.over()
    await storm.agrees()
    assert (await storm.states())["made"] > 0.8 * storm.mails, "an outage makes few doubts"


async def test_events_posted_while_temporal_is_down_take_effect_after(house: Playhouse) -> None:
    """B1, I2: accepted is in force, whether Temporal is there or not."""
    await house.listen()
    storm = await started(house, runs=12, touches=1)
    await house.stack.temporal.kill()
    for number in range(1, 13):
        answer = await house.post(
            "reply", f"{storm.play}-{number}", email=f"champion@{storm.play}-{number}.example", kind="positive"
        )
        assert answer.status == 202, answer
    await house.stack.temporal.start()
    await house.worker()

    async def all_halted() -> bool:
        rows = await house.rows("select state from runs where play = $1", storm.play)
        return len(rows) == 12 and {row["state"] for row in rows} <= {"halted", "ended"}

    await eventually(all_halted, "each run is halted by its reply; its owner gets the task in working hours")
    states = await storm.states()
    assert states["made"] == 0, f"no mail after a reply: {states}"


async def test_a_mail_server_that_drops_connections_around_the_answer_gets_no_mail_twice(house: Playhouse) -> None:
    """A1, A5: connections lost around the last word, and servers that ask to come again."""
    async with httpx.AsyncClient(base_url=house.stack.mail.inbox) as sink:
        await sink.put(
            "/api/faults",
            json=[
                {"at": "DOT", "drop": "before-250", "times": 7},
                {"at": "DOT", "drop": "unkept", "times": 7},
                {"at": "RCPT", "reply": "451 4.3.0 try later", "times": 7},
                {"at": "DOT", "reply": "451 4.7.1 greylisted", "times": 7},
            ],
        )
        try:
            skipped = TimeSkipper(house.client).client  # a 4xx is asked again after five minutes
            storm = await started(house, runs=30, touches=2, client=skipped)
            await house.worker()
            await storm.over()
        finally:
            await sink.put("/api/faults", json=[])
    await storm.agrees()
    states: Counter[str] = await storm.states()
    assert states["in_doubt"] == 14, f"a dot without an answer is a doubt, nothing else is: {states}"
