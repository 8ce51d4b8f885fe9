"""A play laid out for reading aloud: facts, one line or two a step, one row a handler. Pure; `plays show` prints it."""

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
from plays.program import lay_out, step_kind, step_name


def facts_of(play: Play) -> dict[str, object]:
    """What the head of a play says."""
    start = play.start
    return {
        "purpose": play.purpose,
        "stage": play.stage,
        "starts on": ", ".join(start.on) or "by hand: ./starter.py start " + play.play,
        "when": start.when,
        "held for": start.held_for,
        "once per": start.once_per,
        "success": play.success,
        "measure": play.measure,
        "lane": f"{play.lane}, priority {play.priority}",
        "meets": ", ".join(f"{meeting}s {other}" for other, meeting in play.meets.items()),
        "owner": play.owner,
        "executive": play.executive,
        "players": {
            slot: found.role + (f" or {found.otherwise}" if found.otherwise else "")
            for slot, found in play.players.items()
        },
        "audience": {name: " or ".join((*found.persona, *found.otherwise)) for name, found in play.audience.items()},
        "ladder": ", ".join(f"due + {span} {rung}" for span, rung in play.ladder.items()),
        "caps": f"email gap {play.caps.email_gap}, {play.caps.per_account_day} touches an account a day",
    }


def step_lines(play: Play) -> list[str]:
    """The steps, branches indented under their `choose`. Touches are numbered as in "touch 4 of 9"."""
    program = lay_out(play)
    touches = [name for name, node in program.nodes.items() if node.kind in ("email", "call", "task", "notify")]
    names = {id(node.step): name for name, node in program.nodes.items()}
    numbers = {name: index for index, name in enumerate(touches, 1)}
    return list(_lines(play.steps, names, numbers, depth=0))


def _lines(steps: tuple[AnyStep, ...], names: dict[int, str], numbers: dict[str, int], depth: int) -> Iterator[str]:
    for step in steps:
        name = names[id(step)]
        indent = "    " * depth
        yield f"{numbers.get(name, ''):>3}  {indent}{step_kind(step):<6} {_what(step, name)}"
        if isinstance(step, Touch) and step.reason:
            yield f"     {indent}       {step.reason}"
        if isinstance(step, ChooseStep):
            for branch in step.choose:
                yield f"     {indent}  {'else:' if branch.when is None else f'if {branch.when}:'}"
                yield from _lines(branch.body, names, numbers, depth + 1)


def _what(step: AnyStep, name: str) -> str:
    if isinstance(step, ChooseStep):
        return "the first that holds"
    if isinstance(step, EndStep):
        return step.end
    if isinstance(step, WaitStep):
        return f"{step.wait}" + (f", or until {' or '.join(step.events)}" if step.events else "")
    parts = [name, _people(step), f"after {step.after}" if step.after else "", _due(step)]
    parts += [f"when {' '.join(step.when.split())}" if step.when else ""]
    parts += ["(the play goes on meanwhile)" if isinstance(step, HandedOut) and step.go_on else ""]
    return "  ".join(part for part in parts if part)


def _people(step: AnyStep) -> str:
    if isinstance(step, EmailStep):
        return f"{step.sender} -> {step.to}"
    if isinstance(step, CallStep | TaskStep):
        return f"{step.by} -> {step.to}" if step.to else step.by
    return f"-> {', '.join(step.to)}" if isinstance(step, NotifyStep) else ""


def _due(step: AnyStep) -> str:
    spans = step.due if isinstance(step, HandedOut) else step.approve if isinstance(step, EmailStep) else None
    text = ", ".join(f"{span} {rung}" for span, rung in (spans or {}).items())
    return f"[{'approve: ' if isinstance(step, EmailStep) else 'due: '}{text}]" if text else ""


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
