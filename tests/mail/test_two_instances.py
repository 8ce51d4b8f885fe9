"""C11: two instances of ours, each the other's contact, left to themselves for an hour of the runs' clocks.

Every mail that one sends is carried to the other by the test, and read there as any mail that comes in.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from email import message_from_bytes
from email.utils import parseaddr
from pathlib import Path

import httpx
import pytest
from temporalio.client import Client

from local.stack import Stack
from records import mails
from records.db import Database
from records.mails import Arrival
from records.tables import Account, AccountRole, Contact, Player
from settings import Settings
from tests.conftest import _administer, named
from tests.playhouse import Playhouse, eventually
from tests.whole.conftest import Stage
from worker import run_worker

PLAY = """
play: {name}
title: A play that answers by itself
stage: testing
purpose: Show that two of us do not talk to each other for ever.
lane: {name}
priority: 10
owner: adr
players: {{adr: {{role: adr}}}}
audience: {{champion: {{persona: champion}}}}
caps: {{email_gap: 0min, per_account_day: 20}}
steps:
{steps}  - {{wait: 3d}}
  - end: silence
{on}
"""
MAIL_STEP = "  - {{email: {name}, from: adr, to: champion, window: any, after: {after}, reason: {name} news}}\n"
ANSWERS = """
on:
  reply: {steps: [{email: thanks, from: adr, to: champion, window: any, reason: they wrote}]}
"""
TEXT = (
    "subject: {name} for {{{{ account.name }}}}\n---\nHello {{{{ contact.first_name }}}},\n\nthis is {name}: {words}\n"
)
WORDS = "about the one thing you said you wanted, and what it would take to have it by spring. What do you think?"


@dataclass
class Instance:
    """One of the two: its own database, worker and webhooks."""

    house: Playhouse
    stage: Stage
    me: str  # the address of its player
    other: str  # of its contact, who is the other's player

    @property
    def account(self) -> str:
        """The other firm."""
        return f"firm-of-{self.other.partition('@')[0]}"

    async def people(self) -> None:
        """One player, one account with one champion."""
        async with self.house.database.begin() as session:
            session.add(Player(id="adr", name="Adr", email=self.me, mailbox=self.me, roles=["adr"], zone="UTC"))
            session.add(Account(id=self.account, name="Firm", domains=[self.other.partition("@")[2]], zone="UTC"))
            await session.flush()
            champion = {"first_name": "Kim", "persona": "champion", "email": self.other, "address": self.other}
            session.add(Contact(id="c", account=self.account, phone="+442079460018", **champion))
            session.add(AccountRole(account=self.account, role="adr", player="adr"))

    async def publish(self, on: str, *mails: tuple[str, str]) -> str:
        """A play of these mails (name, after), with texts."""
        name = f"play-{uuid.uuid4().hex[:8]}"
        content = self.house.folder / "content" / name
        content.mkdir(parents=True)
        for mail in ("first", "second", "third", "thanks"):
            for locale in ("en", "ru"):
                (content / f"{mail}.{locale}.liquid").write_text(TEXT.format(name=mail, words=WORDS), encoding="utf-8")
        steps = "".join(MAIL_STEP.format(name=mail, after=after) for mail, after in mails)
        path = self.house.folder / f"{name}.yaml"
        path.write_text(PLAY.format(name=name, on=on, steps=steps), encoding="utf-8")
        return await self.house.publish(path)

    async def takes(self, raw: bytes) -> None:
        """A mail comes into its mailbox, and is read."""
        async with self.house.database.begin() as session:
            await mails.keep(session, [Arrival("imap", self.me, uuid.uuid4().hex, raw)])

        async def read() -> bool:
            waiting = "select 1 from mails where state = 'received'"
            unrouted = "select 1 from inbox where state = 'received'"
            return not await self.house.rows(f"{waiting} union all {unrouted}")

        await eventually(read, "the mail is read and told to the runs")


class Carrier:
    """The mail between the two."""

    def __init__(self, stack: Stack, first: Instance, second: Instance) -> None:
        self.stack, self.pair = stack, {one.me: one for one in (first, second)}
        self.mails: list[bytes] = []
        self._known: set[str] = set()

    async def carry(self) -> int:
        """Take what was sent since to whom it is for; how many mails."""
        async with httpx.AsyncClient(base_url=self.stack.mail.inbox) as sink:
            found = (await sink.get("/api/messages", params={"to": ".pair.example"})).json()
            listed = found["messages"] if isinstance(found, dict) else found
            new = [one for one in reversed(listed) if str(one["id"]) not in self._known]
            raws = [(await sink.get(f"/messages/{one['id']}/raw")).content for one in new]
        self._known |= {str(one["id"]) for one in new}
        between = [raw for raw in raws if self._ends(raw) is not None]
        for raw in between:
            self.mails.append(raw)
            await self.pair[str(self._ends(raw))].takes(raw)
        return len(between)

    def senders(self) -> list[str]:
        """Of every mail that was carried, in order."""
        return [parseaddr(str(message_from_bytes(raw)["From"]))[1] for raw in self.mails]

    def _ends(self, raw: bytes) -> str | None:
        """To whom a mail from one of the two to the other goes; notices to a player stay where they are."""
        mail = message_from_bytes(raw)
        sender, recipient = parseaddr(str(mail["From"]))[1], parseaddr(str(mail["To"]))[1]
        return recipient if {sender, recipient} == set(self.pair) else None


@pytest.fixture
async def pair(
    stack: Stack, client: Client, template_database: str, tmp_path: Path
) -> AsyncIterator[tuple[Instance, Instance]]:
    """Two instances on one Temporal and one mail server."""
    mark = uuid.uuid4().hex[:8]
    addresses = [f"one-{mark}@one.pair.example", f"two-{mark}@two.pair.example"]
    async with AsyncExitStack() as cleanup:
        instances = []
        for number, me in enumerate(addresses):
            url = stack.addresses.database_url
            base = f"pair_{mark}_{number}"
            await _administer(url, f"create database {base} template {template_database}")
            cleanup.push_async_callback(_administer, url, f"drop database {base} with (force)")
            database = Database(named(url, base))
            cleanup.push_async_callback(database.close)
            folder = tmp_path / base
            folder.mkdir()
            house = Playhouse(stack, client, database, named(url, base), f"pair-{mark}-{number}", folder)
            cleanup.push_async_callback(house.close)
            await house.listen()
            instances.append(Instance(house, Stage(house), me, addresses[1 - number]))
            settings = house.settings().model_copy(update={"public_url": house.webhooks})
            await cleanup.enter_async_context(Working(settings))
        for one in instances:
            await one.people()
        yield instances[0], instances[1]


class Working:
    """A worker while the context is open."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._stop = settings, asyncio.Event()

    async def __aenter__(self) -> "Working":
        self._task = asyncio.create_task(run_worker(self._settings, self._stop))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stop.set()
        await self._task


