"""Steps that are due at a moment (`at: renewal - 90d`) and had come too late for it, or lack the date it hangs on.

`late:` says what then happens: send, skip, or catch-up, which of several late steps in a row makes the last only.
"""

from datetime import datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from activities.knowledge import facts_of
from activities.scene import Scene
from activities.timing import begins_at, due_at
from plays.conditions import ConditionError, holds
from plays.model import Moment, StageStep, Touch
from plays.program import Node
from records.tables import Contact, Player

GRACE: Final = timedelta(minutes=15)  # steps of one moment are made one after the other, each a little later
_ROW: Final = 100  # steps looked at for one that makes up for this one


class Bar(NamedTuple):
    """Why a step is not made, whatever Postgres says: the rule's name and the reason."""

    rule: str
    reason: str


def barred(
    scene: Scene, node: Node, came: datetime, now: datetime, contact: Contact | None, player: Player | None
) -> Bar | None:
    """Why a touch whose run came to it at `came` is not made any more, by its own `at` and `late`; None otherwise."""
    step = node.step
    if not isinstance(step, Touch) or step.at is None:
        return None
    if scene.anchor(step.at.anchor) is None:
        return Bar("anchor", begins_at(scene, node, came, contact).why)
    passed = _passed(scene, node, came, contact, player)
    if passed is None or step.late == "send":
        return None
    day = passed.astimezone(ZoneInfo(scene.home)).date()
    if step.late == "skip":
        return Bar("late", f"its moment, {step.at} on {day}, had passed when the run came to it")
    later = _makes_up(scene, node, now, contact, player)
    if later is None:
        return None
    return Bar("late", f"its moment, {step.at} on {day}, had passed, and '{later}' makes up for it")


def _passed(
    scene: Scene, node: Node, came: datetime, contact: Contact | None, player: Player | None
) -> datetime | None:
    """When the step would have been made, if that had passed by `came`. A moment that is a day passes with the day."""
    said = node.step.at
    if said is None:
        return None
    due = due_at(scene, node, came, contact, player).at
    if _is_a_day(scene, said):
        home = ZoneInfo(scene.home)
        return due if due.astimezone(home).date() < came.astimezone(home).date() else None
    return due if due + GRACE < came else None


def _is_a_day(scene: Scene, said: Moment) -> bool:
    """True for `renewal - 90d` where the renewal is a date: any time of that day is right."""
    by_days = said.span is None or said.span.unit not in ("min", "h")
    return said.clock is None and by_days and not isinstance(scene.anchor(said.anchor), datetime)


def _makes_up(scene: Scene, node: Node, now: datetime, contact: Contact | None, player: Player | None) -> str | None:
    """The next late step of the row that is made in spite of it; the row ends with the first step that is not late."""
    for _ in range(_ROW):
        found = _next(scene, node)
        if found is None or not isinstance(found.step, Touch) or found.step.at is None:
            return None
        if scene.anchor(found.step.at.anchor) is None or _passed(scene, found, now, contact, player) is None:
            return None
        if found.step.late != "skip" and _holds(scene, found.step, now, contact, player):
            return found.name
        node = found
    return None


def _holds(scene: Scene, step: Touch, now: datetime, contact: Contact | None, player: Player | None) -> bool:
    try:
        return step.when is None or holds(step.when, facts_of(scene, now, contact, player))
    except ConditionError:
        return False


def _next(scene: Scene, node: Node) -> Node | None:
    """The step after it; the beginning of a stage is passed through."""
    found = scene.program.nodes.get(node.follows or "")
    while found is not None and isinstance(found.step, StageStep) and found.step.when is None and found.branches:
        found = scene.program.nodes.get(found.branches[0] or "")
    return found
