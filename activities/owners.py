"""A word to the one who answers for a run: something was not done that can be put right. Sending is `notices.py`."""

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from activities.house import House
from activities.scene import Scene
from activities.staging import Cue
from plays.ids import notice_key
from records import notices

log = structlog.get_logger()


async def tell_owner(session: AsyncSession, house: House, found: Cue, reason: str) -> None:
    """A notice to the run's owner: a step was not made because of something that can be put right."""
    scene, step = found.scene, found.node.name
    body = (
        f"The step '{step}' of {scene.run.id} was skipped: {reason}.\n\n"
        f"The run goes on with its next step. What was skipped is not made up for by itself; to see it all:\n"
        f"    starter.py runs show {scene.run.workflow_id}\n"
    )
    subject = f"Skipped: {step} at {scene.account.name}"
    await tell_owner_of(session, house, scene, notice_key("skipped", found.key), subject, body)


async def tell_owner_of(session: AsyncSession, house: House, scene: Scene, key: str, subject: str, body: str) -> None:
    """A notice to the run's owner, once per key."""
    owner = scene.player(scene.program.play.owner)
    if owner is None:
        log.warning("nobody could be told", run=scene.run.id, notice=key)
        return
    draft = notices.Draft(key=key, player=owner.id, subject=subject, body=body, run=scene.run.id)
    await notices.put(session, draft, house.settings.mail_domain)
