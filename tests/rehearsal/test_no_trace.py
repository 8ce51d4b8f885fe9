"""What is rehearsed happens nowhere else: no row in a live table, no mail, no schema left behind."""

import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from temporalio.client import Client, WorkflowExecutionStatus

from local.rehearsal.ghosts import GhostTransport
from local.rehearsal.piece import Piece
from local.rehearsal.scenario import Scenario
from local.rehearsal.theatre import Theatre
from local.stack import Stack
from records.db import Database
from records.tables import Account, AccountRole, Base, Contact, Player, Run, Suppression
from settings import Settings
from tests.playhouse import eventually
from tests.rehearsal.conftest import USUAL, Compose, write_play

ASK = "select schema_name from information_schema.schemata where schema_name like 'rehearsal%'"


async def rows(url: str, query: str) -> list[Any]:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        return [row[0] for row in await connection.fetch(query)]
    finally:
        await connection.close()


async def counts(url: str) -> Mapping[str, int]:
    return {
        table.name: (await rows(url, f'select count(*) from "{table.name}"'))[0]  # noqa: S608
        for table in Base.metadata.sorted_tables
    }


@pytest.fixture
async def real(database: Database) -> str:
    """A real account with a champion, an adr, and a suppressed economic buyer."""
    async with database.begin() as session:
        session.add(Player(id="p-1", name="Ada", email="ada@ours.example", mailbox="ada@ours.example", roles=["adr"]))
        session.add(Account(id="firm", name="Firm", domains=["firm.example"], zone="Europe/Berlin", country="DE"))
        await session.flush()
        session.add(AccountRole(account="firm", role="adr", player="p-1"))
        for persona in ("champion", "economic-buyer"):
            session.add(
                Contact(id=f"c-{persona}", account="firm", persona=persona, email=f"{persona}@firm.example",
                        address=f"{persona}@firm.example", phone="+493023125001", consent_basis="consent")
            )  # fmt: skip
        session.add(Suppression(scope="address", value="economic-buyer@firm.example", reason="unsubscribed"))
    return "firm"


def at_firm(tmp_path: Path, *steps: str) -> Piece:
    scenario = Scenario.model_validate({"account": "firm", "at": "2026-11-30 09:00"})
    source = write_play(tmp_path, *(steps or USUAL))
    return Piece(source, scenario, "firm", "Europe/Berlin", "DE", None)


async def test_a_rehearsal_at_a_real_account_leaves_no_trace_in_the_live_tables(
    theatre: Theatre, real: str, database_url: str, tmp_path: Path
) -> None:
    before = await counts(database_url)
    found = await theatre.play(at_firm(tmp_path))
    assert len(found.touches) == 4
    assert await counts(database_url) == before


async def test_no_mail_reaches_the_mail_server(theatre: Theatre, real: str, stack: Stack, tmp_path: Path) -> None:
    found = await theatre.play(at_firm(tmp_path))
    assert any(line.channel == "email" for line in found.touches)
    async with httpx.AsyncClient(base_url=stack.mail.inbox) as sink:
        for to in ("@firm.example", ".invalid"):
            answer = (await sink.get("/api/messages", params={"to": to})).json()
            assert (answer["messages"] if isinstance(answer, dict) else answer) == []


async def test_who_is_suppressed_in_the_live_tables_is_suppressed_in_the_rehearsal(
    theatre: Theatre, real: str, tmp_path: Path
) -> None:
    step = "{email: first, from: adr, to: economic, reason: the first thing}"
    found = await theatre.play(at_firm(tmp_path, step))
    assert [line.step for line in found.skipped] == ["first"]


async def test_runs_of_the_account_that_are_open_now_are_not_told_of_the_rehearsal(
    theatre: Theatre, real: str, database: Database, tmp_path: Path
) -> None:
    async with database.begin() as session:
        session.add(
            Run(id="small/firm/1", play="small", account="firm", number=1, version=1, workflow_id="small/firm",
                first_execution_run_id="x", state="open", lane="small", priority=50, opened_at=at_firm(tmp_path).begins)
        )  # fmt: skip
    found = await theatre.play(at_firm(tmp_path))
    assert found.outcome == "silence", "an open run of the same play would have refused this one"


def test_the_ghost_of_a_mail_server_opens_no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    async def send() -> str:
        delivery = await GhostTransport().open("ada@ours.example", "champion@firm.example")
        await delivery.begin()
        said = await delivery.finish(b"mail")
        await delivery.close()
        return said.text

    loop = asyncio.new_event_loop()

    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    try:
        assert loop.run_until_complete(send()).startswith("250")
    finally:
        monkeypatch.undo()
        loop.close()


async def test_scratch_schemas_go_with_the_rehearsal(
    client: Client, database_url: str, settings: Settings, compose: Compose
) -> None:
    async with Theatre.opened(database_url, client, settings, slots=2) as theatre:
        await theatre.play(compose())
        assert len(await rows(database_url, ASK)) == 2
    assert await rows(database_url, ASK) == []


async def test_what_a_killed_rehearsal_left_behind_is_dropped_and_a_living_one_is_left_alone(
    client: Client, database_url: str, settings: Settings
) -> None:
    await rows(database_url, "create schema rehearsal_dead")
    async with Theatre.opened(database_url, client, settings):
        (living,) = await rows(database_url, ASK)
        assert living != "rehearsal_dead"
        async with Theatre.opened(database_url, client, settings):
            assert living in await rows(database_url, ASK)


async def test_runs_of_a_killed_rehearsal_are_ended_by_the_next_one(
    client: Client, database_url: str, settings: Settings
) -> None:
    await rows(database_url, "create schema rehearsal_killed")
    orphan = await client.start_workflow(
        "small", {"account": "acme"}, id=f"rehearsal/small/acme/{database_url[-6:]}", task_queue="rehearsal_killed"
    )
    await eventually(lambda: _listed(client, "rehearsal_killed"), "the run is listed")
    async with Theatre.opened(database_url, client, settings):
        assert (await orphan.describe()).status == WorkflowExecutionStatus.TERMINATED


async def _listed(client: Client, queue: str) -> bool:
    return [one.id async for one in client.list_workflows(f"TaskQueue = '{queue}'")] != []
