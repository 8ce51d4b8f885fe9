"""Repeats: round after round, from the beginning of one to that of the next, until it is enough."""

from plays.model import RepeatStep
from plays.program import Node
from workflows.asking import begins, decide, holds, planned, step_in
from workflows.run import Run
from workflows.state import Round
from workflows.waiting import until


async def repeat(run: Run, node: Node) -> None:
    """Begin the first round, or the next when its time has come. The body of a repeat leads back here."""
    round_before = current_round(run, node)
    if round_before is None:
        if not await begins(run, node):
            return
        if not await holds(run, node):
            run.go(node.follows, run.clock.now())
            return
    elif _were_most(node, round_before):
        leave_repeat(run, node, f"after {round_before.number} rounds")
        return
    elif not await _time_has_come(run, node, round_before):
        return
    if await _enough(run, node):
        leave_repeat(run, node, "enough")
        return
    _begin(run, node, round_before)


def current_round(run: Run, node: Node) -> Round | None:
    """The round of this repeat that the run is in; None before the first."""
    rounds = run.state.rounds
    return rounds[-1] if rounds and rounds[-1].repeat == node.name else None


def _were_most(node: Node, before: Round) -> bool:
    most = node.step.most if isinstance(node.step, RepeatStep) else None
    return most is not None and before.number >= most


async def _time_has_come(run: Run, node: Node, before: Round) -> bool:
    coming = {"round": before.number + 1, "base": before.began}
    plan = await planned(run, node, step_in(run, node).model_copy(update=coming))
    return await until(run, plan.due, plan.why or f"round {before.number + 1} of {node.name}")


async def _enough(run: Run, node: Node) -> bool:
    if not isinstance(node.step, RepeatStep) or node.step.until is None:
        return False
    return (await decide(run, node, what=f"until:{node.name}")).index is not None


def _begin(run: Run, node: Node, before: Round | None) -> None:
    now, number = run.clock.now(), 1 if before is None else before.number + 1
    others = run.state.rounds if before is None else run.state.rounds[:-1]
    run.state.rounds = [*others, Round(repeat=node.name, number=number, began=now)]
    run.go(node.branches[0], now)


def leave_repeat(run: Run, node: Node, why: str) -> None:
    """No further round."""
    if current_round(run, node) is not None:
        run.state.rounds = run.state.rounds[:-1]
    run.note(run.clock.now(), "over", why)
    run.go(node.follows, run.clock.now())
