"""`python -m webhooks`: the web surface as a process. Exit code 2 when it may not start, with one sentence why."""

import asyncio
import gc
import sys

import structlog
from pydantic import ValidationError
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from records.db import Database
from settings import Settings, temporal_connect_config
from webhooks import logs
from webhooks.app import create_app
from webhooks.server import Server, configured
from webhooks.signatures import SecretError

log = structlog.get_logger("webhooks")


class CannotStart(Exception):
    """Something is missing; the message says what would be right."""


async def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM. Temporal may be away: events wait for it. Raises CannotStart, SecretError."""
    if settings.database_url is None:
        raise CannotStart("no database: start the local stack with `starter.py up`, or set DATABASE_URL")
    database = Database(settings.database_url.get_secret_value(), erasure_keys=settings.erasure_secrets)
    config = temporal_connect_config(settings)
    client = await Client.connect(**config, data_converter=pydantic_data_converter, lazy=True)
    try:
        app = create_app(settings, database, client)
        gc.freeze()  # what was imported stays: walking through it again and again costs 7 % of the requests
        gc.set_threshold(50_000, 20, 50)
        log.info("webhooks listen", address=settings.webhooks_url, sources=sorted(settings.webhook_secrets))
        await Server(configured(app, settings.webhooks_host, settings.webhooks_port)).serve()
    finally:
        await database.close()


def main() -> int:
    """The process's exit code."""
    logs.configure()
    try:
        asyncio.run(serve(Settings()))
    except ValidationError as error:
        sentences = "; ".join(str(fault["msg"]).removeprefix("Value error, ") for fault in error.errors())
        print(f"The webhooks cannot start: {sentences}", file=sys.stderr)  # noqa: T201
        return 2
    except (CannotStart, SecretError) as error:
        print(f"The webhooks cannot start: {error}", file=sys.stderr)  # noqa: T201
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
