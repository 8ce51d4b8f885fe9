"""Builders of the stack's tests: Python processes beside this one, and what is alive of a folder."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from local import orphans

PROJECT = Path(__file__).resolve().parents[2]
# Replaces a part without there being one: a stack of these two has only Postgres to start.
ONLY_POSTGRES = {"TEMPORAL_ADDRESS": "127.0.0.1:1", "SMTP_URL": "smtp://127.0.0.1:1"}
ONLY_MAIL = {"TEMPORAL_ADDRESS": "127.0.0.1:1", "DATABASE_URL": "postgresql+asyncpg://nobody@127.0.0.1:1/none"}


def bare(**more: str) -> dict[str, str]:
    """An environment in which nothing replaces a part, and these variables."""
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **more}


@contextlib.contextmanager
def script(
    code: str, *arguments: str, env: dict[str, str] | None = None, prefix: Sequence[str] = ()
) -> Iterator["subprocess.Popen[str]"]:
    """A Python process running this code in the project folder, in a session of its own; killed at the end."""
    process = subprocess.Popen(
        [*prefix, sys.executable, "-c", code, *arguments],
        cwd=PROJECT,
        env=bare() if env is None else env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


@contextlib.contextmanager
def beside(*argv: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Any process that nobody guards; killed at the end."""
    with subprocess.Popen(argv, cwd="/", env=bare(), stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


def line(process: "subprocess.Popen[str]") -> str:
    """The next line the process prints; its errors if it ends instead."""
    assert process.stdout is not None
    assert process.stderr is not None
    return process.stdout.readline().strip() or f"ended: {process.stderr.read()}"


def alive(pid: int) -> bool:
    """Whether this process runs; a zombie does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return sys.platform != "linux" and subprocess.run(["ps", "-p", str(pid)], capture_output=True).returncode == 0
    except ProcessLookupError:
        return False
    return state != "Z"


def of_folder(folder: Path) -> list[int]:
    """The processes whose command line names something below this folder."""
    return orphans.find(f"{folder}/")


async def until(condition: Callable[[], bool], within: float = 10.0) -> float:
    """Wait until the condition holds; returns the seconds it took, fails after `within`."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < within, f"not so within {within} s"
        await asyncio.sleep(0.02)
    return time.monotonic() - began
