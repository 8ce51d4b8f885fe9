"""The guard: nothing it started outlives the process that wanted it."""

import os
import signal
import sys
from pathlib import Path

import pytest

from local.child import Child, Command, how
from local.errors import LocalError
from tests.local.processes import alive, bare, line, script, until

SLEEP = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"]
# A parent that starts a guarded command which ignores SIGTERM and has a child of its own, and tells their ids.
PARENT = """
import subprocess, sys, time
command = '''
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(os.getppid(), os.getpid(), child.pid, flush=True)
time.sleep(600)
'''
guard = [sys.executable, "-m", "local.guard", "--grace", "0.5", "--", sys.executable, "-c", command]
subprocess.Popen(guard, stdin=subprocess.PIPE, start_new_session=True)
time.sleep(600)
"""


def command(argv: list[str], folder: Path, **more: object) -> Command:
    """A guarded command with its log in this folder."""
    return Command("it", argv, bare(), folder, folder / "it.log", **more)  # type: ignore[arg-type]


async def test_a_killed_parent_takes_the_whole_process_group_along_even_if_it_ignores_sigterm() -> None:
    with script(PARENT) as parent:
        pids = [int(word) for word in line(parent).split()]
        parent.kill()
        await until(lambda: not any(alive(pid) for pid in pids), within=5)
        assert len(pids) == 3


@pytest.mark.skipif(sys.platform != "linux", reason="macOS cannot tell a child that its parent died")
async def test_a_killed_guard_takes_its_command_along() -> None:
    with script(PARENT) as parent:
        guard, child, _ = (int(word) for word in line(parent).split())
        os.kill(guard, signal.SIGKILL)
        assert await until(lambda: not alive(child), within=5) < 5


async def test_a_command_is_stopped_with_its_own_signal_and_says_how_it_ended(tmp_path: Path) -> None:
    child = await Child.start(command(SLEEP, tmp_path, stop=signal.SIGINT))
    await until(lambda: "up" in (tmp_path / "it.log").read_text())
    await child.stop()
    assert "KeyboardInterrupt" in (tmp_path / "it.log").read_text()
    assert not alive(child.pid)


async def test_a_killed_command_is_seen_as_killed(tmp_path: Path) -> None:
    child = await Child.start(command(SLEEP, tmp_path))
    assert child.ended() is None
    os.kill(child.pid, signal.SIGKILL)
    assert how(await child.wait(5)) == "killed by signal 9"


async def test_an_exit_code_comes_through(tmp_path: Path) -> None:
    child = await Child.start(command([sys.executable, "-c", "raise SystemExit(7)"], tmp_path))
    assert how(await child.wait(5)) == "exit code 7"


async def test_a_command_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="it could not be started: No such file or directory: /not/there"):
        await Child.start(command(["/not/there"], tmp_path))


async def test_a_log_stays_bounded_and_private_however_much_is_written(tmp_path: Path) -> None:
    chatter = [sys.executable, "-c", "for i in range(2000): print(i, 'x' * 100)"]
    child = await Child.start(command(chatter, tmp_path, log_bytes=50_000))
    await child.wait(10)
    logs = [log := tmp_path / "it.log", tmp_path / "it.log.1"]
    assert sum(path.stat().st_size for path in logs) <= 100_000
    assert log.read_text().splitlines()[-1].startswith("1999 ")
    assert {path.stat().st_mode & 0o777 for path in logs} == {0o600}
