"""Understanding mail in a process apart: what a mail does to its reader (minutes, gigabytes, a crash) it does there.

Bounded in time here and in memory there (`webhooks/mail/child.py`). The process holds no secret and no connection.
"""

import asyncio
import os
import pickle
import struct
import subprocess
import sys
from datetime import datetime
from typing import IO, Any, Final

from settings import PROJECT
from webhooks.meaning.model import Meaning

SECONDS: Final = 30.0  # for one mail
_SEEN: Final = ("PATH", "LANG", "LC_ALL", "HOME", "PYTHONPATH", "VIRTUAL_ENV", "SYSTEMROOT")
_LENGTH: Final = struct.Struct(">Q")


class Unreadable(Exception):
    """The mail could not be understood; the message is the type of what went wrong, never words of the mail."""


class ReaderLost(Exception):
    """The process that was reading it ended: it may have been the mail, or the machine."""


class Apart:
    """The process, started when it is needed and again after it was lost. One mail at a time."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = asyncio.Lock()

    async def understand(self, raw: bytes, received: datetime) -> Meaning:
        """`webhooks.meaning.understand.understand`. Raises Unreadable, ReaderLost."""
        async with self._turn:
            asking = asyncio.create_task(asyncio.to_thread(self._ask, raw, received))
            done, _ = await asyncio.wait({asking}, timeout=self._seconds)
            if not done:
                self._kill()
                await asyncio.wait({asking})
                asking.exception()
                raise Unreadable(f"it took longer than {self._seconds:.0f} seconds")
            answer = asking.result()
        if answer is None:
            raise ReaderLost
        if not isinstance(answer, Meaning):
            raise Unreadable(str(answer))
        return answer

    def abandon(self) -> None:
        """Nobody waits for the mail under way any more: the process is ended, whoever asked it hears ReaderLost."""
        process = self._process
        if process is not None:
            process.kill()

    async def close(self) -> None:
        """End the process."""
        async with self._turn:
            await asyncio.to_thread(self._kill)

    def _ask(self, raw: bytes, received: datetime) -> Any:
        process = self._process if self._process and self._process.poll() is None else self._start()
        try:
            write(process.stdin, (raw, received))
            return read(process.stdout)
        except (OSError, EOFError, ValueError):
            self._kill()
            return None

    def _start(self) -> "subprocess.Popen[bytes]":
        self._kill()
        command = [sys.executable, "-m", "webhooks.mail.child"]
        seen = {name: os.environ[name] for name in _SEEN if name in os.environ}
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=PROJECT, env=seen
        )
        return self._process

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            try:
                if pipe is not None:
                    pipe.close()
            except OSError:
                continue


def write(stream: IO[bytes] | None, value: object) -> None:
    """One value with its length before it."""
    if stream is None:
        raise EOFError
    told = pickle.dumps(value)
    stream.write(_LENGTH.pack(len(told)) + told)
    stream.flush()


def read(stream: IO[bytes] | None) -> Any:
    """One value; both ends of the pipe are ours. Raises EOFError when the other end is gone."""
    head = stream.read(_LENGTH.size) if stream else b""
    if stream is None or len(head) < _LENGTH.size:
        raise EOFError
    told = stream.read(_LENGTH.unpack(head)[0])
    return pickle.loads(told)  # noqa: S301 - written by our own process at the other end of a pipe
