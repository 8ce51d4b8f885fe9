"""Questions about a step that change nothing: when it is due, whether its condition holds, which way it goes."""

from activities.contracts import DECIDE, PLAN, Decide, Decided, Plan, StepIn
from plays.program import Node
from workflows.acting import ask
from workflows.run import Run
from workflows.waiting import until


def step_in(run: Run, node: Node, then: str | None = None) -> StepIn:
    """The step as the activities are told of it."""
    state, plan = run.state, run.state.plan
    return StepIn(
        run_id=state.run_id,
        version=state.version,
        step=node.name,
        occurrence=state.occurrences.get(node.name, 1),
        now=run.clock.now(),
        base=state.base,
        planned=plan.due if plan is not None and plan.step == node.name else None,
        event_id=state.event_id,
        hurry=state.hurry,
        then=then,
        outcomes=state.outcomes,
        stage=node.stage or state.stage,
        round=run.round,
        tasks=tuple(one.task for one in state.tasks if one.step == node.name and one.state == "open"),
    )


async def planned(run: Run, node: Node, asked: StepIn | None = None) -> Plan:
    """When the step is due: it came with the answer to the step before, or is asked for now."""
    known = run.planned
    if known is None:
        known = run.state.plan = await ask(run, PLAN, asked or step_in(run, node), Plan)
    return known


async def begins(run: Run, node: Node) -> bool:
    """Wait out the step's `after` or `at`, where it has one. True when it may begin."""
    if node.step.after is None and node.step.at is None:
        return True
    plan = await planned(run, node)
    return await until(run, plan.begins or plan.due, plan.why or f"before {node.name}")


async def holds(run: Run, node: Node) -> bool:
    """True if the step has no condition of its own, or it holds."""
    return node.step.when is None or (await decide(run, node)).index is not None


async def decide(run: Run, node: Node, what: str | None = None, event_id: str | None = None) -> Decided:
    """Which way to go at the step; `what` asks another of its conditions, `event_id` of another event."""
    state = run.state
    question = Decide(
        run_id=state.run_id,
        version=state.version,
        what=what or node.name,
        now=run.clock.now(),
        event_id=event_id or state.event_id,
        outcomes=state.outcomes,
        stage=node.stage or state.stage,
        round=run.round,
    )
    return await ask(run, DECIDE, question, Decided, summary=f"Choose at {node.name}")