async def an_hour(pair: tuple[Instance, Instance], carrier: Carrier, on: str) -> None:
    """Of both runs' clocks, in steps of five minutes. The first writes at once, the second would later."""
    runs = []
    later = (("first", "10min"), ("second", "10min"), ("third", "10min"))
    for one, steps in zip(pair, ((("first", "0min"),), later), strict=True):
        play = await one.publish(on, *steps)
        runs.append((one, play, await one.stage.start(play, one.account)))
        await one.stage.state(play, "open")
    await pair[0].stage.made(runs[0][1], "first")
    for _ in range(12):
        while await carrier.carry():
            pass
        for one, play, run in runs:
            rows = await one.house.rows("select state from runs where play = $1", play)
            if rows[0]["state"] in ("open", "halted"):
                await one.stage.pass_time(run, minutes=5)
    while await carrier.carry():
        pass


async def test_two_instances_pointed_at_each_other_stop_with_the_first_mail(
    pair: tuple[Instance, Instance], stack: Stack
) -> None:
    """C11: what the other's play sends is a reply; a person answers first, and the second's own mails wait."""
    carrier = Carrier(stack, *pair)
    await an_hour(pair, carrier, "")
    assert carrier.senders() == [pair[0].me]
    assert await pair[1].house.rows("select 1 from holds")
    heard = await pair[1].house.rows("select kind, state from mails")
    assert [(one["kind"], one["state"]) for one in heard] == [("reply", "read")]


async def test_two_instances_that_thank_for_every_reply_exchange_one_automatic_answer(
    pair: tuple[Instance, Instance], stack: Stack
) -> None:
    """C11: plays that answer by themselves: the first answer says that a machine made it, and is the last."""
    carrier = Carrier(stack, *pair)
    await an_hour(pair, carrier, ANSWERS)
    assert carrier.senders() == [pair[0].me, pair[1].me]
    assert message_from_bytes(carrier.mails[1])["Auto-Submitted"] == "auto-replied"
    heard = await pair[0].house.rows("select kind, state, events from mails")
    assert [(one["kind"], one["state"], one["events"]) for one in heard] == [("auto_reply", "read", [])]
