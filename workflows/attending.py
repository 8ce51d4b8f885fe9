"""What the main loop does between steps: operators' wishes, then events, in the order they came, then stalls.

Everything that `waiting.wanted` looks for is used up here, or the main loop would turn for ever.
"""

from temporalio import workflow

from activities.contracts import DECIDE, Decide, Decided, Record
from plays.model import WaitStep
from plays.program import HandlerEntry
from workflows.acting import Stuck, ask, write_notes
from workflows.asking import decide
from workflows.correcting import go_on_without
from workflows.gathering import came, end_gathering
from workflows.hearing import TASK_DONE
from workflows.messages import EventIn
from workflows.migrating import move
from workflows.other_plays import end_child
from workflows.rounds import leave_repeat
from workflows.run import Ending, Run
from workflows.state import StallDue
from workflows.strands import drop_tracks, end_track, jump, stir, to, to_main_line, withdraw
from workflows.waiting import due_stall


async def attend(run: Run) -> None:
    """Do what operators asked, then act on every event that is listened for, then on stages that have stalled."""
    if run.asked.woken:
        stir(run)
    run.asked.woken = False
    await write_notes(run)
    if run.asked.stop is not None:
        run.ending = Ending(run.asked.stop.outcome, run.asked.stop.reason)
        return
    if run.asked.correct is not None:
        go_on_without(run)
    while (event := run.next_event()) is not None:
        await _act_on(run, event)
        stir(run)
    if run.asked.skip is not None:
        _skip(run)
    if run.asked.override is not None:
        _override(run)
    if run.asked.migrate is not None:
        move(run)
    while (stall := due_stall(run)) is not None:
        _take_stall(run, stall)
    await write_notes(run)


def _skip(run: Run) -> None:
    """Skip the step the operator saw, if the run stands there still."""
    skip, run.asked.skip = run.asked.skip, None
    if run.troubled is not None:
        run.settle(run.troubled)
        run.troubled = run.state.stuck = None
        return
    place = next((one for one in run.moving if skip is not None and one.step == skip.step), None)
    if skip is None or place is None or skip.step is None:
        return
    to(run, place)
    stir(run)
    node = run.program.nodes[skip.step]
    run.note(run.clock.now(), "skipped", skip.reason)
    run.drop_waited_task()
    if node.kind == "repeat":
        leave_repeat(run, node, skip.reason)
        return
    if node.kind == "tracks":
        drop_tracks(run, node, skip.reason)
    run.go(node.follows, run.clock.now())


def _override(run: Run) -> None:
    """The operator finds a gathering complete enough."""
    wish, run.asked.override = run.asked.override, None
    place = next((one for one in run.moving if wish is not None and one.step == wish.step), None)
    if wish is None or place is None or wish.step is None:
        return
    to(run, place)
    stir(run)
    run.note(run.clock.now(), "overridden", wish.reason)
    end_gathering(run, run.program.nodes[wish.step], "overridden")


async def _act_on(run: Run, event: EventIn) -> None:
    """One event: a task's end, the end of waits, a handler, in this order; the last two may both be."""
    if event.kind == TASK_DONE:
        _close_task(run, event)
    if run.retimes(event):
        _retime(run)
    if run.hastens(event):
        _hasten(run)
    try:
        await _end_waits(run, event)
        entry = await _handler(run, event)
    except Stuck as stuck:
        run.state.stuck, run.troubled = str(stuck), event
        return
    if entry is not None and not (run.state.halted and _for_good(entry)):  # the first stop names the outcome
        await _take(run, entry, event)
    run.settle(event)


def _for_good(entry: HandlerEntry) -> bool:
    return entry.handler.end is not None or entry.handler.go is not None


def _close_task(run: Run, event: EventIn) -> None:
    number, outcome = event.data.get("task"), event.data.get("outcome")
    task = run.open_task(number) if isinstance(number, int) else None
    if task is None:
        workflow.logger.info("a task that is not open in this run was done", extra={"event": event.id})
        return
    run.close_task(task, "done", str(outcome) if outcome is not None else None)


def _retime(run: Run) -> None:
    """An anchor has another date: what hangs on anchors is planned anew, as if the run came to it now: a moment that
    has become one of the past is late."""
    for cursor in run.everywhere:
        node = run.node_at(cursor)
        if node is not None and node.step.at is not None and cursor.waiting_task is None:
            cursor.plan = cursor.until = cursor.blocked = None
            cursor.base = run.clock.now() if node.reaches else cursor.base


