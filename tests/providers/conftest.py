"""The web surface with ten providers configured, a clock that can be moved, and nobody to fetch a certificate from."""

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from records.db import Database
from settings import Settings
from tests.providers.payloads import DOMAIN, payload
from tests.providers.senders import NAMES, PUBLIC, Clock, Sender, Sent, sender
from tests.webhooks.builders import FakeTemporal
from webhooks.app import create_app
from webhooks.providers.routes import Desk
from webhooks.router import Router
from webhooks.secrets import new_secret


@dataclass
class Amazon:
    """What is fetched from it: the certificate, or an answer of its API."""

    pem: bytes = b""
    fetched: list[str] = field(default_factory=list)

    async def fetch(self, url: str) -> bytes:
        """As `sns.fetch`."""
        self.fetched.append(url)
        return self.pem


class House:
    """The app in this process, and the providers that call it."""

    def __init__(self, app: FastAPI, desk: Desk, senders: dict[str, Sender], clock: Clock, amazon: Amazon) -> None:
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=PUBLIC, timeout=30)
        self.desk, self.senders, self.clock, self.amazon = desk, senders, clock, amazon
        self._numbers = itertools.count(1)

    async def post(self, name: str, sent: Sent, route: str = "events") -> httpx.Response:
        """One request as it is."""
        return await self.http.post(f"/providers/{name}/{route}", content=sent.body, headers=sent.headers)

    def report(self, name: str, word: str, number: int = 0) -> Sent:
        """A genuine report; every one another event, unless a number is given."""
        record = payload(name, word, self.clock.at, number or next(self._numbers))
        return self.senders[name].events(record)

    async def reports(self, name: str, word: str, number: int = 0) -> httpx.Response:
        """A genuine report, posted."""
        return await self.post(name, self.report(name, word, number))


@pytest.fixture
def clock() -> Clock:
    """The present, until it is moved."""
    return Clock()


@pytest.fixture
def senders(clock: Clock) -> dict[str, Sender]:
    """Every provider, with a fresh key."""
    return {name: sender(name, clock) for name in NAMES}


@pytest.fixture
def settings(tmp_path: Path, database_url: str, senders: dict[str, Sender]) -> Settings:
    """Of an installation that listens to all ten, each under the name of its kind."""
    return Settings(
        environment="test",
        folder=tmp_path,
        DATABASE_URL=database_url,
        mail_domain=DOMAIN,
        public_url=PUBLIC,
        webhook_secrets={"demo": [new_secret()]},
        link_secret="a long secret for links",
        providers={name: one.settings() for name, one in senders.items()},
    )


@pytest.fixture
async def house(
    settings: Settings, database: Database, senders: dict[str, Sender], clock: Clock
) -> AsyncIterator[House]:
    """The app over a real Postgres; Temporal is one that remembers what it was told."""
    temporal, amazon = FakeTemporal(), Amazon(senders["ses"].key.pem)
    router = Router(database, temporal.client, settings, start=temporal.start)
    desk = Desk(settings, database, router, amazon.fetch, clock.now)
    app = create_app(settings, database, temporal.client, router=router, desk=desk)
    house = House(app, desk, senders, clock, amazon)
    yield house
    await house.http.aclose()
    await router.close()
