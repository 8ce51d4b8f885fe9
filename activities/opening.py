"""Opening a run: one transaction under the account's lock. Who may open is `records/admission.py`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity

from activities import telling
from activities.closing import is_child, parent_workflow
from activities.contracts import OPEN_RUN, Admission, Heard, OpenRun
from activities.house import House
from activities.planning import plan_of
from activities.scene import Scene, read_scene
from plays.anchors import ACCOUNT, said_by
from plays.events import RunState
from plays.model import Play
from plays.program import program_of
from records import accounts, runs, versions
from records.admission import admission, meets, open_runs
from records.db import lock_account
from records.heard import came_since, heard_of
from records.tables import Event, PlayVersion, Run


class Opening:
    """The activity with which a run begins."""

    def __init__(self, house: House) -> None:
        self._house = house

    @activity.defn(name=OPEN_RUN)
    async def open_run(self, asked: OpenRun) -> Admission:
        """Admit a run or refuse it with the reason. Asked again by the same workflow, the answer is the same."""
        house = self._house
        async with house.database.begin() as session:
            await lock_account(session, asked.account)
            run = await runs.opened_by(session, asked.first_execution_run_id) or await _open(session, asked)
            if run is None:
                return Admission(verdict="refused", reason=f"there is no account '{asked.account}'; import it first")
            replaced: Sequence[str] = ()
            if run.state == RunState.REFUSED:
                answer = Admission(verdict="refused", reason=run.reason, run_id=run.id, version=run.version)
            else:
                scene = await read_scene(session, house.playbook, house.tenant, run.id, run.version, run.event)
                answer = await _admitted(session, scene, asked)
                replaced = await _replaced(session, scene)
        await telling.replace(house.client, replaced, answer.run_id)
        if run.state == RunState.REFUSED and is_child(run):  # who waits for it hears that there is none
            await telling.tell(house.client, [parent_workflow(run)], telling.ended(run, asked.now))
        return answer


async def _admitted(session: AsyncSession, scene: Scene, asked: OpenRun) -> Admission:
    run = scene.run
    return Admission(
        verdict="admitted",
        reason=run.reason,
        run_id=run.id,
        version=run.version,
        definition=scene.edition.definition,
        roles={slot: str(player) for slot, player in run.roles.items()},
        stage=run.stage,
        plan=await plan_of(session, scene, scene.program.first, asked.now),
        missed=await _missed(session, scene, asked),
    )


async def _missed(session: AsyncSession, scene: Scene, asked: OpenRun) -> tuple[Heard, ...]:
    """What came while the start waited for a worker: no open run was there to be told of it."""
    if asked.started_at is None:
        return ()
    kinds = list(scene.program.handlers)
    events = await came_since(session, asked.account, asked.started_at, kinds, asked.event_id)
    return tuple(heard_of(one) for one in events)


async def _open(session: AsyncSession, asked: OpenRun) -> Run | None:
    """A new row, admitted or refused; None when there is no such account to refuse it at."""
    if await accounts.account(session, asked.account) is None:
        return None
    await _close_terminated(session, asked)
    run = runs.new(
        asked.play,
        asked.account,
        await runs.number_next(session, asked.play, asked.account),
        workflow_id=asked.workflow_id,
        first_execution_run_id=asked.first_execution_run_id,
        event=asked.event_id,
        parent=asked.parent,
        requested_by=asked.requested_by,
        opened_at=asked.now,
        **await _judged(session, asked, await versions.latest(session, asked.play)),
    )
    session.add(run)
    await session.flush()
    return run


async def _close_terminated(session: AsyncSession, asked: OpenRun) -> None:
    """An open row of another workflow: that one was terminated by hand and could not close it."""
    for other in await open_runs(session, asked.account):
        if other.play == asked.play:
            await runs.close(session, other, "terminated", "its workflow was terminated by hand", asked.now)


async def _judged(session: AsyncSession, asked: OpenRun, version: PlayVersion | None) -> dict[str, Any]:
    """The columns that follow from the judgement. A refusal is kept too, so that ops can list why."""
    if version is None:
        reason = f"the play '{asked.play}' is not published; `starter.py plays publish` does that"
        return {"version": 0, "lane": "", "priority": 0, **_refused(asked.now, reason)}
    judged = await admission(session, version, asked.account, asked.now, asked.parameters, parent=asked.parent)
    play = program_of(version.definition).play
    pinned = {"version": version.version, "lane": play.lane, "priority": play.priority, "stage": play.stage}
    if judged.verdict == "refused":
        return pinned | _refused(asked.now, judged.reason)
    given = {"parameters": judged.parameters, "anchors": await _anchors(session, play, asked)}
    return pinned | given | {"state": RunState.OPEN, "roles": judged.roles, "reason": judged.reason}


async def _anchors(session: AsyncSession, play: Play, asked: OpenRun) -> dict[str, str]:
    """The dated facts that the event of the start gives the run, and those that came while it waited to be opened."""
    if set(play.anchors.values()) <= {ACCOUNT}:
        return {}
    first = await session.get(Event, asked.event_id) if asked.event_id else None
    later: Sequence[Event] = ()
    if asked.started_at is not None:
        kinds = sorted(set(play.anchors.values()))
        later = await came_since(session, asked.account, asked.started_at, kinds, asked.event_id)
    found: dict[str, str] = {}
    for event in [*([first] if first else []), *later]:
        found |= said_by(play, event.kind, event.data, event.occurred_at)
    return found


def _refused(now: datetime, reason: str) -> dict[str, Any]:
    return {"state": RunState.REFUSED, "reason": reason, "outcome": "refused", "ended_at": now}


async def _replaced(session: AsyncSession, scene: Scene) -> Sequence[str]:
    """Workflow IDs of the open runs that this one stops by coming; looked for again on a retry."""
    play, run = scene.program.play, scene.run
    if "replace" not in play.meets.values():
        return ()
    lower = [other for other in await open_runs(session, run.account) if other.priority < run.priority]
    return [other.workflow_id for other in lower if meets(play, run.lane, other) == "replace"]