def _hasten(run: Run) -> None:
    """A run has ended that may have stood before this one: the gate is asked again at once."""
    for cursor in run.everywhere:
        cursor.until = cursor.blocked = None


async def _end_waits(run: Run, event: EventIn) -> None:
    """Every wait, gathering or child's end that this event is for."""
    for place in run.waiting(event):
        to(run, place)
        node = run.node
        if node is None:
            continue
        if node.kind == "gather":
            came(run.state, event.kind)
        elif node.kind == "play":
            end_child(run, node, str(event.data.get("outcome") or "ended"))
        elif await _fits(run, event):
            end_wait(run, event.kind)


async def _fits(run: Run, event: EventIn) -> bool:
    """True if the wait at the cursor is for events of this person, and its `where` holds of the event."""
    node = run.node
    if node is None or not isinstance(node.step, WaitStep) or (node.step.where is None and node.step.to is None):
        return True
    return (await decide(run, node, what=f"for:{node.name}", event_id=event.id)).index is not None


def end_wait(run: Run, outcome: str) -> None:
    """The wait at the cursor is over: by the kind of an event, or `timeout`."""
    node = run.node
    if node is not None:
        run.state.outcomes[node.name] = outcome
        run.note(run.clock.now(), "over", outcome)
        run.go(node.follows, run.clock.now())


async def _handler(run: Run, event: EventIn) -> HandlerEntry | None:
    """The first handler of the kind whose condition holds; none for what halted the run already."""
    entries = run.program.handlers.get(event.kind, ())
    if not entries or event.kind == run.state.halted:
        return None
    if entries[0].handler.when is None:
        return entries[0]
    state = run.state
    question = Decide(
        run_id=state.run_id,
        version=state.version,
        what=f"on:{event.kind}",
        now=run.clock.now(),
        event_id=event.id,
        outcomes=state.outcomes,
        stage=state.stage,
        round=run.round,
    )
    decided = await ask(run, DECIDE, question, Decided, summary=f"What to do on {event.kind}")
    return None if decided.index is None else entries[decided.index]


async def _take(run: Run, entry: HandlerEntry, event: EventIn) -> None:
    """The handler takes over: for good when it has an `end` or `go`, else until its steps are over."""
    now, handler = run.clock.now(), entry.handler
    if not _for_good(entry) and entry.first is None:
        return
    to_main_line(run)
    run.note(now, "event", event.kind, "-")
    if handler.end is not None:
        run.halt(event.kind, event.id, handler.end, now)
    elif handler.go is not None:
        withdraw(run, run.everywhere, f"the run goes to {handler.go} on {event.kind}")
        run.leave_for(event.kind, event.id, handler.go, now)
    else:
        run.push(event.kind, event.id)
    if handler.end is not None and entry.first is not None:  # without steps the end is written at once, halt and all
        run.asked.notes.append(
            Record(run_id=run.state.run_id, now=now, state="halted", reason=event.kind, event_id=event.id)
        )
    run.go(entry.first, now)
    await write_notes(run)


def _take_stall(run: Run, stall: StallDue) -> None:
    """The stage has lasted too long: its steps for that take over the main line, like a handler's."""
    run.state.stalls = [other for other in run.state.stalls if other is not stall]
    first = run.program.stalls[stall.stage][stall.index].first
    run.note(run.clock.now(), "stalled", f"{stall.stage} lasts longer than it should", stall.stage)
    if first is not None:
        to_main_line(run)
        stir(run)
        run.push(f"stall:{stall.stage}", run.state.event_id)
        run.go(first, run.clock.now())


def leave(run: Run) -> None:
    """The list of steps the run walked is over: another strand, back to where a handler took over, or the end."""
    if run.state.track is not None:
        end_track(run)
        return
    frame = run.pop()
    if frame is None:
        run.ending = Ending("completed", "every step of the play was taken", own=True)
    elif frame.handler_end is not None:
        run.ending = Ending(frame.handler_end, f"halted by {frame.kind}")
    elif frame.handler_go is not None:
        jump(run, frame.handler_go)


def go_elsewhere(run: Run, target: str) -> None:
    """A `go` step. A run that was halted only comes to its end: nothing of the play starts any more."""
    if run.state.halted is None:
        jump(run, target)
    else:
        frame = run.state.frames[0]
        run.ending = Ending(frame.handler_end or "halted", f"halted by {frame.kind}")
