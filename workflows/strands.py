"""Tracks side by side inside the one run: which strand moves, opening and ending them, jumping elsewhere.

One strand at a time stands at the cursor; the others are parked in the state. Always the one moves whose instant has
come first, so that a run is replayed as it went (docs/decisions.md says why tracks are no child runs).
"""

from collections.abc import Sequence
from datetime import datetime

from activities.contracts import Record
from plays.insides import inside
from plays.program import Node
from workflows.acting import Stuck
from workflows.run import Run
from workflows.standing import lift
from workflows.state import Cursor, Strand


def switch(run: Run, track: str | None, wake: datetime | None = None, why: str = "", idle: bool = False) -> None:
    """Another strand comes to the cursor, the one that stood there is parked; `idle` until `wake` or a stir."""
    state = run.state
    if track == state.track:
        return
    coming = _parked(run, track)
    parked = Strand(**lift(state), track=state.track, idle=idle, wake=wake, why=why)
    state.strands = [parked if strand is coming else strand for strand in state.strands]
    run.put(coming)
    state.track = track


def to(run: Run, cursor: Cursor) -> None:
    """Bring the strand that stands at this place to the cursor."""
    if isinstance(cursor, Strand):
        switch(run, cursor.track)


def to_main_line(run: Run) -> None:
    """Bring the main line to the cursor: handlers and stalls take it over, tracks go on beside them."""
    if run.state.track is not None:
        switch(run, None)


def stir(run: Run) -> None:
    """Something happened: every strand looks at it before it waits on."""
    for strand in run.state.strands:
        strand.idle = False


def next_to_move(run: Run, at: datetime | None) -> Strand | None:
    """The parked strand that goes before the one at the cursor, which waits until `at`; None: the cursor is first."""
    if run.state.paused is not None or run.state.stuck is not None:
        return None
    looking = next((strand for strand in run.state.strands if not strand.idle), None)
    if looking is not None:
        return looking
    sooner = [strand for strand in run.state.strands if strand.wake is not None and (at is None or strand.wake < at)]
    return min(sooner, key=lambda strand: (strand.wake, strand.track or ""), default=None)


def open_tracks(run: Run, node: Node, taken: Sequence[int], now: datetime) -> None:
    """One strand for each track that is taken, at its first step."""
    state = run.state
    keys = list(getattr(node.step, "of", {}))
    for index in taken:
        first = node.branches[index]
        if first is not None:
            run.come_to(first)
            track = f"{node.name}.{keys[index]}"
            strand = Strand(step=first, base=now, event_id=state.event_id, rounds=state.rounds, track=track)
            state.strands = [*state.strands, strand]
            state.opened += 1


def still_open(run: Run, node: Node) -> int:
    """How many tracks of these go on."""
    return sum(1 for strand in run.state.strands if _tracks_of(strand) == node.name)


def end_track(run: Run) -> None:
    """The last step of the track at the cursor is over: those whose track it was look whether that was all."""
    state = run.state
    whole = (state.track or "").partition(".")[0]
    owner = next((strand for strand in state.strands if strand.step == whole), None) or _parked(run, None)
    state.strands = [strand for strand in state.strands if strand is not owner]
    run.put(owner)
    state.track = owner.track
    stir(run)


def drop_tracks(run: Run, node: Node, why: str) -> None:
    """The tracks of this step that still go on are dropped, with those inside them."""
    names = {node.name, *inside(run.program, node.name)}
    withdraw(run, [strand for strand in run.state.strands if _tracks_of(strand) in names], why)
    run.state.strands = [strand for strand in run.state.strands if _tracks_of(strand) not in names]


def withdraw(run: Run, cursors: Sequence[Cursor], why: str) -> None:
    """Nobody waits at these places any more: the tasks handed out there are withdrawn."""
    now = run.clock.now()
    for cursor in cursors:
        steps = [item.name for item in cursor.items if item.tasks]
        steps += [cursor.step] if cursor.step is not None and cursor.waiting_task is not None else []
        for step in steps:
            skipped = f"{step}/{run.state.occurrences.get(step, 1)}"
            run.asked.notes.append(Record(run_id=run.state.run_id, now=now, reason=why, skipped=skipped))
            run.state.tasks = [task for task in run.state.tasks if task.step != step]


def jump(run: Run, target: str) -> None:
    """The run goes on at a stage or at its start. Raises Stuck where no jump can lead."""
    state, now = run.state, run.clock.now()
    step = run.program.target(target)
    node = run.program.nodes.get(step)
    if node is None:
        raise Stuck(f"go: there is no stage '{target}' in this play; skip goes on without the jump")
    if node.track not in (None, state.track):
        raise Stuck(f"go: {target} is inside the track {node.track}, which only its own steps can go back to")
    if node.track != state.track or (state.track is None and state.frames):
        _leave_everything(run, f"the run went to {target}")
    while state.rounds and step not in inside(run.program, state.rounds[-1].repeat):
        state.rounds = state.rounds[:-1]
    run.go(step, now)


def _leave_everything(run: Run, why: str) -> None:
    """Handlers and tracks are dropped: the main line alone goes on, with what it meant by `event`."""
    state = run.state
    withdraw(run, run.everywhere, why)
    main = next(iter(state.frames), None) or next((one for one in state.strands if one.track is None), state)
    event_id, rounds = main.event_id, main.rounds
    state.frames, state.strands, state.track = [], [], None
    state.event_id, state.rounds = event_id, rounds


def _parked(run: Run, track: str | None) -> Strand:
    return next(strand for strand in run.state.strands if strand.track == track)


def _tracks_of(strand: Strand) -> str:
    return (strand.track or "").partition(".")[0]
