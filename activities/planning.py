"""When each kind of step is due and why then. Asked before the run comes to it, so the answer may have moved by then.

Whether a touch may be made at that moment is the gate's. Instants of single steps: `timing.py`.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from activities.audience import resolve
from activities.contracts import NEVER, Plan
from activities.scene import Scene
from activities.timing import begins_at, channel_of, due_at, moment_of, place_of
from plays.anchors import lacking
from plays.calendar import Opening, add
from plays.model import GatherStep, PlayStep, RepeatStep, Touch, WaitStep
from plays.program import Node, step_player
from plays.spans import Span


async def plan_of(
    session: AsyncSession, scene: Scene, step: str | None, base: datetime, occurrence: int = 1
) -> Plan | None:
    """When a step that follows at `base` is due and why. The person may be another one when it comes to it."""
    node = scene.program.nodes.get(step or "")
    if node is None:
        return None
    if isinstance(node.step, Touch):
        return await _touch(session, scene, node, base, occurrence)
    begins = begins_at(scene, node, base)
    starts = begins.at if node.step.after is not None or node.step.at is not None else None
    match node.step:
        case WaitStep():
            due = _wait(scene, node.step, base)
            return Plan(step=node.name, due=due.at, why=due.why)
        case GatherStep(within=within) | PlayStep(within=within):
            due = _within(scene, begins, within)
            return Plan(step=node.name, due=due.at, why=due.why, begins=starts)
        case RepeatStep() if scene.round > 1:
            due = _round(scene, node.step, base)
            return Plan(step=node.name, due=due.at, why=due.why)
        case _:
            return Plan(step=node.name, due=begins.at, why=begins.why, stalls=_stalls(scene, node, begins.at))


async def _touch(session: AsyncSession, scene: Scene, node: Node, base: datetime, occurrence: int) -> Plan:
    reached = await resolve(session, scene, node, occurrence, channel_of(node), base)
    slot = step_player(node.step)
    opening = due_at(scene, node, base, reached.contact, scene.player(slot))
    who = reached.contact.persona if reached.contact else scene.role(slot) if slot else ""
    return Plan(step=node.name, due=opening.at, why=opening.why, who=who)


def _wait(scene: Scene, step: WaitStep, base: datetime) -> Opening:
    """The end of the wait: so long, or the moment, whichever is earlier; neither, and only an event ends it."""
    zone, country = place_of(scene, None)
    begins = add(base, step.after, zone, country) if step.after else base
    ends = [Opening(add(begins, step.wait, zone, country), f"waits {step.wait}")] if step.wait is not None else []
    if step.at is not None:
        at = moment_of(scene, step.at)
        if at is not None:
            ends.append(Opening(at, f"until {step.at}"))
        elif not ends:
            return Opening(begins, lacking(scene.program.play, step.at.anchor, scene.account.id))
    return min(ends, key=lambda one: one.at, default=Opening(NEVER, f"waits for {' or '.join(step.events)}"))


def _within(scene: Scene, begins: Opening, within: Span | None) -> Opening:
    if within is None:
        return Opening(NEVER, begins.why)
    return Opening(add(begins.at, within, *place_of(scene, None)), f"at most {within}")


def _round(scene: Scene, step: RepeatStep, before: datetime) -> Opening:
    """The beginning of a round but the first, counted from that of the one before. The last gap stays."""
    gap = step.every[min(scene.round - 2, len(step.every) - 1)]
    return Opening(
        add(before, gap, *place_of(scene, None)), f"round {scene.round} begins {gap} after the one before it"
    )


def _stalls(scene: Scene, node: Node, begins: datetime) -> tuple[datetime, ...]:
    stalls = scene.program.stalls.get(node.name, ())
    return tuple(add(begins, one.span, *place_of(scene, None)) for one in stalls)
