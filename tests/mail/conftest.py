"""A real Dovecot, mailboxes that are watched, and mails written by the tests."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import defer

from records.db import Database
from records.tables import Mail, MailboxPlace
from settings import Settings
from tests.mail import dovecot as real
from tests.mail.dovecot import Dovecot
from tests.mail.incoming import LINKS, come, reader, touch
from tests.webhooks.builders import DOMAIN, FakeTemporal
from webhooks.mail import guard, watcher
from webhooks.mail.apart import ReaderLost
from webhooks.mail.listening import Listening
from webhooks.mail.reader import Understand
from webhooks.router import Router

__all__ = ["come", "reader", "touch"]  # fixtures of incoming.py


@pytest.fixture(scope="session")
def one_dovecot() -> Iterator[Dovecot]:
    """A server for many tests, which have users of their own."""
    if not real.installed():
        pytest.skip(real.MISSING)
    with real.dovecot() as server:
        yield server


@pytest.fixture
def dovecot(one_dovecot: Dovecot) -> Dovecot:
    """It, running."""
    if one_dovecot.process is None:
        one_dovecot.start()
    return one_dovecot


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """Of an installation without mailboxes."""
    return Settings(
        environment="test", folder=tmp_path, DATABASE_URL=database_url, mail_domain=DOMAIN,
        webhook_secrets={"demo": ["whsec_" + "A" * 32]}, link_secret=LINKS, tenant_zone="Europe/London",
    )  # fmt: skip


@pytest.fixture
def temporal() -> FakeTemporal:
    """No server, but one that remembers what it was told."""
    return FakeTemporal()


@pytest.fixture
async def router(database: Database, temporal: FakeTemporal, settings: Settings) -> AsyncIterator[Router]:
    """Routes into the remembered server."""
    router = Router(database, temporal.client, settings, start=temporal.start)
    yield router
    await router.close()


Listen = Callable[..., Any]


@pytest.fixture
async def listen(
    settings: Settings, database: Database, router: Router, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Listen]:
    """Watch mailboxes (address -> what `Mailbox` takes); what was started ends with the test."""
    monkeypatch.setattr(watcher, "FIRST_PAUSE", 0.1)
    monkeypatch.setattr(watcher, "STAND_BY", 0.2)
    monkeypatch.setattr(guard, "PATIENCE", 5.0)
    async with AsyncExitStack() as stack:

        async def start(
            mailboxes: dict[str, Any], understand: Understand | None = None, poll: float = 60.0
        ) -> Listening:
            values = settings.model_dump(exclude={"mailboxes"}) | {"mailboxes": mailboxes}
            changed = Settings.model_validate(values | {"DATABASE_URL": settings.database_url})
            listening = Listening(changed, database, router, understand=understand or never, poll=poll)
            return await stack.enter_async_context(listening)

        yield start


async def never(raw: bytes, received: object) -> Any:
    """A reader that does not get to it: what is watched for here is that mails are stored."""
    raise ReaderLost


def mail(number: int = 1, sender: str = "kim@acme.example", text: str = "Hello", **headers: str) -> bytes:
    """A mail from somebody, with a Message-ID of its own."""
    named = {
        "From": sender,
        "To": "ada@ours.example",
        "Subject": f"Mail {number}",
        "Date": "Fri, 20 Nov 2026 10:00:00 +0000",
        "Message-ID": f"<mail-{number}@acme.example>",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return (head + "\r\n" + text + "\r\n").encode()


async def kept(database: Database) -> list[Mail]:
    """Every mail that is stored, oldest first."""
    async with database.begin() as session:
        query = select(Mail).order_by(Mail.received_at, Mail.external_id).options(defer(Mail.raw))
        return list(await session.scalars(query))


async def places(database: Database) -> dict[str, MailboxPlace]:
    """How far each folder was read, by folder."""
    async with database.begin() as session:
        return {one.folder: one for one in await session.scalars(select(MailboxPlace))}
