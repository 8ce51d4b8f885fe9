"""Gatherings: several tasks and events at once, until all, any or so many of them have come.

Outcome: complete, timeout (also when what is needed cannot come any more), overridden by an operator.
"""

from datetime import datetime

from activities.contracts import HAND_OUT, StepOut
from plays.model import GatherStep
from plays.program import Node
from workflows.acting import ask
from workflows.asking import begins, holds, planned, step_in
from workflows.run import Run
from workflows.showing import step_summary
from workflows.state import Cursor, Item
from workflows.touching import AGAIN, watch
from workflows.waiting import until


async def gather(run: Run, node: Node) -> None:
    """Hand out what is to be handed out, one after the other, then wait."""
    step, state = node.step, run.state
    if not isinstance(step, GatherStep):
        return
    if not state.begun and not await _begin(run, node, step):
        return
    due = _due(run.clock.now(), state)
    if over(step, state):
        end_gathering(run, node, "complete" if _complete(step, state) else "timeout")
    elif due is not None:
        await _hand_out(run, node, due)
    else:
        await _wait(run, node, step)


async def _begin(run: Run, node: Node, step: GatherStep) -> bool:
    """False when it may not begin yet, or does not at all."""
    if not await begins(run, node):
        return False
    if not await holds(run, node):
        run.go(node.follows, run.clock.now())
        return False
    for name in node.branches:
        if name is not None:
            run.come_to(name)
    asked_for = [Item(name=name) for name in node.branches if name is not None]
    run.state.items = [*asked_for, *(Item(name=kind, asked=True) for kind in step.events)]
    run.state.begun = True
    return True


def _due(now: datetime, cursor: Cursor) -> Item | None:
    return next((one for one in cursor.items if not one.asked and (one.until is None or one.until <= now)), None)


async def _hand_out(run: Run, node: Node, item: Item) -> None:
    """Ask the gate for one of the steps, and keep the task that comes of it."""
    inner, now = run.program.nodes[item.name], run.clock.now()
    out = await ask(run, HAND_OUT, step_in(run, inner), StepOut, step_summary(run, inner))
    if out.verdict == "later":
        item.until = out.until or now + AGAIN
        run.moved += [item.name] if item.until <= now else []
        return
    run.note(now, out.verdict, out.reason, item.name)
    item.asked, item.until = not out.more, None
    run.state.touches += out.verdict == "made"
    if out.task is not None and out.outcome is None:
        item.tasks.append(out.task)
        watch(run, inner, out.task, list(out.rungs), None)
    elif out.verdict == "made":  # done before we heard of it, or nothing that anybody has to do
        item.came = out.outcome or "done"
    elif item.came is None and not item.tasks:
        item.gone = out.reason


async def _wait(run: Run, node: Node, step: GatherStep) -> None:
    end = (await planned(run, node)).due if step.within is not None else None
    again = min((item.until for item in run.state.items if item.until is not None), default=None)
    until_when = min((at for at in (end, again) if at is not None), default=None)
    lacking = ", ".join(item.name for item in _needed(step, run.state) if _open(item))
    why = f"Gathering {node.name}: {lacking}"
    came_to_it = await until(run, until_when, why, ready=lambda: over(step, run.state))
    if came_to_it and not over(step, run.state) and end is not None and end <= run.clock.now():
        end_gathering(run, node, "timeout")


def came(cursor: Cursor, kind: str) -> None:
    """An event that is gathered has come."""
    for item in cursor.items:
        if item.name == kind:
            item.came = kind


def over(step: GatherStep, cursor: Cursor) -> bool:
    """True when enough has come, or nothing that is needed can come any more."""
    return _complete(step, cursor) or not any(_open(item) for item in _needed(step, cursor))


def _complete(step: GatherStep, cursor: Cursor) -> bool:
    """What the gate passed over need not come; what was given up or withdrawn is missing."""
    needed = [item for item in _needed(step, cursor) if not _passed_over(item)]
    have = sum(1 for item in needed if item.came is not None and not _open(item))
    most = {"all": len(needed), "any": min(1, len(needed))}.get(str(step.need), len(needed))
    return have >= (min(step.need, len(needed)) if isinstance(step.need, int) else most)


def _needed(step: GatherStep, cursor: Cursor) -> list[Item]:
    return [item for item in cursor.items if item.name not in step.optional]


def _open(item: Item) -> bool:
    return bool(item.tasks) or not item.asked or (item.came is None and item.gone is None)


def _passed_over(item: Item) -> bool:
    return item.gone is not None and item.gone not in ("given_up", "withdrawn")


def end_gathering(run: Run, node: Node, outcome: str) -> None:
    """It is over. Tasks that are still open stay so, with their ladders: people are at work."""
    run.state.outcomes[node.name] = outcome
    run.note(run.clock.now(), "over", outcome)
    run.go(node.follows, run.clock.now())
