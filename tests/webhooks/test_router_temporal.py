"""Routing on the real Temporal server: signals arrive, rules start runs, and an absence of Temporal loses nothing."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from temporalio import workflow
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import RawValue
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from local import ports
from plays.ids import workflow_id
from records.db import Database
from records.tables import Account
from settings import Settings
from tests.webhooks import builders as b
from tests.webhooks.conftest import SECRET, served
from webhooks.app import create_app
from webhooks.router import Router
from webhooks.sending import sign_and_post
from workflows.messages import EventIn
from workflows.starting import start_run


@workflow.defn(dynamic=True)
class Listener:
    """A run that only remembers what it was told, until a meeting ends it."""

    def __init__(self) -> None:
        self._heard: list[str] = []
        self._met = False

    @workflow.run
    async def run(self, args: Sequence[RawValue]) -> None:
        """Until the meeting."""
        await workflow.wait_condition(lambda: self._met)

    @workflow.signal
    def event(self, event: EventIn) -> None:
        """Remember."""
        self._heard.append(event.id)
        self._met = self._met or event.kind == "meeting.booked"

    @workflow.query
    def heard(self) -> list[str]:
        """Ids in their order."""
        return self._heard


@pytest.fixture
def here(settings: Settings, task_queue: str) -> Settings:
    return settings.model_copy(update={"task_queue": task_queue})


@pytest.fixture
async def account(database: Database) -> str:
    """An account of the test's own: workflow IDs are the whole server's."""
    named = f"acme-{uuid.uuid4().hex[:8]}"
    async with database.begin() as session:
        session.add(Account(id=named, name="Acme"))
    return named


@pytest.fixture
async def worker(client: Client, task_queue: str) -> AsyncIterator[None]:
    async with Worker(client, task_queue=task_queue, workflows=[Listener], workflow_runner=UnsandboxedWorkflowRunner()):
        yield


async def until(true: Callable[[], Any], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not await true():  # noqa: ASYNC110  # a condition elsewhere
            await asyncio.sleep(0.02)


async def heard(client: Client, named: str) -> list[str]:
    return list(await client.get_workflow_handle(named).query("heard", result_type=list[str]))


@pytest.mark.usefixtures("worker")
async def test_a_posted_event_reaches_the_run_and_a_meeting_ends_it(
    client: Client, here: Settings, database: Database, account: str
) -> None:
    await b.publish(database, b.a_play())
    await b.open_run(database, account=account)
    named = (await start_run(client, here, "usage-drop", account)).workflow_id
    async with served(create_app(here, database, client)) as url:
        for number, kind in enumerate(["usage.recovered", "meeting.booked"]):
            assert (await sign_and_post(url, SECRET, "demo", kind, {"account": account}, f"e{number}")).status == 202
        await asyncio.wait_for(client.get_workflow_handle(named).result(), 20)
    assert await heard(client, named) == ["demo:e0", "demo:e1"]


@pytest.mark.usefixtures("worker")
async def test_a_trigger_starts_the_play_and_the_next_one_is_told_to_its_run(
    client: Client, here: Settings, database: Database, account: str
) -> None:
    await b.publish(database, b.a_play(start={"on": "trigger.funding"}))
    named = workflow_id("usage-drop", account)
    async with served(create_app(here, database, client)) as url:
        for number in range(3):
            await sign_and_post(url, SECRET, "demo", "trigger.funding", {"account": account}, f"e{number}")

        async def told() -> bool:
            return [event.state for event in await b.events(database)] == ["routed"] * 3

        await until(told)
        assert await heard(client, named) == ["demo:e1", "demo:e2"]
    await client.get_workflow_handle(named).terminate()


@pytest.mark.usefixtures("worker")
async def test_a_run_that_was_terminated_is_found_gone_and_its_play_starts_anew(
    client: Client, here: Settings, database: Database, account: str
) -> None:
    await b.publish(database, b.a_play(start={"on": "trigger.funding"}, on={"trigger.funding": {}}))
    await b.open_run(database, account=account)
    first = await start_run(client, here, "usage-drop", account)
    await client.get_workflow_handle(first.workflow_id).terminate()
    async with served(create_app(here, database, client)) as url:
        await sign_and_post(url, SECRET, "demo", "trigger.funding", {"account": account}, "e1")

        async def again() -> bool:
            now = await client.get_workflow_handle(first.workflow_id).describe()
            return now.run_id != first.run and now.status is WorkflowExecutionStatus.RUNNING

        await until(again)
    assert "had ended already" in (await b.event(database, "demo:e1")).reason
    await client.get_workflow_handle(first.workflow_id).terminate()


@asynccontextmanager
async def door(port: int, to: str) -> AsyncIterator[None]:
    """A port that leads to the server as long as it is open."""
    host, _, real = to.rpartition(":")
    passages: set[asyncio.Task[Any]] = set()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def through(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(host, int(real))
        for ends in ((reader, far_writer), (far_reader, writer)):
            passages.add(asyncio.create_task(pump(*ends)))

    server = await asyncio.start_server(through, "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()
        for passage in passages:
            passage.cancel()
        await asyncio.gather(*passages, return_exceptions=True)


@pytest.mark.usefixtures("worker")
async def test_events_posted_while_temporal_is_away_take_effect_after_in_their_order(
    client: Client, here: Settings, database: Database, account: str
) -> None:
    await b.publish(database, b.a_play(on={"trigger.funding": {}, "meeting.booked": {"end": "met"}}))
    run = await b.open_run(database, account=account)
    named = (await start_run(client, here, "usage-drop", account)).workflow_id
    port = ports.choose(0, "free")
    cut_off = await Client.connect(f"127.0.0.1:{port}", data_converter=pydantic_data_converter, lazy=True)
    count = 40
    async with served(create_app(here, database, cut_off)) as url:
        for number in range(count):
            kind = "meeting.booked" if number == count - 1 else "trigger.funding"
            answer = await sign_and_post(url, SECRET, "demo", kind, {"account": account}, f"e{number:02}")
            assert answer.status == 202
        assert {event.state for event in await b.events(database)} == {"received"}
        assert await heard(client, named) == []
        async with door(port, client.service_client.config.target_host):
            await asyncio.wait_for(client.get_workflow_handle(named).result(), 40)
    assert await heard(client, named) == [f"demo:e{number:02}" for number in range(count)]
    assert (await b.run_row(database, run)).state == "open"


async def test_an_opt_out_holds_while_temporal_is_away(here: Settings, database: Database) -> None:
    await b.people(database)
    nobody = await Client.connect("127.0.0.1:1", data_converter=pydantic_data_converter, lazy=True)
    router = Router(database, nobody, here)
    async with served(create_app(here, database, nobody, router=router)) as url:
        answer = await sign_and_post(url, SECRET, "demo", "unsubscribed", {"contact": "ann"})
    assert answer.status == 202
    assert ("contact", "ann", None) in await b.suppressions(database)
