"""START_PLAY: another play at the account, as successor, child or beside. Once, whatever is asked again.

`runs.requested_by` of the other run says which step of which run asked for it: by that it is known again.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from activities.contracts import START_PLAY, PlayStarted, StartPlay
from activities.heartbeat import Heart
from activities.house import House
from activities.knowledge import facts_of
from activities.owners import tell_owner_of
from activities.scene import Scene, read_scene
from activities.values import fitting
from plays.events import RunState
from plays.ids import notice_key, workflow_id
from plays.model import PlayStep, Scalar
from plays.program import program_of
from records import people, versions
from records.admission import admission, open_runs
from records.tables import Run
from workflows.starting import start_run, started_by

CHILD, BESIDE, SUCCESSOR = "child of", "beside", "successor of"
_HOW = {"child": CHILD, "beside": BESIDE, "successor": SUCCESSOR}


@dataclass(frozen=True)
class Order:
    """What is to be started."""

    play: str
    account: str
    by: str  # of which step of which run it is the child …: its name for being known again
    parent: str | None
    event: str | None
    parameters: dict[str, Scalar]

    @property
    def workflow(self) -> str:
        """Under which ID it goes."""
        return workflow_id(self.play, self.account)


class StartingPlays:
    """The activity that starts another play."""

    def __init__(self, house: House) -> None:
        self._house = house

    @activity.defn(name=START_PLAY)
    async def start_play(self, asked: StartPlay) -> PlayStarted:
        """Start it, or say that it is open or may not start. Raises RPCError while Temporal is away: tried again."""
        async with Heart():
            async with self._house.database.begin() as session:
                found = await self._judged(session, asked)
            if isinstance(found, PlayStarted):
                return found
            if self._house.client is None:
                return _answer("started", found, f"{found.play} would start now")
            return await self._start(self._house.client, found)

    async def _judged(self, session: AsyncSession, asked: StartPlay) -> Order | PlayStarted:
        """The order, unless it was carried out before, or cannot be."""
        house = self._house
        scene = await read_scene(session, house.playbook, house.tenant, asked.run_id, asked.version, asked.event_id)
        step = scene.node(asked.step).step
        if not isinstance(step, PlayStep):
            raise ApplicationError(
                f"'{asked.step}' of '{scene.run.play}' starts no play", type="UnknownStep", non_retryable=True
            )
        order = _order(scene, step, asked)
        if known := (await session.scalars(select(Run).where(Run.requested_by == order.by))).first():
            return _known(order, known)
        return await self._admitted(session, scene, step, order, asked)

    async def _admitted(
        self, session: AsyncSession, scene: Scene, step: PlayStep, order: Order, asked: StartPlay
    ) -> Order | PlayStarted:
        version = await versions.latest(session, order.play)
        if version is None:
            return await self._refused(
                session, scene, order, f"the play '{order.play}' is not published; `starter.py plays publish` does that"
            )
        if any(run.play == order.play for run in await open_runs(session, order.account)):
            return order  # whether it is ours, or to be left alone, Temporal knows
        contact = scene.event.contact if scene.event else None
        person = await people.contact(session, contact) if contact else None
        values, amiss = fitting(
            program_of(version.definition).play, step.parameters, facts_of(scene, asked.now, person)
        )
        if amiss:
            return await self._refused(session, scene, order, "; ".join(amiss))
        judged = await admission(session, version, order.account, asked.now, values, parent=order.parent)
        if judged.verdict == "refused":
            return await self._refused(session, scene, order, judged.reason)
        return Order(order.play, order.account, order.by, order.parent, order.event, values)

    async def _refused(self, session: AsyncSession, scene: Scene, order: Order, reason: str) -> PlayStarted:
        """The run's owner hears of it: whoever wrote the play counted on it."""
        body = (
            f"{order.play} was to start at {scene.account.name} as {order.by}, and may not: {reason}.\n\n"
            "Nothing was started. Once that is put right, start it by hand:\n"
            f"    starter.py start {order.play} --account {order.account}\n"
        )
        key = notice_key("not-started", order.by.replace(" ", "-"))
        subject = f"Not started: {order.play} at {scene.account.name}"
        await tell_owner_of(session, self._house, scene, key, subject, body)
        return _answer("refused", order, f"{order.play} does not start: {reason}")

    async def _start(self, client: Client, order: Order) -> PlayStarted:
        settings = self._house.settings
        started = await start_run(
            client,
            settings,
            order.play,
            order.account,
            order.event,
            order.by,
            parameters=order.parameters,
            parent=order.parent,
        )
        if started.already_open and await started_by(client, order.workflow) != order.by:
            return _answer("open", order, f"{order.workflow} was open already and goes on by itself")
        return _answer("started", order, f"{order.workflow} was started")


def _order(scene: Scene, step: PlayStep, asked: StartPlay) -> Order:
    by = f"{_HOW[step.how]} {asked.run_id}/{asked.step}/{asked.occurrence}"
    parent = None if step.how == "successor" else asked.run_id
    return Order(step.play, scene.run.account, by, parent, asked.event_id, {})


def _known(order: Order, run: Run) -> PlayStarted:
    if run.state == RunState.REFUSED:
        return _answer("refused", order, f"{order.play} does not start: {run.reason}")
    return _answer("started", order, f"{order.workflow} was started")


def _answer(verdict: str, order: Order, reason: str) -> PlayStarted:
    return PlayStarted.model_validate({"verdict": verdict, "workflow_id": order.workflow, "reason": reason})
