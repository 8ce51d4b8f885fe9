"""`python -m bench.gate_size [--rows 10000000]`: what a question to the gate costs with a short and with a long ledger.

Both ledgers are filled in scratch databases of an embedded Postgres of the bench's own and asked in turns, the whole
gate each time: locks, facts, the mailbox's quota, the step's quota. Prints medians, p99 and the ratio.
"""

import argparse
import asyncio
import os
import random
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from rich.console import Console
from rich.table import Table
from sqlalchemy import event

from activities.gate import Subject, ask_gate, lock
from activities.mailboxes import Limit, Sender
from activities.playbook import Playbook
from activities.quotas import Limit as StepLimit
from activities.rules import Ask
from bench.gate_fill import MAILBOXES, STEPS, fill, sizes
from local.folder import Folder
from local.postgres import Postgres
from plays.model import Caps
from plays.spans import Span
from records.db import Database
from records.schema import upgrade

NOW: Final = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
SHORT: Final = 10_000
WARM: Final = 300  # questions before it counts: plans, caches, connections
CAPS: Final = Caps(email_gap=Span(12, "h"), per_account_day=20, people_at_once=20)
MARKS: Final = {"facts": "as email_last", "mailbox": "under_way.mails", "step": "as made from touches"}


@dataclass
class Ledger:
    """One of the two, and what its answers took, in milliseconds."""

    rows: int
    database: Database
    took: list[float] = field(default_factory=list)
    seen: dict[str, tuple[str, Any]] = field(default_factory=dict)
    words: dict[str, int] = field(default_factory=dict)

    async def ask(self, luck: random.Random, *, counts: bool) -> None:
        """One question about a mail of a random open run."""
        subject, asked = _question(self.rows, luck)
        began = time.perf_counter()
        async with self.database.begin() as session:
            await lock(session, subject.account, subject.address)
            verdict = await ask_gate(session, subject, asked, Playbook())
        if counts:
            self.took.append((time.perf_counter() - began) * 1000)
            self.words[verdict.rule] = self.words.get(verdict.rule, 0) + 1


def _question(rows: int, luck: random.Random) -> tuple[Subject, Ask]:
    about = sizes(rows)
    account, number = luck.randrange(about["accounts"]), (about["runs"] - 1) // about["accounts"]
    contact, player = account * about["each"] + luck.randrange(about["each"]), luck.randrange(MAILBOXES)
    run, step = f"play/a-{account}/{number if _open(about, account) else number - 1}", f"step-{luck.randrange(STEPS)}"
    address = f"c-{contact}@firm-{account}.example"
    key = f"{run}/{step}/9/c-{contact}"
    subject = Subject(key, run, "play", "sales", f"a-{account}", f"c-{contact}", address, "email", None)
    sender = Sender(f"p-{player}", f"p-{player}@ours.example", Limit(10, 400), must_be_active=False)
    quota = StepLimit("play", step, "player", f"p-{player}", 50, Span(1, "w"), "UTC")
    ask = Ask("email", NOW, CAPS, (), contact=True, handler=False, key=key, limit=quota, sender=sender)
    return subject, ask


def _open(about: dict[str, int], account: int) -> bool:
    return (about["runs"] - 1) % about["accounts"] >= account


async def measure(rows: int, times: int) -> list[Ledger]:
    """Fill both, then ask them in turns."""
    async with _postgres() as url:
        ledgers = [await _filled(url, SHORT), await _filled(url, rows)]
        try:
            luck = random.Random(4)
            for number in range(WARM + times):
                for one in ledgers if number % 2 else reversed(ledgers):
                    await one.ask(luck, counts=number >= WARM)
            for one in ledgers:
                await _look(one, luck)
        finally:
            for one in ledgers:
                await one.database.close()
        return ledgers


async def _filled(url: str, rows: int) -> Ledger:
    name = urlunsplit(urlsplit(url)._replace(path=f"/gate_{rows}"))
    await _execute(url, f"create database gate_{rows}")
    await upgrade(name)
    began = time.monotonic()
    connection = await asyncpg.connect(name.replace("+asyncpg", ""))
    try:
        await fill(connection, rows, NOW)
        size = await connection.fetchval("select pg_size_pretty(pg_total_relation_size('touches'))")
    finally:
        await connection.close()
    print(f"{rows:,} touches filled in {time.monotonic() - began:.0f} s, {size} with their indexes", flush=True)
    return Ledger(rows, Database(name))


async def _look(ledger: Ledger, luck: random.Random) -> None:
    """How many rows of each grown table one question reads, by EXPLAIN of what it really sends."""

    @event.listens_for(ledger.database.engine.sync_engine, "before_cursor_execute")
    def keep(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        ledger.seen.update({name: (statement, parameters) for name, mark in MARKS.items() if mark in statement})

    await ledger.ask(luck, counts=False)
    for name, (statement, parameters) in ledger.seen.items():
        async with ledger.database.engine.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            [plan] = await driver.fetchval(f"explain (analyze, format json) {statement}", *parameters)
        scans = [f"{one['Node Type']} {one['Relation Name']} {_read(one)}" for one in _scans(plan["Plan"])]
        print(f"{ledger.rows:,} {name}: {plan['Execution Time']:.2f} ms; {'; '.join(scans)}", flush=True)


def _read(node: dict[str, Any]) -> int:
    return int((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])


def _scans(node: dict[str, Any]) -> Any:
    if "Relation Name" in node:
        yield node
    for child in node.get("Plans", []):
        yield from _scans(child)


@asynccontextmanager
async def _postgres() -> AsyncIterator[str]:
    """An embedded Postgres of the bench's own; its address for SQLAlchemy."""
    with tempfile.TemporaryDirectory(prefix="setpiece-gate-", ignore_cleanup_errors=True) as place:
        folder = Folder(Path(place) / "stack")
        folder.create()
        postgres = Postgres(folder, "free", os.environ.copy())
        await postgres.start()
        try:
            yield postgres.url
        finally:
            await postgres.stop()


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def table(ledgers: list[Ledger]) -> Table:
    """The figures for a reader."""
    found = Table(title="One question to the gate, milliseconds")
    for heading in ("touches in the ledger", "median", "p99", "ratio of medians", "ratio of p99"):
        found.add_column(heading, justify="right")
    base = ledgers[0]
    for one in ledgers:
        p99, first = quantiles(one.took, n=100)[98], quantiles(base.took, n=100)[98]
        ratio = median(one.took) / median(base.took)
        found.add_row(f"{one.rows:,}", f"{median(one.took):.2f}", f"{p99:.2f}", f"{ratio:.2f}", f"{p99 / first:.2f}")
    return found


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.gate_size", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000, help="touches in the long ledger")
    parser.add_argument("--times", type=int, default=3_000, help="questions to each")
    asked = parser.parse_args()
    ledgers = asyncio.run(measure(asked.rows, asked.times))
    for one in ledgers:
        print(f"{one.rows:,}: {dict(sorted(one.words.items()))}")
    Console(width=110).print(table(ledgers))


if __name__ == "__main__":
    main()
