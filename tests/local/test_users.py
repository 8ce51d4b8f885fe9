"""As whom the stack runs: root and an ordinary user, below a closed home too; nothing outside its folder changes."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import postgres_data, postgres_user
from local.errors import LocalError
from local.postgres_user import RunAs
from local.stack import Stack
from tests.local.processes import ONLY_POSTGRES, bare, of_folder, script

ROOT = os.geteuid() == 0
as_root = pytest.mark.skipif(not (ROOT and sys.platform == "linux"), reason="only root can be lowered, only on Linux")
NOBODY = 65534

WHOLE_STACK = """
import asyncio, os, sys
from pathlib import Path
from local.stack import Stack

async def main():
    async with Stack(Path(sys.argv[1]), ports="free") as stack:
        print(os.geteuid(), *sorted(part.name for part in stack.parts), flush=True)

asyncio.run(main())
"""


def status(pid: int, field: str) -> str:
    """A field of /proc/PID/status."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(line.split("\t", 1)[1] for line in lines if line.startswith(f"{field}:"))


def modes(folder: Path) -> list[tuple[Path, int, int]]:
    """The modes and owners of a folder and all above it."""
    return [(path, path.stat().st_mode, path.stat().st_uid) for path in (folder, *folder.parents)]


@pytest.fixture
def closed_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of mode 0700 in which Postgres's own programs lie too, as in a project's .venv."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    wheel = postgres_data.programs().parent.parent
    for folder in (wheel, wheel.with_name(f"{wheel.name}.libs")):
        if folder.exists():
            shutil.copytree(folder, home / folder.name, symlinks=True)
    monkeypatch.setattr(postgres_data, "programs", lambda: home / wheel.name / "pginstall" / "bin")
    yield home
    shutil.rmtree(home)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder everybody may pass through: pytest's own are closed, and other tests look at their modes."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o711)
        yield Path(name)


@as_root
async def test_root_runs_postgres_as_an_ordinary_user_below_a_closed_home_and_no_mode_changes(
    closed_home: Path,
) -> None:
    before = modes(closed_home)
    async with Stack(closed_home / "data", ports="free", environ=bare(**ONLY_POSTGRES)) as stack:
        assert status(stack.postgres.pid, "Uid").split() == [str(NOBODY)] * 4
        assert int(status(stack.postgres.pid, "CapEff"), 16) == 1 << 2  # dac_read_search, and nothing else
        await stack.postgres.kill()
        await stack.postgres.start()
    assert modes(closed_home) == before
    assert before[0][1] & 0o777 == 0o700


@as_root
async def test_root_runs_postgres_without_any_capability_where_the_folders_are_open(open_folder: Path) -> None:
    if not all(path.stat().st_mode & 0o001 for path in (*open_folder.parents, *Path(sys.prefix).parents)):
        pytest.skip("this Python or the temporary folder lies below a closed folder")
    async with Stack(open_folder / "data", ports="free", environ=bare(**ONLY_POSTGRES)) as stack:
        assert status(stack.postgres.pid, "Uid").split() == [str(NOBODY)] * 4
        assert int(status(stack.postgres.pid, "CapEff"), 16) == 0


@as_root
async def test_data_that_was_given_to_root_is_given_back(tmp_path: Path) -> None:
    stack = Stack(tmp_path / "data", ports="free", environ=bare(**ONLY_POSTGRES))
    async with stack:
        data = tmp_path / "data" / "postgres" / "data"
    for path in (*data.rglob("*"), data):
        os.chown(path, 0, 0)
    async with stack:
        assert data.stat().st_uid == NOBODY


@as_root
def test_an_ordinary_user_runs_the_whole_stack(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    os.chown(folder, NOBODY, NOBODY)
    # The capability lets it reach this Python, which may lie in root's home; it is an ordinary user all the same.
    reach = ("--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search")
    lower = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *reach, "--")
    with script(WHOLE_STACK, str(folder), prefix=lower) as process:
        out, err = process.communicate(timeout=60)
    assert (out, err) == (f"{NOBODY} mail postgres temporal\n", "")
    assert of_folder(folder) == []
    assert {path.stat().st_uid for path in folder.rglob("*")} == {NOBODY}


@as_root
def test_root_in_a_container_with_dockers_capabilities_runs_the_whole_stack(tmp_path: Path) -> None:
    docker = (
        "chown,dac_override,fsetid,fowner,mknod,net_raw,setgid,setuid,setfcap,setpcap,net_bind_service,sys_chroot,kill"
    )
    (tmp_path / "home").mkdir(mode=0o700)
    less = ("setpriv", "--bounding-set=-all," + ",".join(f"+{name}" for name in docker.split(",")), "--")
    with script(WHOLE_STACK, str(tmp_path / "home" / "data"), prefix=less) as process:
        out, err = process.communicate(timeout=60)
    assert (out, err) == ("0 mail postgres temporal\n", "")


@as_root
async def test_root_does_not_take_over_a_folder_that_an_ordinary_user_has_made(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    os.chown(folder, NOBODY, NOBODY)
    with pytest.raises(LocalError, match=r"belongs to another user\. Run as the owner of .*\(user id 65534\)"):
        await Stack(folder, ports="free", environ=bare(**ONLY_POSTGRES)).start()


@pytest.mark.skipif(ROOT, reason="root may write everywhere")
async def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(LocalError, match=r"cannot be used: Permission denied"):
        await Stack(tmp_path / "data", ports="free", environ=bare()).start()


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_root_on_a_system_that_cannot_lower_it_is_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(LocalError, match=r"refuses to run as root.*as an ordinary user, or set DATABASE_URL"):
        postgres_user.for_data(tmp_path, tmp_path)


def test_an_ordinary_user_runs_postgres_as_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert postgres_user.for_data(tmp_path, tmp_path) == RunAs()
