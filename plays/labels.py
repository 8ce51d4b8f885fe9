"""Steps and waits in words, for timers, activities and lists. Roles and personas only, never names or addresses.

Plain text, short enough for a summary in the Temporal UI. No zone arithmetic: instants are shown in UTC.
"""

from datetime import UTC, datetime
from typing import Final, Protocol

from plays.model import CallStep, ChooseStep, EmailStep, EndStep, NotifyStep, Play, TaskStep, WaitStep
from plays.program import Node, Program

MAX_BYTES: Final = 200  # of a summary
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
    match node.step:
        case EmailStep(to=to, sender=sender, email=name):
            return f"email {name} to {audience_words(play, to)} as {_plain(sender)}"
        case CallStep(to=to, by=by, call=name):
            return f"call {name} to {audience_words(play, to)} by {_plain(by)}"
        case TaskStep(task=name, by=by, to=to):
            return f"task {name} for {_plain(by)}" + (f" with {audience_words(play, to)}" if to else "")
        case NotifyStep(notify=name, to=to):
            return f"notice {name} to {' and '.join(_plain(slot) for slot in to)}"
        case WaitStep(wait=span, events=events):
            return f"wait {span}" + (f" for {' or '.join(events)}" if events else "")
        case ChooseStep(choose=branches):
            return f"choose one of {len(branches)}"
        case EndStep(end=word):
            return f"end: {word}"


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
