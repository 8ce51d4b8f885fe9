"""The dispatcher, one function per step kind, and the kinds that only steer. Each makes one move and returns.

A step may be entered again at any time (after an event, a pause, a continue-as-new): everything it has learnt so
far stands in the state.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from activities.contracts import RECORD, Record
from plays.model import EndStep, GoStep, WaitStep
from plays.program import REACHING, Node
from workflows.acting import ask
from workflows.asking import begins, decide, holds, planned
from workflows.attending import end_wait, go_elsewhere
from workflows.gathering import gather
from workflows.other_plays import play
from workflows.rounds import repeat
from workflows.run import Ending, Run
from workflows.sides import stage, tracks
from workflows.touching import touch
from workflows.waiting import until


async def walk(run: Run, node: Node) -> None:
    """Make the next move of the step at the cursor."""
    await KINDS[node.kind](run, node)


async def wait(run: Run, node: Node) -> None:
    """Wait for a time, a moment or the first of the events; the events are ended by `attending`."""
    state = run.state
    if not state.begun:
        if run.planned is None and not await holds(run, node):
            run.go(node.follows, run.clock.now())
            return
        state.begun = True
    timed = isinstance(node.step, WaitStep) and (node.step.wait is not None or node.step.at is not None)
    plan = await planned(run, node) if timed else None
    why = plan.why if plan is not None else ""
    if await until(run, plan.due if plan is not None else None, why or f"wait {node.name}"):
        end_wait(run, "timeout")


async def choose(run: Run, node: Node) -> None:
    """Take the first branch whose condition holds."""
    if not await begins(run, node):
        return
    decided = await decide(run, node)
    taken = node.follows if decided.index is None else node.branches[decided.index]
    run.note(run.clock.now(), "chose", decided.reason)
    run.go(taken, run.clock.now())


async def assign(run: Run, node: Node) -> None:
    """`set`: parameters of the run get other values, worked out where they are kept."""
    if not await begins(run, node):
        return
    if await holds(run, node):
        state = run.state
        note = Record(
            run_id=state.run_id,
            now=run.clock.now(),
            assigns=node.name,
            event_id=state.event_id,
            outcomes=state.outcomes,
        )
        await ask(run, RECORD, note, type(None), summary=f"Set at {node.name}")
        run.note(run.clock.now(), "set", ", ".join(getattr(node.step, "assign", ())))
    run.go(node.follows, run.clock.now())


async def go(run: Run, node: Node) -> None:
    """On at a stage or at the start, if the step's own condition holds."""
    if not await begins(run, node):
        return
    if isinstance(node.step, GoStep) and await holds(run, node):
        run.note(run.clock.now(), "went", node.step.go)
        go_elsewhere(run, node.step.go)
    else:
        run.go(node.follows, run.clock.now())


async def end(run: Run, node: Node) -> None:
    """The run ends here, if the step's own condition holds."""
    if not await begins(run, node):
        return
    if not await holds(run, node):
        run.go(node.follows, run.clock.now())
    elif isinstance(node.step, EndStep):
        run.ending = Ending(node.step.end, f"the play ended at {node.name}", own=True)


KINDS: Final[Mapping[str, Callable[[Run, Node], Awaitable[None]]]] = {
    **dict.fromkeys(sorted(REACHING), touch),
    "wait": wait,
    "gather": gather,
    "choose": choose,
    "repeat": repeat,
    "stage": stage,
    "tracks": tracks,
    "play": play,
    "set": assign,
    "go": go,
    "end": end,
}
