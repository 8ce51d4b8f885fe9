"""What the main loop does between steps: operators' wishes, then events, in the order they came.

Everything that `waiting.wanted` looks for is used up here, or the main loop would turn for ever.
"""

from temporalio import workflow

from activities.contracts import DECIDE, Decide, Decided, Record
from plays.program import HandlerEntry
from workflows.acting import Stuck, ask, write_notes
from workflows.messages import EventIn
from workflows.run import TASK_DONE, Ending, Run


async def attend(run: Run) -> None:
    """Do what operators asked, then act on every event that is listened for."""
    run.asked.woken = False
    await write_notes(run)
    if run.asked.stop is not None:
        run.ending = Ending(run.asked.stop.outcome, run.asked.stop.reason)
        return
    while (event := run.next_event()) is not None:
        await _act_on(run, event)
    if run.asked.skip is not None:
        _skip(run)


def _skip(run: Run) -> None:
    """Skip the step the operator saw, if the run stands there still."""
    skip, run.asked.skip = run.asked.skip, None
    if run.troubled is not None:
        run.settle(run.troubled)
        run.troubled = run.state.stuck = None
    elif skip is not None and run.node is not None and run.state.step == skip.step:
        run.note(run.clock.now(), "skipped", skip.reason)
        run.drop_waited_task()
        run.go(run.node.follows, run.clock.now())


async def _act_on(run: Run, event: EventIn) -> None:
    """One event: a task's end, the end of a wait, a handler, in this order; the last two may both be."""
    if event.kind == TASK_DONE:
        _close_task(run, event)
    if run.waits_for(event):
        end_wait(run, event.kind)
    if event.kind in run.program.handlers and event.kind != run.state.halted:
        try:
            entry = await _choose(run, event)
        except Stuck as stuck:
            run.state.stuck, run.troubled = str(stuck), event
            return
        if entry is not None and not (run.state.halted and entry.handler.end):  # the first stop names the outcome
            await _take(run, entry, event)
    run.settle(event)


def _close_task(run: Run, event: EventIn) -> None:
    number, outcome = event.data.get("task"), event.data.get("outcome")
    task = run.open_task(number) if isinstance(number, int) else None
    if task is None:
        workflow.logger.info("a task that is not open in this run was done", extra={"event": event.id})
        return
    run.close_task(task, "done", str(outcome) if outcome is not None else None)


def end_wait(run: Run, outcome: str) -> None:
    """The wait at the cursor is over: by the kind of an event, or `timeout`."""
    node = run.node
    if node is not None:
        run.state.outcomes[node.name] = outcome
        run.note(run.clock.now(), "over", outcome)
        run.go(node.follows, run.clock.now())


async def _choose(run: Run, event: EventIn) -> HandlerEntry | None:
    """The first handler of the kind whose condition holds."""
    entries = run.program.handlers[event.kind]
    if entries[0].handler.when is None:
        return entries[0]
    question = Decide(
        run_id=run.state.run_id,
        version=run.state.version,
        what=f"on:{event.kind}",
        now=run.clock.now(),
        event_id=event.id,
        outcomes=run.state.outcomes,
    )
    decided = await ask(run, DECIDE, question, Decided, summary=f"What to do on {event.kind}")
    return None if decided.index is None else entries[decided.index]


async def _take(run: Run, entry: HandlerEntry, event: EventIn) -> None:
    """The handler takes over: for good when it has an `end`, else until its steps are over."""
    now, end = run.clock.now(), entry.handler.end
    if end is None and entry.first is None:
        return
    run.note(now, "event", event.kind, "-")
    if end is None:
        run.push(event.kind, event.id)
    else:
        run.halt(event.kind, event.id, end, now)
    if end is not None and entry.first is not None:  # without steps the end is written at once, halt and all
        run.asked.notes.append(
            Record(run_id=run.state.run_id, now=now, state="halted", reason=event.kind, event_id=event.id)
        )
    run.go(entry.first, now)
    await write_notes(run)


def leave(run: Run) -> None:
    """The list of steps the run walked is over: go back to where a handler took over, or end."""
    frame = run.pop()
    if frame is None:
        run.ending = Ending("completed", "every step of the play was taken", own=True)
    elif frame.handler_end is not None:
        run.ending = Ending(frame.handler_end, f"halted by {frame.kind}")
