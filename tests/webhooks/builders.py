"""An account with people, runs and touches, in a few words; and the parts a test may want to stand in for."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from plays.ids import message_id, run_id, touch_key, workflow_id
from plays.model import Play
from records.db import Database
from records.tables import Account, Contact, Event, Hold, PlayVersion, Run, Suppression, Touch
from workflows.messages import EventIn

NOW = dt.datetime(2026, 11, 18, 12, 0, tzinfo=dt.UTC)  # a Wednesday
DOMAIN = "setpiece.example"


def a_play(name: str = "usage-drop", **more: Any) -> Play:
    """A play with one email; handlers of replies end it, as the base contract's do."""
    raw: dict[str, Any] = {
        "play": name,
        "title": name,
        "stage": "customer success",
        "purpose": "to be tested",
        "lane": "retention",
        "priority": 50,
        "owner": "csm",
        "players": {"csm": {"role": "csm"}},
        "audience": {"admin": {"persona": "admin"}},
        "steps": [{"email": "first", "from": "csm", "to": "admin", "reason": "news"}],
        "on": {"reply": {"end": "replied"}, "meeting.booked": {"end": "met"}, "usage.recovered": {"end": "recovered"}},
    }
    return Play.model_validate({**raw, **more})


async def publish(database: Database, *plays: Play) -> None:
    """Each as version 1."""
    async with database.begin() as session:
        for play in plays:
            definition = play.model_dump_json(by_alias=True)
            session.add(
                PlayVersion(play=play.play, version=1, hash=play.play, definition=definition, content={}, source="")
            )


async def people(database: Database) -> None:
    """Acme (ann, bob; acme.example) and Globex (gus)."""
    async with database.begin() as session:
        session.add_all(
            [
                Account(id="acme", name="Acme", lifecycle="customer", domains=["acme.example"], zone="Europe/Berlin"),
                Account(id="globex", name="Globex", lifecycle="customer", domains=["globex.example"]),
            ]
        )
        await session.flush()
        session.add_all(
            [
                Contact(
                    id="ann", account="acme", persona="admin", email="Ann@acme.example", address="ann@acme.example"
                ),
                Contact(id="bob", account="acme", persona="champion", email="b@acme.example", address="b@acme.example"),
                Contact(
                    id="gus", account="globex", persona="admin", email="g@globex.example", address="g@globex.example"
                ),
            ]
        )


async def open_run(database: Database, play: str = "usage-drop", account: str = "acme", number: int = 1) -> str:
    """A run in its middle; returns its id."""
    run = run_id(play, account, number)
    async with database.begin() as session:
        session.add(
            Run(
                id=run, play=play, account=account, number=number, version=1, workflow_id=workflow_id(play, account),
                first_execution_run_id=run, state="open", lane="retention", priority=50, opened_at=NOW,
            )
        )  # fmt: skip
    return run


async def touch(database: Database, run: str, contact: str = "ann", step: str = "first", address: str = "") -> str:
    """An email that was made; returns its Message-ID."""
    key = touch_key(run, step, 1, contact)
    named = message_id(key, DOMAIN)
    async with database.begin() as session:
        known = await session.get(Contact, contact)
        session.add(
            Touch(
                key=key, run=run, account=run.split("/")[1], contact=contact, step=step, channel="email", state="made",
                created_at=NOW, settled_at=NOW, message_id=named,
                address=address or (known.address if known else None),
            )
        )  # fmt: skip
    return named


async def events(database: Database) -> list[Event]:
    """Everything in the inbox, oldest first."""
    async with database.begin() as session:
        return list(await session.scalars(select(Event).order_by(Event.received_at, Event.id)))


async def event(database: Database, event_id: str) -> Event:
    """One event, which is there."""
    async with database.begin() as session:
        found = await session.get(Event, event_id)
    assert found is not None
    return found


async def run_row(database: Database, run: str) -> Run:
    """One run, which is there."""
    async with database.begin() as session:
        found = await session.get(Run, run)
    assert found is not None
    return found


async def suppressions(database: Database) -> set[tuple[str, str, str | None]]:
    """Scope, value and channel of every live one."""
    async with database.begin() as session:
        return {(one.scope, one.value, one.channel) for one in await session.scalars(select(Suppression))}


async def holds(database: Database) -> list[Hold]:
    """Every hold, in order."""
    async with database.begin() as session:
        return await _holds(session)


async def _holds(session: AsyncSession) -> list[Hold]:
    return list(await session.scalars(select(Hold).order_by(Hold.id)))


@dataclass
class Started:
    """What starting answers."""

    workflow_id: str
    already_open: bool


@dataclass
class FakeTemporal:
    """A server that takes signals and starts, may be away, and knows which workflows are closed."""

    signals: list[tuple[str, EventIn]] = field(default_factory=list)
    starts: list[tuple[str, str | None]] = field(default_factory=list)
    closed: set[str] = field(default_factory=set)
    open: set[str] = field(default_factory=set)
    away: bool = False
    broken: bool = False

    @property
    def client(self) -> Client:
        """Seen as the client the router wants."""
        return cast(Client, self)

    @property
    def service_client(self) -> "FakeTemporal":
        """Of the client."""
        return self

    async def check_health(self, timeout: dt.timedelta) -> bool:
        """As the service client."""
        return not self.away

    def get_workflow_handle(self, workflow_id: str) -> "FakeHandle":
        """As the client."""
        return FakeHandle(self, workflow_id)

    async def start(
        self, client: Client, settings: object, play: str, account: str, event_id: str | None, by: str
    ) -> Started:
        """As `workflows.starting.start_run`."""
        self.answer()
        named = workflow_id(play, account)
        if named in self.open:
            return Started(named, already_open=True)
        self.starts.append((named, event_id))
        return Started(named, already_open=False)

    def answer(self) -> None:
        """Raise what an absent or broken server raises."""
        if self.broken:
            raise ValueError("a bug of ours")
        if self.away:
            raise RPCError("connection refused", RPCStatusCode.UNAVAILABLE, b"")

    def told(self) -> list[tuple[str, str]]:
        """Workflow ID and event kind of every signal."""
        return [(named, event.kind) for named, event in self.signals]


@dataclass
class FakeHandle:
    """One workflow of it."""

    server: FakeTemporal
    id: str

    async def signal(self, name: str, arg: EventIn, rpc_timeout: dt.timedelta) -> None:
        """Keep the signal."""
        self.server.answer()
        if self.id in self.server.closed:
            raise RPCError("workflow execution already completed", RPCStatusCode.NOT_FOUND, b"")
        self.server.signals.append((self.id, arg))
