"""Accounts, people and plays for the tests of activities, and a stage on which one step at a time is played."""

import dataclasses
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from temporalio.testing import ActivityEnvironment

from activities.channels.smtp import SmtpTransport
from activities.contracts import (
    Admission,
    Climb,
    Climbed,
    Closed,
    CloseRun,
    Decide,
    Decided,
    OpenRun,
    Plan,
    Record,
    StepIn,
    StepOut,
)
from activities.registry import Activities
from local.mail_sink import MailSink
from plays.base import with_base_contract
from plays.model import Play
from records.addresses import normal_form
from records.db import Database
from records.tables import Account, AccountRole, Contact, Player, Touch
from records.versions import publish
from settings import Settings

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)  # a Tuesday, no holiday anywhere here

MAIL = (
    "subject: Hello {{ contact.first_name | default: 'there' }}\n---\n"
    "Hi {{ contact.first_name | default: 'there' }},\n\nabout {{ account.name }}.\n\n{{ sender.name }}\n"
)
GUIDE = "title: Do {{ account.name }}\n---\nSpeak with {{ contact.first_name | default: 'them' }} about it.\n"


@dataclass(frozen=True)
class Source:
    """What `publish` takes, without a file."""

    play: Play
    text: str
    definition: str
    content: dict[str, str]
    hash: str


def play_of(name: str = "hello", steps: list[Any] | None = None, **more: Any) -> dict[str, Any]:
    """A small play: one mail to the champion unless told otherwise."""
    return {
        "play": name,
        "title": "Say hello",
        "stage": "sales",
        "purpose": "Get to know them.",
        "lane": name,
        "priority": 50,
        "owner": "csm",
        "executive": "sponsor",
        "players": {"csm": {"role": "csm"}, "sponsor": {"role": "sponsor"}},
        "audience": {"champion": {"persona": "champion"}, "buyer": {"persona": "economic-buyer"}},
        "caps": {"email_gap": "12h", "per_account_day": 20, "people_at_once": 20},
        "steps": steps or [mail("first")],
    } | more


def mail(name: str, **more: Any) -> dict[str, Any]:
    """An email step."""
    return {"email": name, "from": "csm", "to": "champion", "reason": "something new"} | more


def source_of(raw: dict[str, Any], content: dict[str, str] | None = None) -> Source:
    """The play as published, every touch with the standard text unless `content` has another."""
    play = with_base_contract(Play.model_validate(raw))
    texts = {f"{name}.en": (MAIL if kind == "email" else GUIDE) for name, kind in _touches(play)}
    return Source(play, "", play.model_dump_json(by_alias=True), texts | (content or {}), uuid.uuid4().hex)


def _touches(play: Play) -> list[tuple[str, str]]:
    from plays.program import lay_out

    return [(name, node.kind) for name, node in lay_out(play).nodes.items()]


def settings_of(sink: MailSink | None = None) -> Settings:
    """Settings that no environment changes."""
    return Settings.model_validate(
        {
            "environment": "test",
            "link_secret": "a secret for links in tests",
            "public_url": "http://127.0.0.1:9",
            "tenant_zone": "UTC",
        }
    )


