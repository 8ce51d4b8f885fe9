"""`up`: keeps the worker alive, ends in order at Ctrl-C and SIGTERM, ends quickly at the second one."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import supervisor
from local.stack import STOPPING, Stack
from tests.local.processes import ONLY_MAIL, ONLY_POSTGRES, alive, bare, line, of_folder, script, until

# Stands in for `starter.py up`: the folder, then the program of its worker.
UP = """
import asyncio, sys
from pathlib import Path
from local.errors import LocalError
from local.stack import Stack

async def main():
    try:
        async with Stack.up(Path(sys.argv[1]), announce=lambda sentence: print(sentence, flush=True)) as stack:
            await stack.supervise("worker", [sys.executable, "-c", sys.argv[2]])
            print("up", flush=True)
            await stack.wait_for_stop()
    except LocalError as error:
        print(error, flush=True)
    print("ended", flush=True)

asyncio.run(main())
"""
STARTING = UP.replace("""            await stack.wait_for_stop()""", """            await asyncio.sleep(600)""")
WAIT = "import time; print('working', flush=True); time.sleep(600)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + WAIT
# At its end it looks whether Postgres is still there.
LAST_LOOK = """
import os, signal, socket, sys, time
port = int(os.environ["DATABASE_URL"].split("@127.0.0.1:")[1].split("/")[0])
def look(*_):
    socket.create_connection(("127.0.0.1", port)).close()
    print("Postgres was there", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, look)
print("working", flush=True)
time.sleep(600)
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where the worker's output goes."""
    return tmp_path / "log" / "worker.log"


def rest(process: "subprocess.Popen[str]") -> Iterator[str]:
    """The lines up to the end; nothing may be on the error side."""
    out, err = process.communicate(timeout=30)
    assert err == ""
    return iter(out.splitlines())


async def working(log: Path) -> None:
    """Wait until the worker works."""
    await until(lambda: log.exists() and "working" in log.read_text())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_stop_signal_to_the_whole_terminal_ends_everything_in_order(
    tmp_path: Path, log: Path, number: signal.Signals
) -> None:
    with script(UP, str(tmp_path), LAST_LOOK, env=bare(**ONLY_POSTGRES)) as process:
        assert line(process) == "up"
        await working(log)
        os.killpg(process.pid, number)
        assert list(rest(process)) == [STOPPING, "ended"]
    assert "Postgres was there" in log.read_text()
    assert "shut down" in (tmp_path / "log" / "postgres.log").read_text().splitlines()[-1]
    assert of_folder(tmp_path) == []
    assert not (tmp_path / "stack.json").exists()


async def test_a_second_ctrl_c_does_not_wait_for_a_worker_that_does_not_end(tmp_path: Path, log: Path) -> None:
    with script(UP, str(tmp_path), STUBBORN, env=bare(**ONLY_MAIL)) as process:
        assert line(process) == "up"
        await working(log)
        process.send_signal(signal.SIGINT)
        assert line(process) == STOPPING
        process.send_signal(signal.SIGINT)
        ended = await until(lambda: process.poll() is not None, within=5)
        assert list(rest(process)) == ["ended"]
    assert ended < 5
    assert of_folder(tmp_path) == []


async def test_ctrl_c_while_still_starting_ends_it_with_a_sentence(tmp_path: Path) -> None:
    with script(UP, str(tmp_path), WAIT) as process:
        await until(lambda: bool(of_folder(tmp_path / "log")))
        process.send_signal(signal.SIGINT)
        sentence = "Stopped before everything was running. Nothing was lost."
        assert list(rest(process)) == [STOPPING, sentence, "ended"]
    assert of_folder(tmp_path) == []


async def test_ctrl_c_ends_whatever_the_body_is_doing(tmp_path: Path) -> None:
    with script(STARTING, str(tmp_path), WAIT, env=bare(**ONLY_MAIL)) as process:
        assert line(process) == "up"
        process.send_signal(signal.SIGINT)
        assert list(rest(process)) == [STOPPING, "ended"]


async def test_a_second_up_prints_where_the_first_one_is(tmp_path: Path) -> None:
    with script(UP, str(tmp_path), WAIT, env=bare(**ONLY_MAIL)) as first:
        assert line(first) == "up"
        inbox = json.loads((tmp_path / "stack.json").read_text())["inbox"]
        with script(UP, str(tmp_path), WAIT, env=bare(**ONLY_MAIL)) as second:
            sentence, ended = rest(second)
        assert f"already running in {tmp_path} (process {first.pid})" in sentence
        assert inbox in sentence
        assert ended == "ended"
        assert (tmp_path / "stack.json").exists()


async def test_a_killed_worker_and_a_killed_part_are_back_soon_and_it_is_said(tmp_path: Path, log: Path) -> None:
    with script(UP, str(tmp_path), WAIT, env=bare(**ONLY_MAIL)) as process:
        assert line(process) == "up"
        await working(log)
        pids = json.loads((tmp_path / "stack.json").read_text())["pids"]
        os.kill(pids["worker"], signal.SIGKILL)
        assert line(process) == "worker stopped (killed by signal 9), starting again in 0.5 s"
        assert line(process) == "worker started again"
        os.kill(pids["mail"], signal.SIGKILL)
        assert line(process) == "The mail sink stopped (killed by signal 9), starting again in 0.5 s"
        assert line(process) == "The mail sink started again"
        now = json.loads((tmp_path / "stack.json").read_text())["pids"]
        assert all(alive(now[name]) and now[name] != pids[name] for name in ("worker", "mail"))


def test_the_pause_between_starts_grows_to_ten_seconds_and_is_forgotten_after_a_steady_minute() -> None:
    pause, pauses = 0.0, []
    for _ in range(7):
        pause = supervisor.next_pause(pause, alive=3.0)
        pauses.append(pause)
    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0]
    assert supervisor.next_pause(10.0, alive=61.0) == 0.5


async def test_a_worker_gets_the_addresses_and_nothing_of_the_operators_own_environment(tmp_path: Path) -> None:
    given = bare(**ONLY_MAIL, AWS_SECRET_ACCESS_KEY="private", SETPIECE_TENANT_ZONE="Europe/Berlin")
    async with Stack(tmp_path, ports="free", environ=given) as stack:
        show = "import json, os; print(json.dumps(dict(os.environ)))"
        await stack.supervise("worker", [sys.executable, "-c", show], {"EXTRA": "1"})
        log = tmp_path / "log" / "worker.log"
        await until(lambda: log.exists() and "\n" in log.read_text())
        seen = json.loads(log.read_text().splitlines()[0])
        assert seen["SMTP_URL"] == stack.mail.url
    assert (seen["SETPIECE_FOLDER"], seen["EXTRA"]) == (str(tmp_path), "1")
    assert seen["SETPIECE_TENANT_ZONE"] == "Europe/Berlin"
    assert "AWS_SECRET_ACCESS_KEY" not in seen
