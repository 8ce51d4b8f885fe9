"""The guard: runs one command and ends it, whatever happens to the process that asked for it.

`python -m local.guard [options] -- command …` keeps its standard input open towards its parent. When that end closes
(the parent stopped, crashed or was killed with -9) the command's process group gets the stop signal, then SIGKILL.
Nothing but the standard library here: it is started with `-I -S` for every part, and must cost a few milliseconds.
"""

import argparse
import contextlib
import ctypes
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1  # linux/prctl.h
CONTROL = 0  # standard input: a pipe or a socket pair held by the parent
NOT_STARTED = 127
PIECE = 4096  # bytes written to the log at once


class BoundedLog:
    """An append-only log file that keeps at most two times `limit` bytes: `name.log` and `name.log.1`."""

    def __init__(self, path: Path, limit: int) -> None:
        self._path, self._limit = path, limit
        self._open()

    def write(self, data: bytes) -> None:
        """Append; a full disk loses lines, never the command that writes them."""
        for start in range(0, len(data), PIECE):
            with contextlib.suppress(OSError):
                self._append(data[start : start + PIECE])

    def _append(self, piece: bytes) -> None:
        if self._size + len(piece) > self._limit:
            os.close(self._fd)
            self._path.replace(self._path.with_name(self._path.name + ".1"))
            self._open()
        os.write(self._fd, piece)
        self._size += len(piece)

    def _open(self) -> None:
        self._fd = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._size = os.fstat(self._fd).st_size


def dies_with_guard(death_signal: int) -> Callable[[], None]:
    """What the child does before exec, so that it also ends when the guard itself is killed with -9 (Linux only)."""
    guard = os.getpid()
    libc = ctypes.CDLL(None, use_errno=True)  # loaded before the fork: nothing may take a lock after it

    def arm() -> None:
        libc.prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        if os.getppid() != guard:  # it died between fork and prctl
            os._exit(NOT_STARTED)

    return arm


class Guard:
    """One command, its process group, and the pipe that says whether anybody still wants it."""

    def __init__(self, command: Sequence[str], *, stop: int, death: int, grace: float, log: BoundedLog | None) -> None:
        self._command, self._stop, self._death, self._grace, self._log = command, stop, death, grace, log
        self._deadline: float | None = None  # monotonic seconds; set once the command has been asked to end
        self._selector = selectors.DefaultSelector()

    def run(self, stdin: int) -> int:
        """Run the command to its end and return its exit code (128 + n when signal n ended it)."""
        wake = self._listen_to_signals()
        try:
            child = self._spawn(stdin)
        except OSError as error:
            _report(f"failed {error.strerror}: {self._command[0]}")
            return NOT_STARTED
        _report(f"started {child.pid}")
        self._selector.register(CONTROL, selectors.EVENT_READ)
        self._selector.register(wake, selectors.EVENT_READ)
        if child.stdout:
            self._selector.register(child.stdout.fileno(), selectors.EVENT_READ)
        while child.poll() is None:
            self._turn(child, wake)
        _signal_group(child.pid, signal.SIGKILL)  # what the command left behind in its group
        self._drain(child)
        _report(f"ended {child.returncode}")
        return child.returncode if child.returncode >= 0 else 128 - child.returncode

    def _listen_to_signals(self) -> int:
        wake, waker = os.pipe()
        os.set_blocking(wake, False)
        os.set_blocking(waker, False)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: None)
        return wake

    def _spawn(self, stdin: int) -> subprocess.Popen[bytes]:
        output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT} if self._log else {}
        arm = dies_with_guard(self._death) if sys.platform == "linux" else None
        return subprocess.Popen(self._command, stdin=stdin, start_new_session=True, preexec_fn=arm, **output)  # type: ignore[call-overload,no-any-return]

    def _turn(self, child: subprocess.Popen[bytes], wake: int) -> None:
        timeout = None if self._deadline is None else max(0.0, self._deadline - time.monotonic())
        for key, _ in self._selector.select(timeout):
            if key.fd == CONTROL:
                if not _read(CONTROL):
                    self._selector.unregister(CONTROL)
                    self._ask_to_end(child)
            elif key.fd == wake:
                if set(_read(wake)) - {signal.SIGCHLD}:
                    self._ask_to_end(child)
            else:
                self._copy_output(key.fd)
        if self._deadline is not None and time.monotonic() >= self._deadline:
            _signal_group(child.pid, signal.SIGKILL)
            self._deadline = time.monotonic() + 1.0

    def _ask_to_end(self, child: subprocess.Popen[bytes]) -> None:
        if self._deadline is None:
            _signal_group(child.pid, self._stop)
            self._deadline = time.monotonic() + self._grace

    def _copy_output(self, fd: int) -> bool:
        data = _read(fd)
        if data and self._log:
            self._log.write(data)
        elif not data and fd in self._selector.get_map():
            self._selector.unregister(fd)
        return bool(data)

    def _drain(self, child: subprocess.Popen[bytes]) -> None:
        if child.stdout:
            os.set_blocking(child.stdout.fileno(), False)  # a process outside the group may still hold the other end
            while self._copy_output(child.stdout.fileno()):
                continue


def _read(fd: int) -> bytes:
    try:
        return os.read(fd, 65536)
    except OSError:  # a reset socket is a closed one
        return b""


def _signal_group(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _report(line: str) -> None:
    """Tell the parent over the control socket; a plain pipe cannot carry an answer, and then nobody asked for one."""
    with contextlib.suppress(OSError):
        os.write(CONTROL, line.encode() + b"\n")


def _signal(name: str) -> int:
    return int(signal.Signals[f"SIG{name}"])


def main(argv: Sequence[str]) -> int:
    """Parse the command line and run the guard."""
    parser = argparse.ArgumentParser(prog="python -m local.guard", description=__doc__)
    parser.add_argument("--stop", type=_signal, default="TERM", metavar="NAME", help="signal that asks for a clean end")
    parser.add_argument("--death", type=_signal, default="KILL", metavar="NAME", help="signal when the guard is killed")
    parser.add_argument("--grace", type=float, default=10.0, metavar="SECONDS", help="from the stop signal to SIGKILL")
    parser.add_argument("--stdin", type=Path, default=Path(os.devnull), metavar="FILE", help="the command's input")
    parser.add_argument(
        "--log", type=Path, metavar="FILE", help="where output goes; without it, where the guard's goes"
    )
    parser.add_argument("--log-bytes", type=int, default=5_000_000, metavar="N", help="size at which the log is turned")
    parser.add_argument("command", nargs="+")
    given = parser.parse_args(argv)
    log = BoundedLog(given.log, given.log_bytes) if given.log else None
    guard = Guard(given.command, stop=given.stop, death=given.death, grace=given.grace, log=log)
    stdin = os.open(given.stdin, os.O_RDONLY)
    return guard.run(stdin)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
