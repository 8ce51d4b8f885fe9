"""deploy/ as it stands: what compose.yaml promises, and its scripts run for real. No container engine is needed."""

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from ruamel.yaml import YAML

from settings import PROJECT, Settings
from workflows.messages import SEARCH_ATTRIBUTES

DEPLOY = PROJECT / "deploy"
COMPOSE: dict[str, Any] = YAML(typ="safe").load(DEPLOY / "compose.yaml")
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]

each_service = pytest.mark.parametrize("name", sorted(SERVICES))


@each_service
def test_a_service_has_no_power_it_does_not_need(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["read_only"] is (name != "temporal-ui")
    assert {"mem_limit", "cpus", "pids_limit"} <= service.keys()


@each_service
def test_ports_are_published_on_this_machine_only(name: str) -> None:
    assert all(str(port).startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))


@each_service
def test_an_image_is_one_release_and_not_whatever_is_newest(name: str) -> None:
    _, _, tag = SERVICES[name]["image"].partition(":")
    assert tag.startswith("${SETPIECE_TAG:?") or tag.split(".")[0].isdigit()


@each_service
def test_a_secret_is_a_file_and_never_stands_in_the_environment(name: str) -> None:
    secret = ("PASSWORD", "PWD", "SECRET", "SECRETS", "DATABASE_URL", "SMTP_URL")
    given = {key: str(value) for key, value in SERVICES[name].get("environment", {}).items()}
    assert [key for key in given if key.endswith(secret)] == []
    files = [value for key, value in given.items() if key.endswith("_FILE")]
    assert sorted(files) == sorted(f"/run/secrets/{secret}" for secret in SERVICES[name].get("secrets", []))


def test_postgres_and_temporal_have_no_way_to_the_internet() -> None:
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert {name for name, service in SERVICES.items() if "outside" in service["networks"]} == {
        "temporal-ui",
        "webhooks",
        "worker",
    }


def test_the_namespace_gets_the_search_attributes_that_runs_carry() -> None:
    script = (DEPLOY / "temporal" / "namespace.sh").read_text(encoding="utf-8")
    line = next(row for row in script.splitlines() if row.startswith("for attribute in"))
    made = dict(pair.split("=") for pair in line.removeprefix("for attribute in").split())
    assert made == SEARCH_ATTRIBUTES


def test_the_image_takes_every_package_of_the_project_and_no_tests() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    rows = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    taken = {row.removeprefix("!") for row in rows if row.startswith("!") and "/" not in row}
    top = {package.split(".")[0] for package in project["packages"]}
    assert taken == top | {f"{module}.py" for module in project["py-modules"]}


def entrypoint(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", str(DEPLOY / "entrypoint.sh"), *command],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_a_secret_file_becomes_the_variable_the_settings_read(tmp_path: Path) -> None:
    secret = tmp_path / "database_url"
    secret.write_text("postgresql+asyncpg://a:p'w\"$x `id`@h/db\n", encoding="utf-8")
    show = "import os; print(os.environ['DATABASE_URL'], 'DATABASE_URL_FILE' in os.environ)"
    done = entrypoint(sys.executable, "-c", show, DATABASE_URL_FILE=str(secret))
    assert done.stdout == "postgresql+asyncpg://a:p'w\"$x `id`@h/db False\n"


@pytest.mark.parametrize(("text", "why"), [(None, "cannot be read"), ("", "is empty")])
def test_a_missing_or_empty_secret_stops_the_container_with_its_name(
    tmp_path: Path, text: str | None, why: str
) -> None:
    secret = tmp_path / "link_secret"
    if text is not None:
        secret.write_text(text, encoding="utf-8")
    done = entrypoint("echo", "started", SETPIECE_LINK_SECRET_FILE=str(secret))
    assert done.returncode == 78
    assert why in done.stderr
    assert "SETPIECE_LINK_SECRET_FILE" in done.stderr
    assert done.stdout == ""


def test_secrets_are_made_once_and_fit_the_settings(tmp_path: Path) -> None:
    script = tmp_path / "make-secrets.sh"
    script.write_bytes((DEPLOY / "make-secrets.sh").read_bytes())
    first = subprocess.run(
        ["sh", str(script)], input="smtps://u:p@mail.example\n", text=True, capture_output=True, check=True
    )
    made = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "secrets").iterdir()}
    again = subprocess.run(["sh", str(script)], text=True, capture_output=True, check=True)
    kept = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "secrets").iterdir()}
    assert set(made) == set(COMPOSE["secrets"])
    assert "made secrets/link_secret" in first.stdout
    assert again.stdout == ""
    assert kept == made
    assert made["setpiece_db_password"] in made["database_url"]
    assert (made.pop("mailboxes"), made.pop("providers")) == ("{}", "{}")  # none until somebody names one
    assert len(set(made.values())) == len(made)
    assert (tmp_path / "secrets").stat().st_mode & 0o077 == 0
    settings = Settings(
        folder=tmp_path, webhook_secrets=json.loads(made["webhook_secrets"]), mailboxes={}, providers={}
    )
    assert list(settings.webhook_secrets) == ["crm"]


@contextmanager
def answering(status: int) -> Iterator[int]:
    """A server that answers every GET so; its port."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def health_on(port: int) -> int:
    command = [sys.executable, str(DEPLOY / "healthy.py")]
    environment = {"PATH": os.environ["PATH"], "SETPIECE_WEBHOOKS_PORT": str(port)}
    return subprocess.run(command, env=environment, capture_output=True, timeout=30, check=False).returncode


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_the_health_check_says_what_the_webhooks_say(status: int, code: int) -> None:
    with answering(status) as port:
        assert health_on(port) == code


def test_the_health_check_fails_where_nobody_listens() -> None:
    with answering(200) as port:
        pass
    assert health_on(port) == 1
