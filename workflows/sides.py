"""Coming into a stage, with the instants of its stalls, and into tracks that go on side by side."""

from collections.abc import Sequence

from plays.model import TracksStep
from plays.program import Node
from workflows.asking import begins, decide, holds, planned
from workflows.run import Run
from workflows.state import StallDue
from workflows.strands import drop_tracks, open_tracks, still_open
from workflows.waiting import until


async def stage(run: Run, node: Node) -> None:
    """The run is in this stage until it comes to a step outside; its stalls are counted from here."""
    if not await begins(run, node):
        return
    if not await holds(run, node):
        run.go(node.follows, run.clock.now())
        return
    state = run.state
    if run.program.stalls[node.name]:
        instants = (await planned(run, node)).stalls
        others = [stall for stall in state.stalls if stall.stage != node.name]
        mine = [StallDue(at=at, stage=node.name, index=index) for index, at in enumerate(instants)]
        state.stalls = sorted([*others, *mine], key=lambda stall: stall.at)
    now = run.clock.now()
    run.enter(node.name, now)
    run.go(node.branches[0], now)


async def tracks(run: Run, node: Node) -> None:
    """Open the tracks, then wait until all or any of them are over."""
    state = run.state
    if not state.begun:
        if not await begins(run, node):
            return
        taken = await _taken(run, node)
        run.note(run.clock.now(), "opened", ", ".join(list(getattr(node.step, "of", {}))[index] for index in taken))
        open_tracks(run, node, taken, run.clock.now())
        state.begun = True
    if await until(run, None, f"Tracks of {node.name}", ready=lambda: _over(run, node)):
        drop_tracks(run, node, f"another track of {node.name} was over first")
        run.note(run.clock.now(), "over", "the tracks are over")
        run.go(node.follows, run.clock.now())


async def _taken(run: Run, node: Node) -> Sequence[int]:
    """The indices of the tracks whose conditions hold."""
    step = node.step
    asked = step.when is not None or (
        isinstance(step, TracksStep) and any(track.when is not None for track in step.of.values())
    )
    return (await decide(run, node)).indices if asked else range(len(node.branches))


def _over(run: Run, node: Node) -> bool:
    going = still_open(run, node)
    one_is_enough = isinstance(node.step, TracksStep) and node.step.need == "any"
    return going == 0 or (one_is_enough and going < run.state.opened)
