"""A play laid out for reading: facts, one row a step, one row a handler. Pure; `plays show` prints it."""

from collections.abc import Iterator
from typing import Any

from plays.model import (
    AnyStep,
    CallStep,
    ChooseStep,
    EmailStep,
    EndStep,
    HandedOut,
    Handler,
    NotifyStep,
    Play,
    TaskStep,
    Touch,
    WaitStep,
)
from plays.program import step_kind, step_name


def facts_of(play: Play) -> dict[str, object]:
    """What the head of a play says."""
    start = play.start
    return {
        "purpose": play.purpose,
        "stage": play.stage,
        "starts on": start.on or "by hand: ./starter.py start " + play.play,
        "when": start.when,
        "held for": start.held_for,
        "once per": start.once_per,
        "success": play.success,
        "measure": play.measure,
        "lane": f"{play.lane}, priority {play.priority}",
        "meets": play.meets,
        "owner": play.owner,
        "executive": play.executive,
        "players": {
            slot: found.role + (f" or {found.otherwise}" if found.otherwise else "")
            for slot, found in play.players.items()
        },
        "audience": {name: " or ".join((*found.persona, *found.otherwise)) for name, found in play.audience.items()},
        "ladder": {f"due + {span}": rung for span, rung in play.ladder.items()},
        "caps": f"email gap {play.caps.email_gap}, {play.caps.per_account_day} touches an account a day",
    }


def steps_of(play: Play) -> list[dict[str, Any]]:
    """One row a step, branches indented under their `choose`. Touches are numbered as in "touch 4 of 9"."""
    rows = list(_rows(play.steps, depth=0))
    number = 0
    for row in rows:
        if row.pop("touch"):
            number += 1
            row["number"] = number
    return rows


def _rows(steps: tuple[AnyStep, ...], depth: int) -> Iterator[dict[str, Any]]:
    for step in steps:
        yield _row(step, depth)
        if isinstance(step, ChooseStep):
            for branch in step.choose:
                label = "else" if branch.when is None else f"if {branch.when}"
                yield {"touch": False, "step": "  " * (depth + 1) + label}
                yield from _rows(branch.body, depth + 2)


def _row(step: AnyStep, depth: int) -> dict[str, Any]:
    by, to = _people(step)
    return {
        "touch": isinstance(step, Touch),
        "step": "  " * depth + (step_name(step) or _unnamed(step)),
        "kind": step_kind(step),
        "by": by,
        "to": to,
        "after": step.after,
        "when": step.when,
        "due": _due(step),
        "reason": step.reason if isinstance(step, Touch) else None,
    }


def _people(step: AnyStep) -> tuple[str, str]:
    if isinstance(step, EmailStep):
        return step.sender, step.to
    if isinstance(step, CallStep | TaskStep):
        return step.by, step.to or ""
    return "", ", ".join(step.to) if isinstance(step, NotifyStep) else ""


def _unnamed(step: AnyStep) -> str:
    if isinstance(step, WaitStep):
        return f"{step.wait}" + (f" or {', '.join(step.events)}" if step.events else "")
    return step.end if isinstance(step, EndStep) else ""


def _due(step: AnyStep) -> str:
    spans = step.due if isinstance(step, HandedOut) else step.approve if isinstance(step, EmailStep) else None
    text = ", ".join(f"{span}: {rung}" for span, rung in (spans or {}).items())
    return f"approve {text}" if text and isinstance(step, EmailStep) else text


def handlers_of(play: Play) -> list[dict[str, Any]]:
    """One row a handler: on which event, under which condition, what it does."""
    return [
        {"event": kind, "when": handler.when, "does": _does(handler)}
        for kind, found in play.on.items()
        for handler in found
    ]


def _does(handler: Handler) -> str:
    steps = [f"{step_kind(step)} {step_name(step) or ''}".strip() for step in handler.steps]
    return ", then ".join([*steps, f"end: {handler.end}" if handler.end else "go on"])
