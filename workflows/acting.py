"""Asking the world: every activity call of a run, with its time-outs and what happens when it fails.

A failure never ends a run. What may pass (Postgres or the mail server away) is tried for ever; what cannot pass
raises Stuck, and the run waits for an operator.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Final, TypeVar

from pydantic import BaseModel
from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, FailureError, is_cancelled_exception

from activities.contracts import RECORD
from workflows.run import Run

Answered = TypeVar("Answered")

# A local activity holds up its workflow task (10 s): five quick attempts stay inside it. Longer trouble is waited
# for on timers of our own, which an operator sees, instead of heartbeating workflow tasks.
QUICK: Final = RetryPolicy(initial_interval=timedelta(milliseconds=200), backoff_coefficient=2, maximum_attempts=5)
LOCAL_LIMIT: Final = timedelta(seconds=10)
FIRST_PAUSE: Final = timedelta(seconds=5)
LONGEST_PAUSE: Final = timedelta(minutes=1)

# RFC 5321 4.5.3.2: the server may take 10 minutes to answer the final dot; giving up earlier makes duplicates.
SENDING: Final = timedelta(minutes=15)
HEARTBEAT: Final = timedelta(seconds=30)
PATIENT: Final = RetryPolicy(
    initial_interval=timedelta(seconds=1), backoff_coefficient=2, maximum_interval=timedelta(minutes=2)
)


class Stuck(Exception):
    """An activity refused for good; the text is for the operator."""


async def local(
    name: str,
    argument: BaseModel,
    answer: type[Answered],
    summary: str | None = None,
    troubled: Callable[[str], None] = lambda reason: None,
) -> Answered:
    """Run an activity that touches only Postgres. Waits for as long as Postgres is away, saying so to `troubled`.

    Raises Stuck when the activity refuses for good.
    """
    pause = FIRST_PAUSE
    while True:
        try:
            answered: Answered = await workflow.execute_local_activity(
                name,
                argument,
                result_type=answer,
                start_to_close_timeout=LOCAL_LIMIT,
                retry_policy=QUICK,
                summary=summary,
            )
            return answered
        except FailureError as error:
            reason = _passing(name, error)
        troubled(reason)
        workflow.logger.warning("an activity failed and is tried again", extra={"activity": name, "reason": reason})
        await workflow.sleep(pause, summary=f"Trying again: {reason}")
        pause = min(2 * pause, LONGEST_PAUSE)


def _passing(name: str, error: FailureError) -> str:
    """What went wrong, in words; re-raised when it is a cancellation, Stuck when it cannot pass."""
    if is_cancelled_exception(error):
        raise error
    cause = error.cause if isinstance(error, ActivityError) else error  # a local activity fails with its own error
    if isinstance(cause, ApplicationError) and cause.non_retryable:
        raise Stuck(f"{name}: {cause.message}") from error
    # Only the type: the text of an unexpected error may hold an address.
    kind = cause.type if isinstance(cause, ApplicationError) else type(cause).__name__
    return f"{name} failed ({kind})"


async def ask(run: Run, name: str, argument: BaseModel, answer: type[Answered], summary: str | None = None) -> Answered:
    """As `local`, showing trouble as what blocks the run."""

    def blocked(reason: str) -> None:
        run.state.blocked = reason

    found = await local(name, argument, answer, summary, blocked)
    if run.state.blocked and run.state.until is None:
        run.state.blocked = None
    return found


async def out_in_the_world(
    run: Run, name: str, argument: BaseModel, answer: type[Answered], summary: str
) -> Answered | None:
    """Run an activity that talks to the world; None when an operator stopped the run meanwhile.

    Notes are written while it is under way. It is never cancelled: a mail half sent would be in doubt. What has not
    begun is stopped by the gate, which reads the notes. Raises Stuck when it refuses for good.
    """
    doing: workflow.ActivityHandle[Answered] = workflow.start_activity(
        name,
        argument,
        result_type=answer,
        start_to_close_timeout=SENDING,
        heartbeat_timeout=HEARTBEAT,
        retry_policy=PATIENT,
        cancellation_type=workflow.ActivityCancellationType.ABANDON,
        summary=summary,
    )
    run.sending = True
    try:
        while not doing.done():
            await workflow.wait_condition(lambda: doing.done() or bool(run.asked.notes))
            await write_notes(run)
            if run.asked.stop is not None:
                return None
        return await doing
    except ActivityError as error:
        raise Stuck(_passing(name, error)) from error
    finally:
        run.sending = False


async def write_notes(run: Run) -> None:
    """Keep what operators asked in Postgres, in order. A note that is refused for good is logged and left out."""
    while run.asked.notes:
        note = run.asked.notes.pop(0)
        try:
            await ask(run, RECORD, note, type(None), summary=note.reason or None)
        except Stuck as refused:
            workflow.logger.error("a change of the run could not be kept", extra={"reason": str(refused)})
            run.note(run.clock.now(), "refused", str(refused))
