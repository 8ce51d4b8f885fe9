"""The web surface on a real port, with a real Postgres and, unless a test asks for the real one, no Temporal."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from records.db import Database
from settings import Settings
from tests.webhooks.builders import DOMAIN, FakeTemporal
from webhooks.app import create_app
from webhooks.router import Router
from webhooks.secrets import new_secret
from webhooks.sending import body_of, signed_headers
from webhooks.server import configured

SECRET = new_secret()
LINKS = "a long secret for links"


class QuietServer(uvicorn.Server):
    """Leaves the test runner's signals alone."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing to capture."""
        yield


@asynccontextmanager
async def served(app: FastAPI, **more: Any) -> AsyncIterator[str]:
    """The app on a free port of the loopback; yields its URL."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = configured(app, "127.0.0.1", 0)
    for name, value in more.items():
        setattr(config, name, value)
    server = QuietServer(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    async with asyncio.timeout(10):
        while not server.started:  # noqa: ASYNC110  # uvicorn has no event for it
            await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


class Sender:
    """A provider that signs what it sends."""

    def __init__(self, url: str, secret: str = SECRET) -> None:
        self.url, self.secret = url, secret
        self.http = httpx.AsyncClient(base_url=url, timeout=20)

    async def event(self, kind: str, data: dict[str, Any], id: str = "e1", source: str = "demo") -> httpx.Response:
        """One event in the documented form."""
        return await self.raw(body_of(kind, data), id, source)

    async def raw(self, body: bytes, id: str = "e1", source: str = "demo") -> httpx.Response:
        """Any bytes, signed."""
        return await self.http.post(f"/events/{source}", content=body, headers=signed_headers(self.secret, id, body))


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """Of an installation with the source `demo`."""
    return Settings(
        environment="test",
        folder=tmp_path,
        DATABASE_URL=database_url,
        mail_domain=DOMAIN,
        webhook_secrets={"demo": [SECRET]},
        link_secret=LINKS,
        tenant_zone="Europe/London",
    )


@pytest.fixture
def temporal() -> FakeTemporal:
    """No server, but one that remembers what it was told."""
    return FakeTemporal()


@pytest.fixture
def router(database: Database, temporal: FakeTemporal, settings: Settings) -> Router:
    """Routes into the remembered server."""
    return Router(database, temporal.client, settings, start=temporal.start)


@pytest.fixture
async def sender(
    settings: Settings, database: Database, temporal: FakeTemporal, router: Router
) -> AsyncIterator[Sender]:
    """A signing sender, and behind its URL the app."""
    async with served(create_app(settings, database, temporal.client, router=router)) as url:
        sender = Sender(url)
        yield sender
        await sender.http.aclose()
