"""One child process under a guard: start, watch, stop, kill. Not what it is, nor whether it should come back.

Waiting is done by looking every few milliseconds, so that a child started in one event loop can be stopped from
another one: a test session keeps its stack longer than the loop of a single test.
"""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from local.errors import LocalError

GUARD = Path(__file__).with_name("guard.py")
GLANCE = 0.02  # seconds between two looks at a child


@dataclass(frozen=True)
class Command:
    """What to run and how to end it; `grace` is the seconds from the stop signal to SIGKILL."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: Path
    log: Path
    stop: signal.Signals = signal.SIGTERM
    death: signal.Signals = signal.SIGKILL
    grace: float = 10.0
    stdin: Path | None = None
    log_bytes: int = 5_000_000  # at which the log becomes `….log.1` and starts anew

    def guarded(self) -> list[str]:
        """The command line of the guard that runs it."""
        options = [f"--stop={self.stop.name[3:]}", f"--death={self.death.name[3:]}", f"--grace={self.grace}"]
        options += [f"--log={self.log}", f"--log-bytes={self.log_bytes}"]
        options += [f"--stdin={self.stdin}"] if self.stdin else []
        return [sys.executable, "-I", "-S", str(GUARD), *options, "--", *self.argv]


class Child:
    """A running command. Made by `Child.start`."""

    def __init__(self, command: Command, guard: "subprocess.Popen[bytes]", control: socket.socket) -> None:
        self.command, self.started = command, time.monotonic()
        self.pid = 0  # of the command itself, not of its guard
        self._guard, self._control = guard, control
        self._unread, self._failure = b"", ""
        self._code: int | None = None

    @classmethod
    async def start(cls, command: Command) -> "Child":
        """Start the command under a guard and wait until it has its process id.

        Raises:
            LocalError: the command cannot be executed.
        """
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with theirs:
            guard = subprocess.Popen(  # noqa: ASYNC220 - a fork, not a wait
                command.guarded(),
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=command.cwd,
                env=dict(command.env),
                start_new_session=True,  # a Ctrl-C in the terminal is for us alone; we end the parts in order
            )
        child = cls(command, guard, ours)
        try:
            while not child.pid and child.ended() is None:  # noqa: ASYNC110 - see the module's text
                await asyncio.sleep(GLANCE / 4)
        except asyncio.CancelledError:
            await child.stop()
            raise
        if not child.pid:
            raise LocalError(f"{command.name} could not be started: {child._failure or 'its guard ended at once'}")
        return child

    def ended(self) -> int | None:
        """None while the command runs; then its exit code, negative when a signal ended it."""
        if self._code is not None:
            return self._code
        over = self._guard.poll() is not None
        self._hear()
        if over and self._code is None:  # somebody killed the guard: its command must not stay behind
            self._signal(signal.SIGKILL)
            self._code = -signal.SIGKILL
        if self._code is not None:
            self._guard.wait()
            self._control.close()
        return self._code

    async def wait(self, timeout: float | None = None) -> int:
        """The exit code, as soon as there is one; TimeoutError after `timeout` seconds."""
        async with asyncio.timeout(timeout):
            while (code := self.ended()) is None:  # noqa: ASYNC110 - see the module's text
                await asyncio.sleep(GLANCE)
        return code

    async def stop(self) -> int:
        """Ask the command to end, kill its group after the grace, and return its exit code."""
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_WR)  # for the guard: nobody wants the command any more
        try:
            return await self.wait(self.command.grace + 5)
        except TimeoutError:
            return await self.kill()

    async def kill(self) -> int:
        """SIGKILL the command's process group now, as a crash would, and return when it is gone."""
        if self.ended() is None:
            self._signal(signal.SIGKILL)
        return await self.wait()

    def _signal(self, number: signal.Signals) -> None:
        if self.pid:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, number)

    def _hear(self) -> None:
        with contextlib.suppress(OSError):
            while data := self._control.recv(4096):
                self._unread += data
        *lines, self._unread = self._unread.split(b"\n")
        for line in lines:
            word, _, rest = line.decode().partition(" ")
            if word == "started":
                self.pid = int(rest)
            elif word == "ended":
                self._code = int(rest)
            elif word == "failed":
                self._code, self._failure = 127, rest


def how(code: int) -> str:
    """An exit code in words: "killed by signal 9", "exit code 1"."""
    return f"killed by signal {-code}" if code < 0 else f"exit code {code}"


def last_lines(log: Path, count: int = 5) -> str:
    """The end of a log, for an error message; empty when there is none."""
    with contextlib.suppress(OSError):
        return "\n".join(log.read_text(errors="replace").splitlines()[-count:])
    return ""
