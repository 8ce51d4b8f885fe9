"""Libraries of texts: which of them a person has been sent, by whichever run, and which comes next."""

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from activities.playbook import Playbook
from activities.scene import Scene
from plays.wording import next_of_library

# In doubt and under way count as sent: nobody should read the same twice.
_SENT: Final = text(
    """
    select distinct coalesce(m.template, m.step) as name, r.play, r.version from touches m join runs r on r.id = m.run
    where m.contact = :contact and m.key <> :key and m.state in ('made', 'in_doubt', 'claimed')
      and coalesce(m.template, m.step) = any(cast(:names as text[]))
    """
)


async def next_text(
    session: AsyncSession, playbook: Playbook, scene: Scene, library: tuple[str, ...], contact: str, key: str
) -> str | None:
    """The first text of the library that was never sent to the contact but under this key; None when all were.

    Of another play a text counts when it is the same, as shared ones are, not when it is only called so.
    """
    found = await session.execute(_SENT, {"contact": contact, "key": key, "names": list(library)})
    sent = set[str]()
    for name, play, version in found.all():
        if play == scene.run.play or await _is_the_same(session, playbook, scene, name, play, version):
            sent.add(name)
    return next_of_library(library, sent)


async def _is_the_same(
    session: AsyncSession, playbook: Playbook, scene: Scene, name: str, play: str, version: int
) -> bool:
    theirs = (await playbook.edition(session, play, version)).content
    ours = scene.edition.content
    return any(theirs.get(key) == text for key, text in ours.items() if key.rpartition(".")[0] == name)