class Stage:
    """One database, one mail server, all activities; each call is one activity as Temporal would run it."""

    def __init__(self, database: Database, sink: MailSink) -> None:
        self.database, self.sink = database, sink
        self.transport = SmtpTransport(sink.url)
        self.settings = settings_of(sink)
        self.activities = Activities(database, self.transport, self.settings)

    def again(self) -> "Stage":
        """Another worker on the same parts."""
        return Stage(self.database, self.sink)

    async def people(self, account: str = "acme", **contact: Any) -> None:
        """An account with a csm, a sponsor and one champion; keywords change the champion."""
        async with self.database.begin() as session:
            for name, more in (
                ("boss", {}),
                ("cover", {}),
                ("csm", {"manager": "boss", "cover": "cover"}),
                ("sponsor", {}),
            ):
                if await session.get(Player, name) is None:
                    mailbox = f"{name}@ours.example"
                    session.add(
                        Player(id=name, name=f"{name.title()} Ours", email=mailbox, mailbox=mailbox, zone="UTC", **more)
                    )
                    await session.flush()
            session.add(Account(id=account, name=f"{account.title()} Ltd", zone="UTC", tier="A"))
            await session.flush()
            for role in ("csm", "sponsor"):
                session.add(AccountRole(account=account, role=role, player=role))
        await self.contact(f"{account}-kim", account, **contact)

    async def contact(self, name: str, account: str = "acme", **more: Any) -> None:
        """A contact; a champion in London unless told otherwise."""
        email = more.pop("email", f"{name}@theirs.example")
        row = {"first_name": "Kim", "last_name": "Lee", "persona": "champion", "phone": "+442079460000", "zone": "UTC"}
        async with self.database.begin() as session:
            address = normal_form(email) if email else None
            session.add(Contact(id=name, account=account, email=email, address=address, **(row | more)))

    async def add(self, *rows: Any) -> None:
        """Rows as they are."""
        async with self.database.begin() as session:
            session.add_all(rows)

    async def publish(self, raw: dict[str, Any] | None = None, content: dict[str, str] | None = None) -> str:
        """Publish a play; its name."""
        async with self.database.begin() as session:
            return (await publish(session, source_of(raw or play_of(), content), "tests")).play

    async def open(self, play: str = "hello", account: str = "acme", now: datetime = NOW, **more: Any) -> Admission:
        """Ask for admission of a new workflow."""
        asked = OpenRun(
            play=play,
            account=account,
            workflow_id=f"{play}/{account}",
            first_execution_run_id=more.pop("first", uuid.uuid4().hex),
            now=now,
            **more,
        )
        answer: Admission = await run(self.activities.opening.open_run, asked)
        return answer

    async def begin(self, raw: dict[str, Any] | None = None, content: dict[str, str] | None = None) -> Admission:
        """People, a play, an open run."""
        await self.people()
        return await self.open(await self.publish(raw, content))

    def step(self, admission: Admission, step: str, now: datetime = NOW, **more: Any) -> StepIn:
        """What the workflow asks."""
        asked = {"run_id": admission.run_id, "version": admission.version, "step": step, "now": now, "base": now}
        return StepIn(**(asked | more))

    async def send(self, step: StepIn) -> StepOut:
        """The email activity."""
        answer: StepOut = await run(self.activities.emailing.send_email, step)
        return answer

    async def hand_out(self, step: StepIn) -> StepOut:
        """The activity of calls, tasks, drafts and notices."""
        answer: StepOut = await run(self.activities.handing_out.hand_out, step)
        return answer

    async def climb(self, admission: Admission, task: int, rung: Any, now: datetime) -> Climbed:
        """One rung."""
        answer: Climbed = await run(
            self.activities.climbing.climb, Climb(run_id=admission.run_id, task=task, rung=rung, now=now)
        )
        return answer

    async def plan(self, step: StepIn) -> Plan:
        """When a step is due."""
        answer: Plan = await run(self.activities.deciding.plan, step)
        return answer

    async def decide(self, admission: Admission, what: str, **more: Any) -> Decided:
        """Which way."""
        asked = Decide(run_id=admission.run_id, version=admission.version, what=what, now=NOW, **more)
        answer: Decided = await run(self.activities.deciding.decide, asked)
        return answer

    async def record(self, admission: Admission, **more: Any) -> None:
        """A change of the run."""
        await run(self.activities.recording.record, Record(run_id=admission.run_id, now=NOW, **more))

    async def close(self, admission: Admission, now: datetime = NOW) -> Closed:
        """The end of the run."""
        asked = CloseRun(run_id=admission.run_id, now=now, outcome="completed", reason="all done")
        answer: Closed = await run(self.activities.closing.close_run, asked)
        return answer

    async def touch(self, key: str) -> Touch:
        """One row of the ledger."""
        async with self.database.begin() as session:
            return (await session.scalars(select(Touch).where(Touch.key == key))).one()

    async def all(self, table: Any) -> list[Any]:
        """Every row of a table."""
        async with self.database.begin() as session:
            return list(await session.scalars(select(table).order_by(*table.__table__.primary_key)))

    @property
    def mails(self) -> list[Any]:
        """What the mail server has accepted, newest first."""
        return self.sink.store.newest()


async def run(activity: Any, argument: Any, *, details: list[Any] | None = None) -> Any:
    """Run an activity as a worker would, scheduled just now."""
    environment = ActivityEnvironment()
    environment.info = dataclasses.replace(
        environment.info, scheduled_time=datetime.now(UTC), heartbeat_details=details or []
    )
    return await environment.run(activity, argument)


def hours(count: float) -> timedelta:
    """So many hours."""
    return timedelta(hours=count)
