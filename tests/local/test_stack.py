"""The whole stack: comes up, says where it is, keeps what it was given over kills, and leaves nothing behind."""

import json
import os
import uuid
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import asyncpg
import httpx
import pytest
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes
from temporalio.contrib.pydantic import pydantic_data_converter

from local import postgres_data
from local.errors import AlreadyRunning, LocalError
from local.stack import Stack
from tests.local.processes import ONLY_MAIL, ONLY_POSTGRES, alive, bare, beside, line, of_folder, script, until
from workflows.messages import SEARCH_ATTRIBUTES

RUN_FOR_EVER = """
import asyncio, sys
from email.message import EmailMessage
from pathlib import Path
from local.stack import Stack

async def main():
    async with Stack(Path(sys.argv[1]), ports="free"):
        print("up", flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


async def ask(stack: Stack, question: str, *values: object) -> object:
    """One answer from the stack's database."""
    connection = await asyncpg.connect(stack.postgres.url.replace("+asyncpg", ""))
    try:
        return await connection.fetchval(question, *values)
    finally:
        await connection.close()


async def test_the_stack_tells_every_address_in_a_private_file(stack: Stack) -> None:
    file = stack.folder.stack_file
    told = json.loads(file.read_text())
    assert file.stat().st_mode & 0o777 == 0o600
    assert told["temporal"] == {"address": stack.temporal.address, "namespace": "default", "ui": stack.temporal.ui}
    assert told["database_url"].startswith("postgresql+asyncpg://setpiece:")
    assert (told["smtp_url"], told["inbox"]) == (stack.mail.url, stack.mail.inbox)
    assert told["pids"].keys() == {"stack", "postgres", "temporal", "mail"}


async def test_the_inbox_and_the_temporal_ui_answer_a_browser(stack: Stack) -> None:
    async with httpx.AsyncClient() as browser:
        assert (await browser.get(stack.mail.inbox)).status_code == 200
        assert (await browser.get(stack.temporal.ui)).status_code == 200


async def test_temporal_comes_back_from_a_kill_with_its_runs_and_search_attributes(stack: Stack) -> None:
    client = await Client.connect(stack.temporal.address, data_converter=pydantic_data_converter)
    account = SearchAttributeKey.for_keyword("Account")
    name = f"usage-drop/{uuid.uuid4().hex}"
    marks = TypedSearchAttributes([SearchAttributePair(account, "acme")])
    await client.start_workflow("usage-drop", id=name, task_queue="nobody-listens", search_attributes=marks)

    address = stack.temporal.address
    await stack.temporal.kill()
    await stack.temporal.start()

    assert stack.temporal.address == address
    again = await Client.connect(address)
    found = await again.get_workflow_handle(name).describe()
    assert found.typed_search_attributes.get(account) == "acme"
    known = await again.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace="default"))
    assert SEARCH_ATTRIBUTES.keys() <= known.custom_attributes.keys()
    await again.get_workflow_handle(name).terminate()


async def test_a_database_of_an_older_version_gets_new_search_attributes(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stack.temporal.kill()
    monkeypatch.setitem(SEARCH_ATTRIBUTES, "Mood", "Keyword")
    await stack.temporal.start()
    client = await Client.connect(stack.temporal.address)
    known = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace="default"))
    assert SEARCH_ATTRIBUTES.keys() <= known.custom_attributes.keys()


async def test_postgres_comes_back_from_a_kill_with_every_committed_row(stack: Stack) -> None:
    await ask(stack, "create table said (what text)")
    await ask(stack, "insert into said values ('before the kill')")
    url = stack.postgres.url
    await stack.postgres.kill()
    await stack.postgres.start()
    assert stack.postgres.url == url
    assert await ask(stack, "select what from said") == "before the kill"
    await ask(stack, "drop table said")


async def test_postgres_is_as_careful_as_a_production_server_and_lives_in_utc(stack: Stack) -> None:
    for name, value in {"fsync": "on", "synchronous_commit": "on", "TimeZone": "UTC"}.items():
        assert await ask(stack, "select current_setting($1)", name) == value


