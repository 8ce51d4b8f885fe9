"""Steps that reach somebody: plan, wait, ask the gate, and what became of it. Also the tasks a run waits for."""

from datetime import timedelta
from typing import Final

from activities.contracts import CALL_WEBHOOK, HAND_OUT, SEND_EMAIL, Plan, Record, RungDue, StepOut
from plays.model import EmailStep, HandedOut, WebhookStep, Written
from plays.program import Node
from workflows.acting import ask, out_in_the_world, write_notes
from workflows.asking import planned, step_in
from workflows.run import Run
from workflows.showing import step_summary
from workflows.state import OpenTask
from workflows.waiting import until

AGAIN: Final = timedelta(minutes=1)  # when the gate says later without saying when


async def touch(run: Run, node: Node) -> None:
    """Reach a person: plan, wait, ask the gate; what became of it decides how to go on."""
    state = run.state
    if state.waiting_task is not None:
        await await_task(run, node)
    elif await _due(run, node, await planned(run, node)):
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


def _certain(run: Run, node: Node) -> str | None:
    """The step that follows for certain and at once, so that its plan may come with the answer of this one."""
    return node.follows if run.may_plan(node.follows) and not blocks(node) else None


def blocks(node: Node) -> bool:
    """True for a step whose task is waited for."""
    return isinstance(node.step, HandedOut) and not node.step.go_on


async def _act(run: Run, node: Node) -> StepOut | None:
    """The one activity of the touch; None when the run was stopped meanwhile. A draft goes to its sender first."""
    step, summary, asked = node.step, step_summary(run, node), step_in(run, node, _certain(run, node))
    if isinstance(step, WebhookStep):
        return await out_in_the_world(run, CALL_WEBHOOK, asked, StepOut, summary)
    if not isinstance(step, Written):
        return await ask(run, HAND_OUT, asked, StepOut, summary)
    if _wants_approval(run, node):
        return await ask(run, HAND_OUT, asked, StepOut, f"{summary}: asked for approval")
    return await out_in_the_world(run, SEND_EMAIL, asked, StepOut, summary)


def _wants_approval(run: Run, node: Node) -> bool:
    return isinstance(node.step, EmailStep) and node.step.approve is not None and not run.state.approved


def _settle(run: Run, node: Node, out: StepOut) -> None:
    """The world has answered: ask again later, wait for the task, reach the next person, or go on."""
    state, now = run.state, run.clock.now()
    if out.verdict == "later":
        state.until, state.blocked = out.until or now + AGAIN, out.reason
        run.moved += [node.name] if state.until <= now else []
        return
    draft = _wants_approval(run, node)
    if draft and out.verdict == "made" and out.task is None:
        state.approved = True  # nobody has to be asked
        return
    run.note(now, "drafted" if draft and out.verdict == "made" else out.verdict, out.reason)
    if out.verdict == "made" and not draft:
        state.touches += 1
    if out.task is not None:
        watch(run, node, out.task, list(out.rungs), out.outcome)
    if out.task is not None and (draft or blocks(node)):
        state.waiting_task, state.until, state.blocked, state.more = out.task, None, None, out.more
        return
    _on(run, node, out.more, out.plan)


def _on(run: Run, node: Node, more: bool, plan: Plan | None = None) -> None:
    """The next of the people the step reaches, or the step after it."""
    if not more:
        run.go(node.follows, run.clock.now(), plan)
        return
    state = run.state
    state.until = state.blocked = state.waiting_task = None
    state.approved = state.hurry = state.more = False


def watch(run: Run, node: Node, task: int, rungs: list[RungDue], outcome: str | None) -> None:
    """Keep the task that a step handed out."""
    opened = OpenTask(task=task, step=node.name, rungs=rungs)
    if outcome is not None:  # done before we heard that it was handed out
        opened.state, opened.outcome, opened.rungs = "done", outcome, []
    run.watch_task(opened)


async def await_task(run: Run, node: Node) -> None:
    """Wait until the task of the step is closed; its ladder is climbed meanwhile."""
    state = run.state
    number = state.waiting_task
    why = f"Task {number} ({node.name}) to be done"
    if not await until(run, None, why, ready=lambda: run.open_task(number) is None):
        return
    task = run.take_closed()
    outcome = (task.outcome or task.state) if task is not None else "withdrawn"
    run.note(run.clock.now(), "done" if task is not None and task.state == "done" else "over", outcome)
    if isinstance(node.step, EmailStep):
        await _approved(run, node, outcome)
    else:
        _on(run, node, state.more)


async def _approved(run: Run, node: Node, outcome: str) -> None:
    """The sender has spoken about the draft: send it, or skip the touch with the reason."""
    state = run.state
    state.waiting_task = None
    if outcome == "approved":
        state.approved = True
        return
    reason = f"the draft was {outcome.replace('_', ' ')}"
    if not state.more:  # the touch itself is settled with its task; those to others are still to come
        skipped = f"{node.name}/{run.occurrence}"
        run.asked.notes.append(Record(run_id=state.run_id, now=run.clock.now(), reason=reason, skipped=skipped))
    run.note(run.clock.now(), "skipped", reason)
    _on(run, node, state.more)
    await write_notes(run)
