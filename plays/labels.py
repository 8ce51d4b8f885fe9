"""Steps and waits in words, for timers, activities and lists. Roles and personas only, never names or addresses.

Plain text, short enough for a summary in the Temporal UI. No zone arithmetic: instants are shown in UTC.
"""

from datetime import UTC, datetime
from typing import Final, Protocol

from plays.model import (
    AnyStep,
    ChooseStep,
    EndStep,
    GatherStep,
    GoStep,
    HandedOut,
    HoldStep,
    NotifyStep,
    Play,
    PlayStep,
    RepeatStep,
    SetStep,
    StageStep,
    TracksStep,
    WaitStep,
    WebhookStep,
    Written,
)
from plays.program import Node, Program

MAX_BYTES: Final = 200  # of a summary
_WITH: Final = {"task": "with", "meeting": "with", "form": "about"}
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Planned(Protocol):
    """What is awaited: the instant and why then (`activities.contracts.Plan`)."""

    @property
    def due(self) -> datetime:
        """UTC."""

    @property
    def why(self) -> str:
        """Ready-made, in the person's local time."""


def step_label(program: Program, node: Node, number: int | None = None) -> str:
    """`Touch 4 of 9 · email first-note to economic buyer as sponsor`; steps that reach nobody go without the count.

    `number` counts the touches of the main line so far, this one included. Steps of a handler are no part of that
    line: `On reply · task answer-reply for adr`.
    """
    words = step_words(program.play, node)
    if node.on is not None:
        return _short(f"On {node.on} · {words}")
    if number is None or not node.reaches:
        return _short(words[:1].upper() + words[1:])
    return _short(f"Touch {number} of {program.touches} · {words}")


def step_words(play: Play, node: Node) -> str:
    """`email first-note to economic buyer as sponsor`, `call ring to champion by csm`, `wait 3bd for reply`."""
    step, kind = node.step, node.kind
    match step:
        case Written(to=to, sender=sender):
            return f"{kind} {node.name} to {audience_words(play, to)} as {_plain(sender)}"
        case HandedOut(by=by, to=to):
            if to is None:
                return f"{kind} {node.name} for {_plain(by)}"
            return f"{kind} {node.name} {_WITH.get(kind, 'to')} {audience_words(play, to)} by {_plain(by)}"
        case NotifyStep(to=to):
            return f"notice {node.name} to {' and '.join(_plain(slot) for slot in to)}"
        case HoldStep(to=to, lasts=span):
            return f"hold {node.name}: {audience_words(play, to)} left alone for {span}"
        case WebhookStep(to=endpoint):
            return f"webhook {node.name} to {endpoint}"
    return _steering_words(step, node.name)


def _steering_words(step: AnyStep, name: str) -> str:
    match step:
        case WaitStep(wait=span, at=at, events=events):
            until = " or ".join(filter(None, (str(span or ""), f"until {at}" if at else "")))
            return " ".join(filter(None, ("wait", until, f"for {' or '.join(events)}" if events else "")))
        case GatherStep(need=need):
            return f"gather {name}: {need}"
        case ChooseStep(choose=branches):
            return f"choose one of {len(branches)}"
        case RepeatStep(every=every, most=most):
            return f"repeat {name} every {', '.join(map(str, every))}" + (f", {most} times at most" if most else "")
        case StageStep(title=title):
            return f"stage {title or name}"
        case TracksStep(of=tracks):
            return f"tracks {', '.join(tracks)}"
        case PlayStep(play=other, how=how):
            return f"play {other} as {how}"
        case SetStep(assign=values):
            return f"set {', '.join(values)}"
        case GoStep(go=target):
            return f"go to {target}"
        case _:
            return f"end: {step.end}" if isinstance(step, EndStep) else name


def stage_words(node: Node) -> str:
    """`diagnose`: a stage by its title, else by its name."""
    return (isinstance(node.step, StageStep) and node.step.title) or _plain(node.name)


def audience_words(play: Play, audience: str) -> str:
    """`economic buyer`: the persona an audience speaks to; the audience's own name if it speaks to several."""
    found = play.audience.get(audience)
    return _plain(found.persona[0] if found is not None and len(found.persona) == 1 else audience)


def wait_label(plan: Planned) -> str:
    """`Until Mon 23 Nov 08:00 UTC: champion's window`."""
    return _short(f"Until {moment(plan.due)}" + (f": {plan.why}" if plan.why else ""))


def moment(at: datetime) -> str:
    """`Mon 23 Nov 08:00 UTC`, the same in every locale of the machine."""
    at = at.astimezone(UTC)
    return f"{_DAYS[at.weekday()]} {at.day} {_MONTHS[at.month - 1]} {at:%H:%M} UTC"


def _plain(slug: str) -> str:
    return slug.replace("-", " ")


def _short(text: str) -> str:
    raw = text.encode()
    return text if len(raw) <= MAX_BYTES else raw[: MAX_BYTES - 3].decode(errors="ignore") + "…"