@pytest.mark.parametrize("user", ["setpiece", "postgres"])
async def test_postgres_lets_nobody_in_without_the_password(stack: Stack, user: str) -> None:
    port = stack.postgres.ports[0]
    with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError):
        await asyncpg.connect(host="127.0.0.1", port=port, user=user, password="guessed", database="setpiece")
    password = stack.folder.path / "postgres" / "password"
    assert password.stat().st_mode & 0o777 == 0o600


async def test_a_lost_password_file_is_replaced_and_the_data_stays(tmp_path: Path) -> None:
    async with Stack(tmp_path, ports="free", environ=bare(**ONLY_POSTGRES)) as stack:
        await ask(stack, "create table kept ()")
    (tmp_path / "postgres" / "password").unlink()
    async with Stack(tmp_path, ports="free", environ=bare(**ONLY_POSTGRES)) as stack:
        assert await ask(stack, "select count(*) from kept") == 0


async def test_data_of_another_postgres_is_refused_with_what_to_do(tmp_path: Path) -> None:
    stack = Stack(tmp_path, ports="free", environ=bare(**ONLY_POSTGRES))
    async with stack:
        version = tmp_path / "postgres" / "data" / "PG_VERSION"
    version.write_text("17\n")
    with pytest.raises(LocalError, match="was made by Postgres 17, and the installed wheel is Postgres 18"):
        await stack.start()


async def test_a_killed_stack_leaves_no_process_and_starts_again_with_its_data(tmp_path: Path) -> None:
    with script(RUN_FOR_EVER, str(tmp_path)) as killed:
        assert line(killed) == "up"
        pids = json.loads((tmp_path / "stack.json").read_text())["pids"]
        killed.kill()
        took = await until(lambda: not any(alive(pid) for pid in pids.values()) and not of_folder(tmp_path))
    assert took < 10
    assert (tmp_path / "postgres" / "data" / "PG_VERSION").exists()
    async with Stack(tmp_path, ports="free", environ=bare()) as stack:
        assert await ask(stack, "select true") is True


async def test_a_start_right_after_a_kill_waits_for_what_is_still_ending(tmp_path: Path) -> None:
    with script(RUN_FOR_EVER, str(tmp_path)) as killed:
        assert line(killed) == "up"
        killed.kill()
        killed.wait()
        async with Stack(tmp_path, ports="free", environ=bare()) as stack:
            assert await ask(stack, "select true") is True


async def test_a_pid_file_that_now_names_a_stranger_does_not_block_the_start(tmp_path: Path) -> None:
    async with Stack(tmp_path, ports="free", environ=bare(**ONLY_POSTGRES)) as stack:
        argv = list(stack.postgres.command().argv)
        as_its_user = argv[: next(index for index, word in enumerate(argv) if word.endswith("/postgres"))]
    with beside(*as_its_user, "sleep", "600") as stranger:  # only then Postgres takes it for one of its own
        (tmp_path / "postgres" / "data" / "postmaster.pid").write_text(f"{stranger.pid}\n{tmp_path}\n1\n54320\n\n\n")
        async with Stack(tmp_path, ports="free", environ=bare(**ONLY_POSTGRES)) as stack:
            assert await ask(stack, "select true") is True
        assert alive(stranger.pid)


async def test_an_orphaned_postgres_of_the_folder_is_taken_over(tmp_path: Path) -> None:
    async with Stack(tmp_path, ports="free", environ=bare(**ONLY_POSTGRES)) as stack:
        argv = stack.postgres.command().argv
    with beside(*argv) as orphan:
        await until((tmp_path / "postgres" / "data" / "postmaster.pid").exists)
        async with Stack(tmp_path, ports="free", environ=bare(**ONLY_POSTGRES)) as stack:
            assert await ask(stack, "select true") is True
            assert stack.postgres.pid != orphan.pid
        assert orphan.wait(5) == 0


async def test_a_second_start_of_one_folder_says_where_the_first_is(stack: Stack) -> None:
    with pytest.raises(AlreadyRunning, match=rf"already running in .*process {os.getpid()}.*Stop it with Ctrl-C") as no:
        await Stack(stack.folder.path, ports="free", environ=bare()).start()
    assert no.value.running["database_url"] == stack.postgres.url
    assert await ask(stack, "select true") is True
    assert stack.folder.stack_file.exists()


