"""`python -m bench.flood`: a provider floods us, half of it copies, in no order; each event has one effect.

Batches as SendGrid posts them go through the real app, proved and stored in a real Postgres. Prints what came of it;
exit code 1 when anything came twice or not at all.
"""

import argparse
import asyncio
import base64
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, cast

import httpx
import structlog
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import func, select
from temporalio.client import Client

from local.stack import Stack
from records.db import Database
from records.schema import upgrade
from records.tables import Account, Contact, Event, Suppression
from settings import Settings
from webhooks.app import create_app
from webhooks.providers.routes import Desk
from webhooks.router import Router
from webhooks.secrets import new_secret

PUBLIC: Final = "https://hooks.setpiece.example"
PEOPLE: Final = 2000
ACCOUNTS: Final = 200
WORDS: Final = (
    "processed",
    "delivered",
    "open",
    "click",
    "deferred",
    "delivered",
    "open",
    "delivered",
    "bounce",
    "delivered",
)
KEY: Final = ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True)
class Flood:
    """What was sent, and what came of it."""

    posted: int  # events, copies counted
    different: int
    stored: int
    bounced_people: int  # people whose address one of the events says is gone
    suppressed: int
    refused: int  # requests that were not answered 2xx
    seconds: float

    @property
    def sound(self) -> bool:
        """True when every event was stored once and had its effect once."""
        return (self.stored, self.suppressed, self.refused) == (self.different, self.bounced_people, 0)


def settings(url: str, folder: Path) -> Settings:
    """An installation with one provider."""
    der = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    given = {"kind": "sendgrid", "secrets": [base64.b64encode(der).decode()]}
    return Settings.model_validate(
        {
            "environment": "test",
            "folder": folder,
            "DATABASE_URL": url,
            "public_url": PUBLIC,
            "webhook_secrets": {"bench": [new_secret()]},
            "link_secret": "a long secret for links",
            "providers": {"sendgrid": given},
        }
    )


def records(different: int) -> list[dict[str, Any]]:
    """Events about people whom we know, each with an id of its own."""
    now = int(time.time())
    return [
        {
            "email": f"p{number % PEOPLE}@a{number % PEOPLE % ACCOUNTS}.example",
            "timestamp": now - number % 3600,
            "event": WORDS[number % len(WORDS)],
            "type": "bounce",
            "status": "5.1.1",
            "reason": "550 5.1.1 user unknown",
            "url": "https://setpiece.example/",
            "sg_event_id": f"e{number}",
            "sg_message_id": f"m{number}",
        }
        for number in range(different)
    ]


def batches(events: list[dict[str, Any]], size: int, seed: int) -> Iterator[list[dict[str, Any]]]:
    """Every event twice, shuffled, in requests of up to `size`."""
    every = [*events, *events]
    random.Random(seed).shuffle(every)
    for at in range(0, len(every), size):
        yield every[at : at + size]


async def people(database: Database) -> None:
    """Accounts with a handful of contacts each."""
    async with database.begin() as session:
        session.add_all(
            Account(id=f"a{number}", name=f"A {number}", domains=[f"a{number}.example"]) for number in range(ACCOUNTS)
        )
        await session.flush()
        named = [(number, f"p{number}@a{number % ACCOUNTS}.example") for number in range(PEOPLE)]
        session.add_all(
            Contact(id=f"p{number}", account=f"a{number % ACCOUNTS}", persona="user", email=one, address=one)
            for number, one in named
        )


async def flood(url: str, folder: Path, different: int, *, size: int = 100, at_once: int = 8) -> Flood:
    """Post `different` events twice each, in no order, and count what came of it."""
    database, configured = Database(url), settings(url, folder)
    await people(database)
    nobody = cast(Client, object())  # what is routed to runs is another bench
    router = Router(database, nobody, configured)
    router.kick = lambda event_id: None  # type: ignore[method-assign]
    app = create_app(configured, database, nobody, router=router, desk=Desk(configured, database, router))
    events = records(different)
    started = time.perf_counter()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=PUBLIC, timeout=120) as http:
        refused = await _post(http, list(batches(events, size, different)), at_once)
    seconds = time.perf_counter() - started
    gone = {one["email"] for one in events if one["event"] == "bounce"}
    async with database.begin() as session:
        stored = await session.scalar(select(func.count()).select_from(Event)) or 0
        suppressed = await session.scalar(select(func.count()).select_from(Suppression)) or 0
    await database.close()
    return Flood(2 * different, different, stored, len(gone), suppressed, refused, seconds)


async def _post(http: httpx.AsyncClient, waiting: list[list[dict[str, Any]]], at_once: int) -> int:
    """Post them, a few requests at a time; a 503 is tried again as a provider would. How many were never taken."""
    refused = 0

    async def work() -> None:
        nonlocal refused
        while waiting:
            body = json.dumps(waiting.pop()).encode()
            for _ in range(5):
                if (await http.post("/providers/sendgrid/events", content=body, headers=_signed(body))).is_success:
                    break
            else:
                refused += 1

    await asyncio.gather(*(work() for _ in range(at_once)))
    return refused


def _signed(body: bytes) -> dict[str, str]:
    stamp = str(int(datetime.now(UTC).timestamp()))
    signature = base64.b64encode(KEY.sign(stamp.encode() + body, ec.ECDSA(SHA256()))).decode()
    named = "x-twilio-email-event-webhook"
    return {"content-type": "application/json", f"{named}-timestamp": stamp, f"{named}-signature": signature}


async def main(different: int) -> Flood:
    """On a fresh stack."""
    ours = ("DATABASE_URL", "SMTP_URL", "TEMPORAL_", "SETPIECE_")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    with tempfile.TemporaryDirectory(prefix="setpiece-flood-", ignore_cleanup_errors=True) as folder:
        async with Stack(Path(folder) / "stack", ports="free", environ=environ) as stack:
            await upgrade(stack.addresses.database_url)
            return await flood(stack.addresses.database_url, Path(folder), different)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.flood", description=__doc__)
    parser.add_argument("--events", type=int, default=100_000, help="posted in all; every second one is a copy")
    parser.add_argument("--json", action="store_true", help="figures for scripts")
    asked = parser.parse_args()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    found = asyncio.run(main(asked.events // 2))
    if asked.json:
        print(json.dumps(asdict(found) | {"sound": found.sound}, indent=2))
    else:
        print(
            f"{found.posted:,} events posted ({found.different:,} different) in {found.seconds:.1f} s, "
            f"{found.posted / found.seconds:,.0f} a second: {found.stored:,} stored, {found.refused} requests refused, "
            f"{found.suppressed} of {found.bounced_people} bounced people suppressed"
        )
    sys.exit(0 if found.sound else 1)
