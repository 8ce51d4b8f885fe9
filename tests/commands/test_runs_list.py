"""`runs list`: step, instant and reason of every open run, from what runs say in Temporal and from the ledger."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from plays.base import with_base_contract
from plays.model import Play
from records.db import Database
from records.tables import Account, Contact, Player, PlayVersion, Run, Task, Touch
from tests.commands.conftest import NOBODY, Terminal
from tests.playhouse import eventually

NOW = datetime.now(UTC).replace(microsecond=0)
TOMORROW = NOW + timedelta(days=1)
PLAY: dict[str, Any] = {
    "play": "hello",
    "title": "Hello",
    "stage": "testing",
    "purpose": "Say hello.",
    "lane": "sales",
    "priority": 10,
    "owner": "rep",
    "players": {"rep": {"role": "adr"}},
    "audience": {"lead": {"persona": "champion"}},
    "steps": [
        {"task": "ads", "by": "rep", "go_on": True},
        {"email": "first", "from": "rep", "to": "lead", "reason": "news"},
        {"task": "think", "by": "rep"},
        {"end": "done"},
    ],
}


@pytest.fixture
async def hello(database: Database) -> str:
    """A run of hello at an account of its own; returns its workflow ID."""
    account = f"a-{uuid.uuid4().hex[:8]}"
    play = with_base_contract(Play.model_validate(PLAY))
    async with database.begin() as session:
        session.add(Account(id=account, name="A", domains=[]))
        session.add(Player(id="ada", name="Ada", email="ada@us.example", mailbox="ada@us.example", roles=["adr"]))
        definition = play.model_dump_json(by_alias=True)
        session.add(PlayVersion(play="hello", version=1, hash="h", definition=definition, content={}, source=""))
        await session.flush()
        session.add(Contact(id="c", account=account, persona="champion"))
        session.add(
            Run(
                id=f"hello/{account}/1", play="hello", account=account, number=1, version=1, state="open",
                workflow_id=f"hello/{account}", first_execution_run_id=account, lane="sales", priority=1,
                reason="nothing stands in the way", opened_at=NOW,
            )
        )  # fmt: skip
    return f"hello/{account}"


async def says(client: Client, workflow: str, step: str, at: datetime, blocked: str | None = None) -> None:
    """Let the run say this of itself, and wait until lists know it."""
    said: list[SearchAttributePair[Any]] = [
        SearchAttributePair(SearchAttributeKey.for_keyword("Step"), step),
        SearchAttributePair(SearchAttributeKey.for_keyword("Player"), "rep"),
        SearchAttributePair(SearchAttributeKey.for_datetime("NextTouch"), at),
    ]
    if blocked:
        said.append(SearchAttributePair(SearchAttributeKey.for_keyword("Blocked"), blocked))
    await client.start_workflow(
        "hello", id=workflow, task_queue="nobody-listens", search_attributes=TypedSearchAttributes(said)
    )

    async def listed() -> bool:
        return bool([one async for one in client.list_workflows(f'WorkflowId = "{workflow}"')])

    await eventually(listed, f"{workflow} is listed", 20)


async def happened(database: Database, workflow: str, step: str, state: str, **more: Any) -> None:
    """A touch of this step in the ledger."""
    async with database.begin() as session:
        touch = {"run": f"{workflow}/1", "account": workflow.split("/")[1], "step": step, "channel": "task"}
        session.add(Touch(key=f"{workflow}/1/{step}/1/-", state=state, created_at=NOW, **touch, **more))


async def handed_out(database: Database, workflow: str, step: str) -> int:
    """An open task of this step; its number."""
    await happened(database, workflow, step, "made")
    async with database.begin() as session:
        task = Task(
            touch=f"{workflow}/1/{step}/1/-", run=f"{workflow}/1", account=workflow.split("/")[1], step=step,
            kind="task", title=step, guide="", outcomes=["done"], player="ada", first_player="ada", state="open",
            handed_at=NOW, due_at=TOMORROW,
        )  # fmt: skip
        session.add(task)
        await session.flush()
        return task.id


def listed(desk: Terminal) -> dict[str, Any]:
    [line] = desk.type("runs", "list", "--json").json
    return {key: line[key] for key in ("next_step", "next_at", "player", "task", "why")}


def stamp(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


async def test_an_open_run_says_which_step_comes_when_and_by_whom(desk: Terminal, client: Client, hello: str) -> None:
    await says(client, hello, "first", TOMORROW)
    line = await asyncio.to_thread(listed, desk)
    assert line == {"next_step": "first", "next_at": stamp(TOMORROW), "player": "rep", "task": None, "why": ""}
    table = (await asyncio.to_thread(desk.type, "runs", "list")).out
    assert "first" in table
    assert "nothing stands in the way" not in table


async def test_what_blocks_a_run_is_its_reason(desk: Terminal, client: Client, hello: str) -> None:
    await says(client, hello, "first", TOMORROW, blocked="paused: merger talks")
    assert (await asyncio.to_thread(listed, desk))["why"] == "paused: merger talks"


async def test_an_instant_that_has_passed_is_not_told_as_next(desk: Terminal, client: Client, hello: str) -> None:
    await says(client, hello, "first", NOW - timedelta(hours=1))
    line = await asyncio.to_thread(listed, desk)
    assert (line["next_step"], line["next_at"]) == (None, None)


async def test_a_run_that_stands_still_for_a_task_says_so(
    desk: Terminal, client: Client, database: Database, hello: str
) -> None:
    await says(client, hello, "first", TOMORROW)
    number = await handed_out(database, hello, "think")
    line = await asyncio.to_thread(listed, desk)
    assert (line["next_step"], line["next_at"], line["player"], line["task"]) == ("think", None, "rep", number)
    assert line["why"].startswith(f"task {number} is open, due ")


async def test_a_task_beside_which_the_play_goes_on_is_not_what_the_run_waits_for(
    desk: Terminal, client: Client, database: Database, hello: str
) -> None:
    await says(client, hello, "first", TOMORROW)
    await handed_out(database, hello, "ads")
    line = await asyncio.to_thread(listed, desk)
    assert (line["next_step"], line["next_at"], line["task"]) == ("first", stamp(TOMORROW), None)


async def test_a_deferred_touch_of_the_ledger_goes_before_what_was_said(
    desk: Terminal, client: Client, database: Database, hello: str
) -> None:
    await says(client, hello, "ads", TOMORROW)
    until = TOMORROW + timedelta(days=2)
    await happened(database, hello, "first", "deferred", until=until, reason="out of office")
    line = await asyncio.to_thread(listed, desk)
    assert (line["next_step"], line["next_at"], line["why"]) == ("first", stamp(until), "out of office")


async def test_a_halted_run_does_not_name_the_touch_it_will_not_make(
    desk: Terminal, client: Client, database: Database, hello: str
) -> None:
    await says(client, hello, "first", TOMORROW)
    await happened(database, hello, "first", "deferred", until=TOMORROW, reason="a cap")
    async with database.begin() as session:
        run = await session.get(Run, f"{hello}/1")
        assert run is not None
        run.state, run.halted_at, run.reason = "halted", NOW + timedelta(minutes=1), "reply"
    line = await asyncio.to_thread(listed, desk)
    assert (line["next_step"], line["next_at"], line["why"]) == (None, None, "reply")
    number = await handed_out(database, hello, "answer-reply")
    line = await asyncio.to_thread(listed, desk)
    assert (line["next_step"], line["task"]) == ("answer-reply", number)


async def test_without_temporal_the_ledger_still_answers(
    desk: Terminal, database: Database, hello: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", NOBODY)
    number = await handed_out(database, hello, "think")
    said = await asyncio.to_thread(desk.type, "runs", "list", "--json")
    assert [line["task"] for line in said.json] == [number]
    assert "from the records alone" in said.err
