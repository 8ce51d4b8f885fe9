#!/usr/bin/env python3
"""Runs a worker: settings -> Temporal client -> activities with their real dependencies -> until SIGTERM or SIGINT.

Also here: the outbox of notices to players, and what closes runs that were terminated in Temporal. Nothing is
decided in this file.
"""

import asyncio
import logging
import signal
import sys
from collections.abc import MutableMapping, Sequence
from datetime import timedelta
from typing import Any, Final

import structlog
from pydantic import ValidationError
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.runtime import LoggingConfig, PrometheusConfig, Runtime, TelemetryConfig, TelemetryFilter
from temporalio.worker import Worker

from activities.channels.post import Post, Unfit
from activities.house import House
from activities.mirror.mirroring import Mirroring
from activities.notices import Outbox
from activities.reconciling import Reconciler
from activities.registry import Activities
from activities.tidying import Tidying
from commands.leaving import leave
from records.db import Database
from settings import Settings, temporal_connect_config
from workflows.play import PlayWorkflow
from workflows.sandbox import shared

# A play that data cannot say is a workflow class of its own, registered here under the play's name.
HAND_WRITTEN: Final[Sequence[type]] = ()

# field-notes.md: a cache smaller than the runs active at once costs 63 % of the rate; 5 pollers are right on 2 cores.
CACHED_RUNS: Final = 2000
GRACE: Final = timedelta(seconds=30)  # for what is under way at a stop; a mail cut off later is in doubt
BETWEEN_TRIES: Final = 2.0  # seconds

log = structlog.get_logger("worker")


class CannotStart(Exception):
    """Something is missing; the message says what would be right."""


async def run_worker(settings: Settings, stop: asyncio.Event) -> None:
    """Work until `stop` is set. Raises CannotStart when the database or the mail server is not named, or
    a mailbox, provider or mail server is one that may not be used here.
    """
    if settings.database_url is None or settings.smtp_url is None:
        missing = "database: set DATABASE_URL" if settings.database_url is None else "mail server: set SMTP_URL"
        raise CannotStart(f"no {missing}, or start the local stack with `starter.py up`")
    try:
        transport = Post(settings)
    except Unfit as error:
        raise CannotStart(str(error)) from None
    client = await connected(settings, stop)
    if client is None:
        return
    database = Database(settings.database_url.get_secret_value(), erasure_keys=settings.erasure_secrets)
    try:
        activities = Activities(database, transport, settings, client)
        outbox = Outbox(database, transport, settings)
        doubts = Reconciler(House(database, settings, client), transport)
        async with worker_of(client, settings, activities.all()):
            log.info("the worker listens", task_queue=settings.task_queue, namespace=client.namespace)
            await asyncio.gather(
                outbox.run(stop),
                doubts.run(stop),
                Tidying(database, client).run(stop),
                Mirroring(database, settings).run(stop),
            )
            await stop.wait()
            log.info("the worker ends; what is under way may finish", seconds=GRACE.total_seconds())
    finally:
        await transport.close()
        await database.close()


def worker_of(client: Client, settings: Settings, activities: Sequence[Any]) -> Worker:
    """The worker as it runs in production."""
    return Worker(
        client,
        task_queue=settings.task_queue,
        workflows=[PlayWorkflow, *HAND_WRITTEN],
        activities=activities,
        workflow_runner=shared(PlayWorkflow),
        max_cached_workflows=CACHED_RUNS,
        graceful_shutdown_timeout=GRACE,
    )


async def connected(settings: Settings, stop: asyncio.Event) -> Client | None:
    """A client, as soon as the server is there; None when `stop` came first. Temporal's own configuration wins."""
    config = temporal_connect_config(settings)
    runtime = Runtime(telemetry=telemetry(settings))
    while not stop.is_set():
        try:
            return await Client.connect(**config, data_converter=pydantic_data_converter, runtime=runtime)
        except (RuntimeError, OSError) as error:
            log.warning(
                f"Temporal does not answer at {config['target_host']}; trying again in {BETWEEN_TRIES:.0f} s. "
                "Nothing is lost: runs wait on the server.",
                error=type(error).__name__,
            )
        await wait(stop, BETWEEN_TRIES)
    return None


async def wait(stop: asyncio.Event, seconds: float) -> None:
    """Wait so long, or until the stop."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return


def telemetry(settings: Settings) -> TelemetryConfig:
    """Temporal's own metrics for Prometheus, where an address is set; its core logs only what is wrong."""
    metrics = PrometheusConfig(bind_address=settings.metrics_address) if settings.metrics_address else None
    quiet = LoggingConfig(filter=TelemetryFilter(core_level="ERROR", other_level="ERROR"))
    return TelemetryConfig(metrics=metrics, logging=quiet)


def configure_logging() -> None:
    """structlog JSON on stderr for us and for what Temporal logs; workflow loggers are silent on replay."""
    shared_steps: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        one_line_for_an_error,
    ]
    structlog.configure(
        processors=[*shared_steps, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared_steps[:-1], structlog.stdlib.ExtraAdder(), one_line_for_an_error],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it names every address, and a query may hold a person's


def one_line_for_an_error(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception as its type and place. Its text may hold an address, and a retried attempt repeats its traceback."""
    found = event.pop("exc_info", None)
    error = sys.exc_info()[1] if found is True else found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        place = f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else ""
        event["error"] = f"{type(error).__name__}{place}"
    return event


async def until_told(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await run_worker(settings, stop)


def main() -> int:
    """The process's exit code: 2 when it may not start, with one sentence why."""
    configure_logging()
    try:
        asyncio.run(until_told(Settings()))
    except ValidationError as error:
        sentences = "; ".join(str(fault["msg"]).removeprefix("Value error, ") for fault in error.errors())
        print(f"The worker cannot start: {sentences}", file=sys.stderr)  # noqa: T201
        return 2
    except CannotStart as error:
        print(f"The worker cannot start: {error}", file=sys.stderr)  # noqa: T201
        return 2
    return 0


if __name__ == "__main__":
    leave(main())
