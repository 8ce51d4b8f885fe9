"""The webhooks' measure: a bare FastAPI endpoint that verifies an HMAC and inserts a row.

`python -m bench.bare_endpoint PORT`, with DATABASE_URL and BENCH_SECRET in the environment.
"""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import uvicorn
from fastapi import FastAPI, Request, Response
from standardwebhooks.webhooks import Webhook, WebhookVerificationError


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """A pool, and a table to insert into."""
    app.state.pool = await asyncpg.create_pool(os.environ["DATABASE_URL"].replace("+asyncpg", ""), max_size=10)
    await app.state.pool.execute("create table if not exists bare_inbox (id text primary key, body bytea)")
    app.state.secret = Webhook(os.environ["BENCH_SECRET"])
    yield
    await app.state.pool.close()


app = FastAPI(lifespan=lifespan)


@app.post("/events/test")
async def receive(request: Request) -> Response:
    """Verify, insert, 202."""
    body = await request.body()
    try:
        app.state.secret.verify(body.decode(), dict(request.headers))
    except WebhookVerificationError:
        return Response(status_code=401)
    await app.state.pool.execute(
        "insert into bare_inbox (id, body) values ($1, $2) on conflict do nothing", request.headers["webhook-id"], body
    )
    return Response(status_code=202)


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error")
