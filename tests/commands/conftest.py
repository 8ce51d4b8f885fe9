"""The terminal as a person has it: commands in this process, with an environment of the test's own."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from commands.gathered import app
from local.stack import Stack
from records.db import Database
from records.tables import Account, AccountRole, Contact, Player

OURS = ("DATABASE_URL", "SMTP_URL", "TEMPORAL_", "SETPIECE_")
NOBODY = "127.0.0.1:9"  # the discard port: nobody listens


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        assert self.out, self.err
        return json.loads(self.out)


class Terminal:
    """Types commands."""

    def __init__(self) -> None:
        self._runner = CliRunner()

    def type(self, *words: str) -> Said:
        """Run one command."""
        result = self._runner.invoke(app, list(words), prog_name="starter.py")
        return Said(result.exit_code, result.stdout, result.stderr)


@pytest.fixture
def nothing_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine where neither a stack nor any server of ours is there."""
    for name in [name for name in os.environ if name.startswith(OURS)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SETPIECE_FOLDER", str(tmp_path / "no-stack"))
    monkeypatch.setenv("TEMPORAL_ADDRESS", NOBODY)
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def terminal(nothing_runs: None) -> Terminal:
    """A terminal on such a machine."""
    return Terminal()


@pytest.fixture
def desk(terminal: Terminal, stack: Stack, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal with a migrated, empty database and the session's Temporal, without worker and webhooks."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("TEMPORAL_ADDRESS", stack.addresses.temporal)
    monkeypatch.setenv("SETPIECE_WEBHOOKS_PORT", "9")
    monkeypatch.setenv("SETPIECE_TASK_QUEUE", f"desk-{database_url.rpartition('_')[2]}")
    return terminal


@pytest.fixture
async def acme(database: Database) -> str:
    """The customer acme with a champion (c-1, ann@acme.example) and two players: ada (adr, csm), ben (sponsor)."""
    async with database.begin() as session:
        session.add(Account(id="acme", name="Acme", segment="robots", lifecycle="customer", domains=["acme.example"]))
        session.add(_player("ada", ["adr", "csm", "ae"]))
        session.add(_player("ben", ["sponsor", "executive"]))
        await session.flush()
        session.add(AccountRole(account="acme", role="csm", player="ada"))
        session.add(
            Contact(
                id="c-1",
                account="acme",
                first_name="Ann",
                last_name="[bold]\x1b[31mLee\r\nBcc: x",
                persona="champion",
                email="ann@acme.example",
                address="ann@acme.example",
                consent_basis="consent",
            )
        )
    return "acme"


def _player(name: str, roles: list[str]) -> Player:
    return Player(id=name, name=name.title(), email=f"{name}@us.example", mailbox=f"{name}@us.example", roles=roles)
