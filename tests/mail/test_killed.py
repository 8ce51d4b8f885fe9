"""The webhooks are killed again and again while they read a mailbox on a real Dovecot: nothing is lost or doubled."""

import json
import random
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from temporalio.client import Client

from local.stack import Stack
from records.db import Database
from tests.mail.conftest import mail
from tests.mail.dovecot import Dovecot
from tests.playhouse import Playhouse, eventually

MAILS = 60
ADA = "ada@ours.example"


@dataclass
class Listening(Playhouse):
    """An installation that listens to one mailbox."""

    url: str = ""

    def environment(self) -> dict[str, str]:
        """What its processes see."""
        return super().environment() | {"SETPIECE_MAILBOXES": json.dumps({ADA: {"listen": self.url}})}

    async def count(self, what: str) -> int:
        """Rows."""
        (row,) = await self.rows(f"select count(*) as so_many from {what}")  # noqa: S608
        return int(row["so_many"])


@pytest.fixture
async def house(
    dovecot: Dovecot,
    stack: Stack,
    client: Client,
    database: Database,
    database_url: str,
    task_queue: str,
    tmp_path: Path,
) -> AsyncIterator[Listening]:
    """It, with mail waiting."""
    user = f"ada-{uuid.uuid4().hex[:8]}"
    for number in range(MAILS):
        dovecot.put(user, mail(number, sender=f"someone-{number}@else.example", text=f"Hello, this is {number}."))
    house = Listening(stack, client, database, database_url, task_queue, tmp_path, url=dovecot.url(user))
    yield house
    await house.close()


@pytest.mark.slow
@pytest.mark.timeout(420)  # what a killed reader had in hand is taken again after its lease of two minutes
async def test_kills_lose_no_mail_and_double_none(house: Listening) -> None:
    chance = random.Random(7)
    for _ in range(3):
        before = await house.count("mails") + await house.count("inbox")
        process = await house.listen()
        more = chance.randint(1, 25)

        async def further(wanted: int = min(before + more, 2 * MAILS)) -> bool:
            return await house.count("mails") + await house.count("inbox") >= wanted

        await eventually(further, "some more is read", every=0.005)
        await process.kill()
    await house.listen()

    async def done() -> bool:
        return await house.count("mails where state = 'read'") == MAILS

    await eventually(done, "every mail is read", 300)
    assert await house.count("mails") == MAILS
    assert await house.count("inbox") == MAILS
    told = await house.rows("select count(distinct data->>'email') as so_many from inbox")
    assert told[0]["so_many"] == MAILS
