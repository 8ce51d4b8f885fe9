"""The data folder (`.setpiece`): where each part keeps its things, who runs it now, and under which addresses.

Everything the stack creates or changes lies below it. It belongs to whoever ran `up` first.
"""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from local.errors import AlreadyRunning, LocalError


class Folder:
    """Paths and small files of one data folder."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.stack_file = self.path / "stack.json"
        self._lock_file = self.path / "stack.lock"

    def create(self) -> None:
        """Make the folder if it is missing.

        Raises:
            LocalError: it cannot be made or written, with who owns it.
        """
        try:
            self.path.mkdir(mode=0o711, parents=True, exist_ok=True)  # to pass through; its contents are private
            (self.path / "log").mkdir(mode=0o700, exist_ok=True)
            with self._lock_file.open("a"):
                pass
        except OSError as error:
            raise self._not_ours(error.strerror or str(error)) from error
        if self.path.stat().st_uid != os.geteuid():  # root could write, and its owner then no longer
            raise self._not_ours("it belongs to another user")

    def room(self, name: str, mode: int = 0o700) -> Path:
        """The folder of one part, made if missing."""
        path = self.path / name
        path.mkdir(mode=mode, exist_ok=True)
        return path

    def log(self, name: str) -> Path:
        """Where the output of one process goes."""
        return self.path / "log" / f"{name}.log"

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Be the one who runs this folder's stack. The kernel drops the lock with the process, so it is never stale.

        Raises:
            AlreadyRunning: somebody else is, with their addresses.
        """
        fd = os.open(self._lock_file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise self._already_running(os.pread(fd, 32, 0).decode().strip()) from None
            os.ftruncate(fd, 0)
            os.pwrite(fd, f"{os.getpid()}\n".encode(), 0)
            yield
        finally:
            os.close(fd)

    def is_locked(self) -> bool:
        """Whether a stack of this folder is running or starting now."""
        try:
            fd = os.open(self._lock_file, os.O_RDONLY)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(fd)
        return False

    def read(self, file: Path) -> dict[str, Any]:
        """A small JSON file of ours; empty when it is missing or was torn."""
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def write(self, file: Path, content: dict[str, Any]) -> None:
        """Replace a small JSON file of ours in one step, readable only by its owner."""
        new = file.with_name(f"{file.name}.{os.getpid()}.new")
        fd = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(fd, "w", encoding="utf-8") as out:
            json.dump(content, out, indent=2)
            out.write("\n")
        new.replace(file)

    def _not_ours(self, why: str) -> LocalError:
        there = next(path for path in (self.path, *self.path.parents) if path.exists())
        return LocalError(
            f"The data folder {self.path} cannot be used: {why}. Run as the owner of {there} (user id "
            f"{there.stat().st_uid}), or give another folder with SETPIECE_FOLDER. Nothing was changed."
        )

    def _already_running(self, pid: str) -> AlreadyRunning:
        stack = self.read(self.stack_file)
        who = f"process {pid}" if pid else "another process"
        if not stack:
            return AlreadyRunning(f"Setpiece is just starting or stopping in {self.path} ({who}). Try again soon.", {})
        places = [f"Temporal UI {stack.get('temporal', {}).get('ui')}", f"inbox {stack.get('inbox')}"]
        return AlreadyRunning(
            f"Setpiece is already running in {self.path} ({who}): {', '.join(places)}. "
            f"Stop it with Ctrl-C where it runs, or with `kill {pid}`.",
            stack,
        )
