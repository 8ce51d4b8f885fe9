"""As whom Postgres runs. It refuses to be root, so root runs it as an ordinary user, and changes nothing to do so.

Folders above the data (a 0700 home) keep their modes: if the user cannot pass them, the process gets the one
capability that lets it, and only then.
"""

import os
import pwd
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from local.errors import LocalError

ORDINARY = "nobody"
# Nothing, then reading only, then what Docker leaves to root by default.
CAPABILITIES = ("", "dac_read_search", "dac_override")
INSTEAD = "Run it as an ordinary user, or set DATABASE_URL to a Postgres of yours. Nothing was changed."


@dataclass(frozen=True)
class RunAs:
    """A user, and what to put before a command so that it runs as that user; `uid` is None for ourselves."""

    uid: int | None = None
    gid: int | None = None
    prefix: tuple[str, ...] = ()

    def own(self, path: Path) -> None:
        """Give a folder of ours and all in it to the user."""
        if self.uid is None or self.gid is None or path.stat().st_uid == self.uid:
            return
        try:
            for inside in (*path.rglob("*"), path):  # itself last: half done is not done
                os.chown(inside, self.uid, self.gid, follow_symlinks=False)
        except OSError as error:
            raise LocalError(
                f"Postgres must not run as root, and {path} cannot be given to another user ({error.strerror}), "
                f"as happens on shared folders. {INSTEAD}"
            ) from error


def for_data(data: Path, programs: Path) -> RunAs:
    """The user for this data directory (which exists), proved able to reach it and the programs.

    Raises:
        LocalError: we are root and there is no way on this system; with what to do instead.
    """
    if os.geteuid() != 0:
        return RunAs()
    setpriv = shutil.which("setpriv")
    if sys.platform != "linux" or not setpriv:
        raise LocalError(f"Postgres refuses to run as root, and this system has no setpriv to lower it. {INSTEAD}")
    user = _user()
    for capability in CAPABILITIES:
        run_as = RunAs(user.pw_uid, user.pw_gid, (setpriv, *_options(user, capability), "--"))
        run_as.own(data)
        if _reaches(run_as, data, programs):
            return run_as
    raise LocalError(
        f"Postgres must not run as root, and as {user.pw_name} it cannot reach {data} or {programs} "
        f"(this container may have dropped the capabilities DAC_READ_SEARCH and SETUID). {INSTEAD}"
    )


def _user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(ORDINARY)
    except KeyError:
        raise LocalError(
            f"There is no user to run Postgres as: it refuses root, and {ORDINARY} is missing. {INSTEAD}"
        ) from None


def _options(user: pwd.struct_passwd, capability: str) -> list[str]:
    options = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--pdeathsig=QUIT"]
    # The change of user clears the death signal that the guard has set, so setpriv sets it again.
    if capability:
        options += [f"--inh-caps=-all,+{capability}", f"--ambient-caps=-all,+{capability}"]
        # initdb looks for its programs with access(2), which forgets capabilities after a change of user without this.
        options += ["--securebits=+no_setuid_fixup"]
    return options


def _reaches(run_as: RunAs, data: Path, programs: Path) -> bool:
    """Try it: pg_config finds itself in the same way as initdb finds postgres."""
    look = 'test -x "$0" && test -r "$1/../share/postgres.bki" && exec "$1/pg_config" --bindir'
    asked = subprocess.run(
        [*run_as.prefix, "/bin/sh", "-c", look, str(data), str(programs)], capture_output=True, cwd="/", check=False
    )
    return asked.returncode == 0
