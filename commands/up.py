"""`starter.py up`: everything on this machine, from nothing to plays at work, until Ctrl-C. `make run` is this."""

import asyncio
import sys
import time
from typing import TYPE_CHECKING, Annotated

import typer

from commands.output import examples, say, show_facts, tell

if TYPE_CHECKING:
    from commands.connections import House
    from local.stack import Stack
    from settings import Settings

app = typer.Typer()

APPLICATIONS = {"worker": [sys.executable, "worker.py"], "webhooks": [sys.executable, "-m", "webhooks"]}
READY_WITHIN = 60.0  # seconds; usually two or three
GLANCE = 0.1


@app.command(epilog=examples("up --samples", "up"))
def up(
    samples: Annotated[
        bool, typer.Option("--samples", help="Import samples/*.csv, start the three plays on a few of the accounts.")
    ] = False,
) -> None:
    """Start Postgres, Temporal, a mail sink, a worker and the webhooks on this machine; stay until Ctrl-C.

    Safe to repeat: what was there goes on where it stood. DATABASE_URL, TEMPORAL_ADDRESS (or Temporal's own
    configuration) and SMTP_URL each put a real part in place of ours. Logs are in .setpiece/log.
    """
    asyncio.run(_up(samples))


async def _up(samples: bool) -> None:
    from local.stack import Stack
    from settings import Settings

    _mail_may_leave(Settings())
    began = time.monotonic()
    tell("Starting Postgres, Temporal and a mail server on this machine …")
    async with Stack.up(Settings().folder, announce=tell) as stack:
        await _fill(stack, samples)
        say(f"\nReady after {time.monotonic() - began:.0f} seconds. Ctrl-C stops everything.")
        await stack.wait_for_stop()
    tell("Stopped. Nothing is lost: the same command goes on where it stood.")


def _mail_may_leave(settings: "Settings") -> None:
    """Say now what the worker would say in its log: a mailbox, provider or SMTP_URL that may not be used here."""
    from pydantic import SecretStr

    from activities.channels.post import Post, Unfit
    from commands.failures import Refused

    ours = SecretStr("smtp://127.0.0.1")  # the mail sink, which is not up yet
    try:
        Post(settings.model_copy(update={"smtp_url": settings.smtp_url or ours}))
    except Unfit as error:
        raise Refused(f"Nothing was started: {error}.") from None


async def _fill(stack: "Stack", samples: bool) -> None:
    """Bring the database up to date, publish the catalog, start worker and webhooks, and the sample plays."""
    from commands.connections import House
    from commands.samples import import_samples, start_samples, what_next
    from settings import Settings
    from webhooks.secrets import ensure_secrets

    ensure_secrets(stack.folder.path)
    house = House(Settings(folder=stack.folder.path))  # read again: the addresses are in stack.json now
    try:
        await _prepare(house)
        if samples:
            say(await import_samples(house))
        for name, argv in APPLICATIONS.items():
            await stack.supervise(name, argv)
        await _until_ready(stack, house)
        if samples:
            for line in await start_samples(house):
                say(line)
        _show_places(stack, house)
        for line in await what_next(house):
            say(line)
    finally:
        await house.close()


async def _prepare(house: "House") -> None:
    from commands.playbook import publish_catalog
    from records.schema import upgrade

    house.database()
    if house.settings.database_url is not None:
        say(await upgrade(house.settings.database_url.get_secret_value()))
    say(await publish_catalog(house))


async def _until_ready(stack: "Stack", house: "House") -> None:
    """Wait until a worker polls the task queue and our webhooks answer. Raises Unreachable with the log to look at."""
    from commands.failures import Unreachable

    waiting = {"worker": _worker_polls, "webhooks": _webhooks_answer}
    deadline = time.monotonic() + READY_WITHIN
    while waiting:
        for name in [name for name, ready in waiting.items() if await ready(stack, house)]:
            del waiting[name]
        if time.monotonic() > deadline:
            logs = ", ".join(str(house.settings.folder / "log" / f"{name}.log") for name in waiting)
            raise Unreachable(f"{' and '.join(waiting)} did not become ready within {READY_WITHIN:.0f} s. See {logs}")
        await asyncio.sleep(GLANCE)


async def _worker_polls(stack: "Stack", house: "House") -> bool:
    from temporalio.api.enums.v1 import TaskQueueType
    from temporalio.api.taskqueue.v1 import TaskQueue
    from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest

    client = await house.temporal()
    answer = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace,
            task_queue=TaskQueue(name=house.settings.task_queue),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
    )
    return any(time.time() - poller.last_access_time.ToSeconds() < 60 for poller in answer.pollers)


async def _webhooks_answer(stack: "Stack", house: "House") -> bool:
    """Ours, not those of another folder that took the port after we had found it free."""
    from commands.http import fetch
    from local import ports

    try:
        await fetch(f"{house.settings.webhooks_url}/healthz")
    except OSError:
        return False
    ours = stack.application("webhooks")
    return ours is not None and ports.is_held_by(house.settings.webhooks_port, ours.pid)


def _show_places(stack: "Stack", house: "House") -> None:
    from sqlalchemy import make_url

    from commands.links import list_link

    addresses = stack.addresses
    places = {
        "Temporal UI": f"{addresses.temporal_ui}  every run, step by step" if addresses.temporal_ui else None,
        "open runs": list_link(house.settings, 'ExecutionStatus="Running"') if addresses.temporal_ui else None,
        "inbox": f"{addresses.inbox}  every mail that was sent" if addresses.inbox else None,
        "webhooks": f"{addresses.webhooks}/events/<source>  how to post: docs/events.md",
        "Postgres": make_url(addresses.database_url).render_as_string(hide_password=True),
        "Temporal": f"{addresses.temporal}, namespace {addresses.namespace}",
        "logs": house.settings.folder / "log",
    }
    say("")
    show_facts(places)
    say(
        "\nIn another terminal:\n"
        "  ./starter.py tour            a walk through what Setpiece does, about three minutes\n"
        "  ./starter.py runs list       what is going on, and what each run waits for\n"
        "  ./starter.py tasks list      the calls and tasks handed out\n"
    )
