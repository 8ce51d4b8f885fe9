"""Accounts at providers, and servers that answer as a test wants, for the tests of the APIs."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from activities.channels.post import APIS
from activities.channels.providers.api import Api
from activities.channels.providers.calling import Answer
from activities.channels.transport import Accepted
from settings import Provider
from tests.channels.letters import RECIPIENT, SENDER, letter
from tests.channels.standins import STAND_INS
from tests.channels.standins.http import HttpServer, Reply, Request

KINDS = tuple(STAND_INS)
MORE: dict[str, dict[str, Any]] = {"mailgun": {"domain": "us.example"}, "ses": {"region": "us-east-1"}}
KEY = "the-secret-key-of-the-account:and-its-other-half"


def api_of(kind: str, url: str = "http://127.0.0.1:9", **more: Any) -> Api:
    """The API of an account at this address."""
    provider = Provider.model_validate({"kind": kind, "key": KEY, "url": url, **MORE.get(kind, {})})
    return APIS[kind](provider, "theirs", within=20.0, **more)


def answer(status: int, body: object = None, **headers: str) -> Answer:
    """An answer as it was read."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, raw)


async def send(api: Api) -> Accepted:
    """One mail."""
    delivery = await api.open(SENDER, RECIPIENT)
    await delivery.begin()
    return await delivery.finish(letter()[0])


@asynccontextmanager
async def answering(reply: Reply) -> AsyncIterator[tuple[str, list[Request]]]:
    """A server that always says this, and what it was asked."""
    seen: list[Request] = []

    async def handle(request: Request) -> Reply:
        seen.append(request)
        return reply

    async with HttpServer(handle) as server:
        yield server.url, seen
