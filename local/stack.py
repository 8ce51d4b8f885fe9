"""The embedded stack: starts the parts, says where they are in `stack.json`, keeps processes alive, stops all in order.

    async with Stack.up(folder, announce=print) as stack:
        await stack.supervise("worker", [sys.executable, "worker.py"])
        await stack.wait_for_stop()

Tests use `async with Stack(folder, ports="free") as stack`: no signals, no restarts, several side by side.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from local import orphans
from local import ports as port_choice
from local.addresses import Addresses, External
from local.child import GUARD, Child, Command
from local.environment import minimal, of_application
from local.errors import LocalError
from local.folder import Folder
from local.mail_part import Mail
from local.part import Part
from local.postgres import Postgres
from local.stopping import Stopping
from local.supervisor import Announce, Supervised
from local.temporal import NAMESPACE, Temporal

PROJECT = Path(__file__).resolve().parent.parent
WEBHOOKS_PORT = 8080
STOPPING = "Stopping. Ctrl-C once more kills what has not ended yet."


def _silent(sentence: str) -> None:
    """Announce nothing."""


class Stack:
    """The parts of one data folder. `DATABASE_URL`, Temporal's own environment and `SMTP_URL` each replace one."""

    def __init__(
        self,
        folder: Path,
        *,
        ports: port_choice.PortChoice = "usual",
        environ: Mapping[str, str] | None = None,
        announce: Announce = _silent,
        faults: bool = False,
    ) -> None:
        """Nothing is started yet. `faults`: tests may plan mail faults by HTTP; `environ`: os.environ if not given."""
        self._environ = dict(os.environ if environ is None else environ)
        self._announce, self._choice = announce, ports
        self.folder = Folder(folder)
        self.external = External.of(self._environ)
        env = minimal(self._environ)
        self._postgres = None if self.external.database_url else Postgres(self.folder, ports, env)
        self._temporal = None if self.external.temporal else Temporal(self.folder, ports, env)
        self._mail = None if self.external.smtp_url else Mail(self.folder, ports, env)
        if self._mail:
            self._mail.faults = faults
        self._supervised: dict[str, Supervised] = {}
        self._kept_parts: list[Supervised] = []
        self._applications: dict[str, Child] = {}
        self._webhooks_port = 0
        self._stopping: Stopping | None = None
        self._held = contextlib.ExitStack()
        self._ours = self._complete = False

    @property
    def postgres(self) -> Postgres:
        """The embedded Postgres; LocalError when DATABASE_URL replaces it."""
        return _ours(self._postgres, Postgres)

    @property
    def temporal(self) -> Temporal:
        """The embedded Temporal; LocalError when the environment names another."""
        return _ours(self._temporal, Temporal)

    @property
    def mail(self) -> Mail:
        """The mail sink; LocalError when SMTP_URL replaces it."""
        return _ours(self._mail, Mail)

    @property
    def parts(self) -> list[Part]:
        """The parts that are ours, in the order of their start."""
        return [part for part in (self._postgres, self._temporal, self._mail) if part]

    @property
    def addresses(self) -> Addresses:
        """Where everything is, embedded or not."""
        temporal = self.external.temporal or (self.temporal.address, NAMESPACE)
        return Addresses(
            temporal=temporal[0],
            namespace=temporal[1],
            temporal_ui=self._temporal.ui if self._temporal else None,
            database_url=self.external.database_url or self.postgres.url,
            smtp_url=self.external.smtp_url or self.mail.url,
            inbox=self._mail.inbox if self._mail else None,
            webhooks=f"http://{port_choice.LOOPBACK}:{self._webhooks_port}",
        )

    def environment(self) -> dict[str, str]:
        """What a process of ours needs in its environment to find this stack and nothing else."""
        given = of_application(self._environ) | {"SETPIECE_FOLDER": str(self.folder.path)}
        return given | self.addresses.environment(external_temporal=self.external.temporal is not None)

    async def start(self) -> None:
        """Start the parts side by side and return when each answers; on failure everything is stopped again.

        Raises:
            AlreadyRunning: another process runs this folder's stack.
            LocalError: a part did not start.
        """
        self.folder.create()
        self._held.enter_context(self.folder.locked())
        self._ours = True
        self.folder.stack_file.unlink(missing_ok=True)  # a killed stack leaves it behind
        try:
            await asyncio.to_thread(self._end_leftovers)
            self._webhooks_port = port_choice.choose(WEBHOOKS_PORT, self._choice)
            await self._start_parts()
            self._complete = True
            self._record()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop the applications, then the parts in reverse order; remove `stack.json` and let go of the folder."""
        for kept in self._kept_parts:
            await kept.release()
        for kept in reversed(self._supervised.values()):
            await kept.stop()
        for part in reversed(self.parts):
            await part.stop()
        if self._ours:
            self.folder.stack_file.unlink(missing_ok=True)
            self._held.close()
        self._ours = self._complete = False

    async def supervise(self, name: str, argv: Sequence[str], env: Mapping[str, str] | None = None) -> None:
        """Start an application process from the project folder, and again after every crash.

        It gets `environment()` and `env`; its output goes to `log/<name>.log` in the data folder.

        Raises:
            LocalError: it cannot be executed.
        """
        whole = self.environment() | dict(env or {})
        command = Command(name, list(argv), whole, PROJECT, self.folder.log(name))

        async def start() -> Child:
            child = self._applications[name] = await Child.start(command)
            self._record()
            return child

        self._supervised[name] = Supervised(name, start, self._announce)
        await self._supervised[name].start()

    def application(self, name: str) -> Child | None:
        """The process now running under this name, for tests that kill it; None between a crash and the next start."""
        return self._supervised[name].child

    async def wait_for_stop(self) -> None:
        """Return at Ctrl-C, SIGTERM or when the terminal closes. Only inside `Stack.up`."""
        if self._stopping is None:
            raise LocalError("Only a stack made by Stack.up listens to signals.")
        await self._stopping.wait()

    @classmethod
    @contextlib.asynccontextmanager
    async def up(
        cls, folder: Path, *, announce: Announce = _silent, environ: Mapping[str, str] | None = None
    ) -> AsyncIterator[Self]:
        """The stack as `starter.py up` runs it: restarts what crashes and ends the body of the `with` at Ctrl-C.

        A second Ctrl-C kills what is still stopping. Raises what `start` raises.
        """
        stack = cls(folder, announce=announce, environ=environ)
        with Stopping(stack._kill_all) as stack._stopping, stack._stopping.ends_quietly():
            try:
                with stack._stopping.refuses_to_start():
                    await stack.start()
                    for part in stack.parts:
                        await stack._keep(part)
                yield stack
            finally:
                stack._stopping.no_longer_cancels()
                if stack._stopping.asked:
                    announce(STOPPING)
                await stack.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _start_parts(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for part in self.parts:
                    group.create_task(part.start())
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from None  # one sentence for the operator, not a tree

    def _record(self) -> None:
        if not self._complete:
            return
        children = {part.name: part.child for part in self.parts} | self._applications
        pids = {name: child.pid for name, child in children.items() if child}
        self.folder.write(self.folder.stack_file, self.addresses.as_file({"stack": os.getpid()} | pids))

    async def _keep(self, part: Part) -> None:
        async def start() -> Child:
            await part.start()
            self._record()
            return _ours(part.child, Child)

        kept = Supervised(part.title, start, self._announce)
        self._kept_parts.append(kept)
        await kept.start()

    def _end_leftovers(self) -> None:
        """When an earlier stack was killed its guards end their processes within seconds; be sure before we start."""
        orphans.end(GUARD.name, f" --log={self.folder.path}/", grace=15.0)
        for part in self.parts:
            orphans.end(part.mark, first=part.stop_signal)

    async def _kill_all(self) -> None:
        children = [kept.child for kept in self._supervised.values()] + [part.child for part in self.parts]
        await asyncio.gather(*(child.kill() for child in children if child))


T = TypeVar("T")


def _ours(part: T | None, what: type[T]) -> T:
    """The part, which must be embedded."""
    if part is None:
        raise LocalError(f"{what.__name__} is not part of this stack: the environment names another one.")
    return part
