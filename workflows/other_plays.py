"""The step that starts another play at the account: a successor, a child that is waited for, or one beside."""

from activities.contracts import START_PLAY, PlayStarted, StartPlay
from plays.model import PlayStep
from plays.program import Node
from workflows.acting import Stuck, out_in_the_world
from workflows.asking import begins, holds, planned
from workflows.run import Ending, Run
from workflows.showing import step_summary
from workflows.waiting import until


async def play(run: Run, node: Node) -> None:
    """Start it, or end this run so that it is started. A child's end, or `within`, goes on."""
    step = node.step
    if not isinstance(step, PlayStep):
        return
    if run.state.child is not None:
        await _await_child(run, node, step)
    elif await begins(run, node):
        if not await holds(run, node):
            run.go(node.follows, run.clock.now())
        elif step.how == "successor":
            run.ending = Ending(step.outcome, f"{step.play} takes over at {node.name}", own=True, successor=node)
        else:
            await _start(run, node, step)


async def _start(run: Run, node: Node, step: PlayStep) -> None:
    started = await start_play(run, node)
    if started is None:
        return
    run.note(run.clock.now(), started.verdict, started.reason)
    if step.how == "beside":
        run.go(node.follows, run.clock.now())
    elif started.verdict == "started":
        run.state.child = started.workflow_id
    else:  # a run that was open already is not ours: nobody would tell us of its end
        end_child(run, node, "refused")


async def start_play(run: Run, node: Node) -> PlayStarted | None:
    """Ask for the other play; None when this run was stopped meanwhile. Raises Stuck when it is refused for good."""
    state = run.state
    asked = StartPlay(
        run_id=state.run_id,
        version=state.version,
        step=node.name,
        occurrence=state.occurrences.get(node.name, 1),
        now=run.clock.now(),
        event_id=state.event_id,
    )
    return await out_in_the_world(run, START_PLAY, asked, PlayStarted, step_summary(run, node))


async def start_successor(run: Run, node: Node) -> str:
    """The very last act of a run that is closed: the sentence for those who look."""
    try:
        started = await start_play(run, node)
    except Stuck as refused:
        return str(refused)
    return started.reason if started is not None else ""


async def _await_child(run: Run, node: Node, step: PlayStep) -> None:
    due = (await planned(run, node)).due if step.within is not None else None
    if await until(run, due, f"{step.play} to end"):
        end_child(run, node, "timeout")


def end_child(run: Run, node: Node, outcome: str) -> None:
    """The child has ended, or is waited for no longer."""
    run.state.outcomes[node.name] = outcome
    run.note(run.clock.now(), "over", outcome)
    run.go(node.follows, run.clock.now())
