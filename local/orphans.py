"""Processes of an earlier stack that may still live: recognise them beyond doubt, end them, wait until they are gone.

A stored process id proves nothing, it may belong to anybody by now: what counts is a command line that names our files.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path


def find(*marks: str) -> list[int]:
    """The processes, other than this one, whose command line (words joined by one space) contains all the marks."""
    others = ((pid, command + " ") for pid, command in _processes() if pid != os.getpid())
    return [pid for pid, command in others if all(mark in command for mark in marks)]


def end(*marks: str, first: signal.Signals = signal.SIGTERM, grace: float = 10.0) -> list[int]:
    """End the processes with these marks, with SIGKILL after `grace` seconds; returns which there were."""
    found = left = find(*marks)
    for number, seconds in ((first, grace), (signal.SIGKILL, 5.0)):
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        deadline = time.monotonic() + seconds
        while (left := find(*marks) if left else []) and time.monotonic() < deadline:
            time.sleep(0.02)
    return found


def _processes() -> Iterator[tuple[int, str]]:
    """Every process with its command line; a zombie has none and is left out."""
    if sys.platform != "linux":  # `ps` is everywhere but in small containers, /proc is only on Linux
        listed = subprocess.run(["ps", "-axww", "-o", "pid=,command="], capture_output=True, text=True, check=True)
        for line in listed.stdout.splitlines():
            pid, _, command = line.strip().partition(" ")
            yield int(pid), command
        return
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):  # it ended while we looked
                if command := (entry / "cmdline").read_bytes():
                    yield int(entry.name), command.replace(b"\0", b" ").decode(errors="replace")
