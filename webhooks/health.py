"""Is each part there: for load balancers and people. Honest per part, bounded in time."""

import asyncio
from datetime import timedelta
from typing import Final

from fastapi.responses import JSONResponse
from sqlalchemy import text
from temporalio.client import Client
from temporalio.service import RPCError

from records.db import Database
from webhooks.refusals import Refusal
from webhooks.storing import store

SECONDS: Final = 1.5


async def health(database: Database, client: Client) -> JSONResponse:
    """200 while events can be taken, that is while Postgres answers; what Temporal misses is made up for later."""
    postgres, temporal = await asyncio.gather(_postgres(database), _temporal(client))
    state = "ok" if postgres and temporal else "events are taken and wait for Temporal" if postgres else "not ready"
    parts = {"postgres": "ok" if postgres else "unreachable", "temporal": "ok" if temporal else "unreachable"}
    return JSONResponse({"state": state, **parts}, status_code=200 if postgres else 503)


async def _postgres(database: Database) -> bool:
    try:
        await store(database, lambda session: session.execute(text("select 1")), SECONDS)
    except Refusal:
        return False
    return True


async def _temporal(client: Client) -> bool:
    return await answers(client, SECONDS)


async def answers(client: Client, seconds: float) -> bool:
    """True if Temporal says it serves, within `seconds`."""
    try:
        async with asyncio.timeout(seconds):
            return await client.service_client.check_health(timeout=timedelta(seconds=seconds))
    except (RPCError, RuntimeError, TimeoutError):  # a lazy client's first connect fails with RuntimeError
        return False
