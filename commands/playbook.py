"""The catalog as the commands see it: names to files, files to sound sources, and what of it is published."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commands.connections import House, with_house
from commands.failures import Failure, Refused, Unreachable, Wrong
from commands.suggestions import unknown

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from plays.check import Fault
    from plays.playbook import Source


def catalog_paths() -> Mapping[str, Path]:
    """Every play of the catalog by name."""
    from plays.playbook import catalog

    return catalog()


def path_of(name: str) -> Path:
    """The file of a play, by its name or its path. Raises Wrong with the nearest names."""
    known = catalog_paths()
    if name in known:
        return known[name]
    if name.endswith((".yaml", ".yml")) or "/" in name:
        path = Path(name)
        if not path.is_file():
            raise Wrong(f"There is no file {name}. `./starter.py plays list` lists the catalog.")
        return path
    raise unknown("play", name, known, "./starter.py plays list")


def paths_of(names: Sequence[str]) -> list[Path]:
    """The files of the named plays; of the whole catalog when none is named."""
    return [path_of(name) for name in names] if names else list(catalog_paths().values())


def read(path: Path) -> "Source":
    """A play that can be read. Raises Refused with its first fault."""
    from plays.playbook import PlayFaults, read_play

    try:
        return read_play(path)
    except PlayFaults as error:
        raise Refused(f"{path} cannot be read as a play. See: ./starter.py plays check {path}") from error


def faults_in(path: Path) -> "Sequence[Fault]":
    """Every fault of one file."""
    from plays.check import check

    return check(path)


def sound_sources(paths: Sequence[Path]) -> "tuple[list[Source], list[Fault]]":
    """The plays read, and every fault; nothing is read when there is an error."""
    from plays.playbook import read_play

    faults = [fault for path in paths for fault in faults_in(path)]
    if any(fault.severity == "error" for fault in faults):
        return [], faults
    return [read_play(path) for path in paths], faults


def publish_sources(sources: "Sequence[Source]", *, by: str, dry_run: bool) -> list[dict[str, Any]]:
    """Publish in one transaction; rows of play, version and what happened."""

    async def work(house: House) -> list[dict[str, Any]]:
        async with house.session() as session:
            return [await publish_one(session, source, by=by, dry_run=dry_run) for source in sources]

    return with_house(work)


async def publish_one(session: "AsyncSession", source: "Source", *, by: str, dry_run: bool = False) -> dict[str, Any]:
    """Publish one sound play, or say what would be."""
    from records import versions

    play = source.play.play
    newest = await versions.latest(session, play)
    if newest is not None and newest.hash == source.hash:
        return {"play": play, "version": newest.version, "state": "unchanged"}
    if dry_run:
        return {"play": play, "version": newest.version + 1 if newest else 1, "state": "would be published"}
    published = await versions.publish(session, source, by)
    return {"play": play, "version": published.version, "state": "published" if published.new else "unchanged"}


def catalog_rows() -> list[dict[str, Any]]:
    """Every play of the catalog and every published one, with how they stand to each other."""
    try:
        published = with_house(_published)
    except Unreachable:
        published = None  # the catalog can be read without a database
    paths = catalog_paths()
    rows = [_row(name, path, published) for name, path in paths.items()]
    gone = [name for name in published or {} if name not in paths]
    return rows + [
        {"play": name, "version": (published or {})[name][0], "state": "no longer in the catalog"} for name in gone
    ]


async def _published(house: House) -> dict[str, tuple[int, str]]:
    from records import versions

    async with house.session() as session:
        return {one.play: (one.version, one.hash) for one in await versions.all_latest(session)}


def _row(name: str, path: Path, published: Mapping[str, tuple[int, str]] | None) -> dict[str, Any]:
    from plays.program import lay_out

    try:
        source = read(path)
    except Failure:
        return {"play": name, "state": f"has faults: ./starter.py plays check {name}", "file": str(path)}
    play = source.play
    return {
        "play": name,
        "title": play.title,
        "stage": play.stage,
        "purpose": play.purpose,
        "touches": lay_out(play).touches,
        "starts_on": ", ".join(play.start.on) or "by hand",
        "lane": play.lane,
        "priority": play.priority,
        "version": published[name][0] if published and name in published else None,
        "state": _standing(name, source.hash, published),
        "file": str(path),
    }


def _standing(name: str, digest: str, published: Mapping[str, tuple[int, str]] | None) -> str:
    if published is None:
        return "unknown: Postgres does not answer"
    if name not in published:
        return "not published"
    return "published" if published[name][1] == digest else f"changed since version {published[name][0]}"


async def publish_catalog(house: House) -> str:
    """Publish what is new in the catalog, and say so. A faulty play is told and stays as it was: the others go on."""
    from commands.output import tell

    done: list[str] = []
    for name, path in catalog_paths().items():
        if any(fault.severity == "error" for fault in faults_in(path)):
            tell(f"The play {name} has faults and was not published. See: ./starter.py plays check {name}")
            continue
        async with house.session() as session:
            row = await publish_one(session, read(path), by="up")
        if row["state"] == "published":
            done.append(f"{name} version {row['version']}")
    return f"Published: {', '.join(done)}." if done else "The published plays are those of the catalog."
