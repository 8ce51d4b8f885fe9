"""RECORD: a change of a run that operators, events or a `set` step want kept. One transaction under the account's lock.

Ending a run is `closing.py`.
"""

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.closing import locked
from activities.contracts import RECORD, Record
from activities.house import House
from activities.knowledge import facts_of
from activities.owners import tell_owner_of
from activities.scene import read_scene
from activities.timing import channel_of
from activities.values import fitting
from plays.events import RunState, TaskState, TouchState
from plays.ids import notice_key, touch_key
from plays.model import SetStep
from plays.model import Touch as TouchStep
from plays.parameters import faults
from records import notices, people, tasks, touches
from records.tables import Run, Task


class Recording:
    """The activity that keeps a change of a run."""

    def __init__(self, house: House) -> None:
        self._house = house

    @activity.defn(name=RECORD)
    async def record(self, asked: Record) -> None:
        """Keep a pause, a resume, a halt, a skipped step, a reassignment, a stage, parameters. Once or twice, the
        result is the same.

        Raises ApplicationError UnknownPlayer and UnfitParameter, which no retry mends; the run says it on.
        """
        async with self._house.database.begin() as session:
            run = await locked(session, asked.run_id)
            if run is None or run.ended_at is not None:
                return
            _rewrite(run, asked)
            if asked.skipped is not None:
                await self._skip(session, run, asked)
            if asked.reassign_slot is not None and asked.reassign_to is not None:
                await self._reassign(session, run, asked.reassign_slot, asked.reassign_to, asked)
            if asked.parameters:
                await self._change(session, run, asked)
            if asked.assigns is not None:
                await session.flush()
                await self._assign(session, run, asked, asked.assigns)

    async def _change(self, session: AsyncSession, run: Run, asked: Record) -> None:
        """An operator changes parameters; the run has checked them, and so does whoever keeps them."""
        edition = await self._house.playbook.edition(session, run.play, run.version)
        if amiss := faults(edition.program.play, asked.parameters, change=True):
            said = "; ".join(amiss)
            raise ApplicationError(f"{said}; nothing was changed", type="UnfitParameter", non_retryable=True)
        run.parameters = {**run.parameters, **asked.parameters}

    async def _assign(self, session: AsyncSession, run: Run, asked: Record, step: str) -> None:
        """The values of a `set` step. One that does not fit leaves the old one, and the run's owner hears of it."""
        house = self._house
        scene = await read_scene(
            session, house.playbook, house.tenant, run.id, run.version, asked.event_id, asked.outcomes
        )
        node = scene.node(step)
        if not isinstance(node.step, SetStep):
            raise ApplicationError(f"'{step}' of '{run.play}' sets nothing", type="UnknownStep", non_retryable=True)
        contact = scene.event.contact if scene.event else None
        person = await people.contact(session, contact) if contact else None
        facts = facts_of(scene, asked.now, person)
        values, amiss = fitting(scene.program.play, node.step.assign, facts)
        run.parameters = {**run.parameters, **values}
        if amiss:
            key = notice_key("set", run.id, step, asked.now.strftime("%Y%m%dT%H%M%S"))
            body = (
                f"The step '{step}' of {run.id} could not set every parameter: {'; '.join(amiss)}.\n\n"
                "The old value stays, and the run goes on with it. Where the play allows it, set it by hand:\n"
                f"    starter.py runs change {run.workflow_id} NAME=VALUE\n"
            )
            await tell_owner_of(session, house, scene, key, f"Not set: {step} at {scene.account.name}", body)

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


def _slot(step: object) -> str | None:
    slot = getattr(step, "by", None) or getattr(step, "sender", None)
    return slot if isinstance(slot, str) else None


def _rewrite(run: Run, asked: Record) -> None:
    """What stands in the run's own row."""
    if asked.state is not None:
        _change_state(run, asked)
    if asked.stage is not None:
        run.stage = asked.stage
    if asked.version is not None:
        run.version = asked.version


def _change_state(run: Run, asked: Record) -> None:
    """A halt is never undone by a resume."""
    state = RunState(asked.state) if asked.state else RunState.OPEN
    if state is RunState.HALTED or (state is RunState.OPEN and run.halted_at is not None):
        run.state, run.halted_at = RunState.HALTED, run.halted_at or asked.now
    else:
        run.state = state
    run.reason = asked.reason or run.reason
