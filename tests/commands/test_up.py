"""What a newcomer types, on the real thing: `up --samples`, the tour, and the daily commands beside it."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from commands.failures import UNREACHABLE, WRONG
from tests.commands.conftest import OURS

PROJECT = Path(__file__).resolve().parents[2]
READY_WITHIN = 120.0  # seconds, on a machine that does other things too
pytestmark = [pytest.mark.xdist_group("up"), pytest.mark.slow]


@dataclass
class Installation:
    """`starter.py up --samples` in a folder of its own."""

    folder: Path
    process: "subprocess.Popen[str] | None" = None
    said: list[str] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of ours but the folder."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        return kept | {"SETPIECE_FOLDER": str(self.folder), "COLUMNS": "200", "PYTHONWARNINGS": "ignore"}

    def up(self) -> None:
        """Start it and wait until it says that it is ready."""
        ready = threading.Event()
        self.process = subprocess.Popen(
            [sys.executable, "starter.py", "up", "--samples"],
            cwd=PROJECT,
            env={name: value for name, value in self.environment.items() if name != "PYTHONUNBUFFERED"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

        def listen() -> None:
            stream = self.process.stdout if self.process else None
            for line in stream or ():
                self.said.append(line)
                if line.startswith("Ready after"):
                    ready.set()
            ready.set()

        threading.Thread(target=listen, daemon=True).start()
        assert ready.wait(READY_WITHIN), self.said
        assert any(line.startswith("Ready after") for line in self.said), self.said

    def down(self) -> int:
        """Ctrl-C."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(60)
        if self.process.stdout:
            self.process.stdout.close()
        return code

    def type(self, *words: str, within: float = 120.0) -> "subprocess.CompletedProcess[str]":
        """One command in another terminal."""
        command = [sys.executable, "starter.py", *words]
        return subprocess.run(
            command, cwd=PROJECT, env=self.environment, capture_output=True, text=True, timeout=within, check=False
        )

    def json(self, *words: str) -> Any:
        """One command's answer to a script."""
        done = self.type(*words, "--json")
        assert done.stdout, done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The installation that the tests of this file share."""
    house = Installation(tmp_path_factory.mktemp("up") / "data")
    house.up()
    yield house
    house.down()


def test_the_tests_of_this_file_share_one_process(request: pytest.FixtureRequest) -> None:
    alone = not hasattr(request.config, "workerinput")  # no pytest-xdist
    assert alone or request.node.nodeid.endswith("@up"), "two of these installations would fight for the same ports"


def test_what_was_started_is_told_with_where_to_look(house: Installation) -> None:
    told = "".join(house.said)
    stack = json.loads((house.folder / "stack.json").read_text(encoding="utf-8"))
    for place in (stack["temporal"]["ui"], stack["inbox"], stack["webhooks"]):
        assert place in told
    assert stack["database_url"].split("://")[1].split("@")[0].split(":")[-1] + "@" not in told  # no password
    assert {line["play"] for line in house.json("runs", "list")} >= {"account-capture", "executive", "usage-drop"}


def test_a_second_up_names_the_first(house: Installation) -> None:
    second = house.type("up")
    assert second.returncode == 1
    assert "already running" in second.stderr


def test_the_tour_keeps_its_promises(house: Installation) -> None:
    tour = house.type("tour", "--yes", within=240)
    assert tour.returncode == 0, tour.stdout + tour.stderr
    assert "ended: replied" in tour.stdout
    assert "Escalated to you" in tour.stdout
    assert "A new worker" in tour.stdout


def test_a_bulk_start_twice_starts_nobody_twice(house: Installation) -> None:
    words = ("start", "account-capture", "--segment", "logistics")
    first = {row["account"]: row["result"] for row in house.json(*words)}
    assert "admitted" in first.values()
    runs = len(house.json("runs", "list", "--all", "--play", "account-capture"))
    again = {row["account"]: row["result"] for row in house.json(*words)}
    assert again == {one: "already open" if result == "admitted" else result for one, result in first.items()}
    assert len(house.json("runs", "list", "--all", "--play", "account-capture")) == runs


def test_a_run_is_steered_and_answers_in_sentences(house: Installation) -> None:
    assert house.type("start", "usage-drop", "--account", "ateliers-du-lac").returncode == 0
    run = "usage-drop/ateliers-du-lac"
    assert "Paused" in house.type("runs", "pause", run, "--reason", "merger talks").stdout
    again = house.type("runs", "pause", run)
    assert again.returncode == 1
    assert "paused already" in again.stderr
    told = house.json("runs", "show", run)
    assert (told["run"]["state"], told["now"]["state"]) == ("paused", "paused")
    assert "Resumed" in house.type("runs", "resume", run).stdout
    nobody = house.type("runs", "reassign", run, "csm", "csm-9")
    assert nobody.returncode == WRONG
    assert "Did you mean csm" in nobody.stderr
    assert house.type("runs", "stop", run, "--reason", "they merged").returncode == 0
    over = house.type("runs", "pause", run)
    assert over.returncode == 1
    assert "is over" in over.stderr


def test_an_event_goes_through_the_running_webhooks(house: Installation) -> None:
    said = house.json("signal", "trigger.funding", "--account", "brackenfield", "--data", "round=B")
    assert "webhooks" in said["way"]
    assert said["account"] == "brackenfield"
    assert said["state"] in {"routed", "ignored"}


def test_a_stack_that_was_stopped_goes_on_where_it_stood(tmp_path: Path) -> None:
    house = Installation(tmp_path / "data")
    house.up()
    runs = {line["id"] for line in house.json("runs", "list")}
    assert house.down() == 0
    assert house.type("runs", "list").returncode == UNREACHABLE
    house.up()
    assert {line["id"] for line in house.json("runs", "list")} == runs
    assert "(0 new)" in "".join(house.said)
    assert house.down() == 0
    assert not (house.folder / "stack.json").exists()
