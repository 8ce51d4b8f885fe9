"""Published plays: immutable, numbered per play, told apart by the hash over definition and content."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from plays.model import Play
from records.db import publishing_lock_key
from records.tables import PlayVersion


class Source(Protocol):
    """What is published: a play as read from its YAML (`plays.playbook.Source`)."""

    @property
    def play(self) -> Play:
        """The play itself."""

    @property
    def text(self) -> str:
        """The YAML as written."""

    @property
    def definition(self) -> str:
        """The play as JSON, base contract included."""

    @property
    def content(self) -> Mapping[str, str]:
        """`step.locale` -> template text."""

    @property
    def hash(self) -> str:
        """sha256 over definition and content."""


@dataclass(frozen=True)
class Published:
    """What `publish` did; `new` is False when the newest version was the same already."""

    play: str
    version: int
    new: bool


async def publish(session: AsyncSession, source: Source, by: str) -> Published:
    """Make this the newest version of its play. The same as the newest: nothing is written.

    Going back to an older text makes a new version with the old hash, so that new starts take it.
    Two publishers of one play wait for each other.
    """
    name = source.play.play
    await session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": publishing_lock_key(name)})
    newest = await latest(session, name)
    if newest is not None and newest.hash == source.hash:
        return Published(name, newest.version, new=False)
    version = newest.version + 1 if newest else 1
    session.add(
        PlayVersion(
            play=name,
            version=version,
            hash=source.hash,
            definition=source.definition,
            content=dict(source.content),
            source=source.text,
            published_by=by,
        )
    )
    await session.flush()
    return Published(name, version, new=True)


async def latest(session: AsyncSession, play: str) -> PlayVersion | None:
    """The version that new starts take."""
    query = select(PlayVersion).where(PlayVersion.play == play).order_by(PlayVersion.version.desc()).limit(1)
    return (await session.scalars(query)).one_or_none()


async def get(session: AsyncSession, play: str, version: int) -> PlayVersion | None:
    """One version, to which a run is pinned."""
    return await session.get(PlayVersion, (play, version))


async def of_play(session: AsyncSession, play: str) -> Sequence[PlayVersion]:
    """Every version of a play, the newest first."""
    query = select(PlayVersion).where(PlayVersion.play == play).order_by(PlayVersion.version.desc())
    return (await session.scalars(query)).all()


@dataclass(frozen=True)
class _Again:
    """An old version as the source of a new one."""

    play: Play
    text: str
    definition: str
    content: Mapping[str, str]
    hash: str


async def go_back(session: AsyncSession, old: PlayVersion, by: str) -> Published:
    """Publish an old version anew, so that new starts take it. The same as the newest: nothing is written."""
    play = Play.model_validate_json(old.definition)
    return await publish(session, _Again(play, old.source, old.definition, old.content, old.hash), by)


async def all_latest(session: AsyncSession) -> Sequence[PlayVersion]:
    """The newest version of every play, in the order of their names."""
    query = select(PlayVersion).ext(distinct_on(PlayVersion.play))
    query = query.order_by(PlayVersion.play, PlayVersion.version.desc())
    return (await session.scalars(query)).all()
