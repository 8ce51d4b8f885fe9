"""The one way a run waits: until an instant, or until something wants its attention.

Deadlines are instants; nothing here knows what is waited for. Ladders of open tasks are climbed on the way.
"""

from collections.abc import Callable
from datetime import datetime

from temporalio import workflow

from activities.contracts import CLIMB, NEVER, Climb, Climbed, RungDue
from workflows.acting import Stuck, ask
from workflows.run import Run
from workflows.showing import rung_summary, show, wait_summary
from workflows.state import OpenTask, StallDue
from workflows.strands import next_to_move, stir, switch


def crowded(run: Run) -> bool:
    """True when the history is long and nothing is under way: time to continue as new."""
    info = workflow.info()
    long = info.is_continue_as_new_suggested() or info.get_current_history_length() >= run.most_events
    return long and workflow.all_handlers_finished()


def wanted(run: Run) -> bool:
    """True when the main loop has something to do before it may wait on."""
    return run.asked.anything or run.next_event() is not None or due_stall(run) is not None or crowded(run)


def due_stall(run: Run) -> StallDue | None:
    """The stall whose instant has come: its stage has lasted so long."""
    stalls = run.state.stalls
    return stalls[0] if stalls and stalls[0].at <= run.clock.now() else None


def never() -> bool:
    """For waits that only an instant or somebody's wish ends."""
    return False


async def until(run: Run, at: datetime | None, why: str, ready: Callable[[], bool] = never) -> bool:
    """Wait until `at` (None: no instant) or `ready`. True when it came and nothing wants attention.

    An event in the same instant as the timer wins: it is looked for first (reliability.md, D9). With tracks open it
    also returns, with another strand at the cursor, when that one goes first.
    """
    at = None if at is None or at >= NEVER else at
    while not wanted(run):
        now = run.clock.now()
        rung = run.next_rung()
        if rung is not None and rung[0] <= now and (at is None or rung[0] <= at):
            await climb(run, rung[1])
        elif ready():
            return True
        elif (other := next_to_move(run, at)) is not None:
            switch(run, other.track, wake=at, why=why, idle=True)
            return False
        elif at is not None and at <= now:
            return True
        else:
            await _sleep(run, at, why, rung)
    return False


async def _sleep(run: Run, at: datetime | None, why: str, rung: tuple[datetime, OpenTask] | None) -> None:
    """One timer: to `at`, the next rung or stall, whichever comes first. Ends early when something is wanted."""
    wake, summary = at, wait_summary(at, why)
    if rung is not None and (wake is None or rung[0] < wake):
        wake, summary = rung[0], rung_summary(rung[0], rung[1])
    stall = next(iter(run.state.stalls), None)
    if stall is not None and (wake is None or stall.at < wake):
        wake, summary = stall.at, wait_summary(stall.at, f"stage {stall.stage} over, else it has stalled")
    run.moved.clear()
    show(run, at, why)
    try:
        await workflow.wait_condition(
            lambda: wanted(run),
            timeout=None if wake is None else run.clock.until(wake),
            timeout_summary=summary,
        )
    except TimeoutError:
        return


async def climb(run: Run, task: OpenTask) -> None:
    """The task was not done in time: one rung up its ladder."""
    rung: RungDue = task.rungs.pop(0)
    asked = Climb(run_id=run.state.run_id, task=task.task, rung=rung.rung, now=run.clock.now())
    try:
        climbed = await ask(run, CLIMB, asked, Climbed, summary=f"task {task.task} is not done: {rung.rung}")
    except Stuck as refused:  # the next rung will speak up; the run is not held by this one
        workflow.logger.error("a rung could not be climbed", extra={"task": task.task, "reason": str(refused)})
        run.note(run.clock.now(), "refused", str(refused), task.step)
        return
    run.note(run.clock.now(), rung.rung, climbed.sentence, task.step)
    if climbed.state != "open":
        run.close_task(task, climbed.state, climbed.outcome)
        stir(run)
