"""One small function per step kind, and the dispatcher. Each makes one move and returns to the main loop.

A step may be entered again at any time (after an event, a pause, a continue-as-new): everything it has learnt so
far stands in the state.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Final

from activities.contracts import DECIDE, HAND_OUT, PLAN, Decide, Decided, Plan, Record, RungDue, StepIn, StepOut
from plays.model import CallStep, EmailStep, EndStep, TaskStep
from plays.program import Node
from workflows.acting import ask, send_email, write_notes
from workflows.attending import end_wait
from workflows.messages import OpenTask
from workflows.run import Ending, Run
from workflows.showing import step_summary
from workflows.waiting import until

AGAIN: Final = timedelta(minutes=1)  # when the gate says later without saying when


async def walk(run: Run, node: Node) -> None:
    """Make the next move of the step at the cursor."""
    await KINDS[node.kind](run, node)


async def touch(run: Run, node: Node) -> None:
    """Reach a person: plan, wait, ask the gate; what became of it decides how to go on."""
    state = run.state
    if state.waiting_task is not None:
        await await_task(run, node)
    elif await _due(run, node, await _planned(run, node)):
        run.forget_unheard()
        out = await _act(run, node)
        if out is not None:
            _settle(run, node, out)


async def _due(run: Run, node: Node, plan: Plan) -> bool:
    """Wait until the touch is planned, or the gate is to be asked again. At once when an operator hurries it."""
    state = run.state
    if state.until is not None:
        return await until(run, state.until, state.blocked or plan.why)
    return state.hurry or await until(run, plan.due, plan.why or step_summary(run, node))


async def _planned(run: Run, node: Node) -> Plan:
    """When the step is due: it came with the answer to the step before, or is asked for now."""
    known = run.planned
    if known is None:
        known = run.state.plan = await ask(run, PLAN, _step_in(run, node), Plan)
    return known


def _step_in(run: Run, node: Node) -> StepIn:
    state, plan = run.state, run.planned
    return StepIn(
        run_id=state.run_id,
        version=state.version,
        step=node.name,
        occurrence=run.occurrence,
        now=run.clock.now(),
        base=state.base,
        planned=None if plan is None else plan.due,
        event_id=state.event_id,
        hurry=state.hurry,
        then=_certain(run, node),
        outcomes=state.outcomes,
    )


def _certain(run: Run, node: Node) -> str | None:
    """The step that follows for certain and at once, so that its plan may come with the answer of this one."""
    return node.follows if run.may_plan(node.follows) and not _blocking(node) else None


def _blocking(node: Node) -> bool:
    return isinstance(node.step, CallStep | TaskStep) and not node.step.go_on


async def _act(run: Run, node: Node) -> StepOut | None:
    """The one activity of the touch. A drafted email is handed to its sender first."""
    step, summary = node.step, step_summary(run, node)
    if not isinstance(step, EmailStep):
        return await ask(run, HAND_OUT, _step_in(run, node), StepOut, summary)
    if step.approve is not None and not run.state.approved:
        return await ask(run, HAND_OUT, _step_in(run, node), StepOut, f"{summary}: asked for approval")
    return await send_email(run, _step_in(run, node), summary)


def _settle(run: Run, node: Node, out: StepOut) -> None:
    """The world has answered: ask again later, wait for the task, or go on."""
    state, now = run.state, run.clock.now()
    if out.verdict == "later":
        state.until, state.blocked = out.until or now + AGAIN, out.reason
        return
    draft = isinstance(node.step, EmailStep) and node.step.approve is not None and not state.approved
    if draft and out.verdict == "made" and out.task is None:
        state.approved = True  # nobody has to be asked
        return
    run.note(now, "drafted" if draft and out.verdict == "made" else out.verdict, out.reason)
    if out.verdict == "made" and not draft:
        state.touches += 1
    if out.task is not None:
        _watch(run, node, out.task, list(out.rungs), out.outcome)
    if out.task is not None and (draft or _blocking(node)):
        state.waiting_task, state.until, state.blocked = out.task, None, None
        return
    run.go(node.follows, now, out.plan)


def _watch(run: Run, node: Node, task: int, rungs: list[RungDue], outcome: str | None) -> None:
    opened = OpenTask(task=task, step=node.name, rungs=rungs)
    if outcome is not None:  # done before we heard that it was handed out
        opened.state, opened.outcome, opened.rungs = "done", outcome, []
    run.state.tasks.append(opened)


async def await_task(run: Run, node: Node) -> None:
    """Wait until the task of the step is closed; its ladder is climbed meanwhile."""
    number = run.state.waiting_task
    why = f"Task {number} ({node.name}) to be done"
    if not await until(run, None, why, ready=lambda: run.open_task(number) is None):
        return
    task = run.take_closed()
    outcome = (task.outcome or task.state) if task is not None else "withdrawn"
    run.note(run.clock.now(), "done" if task is not None and task.state == "done" else "over", outcome)
    if isinstance(node.step, EmailStep):
        await _approved(run, node, outcome)
    else:
        run.go(node.follows, run.clock.now())


async def _approved(run: Run, node: Node, outcome: str) -> None:
    """The sender has spoken about the draft: send it, or skip the touch with the reason."""
    state = run.state
    state.waiting_task = None
    if outcome == "approved":
        state.approved = True
        return
    reason = f"the draft was {outcome.replace('_', ' ')}"
    skipped = f"{node.name}/{run.occurrence}"
    run.asked.notes.append(Record(run_id=state.run_id, now=run.clock.now(), reason=reason, skipped=skipped))
    run.note(run.clock.now(), "skipped", reason)
    run.go(node.follows, run.clock.now())
    await write_notes(run)


async def wait(run: Run, node: Node) -> None:
    """Wait for a time or for the first of the events; the events are ended by `attending`."""
    if run.planned is None and not await _holds(run, node):
        run.go(node.follows, run.clock.now())
        return
    plan = await _planned(run, node)
    if await until(run, plan.due, plan.why or f"wait {node.name}"):
        end_wait(run, "timeout")


async def choose(run: Run, node: Node) -> None:
    """Take the first branch whose condition holds."""
    if not await _after(run, node):
        return
    decided = await _decide(run, node)
    taken = node.follows if decided.index is None else node.branches[decided.index]
    run.note(run.clock.now(), "chose", decided.reason)
    run.go(taken, run.clock.now())


async def end(run: Run, node: Node) -> None:
    """The run ends here, if the step's own condition holds."""
    if not await _after(run, node):
        return
    if not await _holds(run, node):
        run.go(node.follows, run.clock.now())
    elif isinstance(node.step, EndStep):
        run.ending = Ending(node.step.end, f"the play ended at {node.name}", own=True)


async def _after(run: Run, node: Node) -> bool:
    """Wait out the step's `after`, where it has one."""
    if node.step.after is None:
        return True
    plan = await _planned(run, node)
    return await until(run, plan.due, plan.why or f"before {node.name}")


async def _holds(run: Run, node: Node) -> bool:
    return node.step.when is None or (await _decide(run, node)).index is not None


async def _decide(run: Run, node: Node) -> Decided:
    state = run.state
    question = Decide(
        run_id=state.run_id,
        version=state.version,
        what=node.name,
        now=run.clock.now(),
        event_id=state.event_id,
        outcomes=state.outcomes,
    )
    return await ask(run, DECIDE, question, Decided, summary=f"Choose at {node.name}")


KINDS: Final[Mapping[str, Callable[[Run, Node], Awaitable[None]]]] = {
    "email": touch,
    "call": touch,
    "task": touch,
    "notify": touch,
    "wait": wait,
    "choose": choose,
    "end": end,
}
