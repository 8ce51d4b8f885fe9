"""When a step of a test's play is due: spans as they are, a business day taken as a day, a month as thirty."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from activities.contracts import NEVER, Plan
from plays.model import GatherStep, PlayStep, RepeatStep, StageStep, WaitStep
from plays.moments import Moment
from plays.program import Program
from plays.spans import Span


def planned(
    program: Program, step: str, base: datetime, coming: int, anchors: Mapping[str, datetime], pace: float
) -> Plan:
    """The answer of the activity `plan`; `coming` is the round a repeat asks for."""
    node = program.nodes[step].step

    def rough(span: Span | None) -> timedelta:
        return span.rough * pace if span is not None else timedelta()

    begins = _moment(node.at, anchors) if node.at is not None else base + rough(node.after)
    due: datetime = begins
    stalls: tuple[datetime, ...] = ()
    match node:
        case WaitStep(wait=None, at=None):
            due = NEVER
        case WaitStep(wait=span) if span is not None:
            due = min(base + rough(node.after) + rough(span), begins if node.at is not None else NEVER)
        case GatherStep(within=span) | PlayStep(within=span):
            due = begins + rough(span)
        case RepeatStep(every=gaps) if coming > 1:
            due = base + rough(gaps[min(coming - 2, len(gaps) - 1)])
        case StageStep():
            stalls = tuple(begins + rough(stall.span) for stall in program.stalls[step])
    return Plan(step=step, due=due, why="the window opens", begins=begins, stalls=stalls)


def _moment(at: Moment, anchors: Mapping[str, datetime]) -> datetime:
    if at.anchor not in anchors:
        return NEVER
    offset = at.span.rough if at.span is not None else timedelta()
    return anchors[at.anchor] + (offset if at.sign == "+" else -offset)
