"""Instants: when a step is due and why then, whether its window is open, when a task's rungs come.

Which contact and player are meant is settled elsewhere; calendar rules are `plays/calendar.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from activities.contracts import RungDue
from activities.scene import Scene
from plays.calendar import WINDOWS, Opening, Window, add, due, next_open, window_for
from plays.events import Rung
from plays.model import CallStep, EmailStep, TaskStep, Touch, WaitStep
from plays.places import country_of, zone_of
from plays.program import Node
from plays.spans import Span
from records.tables import Contact, Player

TOGETHER: Final = timedelta(days=10)  # how long two windows are looked through for a common hour
B8_DUE: Final[dict[Span, Rung | str]] = {Span(1, "bd"): "ladder"}  # every undone task climbs, also one without `due`


@dataclass(frozen=True)
class Hours:
    """A window where it is read."""

    window: Window
    zone: str
    country: str | None

    def open_at(self, at: datetime) -> Opening:
        """The first open instant at or after `at`."""
        return next_open(at, self.window, self.zone, self.country)


def channel_of(node: Node) -> str:
    """The channel of a step that reaches a person."""
    return "notice" if node.kind == "notify" else node.kind


def place_of(scene: Scene, contact: Contact | None) -> tuple[str, str | None]:
    """The zone and country that count for the contact, or for the account when there is none."""
    account = scene.account
    if contact is None:
        return zone_of(None, None, account.zone, scene.tenant.zone), country_of(None, None, account.country)
    zone = zone_of(contact.zone, contact.phone, account.zone, scene.tenant.zone)
    return zone, country_of(contact.country, contact.phone, account.country)


def hours_of(scene: Scene, node: Node, contact: Contact | None, player: Player | None) -> Sequence[Hours]:
    """The windows a step keeps to. Mail: its reader's. Calls: their reader's and the player's. Tasks: the player's."""
    step = node.step
    if not isinstance(step, Touch) or step.window == "any":
        return ()
    theirs = Hours(window_for(node.kind, contact.persona if contact else None, step.window), *place_of(scene, contact))
    match step:
        case EmailStep():
            return (theirs,)
        case CallStep():
            return (theirs, working_hours(scene, player))
        case TaskStep():
            return (working_hours(scene, player),)
        case _:
            return ()


def working_hours(scene: Scene, player: Player | None) -> Hours:
    """A player's own working hours. Their country is not on record, so their holidays are not known."""
    return Hours(WINDOWS["staff"], (player.zone if player else None) or scene.tenant.zone, None)


def open_together(at: datetime, hours: Sequence[Hours]) -> Opening:
    """The first instant at which all windows are open; where two never meet in ten days, the first one's alone."""
    moment, why = at, ""
    while moment < at + TOGETHER:
        closed = next((opening for one in hours if (opening := one.open_at(moment)).at > moment), None)
        if closed is None:
            return Opening(moment, why)
        moment, why = closed.at, closed.why
    return hours[0].open_at(at)


def due_at(scene: Scene, node: Node, base: datetime, contact: Contact | None, player: Player | None) -> Opening:
    """When a step is due that follows a step which was over at `base`."""
    zone, country = place_of(scene, contact)
    after = node.step.after
    if isinstance(node.step, WaitStep):
        begins = add(base, after, zone, country) if after else base
        return Opening(add(begins, node.step.wait, zone, country), f"waits {node.step.wait}")
    opening = due(base, after, WINDOWS["any"], zone, country)
    moved = open_together(opening.at, hours_of(scene, node, contact, player))
    return moved if moved.why else opening


def rungs_of(
    scene: Scene, due_map: dict[Span, Rung | str] | None, handed_at: datetime, player: Player
) -> tuple[datetime | None, tuple[RungDue, ...]]:
    """When a task is due and when it climbs, each moved into the player's working hours.

    `ladder` in the map begins the play's ladder, counted from that moment, which is then when the task is due.
    """
    hours = working_hours(scene, player)

    def moment(base: datetime, span: Span) -> datetime:
        return due(base, span, hours.window, hours.zone, hours.country).at

    rungs: list[RungDue] = []
    due_times: list[datetime] = []
    for span, what in (due_map or B8_DUE).items():
        at = moment(handed_at, span)
        if what == "ladder":
            due_times.append(at)
            rungs += [RungDue(at=moment(at, later), rung=rung) for later, rung in scene.program.play.ladder.items()]
        else:
            rungs.append(RungDue(at=at, rung=what))
    rungs.sort(key=lambda rung: rung.at)
    earliest = min(due_times) if due_times else rungs[0].at if rungs else None
    return earliest, tuple(rungs)
