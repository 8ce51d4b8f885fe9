"""Advertising that is on when its run ends is turned off: a word to the player who turned it on."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from activities.assigning import stand_in
from activities.house import House
from activities.scene import Scene, read_scene
from plays.events import TouchState
from plays.ids import notice_key
from plays.model import AdsStep
from records import notices, touches
from records.tables import Run, Touch


async def turn_off(session: AsyncSession, house: House, run: Run) -> None:
    """A notice for every advertising step that was done and not taken back; in the transaction that ends the run."""
    made = [one for one in await touches.of_run(session, run.id) if one.channel == "ads"]
    if not made:
        return
    scene = await read_scene(session, house.playbook, house.tenant, run.id, run.version, None)
    for touch, step in _still_on(scene, made):
        player = scene.player(step.by)
        if player is None:
            continue
        reader = await stand_in(session, player, touch.settled_at or touch.created_at, house.tenant)
        body = (
            f"The play {scene.program.play.title} has ended at {scene.account.name} ({run.account}). "
            f"What '{step.ads}' turned on is still on; turn it off now.\n\n"
            "Nobody will remind you: the play is over.\n"
        )
        subject = f"Turn off: {step.ads}, {scene.account.name}"
        draft = notices.Draft(notice_key("ads-off", touch.key), reader.id, subject, body, run=run.id)
        await notices.put(session, draft, house.settings.mail_domain)


def _still_on(scene: Scene, made: Sequence[Touch]) -> list[tuple[Touch, AdsStep]]:
    """What was turned on, the newest of each step. Turning off takes back everything the same player had turned on."""
    on: dict[str, tuple[Touch, AdsStep]] = {}
    for touch in sorted(made, key=lambda one: (one.settled_at or one.created_at, one.key)):
        node = scene.program.nodes.get(touch.step)
        step = node.step if node is not None else None
        if not isinstance(step, AdsStep) or touch.state != TouchState.MADE:
            continue
        if step.turn == "on" and touch.outcome != "not_possible":
            on[step.ads] = (touch, step)  # not reported done yet: it may be on all the same
        elif step.turn == "off" and touch.outcome == "done":
            on = {name: pair for name, pair in on.items() if pair[1].by != step.by}
    return list(on.values())