async def test_the_lock_of_a_stack_that_is_gone_holds_nobody_up(tmp_path: Path) -> None:
    tmp_path.joinpath("stack.lock").write_text(f"{os.getpid()}\n")
    tmp_path.joinpath("stack.json").write_text('{"inbox": "http://127.0.0.1:1", "pids": {"postgres": 1}}')
    async with Stack(tmp_path, ports="free", environ=bare(**ONLY_POSTGRES)) as stack:
        assert stack.folder.is_locked()
    assert not stack.folder.is_locked()


async def test_a_clean_stop_leaves_no_process_and_no_stack_file(tmp_path: Path) -> None:
    async with Stack(tmp_path, ports="free", environ=bare(**ONLY_POSTGRES)) as stack:
        assert of_folder(tmp_path)
    assert of_folder(tmp_path) == []
    assert not stack.folder.stack_file.exists()


async def test_a_part_that_cannot_start_says_why_and_takes_the_others_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_data, "INITDB", ("--no-such-option",))
    with pytest.raises(LocalError, match="no-such-option"):
        await Stack(tmp_path, ports="free", environ=bare()).start()
    assert of_folder(tmp_path) == []


async def test_addresses_in_the_environment_replace_the_parts(tmp_path: Path) -> None:
    theirs = {
        "DATABASE_URL": "postgresql+asyncpg://us:secret@db.example/setpiece",
        "SMTP_URL": "smtp://relay.example:587",
        "TEMPORAL_ADDRESS": "temporal.example:7233",
        "TEMPORAL_NAMESPACE": "plays",
    }
    async with Stack(tmp_path, ports="free", environ=bare(**theirs)) as stack:
        told = json.loads(stack.folder.stack_file.read_text())
        assert of_folder(tmp_path) == []
        assert stack.environment().items() >= theirs.items()
        with pytest.raises(LocalError, match="the environment names another one"):
            _ = stack.postgres
    assert told["temporal"] == {"address": "temporal.example:7233", "namespace": "plays", "ui": None}
    assert (told["database_url"], told["smtp_url"], told["inbox"]) == (theirs["DATABASE_URL"], theirs["SMTP_URL"], None)


async def test_a_profile_of_temporals_own_configuration_replaces_the_dev_server(tmp_path: Path) -> None:
    config = tmp_path / "temporal.toml"
    config.write_text('[profile.staging]\naddress = "staging.example:7233"\nnamespace = "abm"\n')
    chosen = bare(TEMPORAL_CONFIG_FILE=str(config), TEMPORAL_PROFILE="staging")
    assert Stack(tmp_path, environ=chosen).external.temporal == ("staging.example:7233", "abm")


async def test_a_profile_that_is_not_there_is_refused(tmp_path: Path) -> None:
    config = tmp_path / "temporal.toml"
    config.write_text("[profile.staging]\n")
    with pytest.raises(LocalError, match=r"TEMPORAL_PROFILE.* cannot be used"):
        Stack(tmp_path, environ=bare(TEMPORAL_CONFIG_FILE=str(config), TEMPORAL_PROFILE="stagign"))


async def test_a_folder_with_spaces_and_cyrillic_works(tmp_path: Path) -> None:
    async with Stack(tmp_path / "Мои данные" / "-D", ports="free", environ=bare(**ONLY_POSTGRES)) as stack:
        assert await ask(stack, "select 'Ёлка'::text") == "Ёлка"


async def test_a_mail_is_still_there_after_the_sink_was_killed(tmp_path: Path) -> None:
    async with Stack(tmp_path, ports="free", environ=bare(**ONLY_MAIL)) as stack:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "a@x.test", "b@y.test", "one"
        await aiosmtplib.send(mail, hostname="127.0.0.1", port=stack.mail.ports[0])
        await stack.mail.kill()
        await stack.mail.start()
        async with httpx.AsyncClient(base_url=stack.mail.inbox) as browser:
            assert (await browser.get("/api/messages")).json()["messages"][0]["subject"] == "one"
            assert (await browser.get("/api/counts")).status_code == 404
