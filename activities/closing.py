"""Changing and closing a run: one transaction each, under the account's lock; then other runs are told."""

from collections.abc import Sequence

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities import telling
from activities.contracts import CLOSE_RUN, RECORD, Closed, CloseRun, Heard, Record
from activities.house import House
from activities.timing import channel_of
from plays.events import RunState, TaskState, TouchState
from plays.ids import notice_key, touch_key
from plays.model import Touch as TouchStep
from records import notices, people, runs, tasks, touches
from records.admission import open_runs
from records.db import lock_account
from records.heard import halted_by, heard_of
from records.tables import Run, Task
from workflows.messages import EventIn


class Closing:
    """The activities that change or end a run."""

    def __init__(self, house: House) -> None:
        self._house = house

    @activity.defn(name=RECORD)
    async def record(self, asked: Record) -> None:
        """Keep a pause, a resume, a halt, a skipped step or a reassignment. Once or twice, the result is the same.

        Raises ApplicationError UnknownPlayer, which no retry mends, for a slot given to nobody; the run says it on.
        """
        async with self._house.database.begin() as session:
            run = await _locked(session, asked.run_id)
            if run is None or run.ended_at is not None:
                return
            if asked.state is not None:
                _change_state(run, asked)
            if asked.skipped is not None:
                await self._skip(session, run, asked)
            if asked.version is not None:
                run.version = asked.version
            if asked.reassign_slot is not None and asked.reassign_to is not None:
                await self._reassign(session, run, asked.reassign_slot, asked.reassign_to, asked)

    @activity.defn(name=CLOSE_RUN)
    async def close_run(self, asked: CloseRun) -> Closed:
        """End the run and tell the runs that may have waited for it. A second time changes nothing."""
        async with self._house.database.begin() as session:
            run = await _locked(session, asked.run_id)
            if run is None:
                return Closed()
            if (missed := await _missed(session, run, asked.heard)) and run.ended_at is None:
                return Closed(missed=missed)
            await runs.close(session, run, asked.outcome, asked.reason, asked.now)
            waiting = await _lower(session, run)
        event = EventIn(id=f"run.ended:{asked.run_id}", kind="run.ended", at=asked.now)
        return Closed(nudged=await telling.nudge(self._house.client, waiting, event))

    async def _skip(self, session: AsyncSession, run: Run, asked: Record) -> None:
        """A step an operator skipped: its open task is withdrawn, its touch, begun or not, is settled."""
        step, _, occurrence = (asked.skipped or "").partition("/")
        await tasks.withdraw(session, run.id, asked.now, asked.reason, step)
        edition = await self._house.playbook.edition(session, run.play, run.version)
        node = edition.program.nodes.get(step)
        if node is None or not isinstance(node.step, TouchStep):
            return
        known = [one for one in await touches.of_run(session, run.id) if one.step == step]
        mine = [one for one in known if one.occurrence == int(occurrence or 1)]
        for one in mine:
            await touches.close(session, one.key, TouchState.SKIPPED, asked.reason, asked.now)
        if not mine:
            row = {
                "key": touch_key(run.id, step, int(occurrence or 1), None),
                "run": run.id,
                "account": run.account,
                "step": step,
                "occurrence": int(occurrence or 1),
                "channel": channel_of(node),
                "state": TouchState.SKIPPED,
                "reason": asked.reason,
                "created_at": asked.now,
                "settled_at": asked.now,
            }
            await touches.plan(session, row)

    async def _reassign(self, session: AsyncSession, run: Run, slot: str, player: str, asked: Record) -> None:
        """Another player takes a slot; the open tasks their predecessor had for this slot go with it."""
        before = run.roles.get(slot)
        if before == player:
            return
        if await people.player(session, player) is None:
            raise ApplicationError(
                f"there is no player '{player}'; nothing was changed. `./starter.py players list` names them",
                type="UnknownPlayer",
                non_retryable=True,
            )
        run.roles = {**run.roles, slot: player}
        edition = await self._house.playbook.edition(session, run.play, run.version)
        steps = [name for name, node in edition.program.nodes.items() if _slot(node.step) == slot]
        moved = (
            update(Task)
            .where(Task.run == run.id, Task.state == TaskState.OPEN, Task.step.in_(steps), Task.player == before)
            .values(player=player)
            .returning(Task.id, Task.title, Task.guide)
        )
        for task, title, guide in (await session.execute(moved)).all():
            draft = notices.Draft(
                key=notice_key("reassigned", str(task), player),
                player=player,
                subject=f"Now yours: {title}",
                body=f"Task {task} was handed over to you. {asked.reason}\n\n{guide}\n",
                run=run.id,
                task=task,
            )
            await notices.put(session, draft, self._house.settings.mail_domain)


async def _missed(session: AsyncSession, run: Run, heard: Sequence[str] | None) -> tuple[Heard, ...]:
    """The event that halted the run in Postgres, if the run ends without having heard of it: it wants its answer."""
    if heard is None or run.halted_at is None:
        return ()
    events = await halted_by(session, run.account, run.halted_at)
    return tuple(heard_of(one) for one in events if one.id not in heard)


def _slot(step: object) -> str | None:
    slot = getattr(step, "by", None) or getattr(step, "sender", None)
    return slot if isinstance(slot, str) else None


async def _locked(session: AsyncSession, run_id: str) -> Run | None:
    """The run's row as it is once the account's lock is held."""
    await lock_account(session, run_id.split("/")[1])
    return await runs.get(session, run_id)


def _change_state(run: Run, asked: Record) -> None:
    """A halt is never undone by a resume."""
    state = RunState(asked.state) if asked.state else RunState.OPEN
    if state is RunState.HALTED or (state is RunState.OPEN and run.halted_at is not None):
        run.state, run.halted_at = RunState.HALTED, run.halted_at or asked.now
    else:
        run.state = state
    run.reason = asked.reason or run.reason


async def _lower(session: AsyncSession, run: Run) -> Sequence[str]:
    """Workflow IDs of the open runs of lower priority, which may have waited at their gate."""
    others = await open_runs(session, run.account)
    return [other.workflow_id for other in others if other.priority < run.priority]
