"""Carries a correction out: first in Postgres, then each run that the event had stopped goes on, then its true meaning.

What may be corrected and what is undone is `records/corrections.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from commands.failures import Failure, Refused, Wrong, in_words
from commands.routing import route_now
from commands.run_updates import steer_one

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from commands.connections import House
    from records.corrections import Verdict
    from records.tables import Event, Run


@dataclass(frozen=True)
class Wish:
    """What the operator says an event is."""

    event: str
    word: str
    data: Mapping[str, Any]
    reason: str
    by: str

    @classmethod
    def read(cls, event: str, word: str, until: str | None, referred: str | None, reason: str, by: str) -> "Wish":
        """From the options. Raises Wrong for a day that is none, and for options that do not belong together."""
        data: dict[str, Any] = {}
        if until is not None:
            if word not in ("defer", "ooo"):
                raise Wrong("--until belongs to --as defer and --as ooo.")
            try:
                data["until"] = date.fromisoformat(until).isoformat()
            except ValueError:
                raise Wrong(f"'{until}' is no day: write it as 2027-01-11.") from None
        if referred is not None:
            if word != "referral":
                raise Wrong("--referred belongs to --as referral.")
            data["referred_email"] = referred
        return cls(event, word, data, reason, by)

    @property
    def verdict(self) -> "Verdict":
        """As the records take it."""
        from records.corrections import Verdict

        return Verdict(self.word, self.data)


@dataclass(frozen=True)
class Outcome:
    """What is or would be undone, what becomes of the runs, and of the event itself; sentences."""

    event: str
    undone: list[str] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    instead: str = ""


async def preview(house: "House", wish: Wish) -> Outcome:
    """What it would undo: the same transaction, not committed."""
    from records import corrections

    async with house.session() as session:
        event = await corrections.checked(session, wish.event, wish.word)
        runs = list(await corrections.concerned(session, event))
        told = [f"{run.id} ({'ended: ' + (run.outcome or '') if run.ended_at else 'open'})" for run in runs]
        undone = await corrections.correct(session, wish.event, wish.verdict, wish.by, wish.reason)
        await session.rollback()
    return Outcome(wish.event, list(undone.undone), told)


async def carry_out(house: "House", wish: Wish) -> Outcome:
    """Correct it. Temporal must answer first: a run that cannot be told would stay where the event has left it."""
    from records import corrections

    await house.temporal()
    async with house.session() as session:
        event = await corrections.checked(session, wish.event, wish.word)
        runs = list(await corrections.concerned(session, event))
        done = await corrections.correct(session, wish.event, wish.verdict, wish.by, wish.reason)
    told = [await _tell(house, run, event, wish) for run in runs]
    instead = ""
    if done.instead is not None:
        routed = await route_now(house, done.instead.id)
        instead = f"{done.instead.id} takes its place as {wish.word}. {routed}".strip()
    return Outcome(wish.event, list(done.undone), [one for one in told if one], instead)


async def _tell(house: "House", run: "Run", event: "Event", wish: Wish) -> str:
    """Let one run go on; a sentence, empty when the event had done nothing to it."""
    try:
        if run.ended_at is None and (said := await _told_while_open(house, run, wish)) is not None:
            return said
        return await _opened_anew(house, run, wish)
    except Failure as failure:
        return f"{run.id}: {failure.sentence}"


async def _told_while_open(house: "House", run: "Run", wish: Wish) -> str | None:
    """None when it has ended by now."""
    state = await _state_without(house, run, wish.event)
    done = await _done(house, state.tasks if state is not None else [])
    try:
        line = await steer_one(house, "correct", {"event": wish.event, "done": done, "reason": _why(wish)}, run.id)
    except Refused as refused:
        if "is over" in refused.sentence or "has ended" in refused.sentence:
            return None
        raise
    return f"{run.id}: {line.answer}"


async def _opened_anew(house: "House", run: "Run", wish: Wish) -> str:
    """Start it again from where it stood; nothing when another thing than the event had ended it."""
    from records import corrections
    from workflows.correcting import catch_up
    from workflows.starting import go_on

    state = await _state_without(house, run, wish.event)
    if state is None or state.run_id != run.id:
        return ""
    tasks = [task.task for task in state.tasks]
    async with house.session() as session:
        opened = await corrections.reopen(session, run.id, tasks, wish.by)
        done = await corrections.done_tasks(session, tasks)
    catch_up(state, done, datetime.now(UTC))
    try:
        started = await go_on(await house.temporal(), house.settings, state, f"correction by {wish.by}")
    except Exception as error:
        async with house.session() as session:
            await corrections.end_again(session, run.id, run.outcome, run.reason, run.ended_at or datetime.now(UTC))
        raise in_words(error) from error
    async with house.session() as session:
        await _written(session, opened.id, started.run)
    return f"{run.id}: it had ended as '{run.outcome}' and goes on at {state.step}."


async def _written(session: "AsyncSession", run: str, first_execution: str) -> None:
    from records.tables import Run

    found = await session.get_one(Run, run)
    found.first_execution_run_id = first_execution


async def _state_without(house: "House", run: "Run", event: str) -> Any:
    """None where Temporal does not have the run any more, or the event did not halt it."""
    from temporalio.service import RPCError, RPCStatusCode

    from workflows.starting import state_without

    try:
        return await state_without(await house.temporal(), run.workflow_id, event)
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            return None
        raise in_words(error) from error


async def _done(house: "House", tasks: list[Any]) -> dict[int, str]:
    from records import corrections

    if not tasks:
        return {}
    async with house.session() as session:
        return await corrections.done_tasks(session, [task.task for task in tasks])


def _why(wish: Wish) -> str:
    return f"{wish.event} is {wish.word}, says {wish.by}"
