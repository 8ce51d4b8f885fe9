"""`python -m webhooks` as a process: refuses to start without secrets, serves, stops cleanly; and the local secrets."""

import asyncio
import json
import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from local import ports
from records.db import Database
from settings import Settings
from tests.webhooks.builders import FakeTemporal
from tests.webhooks.conftest import LINKS, SECRET
from webhooks.app import create_app
from webhooks.secrets import ensure_secrets, new_secret
from webhooks.sending import sign_and_post
from webhooks.signatures import SecretError, Signatures

PROJECT = Path(__file__).resolve().parents[2]


async def started(tmp_path: Path, **environment: str) -> asyncio.subprocess.Process:
    base: Mapping[str, str] = {"PATH": os.environ["PATH"], "SETPIECE_FOLDER": str(tmp_path)}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "webhooks", cwd=PROJECT, env={**base, **environment},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def test_it_refuses_to_start_without_good_secrets(tmp_path: Path) -> None:
    nowhere = "postgresql+asyncpg://nobody@127.0.0.1:1/none"
    process = await started(tmp_path, DATABASE_URL=nowhere, SETPIECE_WEBHOOK_SECRETS='{"demo": [""]}')
    _, stderr = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 2
    assert "'demo' has an empty secret" in stderr.decode()
    assert "Traceback" not in stderr.decode()


def test_no_source_at_all_is_refused() -> None:
    with pytest.raises(SecretError, match="no webhook source has a secret"):
        Signatures({})


@pytest.mark.parametrize(
    ("source", "secret", "said"),
    [
        ("demo", "whsec_", "'demo' has an empty secret"),
        ("demo", "  ", "'demo' has an empty secret"),
        ("demo", "whsec_%%%", "no base64"),
        pytest.param("task", SECRET, "Setpiece's own", id="a source of our own"),
    ],
)
def test_a_secret_that_proves_nothing_is_refused(source: str, secret: str, said: str) -> None:
    with pytest.raises(SecretError, match=said) as refusal:
        Signatures({source: [SecretStr(SECRET), SecretStr(secret)]})
    assert SECRET not in str(refusal.value)


async def test_links_without_a_secret_are_refused(settings: Settings, database: Database) -> None:
    with pytest.raises(SecretError, match="SETPIECE_LINK_SECRET"):
        create_app(settings.model_copy(update={"link_secret": None}), database, FakeTemporal().client)


async def test_it_serves_without_temporal_and_stops_cleanly_when_told(tmp_path: Path, database_url: str) -> None:
    port = ports.choose(0, "free")
    process = await started(
        tmp_path,
        DATABASE_URL=database_url,
        TEMPORAL_ADDRESS="127.0.0.1:1",
        SETPIECE_WEBHOOKS_PORT=str(port),
        SETPIECE_WEBHOOK_SECRETS=json.dumps({"demo": [SECRET]}),
        SETPIECE_LINK_SECRET=LINKS,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        await until_up(url)
        answer = await sign_and_post(
            url, SECRET, "demo", "reply", {"email": "ann@acme.example", "text": "secret words"}
        )
        assert answer.status == 202
    finally:
        process.terminate()
    stdout, stderr = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0
    written = stdout.decode() + stderr.decode()
    assert "webhooks listen" in written
    assert "acme" not in written
    assert "secret words" not in written
    assert SECRET not in written


async def until_up(url: str) -> None:
    async with asyncio.timeout(30), httpx.AsyncClient() as http:
        while True:
            try:
                await http.get(f"{url}/healthz")
                return
            except httpx.ConnectError:
                await asyncio.sleep(0.05)


def test_the_local_stacks_secrets_are_made_once_and_for_their_owner_alone(tmp_path: Path) -> None:
    ensure_secrets(tmp_path / "new")
    file = tmp_path / "new" / "secrets.json"
    first = file.read_text()
    ensure_secrets(tmp_path / "new")
    assert file.read_text() == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["secrets.json"]
    read = Settings(folder=tmp_path / "new")
    assert read.webhook_secrets["demo"][0].get_secret_value().startswith("whsec_")
    assert read.link_secret is not None


def test_secrets_are_never_the_same() -> None:
    assert len({new_secret() for _ in range(100)}) == 100
