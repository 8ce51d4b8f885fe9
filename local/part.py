"""What Postgres, Temporal and the mail sink have in common: choose ports, start, wait until really ready, stop, kill.

A part fills three holes: `prepare`, `command`, `ready`. Its ports stay the same over restarts, so that clients which
reconnect by themselves find it again.
"""

import asyncio
import signal
from abc import ABC, abstractmethod
from collections.abc import Mapping

from local import ports
from local.child import GLANCE, Child, Command, how, last_lines
from local.errors import LocalError
from local.folder import Folder

READY_WITHIN = 60.0  # seconds; a cold disk on a laptop, not what is usual (one or two)
ATTEMPTS = 4
IN_USE = "address already in use"  # EADDRINUSE, as Postgres, Temporal and Python word it


class Part(ABC):
    """One server of the embedded stack."""

    name: str
    title: str
    usual_ports: tuple[int, ...]
    stop_signal = signal.SIGTERM

    def __init__(self, folder: Folder, choice: ports.PortChoice, env: Mapping[str, str]) -> None:
        self.folder, self._choice, self._env = folder, choice, env
        self.ports: tuple[int, ...] = ()
        self.child: Child | None = None

    @property
    def pid(self) -> int:
        """The process id of the server; 0 when it is not running."""
        return self.child.pid if self.child and self.child.ended() is None else 0

    async def start(self) -> None:
        """Start the server and return when it answers. A second call while it runs does nothing.

        Raises:
            LocalError: it ended, or did not answer in time; with the end of its log.
        """
        if self.pid:
            return None
        await self.prepare()
        if self.ports:
            await self._start_once()
            return None
        for _ in range(ATTEMPTS):
            self.ports = tuple(ports.choose(usual, self._choice) for usual in self.usual_ports)
            try:
                return await self._start_once()
            except LocalError:
                taken = self._lost_a_port()
                self.ports = ()
                if not taken:
                    raise
        raise LocalError(f"{self.title} found no free port on 127.0.0.1 in {ATTEMPTS} attempts.")

    async def stop(self) -> None:
        """Stop the server cleanly."""
        if self.child:
            await self.child.stop()

    async def kill(self) -> None:
        """Kill the server with SIGKILL, as a crash of the machine would; `start` brings it back on the same ports."""
        if self.child:
            await self.child.kill()

    async def _start_once(self) -> None:
        self.child = child = await Child.start(self.command())
        try:
            async with asyncio.timeout(READY_WITHIN):
                while not (await self.ready() and self._is_ours(child)):
                    self._must_live(child)
                    await asyncio.sleep(GLANCE)
        except TimeoutError:
            await child.stop()
            raise self._failure(f"did not answer within {READY_WITHIN:.0f} seconds") from None
        except asyncio.CancelledError:
            await child.stop()
            raise

    def _lost_a_port(self) -> bool:
        """Whether somebody was faster between our look and the server's bind, and may have gone again since."""
        log = last_lines(self.folder.log(self.name))
        return IN_USE in log.lower() or any(not ports.is_free(port) for port in self.ports)

    def _is_ours(self, child: Child) -> bool:
        """Whether it was our server that answered, and not one that took the port a moment before ours wanted it."""
        return all(ports.is_held_by(port, child.pid) for port in self.ports)

    def _must_live(self, child: Child) -> None:
        if (code := child.ended()) is not None:
            raise self._failure(f"did not start ({how(code)})")

    def _failure(self, what: str) -> LocalError:
        log = self.folder.log(self.name)
        return LocalError(f"{self.title} {what}. The end of {log}:\n{last_lines(log)}")

    @property
    @abstractmethod
    def mark(self) -> str:
        """What only the command line of this folder's server contains."""

    @abstractmethod
    async def prepare(self) -> None:
        """Make its data ready and clear what an earlier crash left."""

    @abstractmethod
    def command(self) -> Command:
        """What to run on `self.ports`."""

    @abstractmethod
    async def ready(self) -> bool:
        """Whether it answers as a client needs it to; asked again until it does."""
