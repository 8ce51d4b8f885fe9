"""What stands on the cells of a play's picture: title, detail, time. Words only; where they stand is `drawing.py`."""

from datetime import timedelta

from plays.labels import audience_words
from plays.model import (
    AnyStep,
    EndStep,
    GoStep,
    HandedOut,
    HoldStep,
    NotifyStep,
    Play,
    PlayStep,
    SetStep,
    Touch,
    WaitStep,
    WebhookStep,
    Written,
)
from plays.program import Node


def shortened(text: str | None, most: int) -> str:
    """The text on one line, cut with an ellipsis."""
    line = " ".join((text or "").split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def title_of(node: Node) -> str:
    """What the step is called on its cell."""
    match node.step:
        case EndStep(end=word):
            return word.replace("-", " ")
        case GoStep(go=target):
            return f"back to {target}"
        case PlayStep(play=other):
            return other.replace("-", " ")
        case WaitStep() | SetStep():
            return node.kind
        case _:
            return node.name.replace("-", " ")


def detail_of(play: Play, step: AnyStep) -> str:
    """To whom, for what, until when."""
    match step:
        case Written(to=to) | HandedOut(to=str(to)):
            return f"to {audience_words(play, to)}"
        case NotifyStep(to=slots):
            return f"to {' and '.join(slots)}"
        case HoldStep(to=to, lasts=span):
            return f"{audience_words(play, to)}, {span}"
        case WebhookStep(to=endpoint):
            return f"to {endpoint}"
        case WaitStep(wait=span, events=events):
            return " or ".join(filter(None, (str(span or ""), str(step.at or ""), *events)))
        case PlayStep(how=how):
            return f"as {how}"
        case SetStep(assign=values):
            return ", ".join(f"{name}: {value}" for name, value in values.items())
        case _:
            return ""


def when_of(step: AnyStep, at: timedelta) -> str:
    """`D4`, `+2h`, `renewal - 90d`; `at` is the rough time since the play began."""
    if step.at is not None:
        return str(step.at)
    if isinstance(step, Touch) and step.after is not None and step.after.unit in ("min", "h"):
        return f"+{step.after}"
    return f"D{at.days}"
