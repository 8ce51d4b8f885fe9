"""Instants: when a step is due and why then, whether its window is open, when a task's rungs come.

Which contact and player are meant is settled elsewhere; calendar rules are `plays/calendar.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from activities.contracts import RungDue
from activities.scene import Scene
from plays.anchors import lacking
from plays.calendar import WINDOWS, Opening, Window, city, due, moment, next_open, window_for
from plays.events import Rung
from plays.model import CallStep, HandedOut, Moment, Touch, Written
from plays.places import country_of, zone_of
from plays.program import Node
from plays.spans import Span
from records.tables import Contact, Player

_CHANNELS: Final = {"notify": "notice", "survey": "email"}
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
    return _CHANNELS.get(node.kind, node.kind)


def place_of(scene: Scene, contact: Contact | None) -> tuple[str, str | None]:
    """The zone and country that count for the contact, or for the account when there is none."""
    account = scene.account
    if contact is None:
        return zone_of(None, None, account.zone, scene.tenant.zone), country_of(None, None, account.country)
    zone = zone_of(contact.zone, contact.phone, account.zone, scene.tenant.zone)
    return zone, country_of(contact.country, contact.phone, account.country)


def hours_of(scene: Scene, node: Node, contact: Contact | None, player: Player | None) -> Sequence[Hours]:
    """The windows a step keeps to. Mail: its reader's. Calls: their reader's and the player's. Other work: the
    player's, and its reader's too where the step names a window. Notices, holds and webhooks keep to none.
    """
    step = node.step
    if not isinstance(step, Touch) or step.window == "any":
        return ()
    theirs = Hours(window_for(node.kind, contact.persona if contact else None, step.window), *place_of(scene, contact))
    match step:
        case Written():
            return (theirs,)
        case CallStep():
            return (theirs, working_hours(scene, player))
        case HandedOut():
            mine = working_hours(scene, player)
            return (theirs, mine) if step.window is not None and contact is not None else (mine,)
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


def begins_at(scene: Scene, node: Node, base: datetime, contact: Contact | None = None) -> Opening:
    """When a step begins whose step before was over at `base`: its `after`, or its moment, which may have passed.

    Without the anchor that its moment hangs on it begins at once, and `why` says what is lacking.
    """
    zone, country = place_of(scene, contact)
    said = node.step.at
    if said is None:
        return due(base, node.step.after, WINDOWS["any"], zone, country)
    at = moment_of(scene, said, contact)
    if at is None:
        return Opening(base, lacking(scene.program.play, said.anchor, scene.account.id))
    return Opening(at, f"{said}: {at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} {city(zone)}")


def moment_of(scene: Scene, said: Moment, contact: Contact | None = None) -> datetime | None:
    """The instant of a moment on the clock of the contact, else the account's; None while its anchor is not known."""
    anchor = scene.anchor(said.anchor)
    return None if anchor is None else moment(anchor, said, *place_of(scene, contact), scene.home)


def due_at(scene: Scene, node: Node, base: datetime, contact: Contact | None, player: Player | None) -> Opening:
    """When a touch is due that follows a step which was over at `base`: it begins, and its windows are open."""
    opening = begins_at(scene, node, base, contact)
    if node.step.at is not None and scene.anchor(node.step.at.anchor) is None:
        return opening
    moved = open_together(opening.at, hours_of(scene, node, contact, player))
    return moved if moved.why else opening


def back_at(last_day: date, zone: str) -> datetime:
    """The midnight after somebody's last day away, in UTC."""
    return datetime.combine(last_day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)


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
