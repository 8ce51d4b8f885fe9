"""Mails that come in and are read at once, at an installation with an open run: what the tests of reading share."""

import datetime as dt
from collections.abc import Awaitable, Callable

import pytest

from records import mails
from records.db import Database
from records.mails import Arrival
from records.tables import Event, Mail, Player
from settings import Settings
from tests.webhooks import builders as b
from webhooks.mail.reader import Reader
from webhooks.meaning.model import Meaning
from webhooks.meaning.understand import understand
from webhooks.router import Router

LINKS = "a long secret for links"
CAME = dt.datetime(2026, 11, 18, 12, 40, tzinfo=dt.UTC)
Come = Callable[..., Awaitable[Mail]]


@pytest.fixture
async def touch(database: Database) -> str:
    """Acme with an open run that has written to Ann; the Message-ID of the mail."""
    await b.people(database)
    await b.publish(database, b.a_play())
    async with database.begin() as session:
        session.add(
            Player(id="ada", name="Ada", email="ada@office.example", mailbox="ada@setpiece.example", roles=["csm"])
        )
    return await b.touch(database, await b.open_run(database))


async def at_once(raw: bytes, received: dt.datetime) -> Meaning:
    """In this process."""
    return understand(raw, received)


@pytest.fixture
def reader(database: Database, settings: Settings, router: Router) -> Reader:
    """Reads when it is told to."""
    return Reader(database, settings, router, at_once)


@pytest.fixture
def come(database: Database, reader: Reader) -> Come:
    """A mail comes in and is read."""

    async def arrives(raw: bytes, note: str = "") -> Mail:
        arrival = Arrival("imap", "ada@setpiece.example", mails.mail_id(raw), raw, CAME, note)
        async with database.begin() as session:
            (mail,) = await mails.keep(session, [arrival])
        await reader.read_due()
        return await the(database, mail)

    return arrives


async def the(database: Database, mail: str) -> Mail:
    """As it stands."""
    async with database.begin() as session:
        return await session.get_one(Mail, mail)


async def only(database: Database) -> Event:
    """The one event."""
    (event,) = await b.events(database)
    return event
