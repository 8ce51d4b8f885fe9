"""What is asked of the gate about a step: windows, caps, quota, and whatever of its own keeps it from being made."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from activities.audience import has_conditions
from activities.consent import Writing
from activities.cues import Cue
from activities.knowledge import facts_of
from activities.lateness import Bar, barred
from activities.mailboxes import Sender
from activities.quotas import Limit
from activities.restarts import told_before
from activities.rules import Ask
from activities.scene import absent
from activities.timing import back_at, hours_of, place_of, working_hours
from plays.base import RESUME_AS_ASKED
from plays.calendar import add
from plays.conditions import ConditionError, weigh
from plays.program import Program, every_step, step_name


def ask_of(cue: Cue, *, draft: bool = False) -> Ask:
    """What is asked of the gate. A draft is asked for in its sender's working hours and counts against no cap."""
    scene, contact = cue.scene, cue.contact
    zone, country = place_of(scene, contact)
    sender = cue.player if cue.channel == "email" else None
    hours = (working_hours(scene, cue.player),) if draft else hours_of(scene, cue.node, contact, cue.player)
    away = absent(sender, cue.now, scene.tenant) if sender else None
    today = cue.now.astimezone(ZoneInfo(zone)).date()
    conditional = has_conditions(scene, cue.node)
    return Ask(
        channel=cue.channel,
        now=cue.now,
        caps=scene.program.play.caps,
        hours=hours,
        contact=contact is not None,
        handler=cue.node.name in handler_steps(scene.program),
        draft=draft,
        hurry=cue.step_in.hurry,
        expires_at=_expires_at(cue, zone, country),
        unmet=_unmet(cue),
        barred=_barred(cue),
        writing=Writing(cue.purpose, country, today) if contact and cue.channel == "email" else None,
        back_at=back_at(away, sender.zone or scene.tenant.zone) if sender and away else None,
        unreachable="" if conditional else cue.why_nobody,
        unfit=cue.why_nobody if conditional else "",
        key=cue.key,
        limit=None if draft else _limit(cue),
        sender=None if draft else sender_of(cue),
    )


def sender_of(cue: Cue) -> Sender | None:
    """Whose mailbox a mail leaves by, with what it may send today; None for what is no mail."""
    if cue.channel != "email" or cue.player is None:
        return None
    tenant = cue.scene.tenant
    return tenant.senders.sender(cue.player.id, cue.player.mailbox, cue.now.astimezone(ZoneInfo(tenant.zone)).date())


def _barred(cue: Cue) -> Bar | None:
    """Why the step is not made whatever Postgres says. Whoever says send-now passes over its moment."""
    if cue.exhausted:
        return Bar("library", cue.exhausted)
    if (again := told_before(cue.scene, cue.node, cue.contact)) is not None:
        return again
    came = min(cue.step_in.base, cue.touch.created_at if cue.touch else cue.now)
    bar = barred(cue.scene, cue.node, came, cue.now, cue.contact, cue.player)
    return None if bar is not None and bar.rule == "late" and cue.step_in.hurry else bar


def _limit(cue: Cue) -> Limit | None:
    """The step's quota, for whomever it is counted."""
    quota, run = cue.step.quota, cue.scene.run
    if quota is None:
        return None
    player, contact = (one.id if one else "" for one in (cue.player, cue.contact))
    whose = {"player": player, "contact": contact, "account": run.account, "play": run.play}[quota.of]
    return Limit(run.play, cue.node.name, quota.of, whose, quota.most, quota.per, cue.scene.tenant.zone)


def handler_steps(program: Program) -> frozenset[str]:
    """The names of the steps that stand under `on:`: the run's answers to events, which a halt does not stop.

    Not B3's mail: it waits for the end of the very hold its event has brought.
    """
    return frozenset(_handler_steps(program)) - {RESUME_AS_ASKED}


def _handler_steps(program: Program) -> Iterator[str]:
    for of_kind in program.handlers.values():
        for entry in of_kind:
            yield from filter(None, map(step_name, every_step(entry.handler.steps)))


def _expires_at(cue: Cue, zone: str, country: str | None) -> datetime | None:
    planned = cue.step_in.planned
    return add(planned, cue.step.expires, zone, country) if cue.step.expires and planned else None


def _unmet(cue: Cue) -> str:
    """Why the step's condition does not hold; a condition that cannot be decided does not hold."""
    condition = cue.step.when
    if condition is None:
        return ""
    try:
        weighed = weigh(condition, facts_of(cue.scene, cue.now, cue.contact, cue.player))
    except ConditionError as error:
        return f"its condition cannot be decided: {error}"
    if weighed.holds:
        return ""
    unknown = f", '{weighed.missing}' is not known" if weighed.missing else ""
    return f"its condition does not hold: {condition.strip()}{unknown}"
