"""One rung of a task's ladder: remind, cover, manager, executive, skip (playbook.md B8).

Once per task and rung. Where nobody stands on a rung the task climbs on to the next, and the notice says so.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.contracts import CLIMB, Climb, Climbed
from activities.escalation import Case, executive_letter, moved_letter, reminder, taken_letter
from activities.house import House
from activities.scene import Scene, absent, read_scene
from plays.events import Rung, TaskState, TouchState
from plays.ids import notice_key
from records import notices, people, runs
from records.db import lock_account
from records.tables import Activity, Contact, Player, Task, Touch

UP: Final[tuple[Rung, ...]] = ("cover", "manager", "executive")


@dataclass(frozen=True)
class Reached:
    """Who stands on a rung, and which rungs below had nobody."""

    rung: Rung
    player: Player | None
    passed: tuple[Rung, ...]


class Climbing:
    """The activity that a run asks for when a task is not done in time."""

    def __init__(self, house: House) -> None:
        self._house = house

    @activity.defn(name=CLIMB)
    async def climb(self, asked: Climb) -> Climbed:
        """Take the rung, unless the task is closed or the rung was taken already."""
        async with self._house.database.begin() as session:
            task = await _locked(session, asked)
            at = asked.now.isoformat()  # a ladder may name a rung twice; a retry asks with the same moment
            taken = next((one for one in task.climbed if (one["rung"], one["at"]) == (asked.rung, at)), None)
            if task.state != TaskState.OPEN:
                return _closed(task, f"task {task.id} was {task.state.replace('_', ' ')} already")
            if taken is not None:
                return _closed(task, str(taken["sentence"]))
            scene = await self._scene(session, task.run)
            sentence = await self._take(session, scene, task, asked)
            task.climbed = [*task.climbed, {"rung": asked.rung, "at": at, "sentence": sentence}]
            session.add(_log_line(task, asked, sentence))
            await session.flush()
            return _closed(task, sentence)

    async def _scene(self, session: AsyncSession, run_id: str) -> Scene:
        run = await runs.get(session, run_id)
        version = run.version if run else 0
        return await read_scene(session, self._house.playbook, self._house.tenant, run_id, version, None)

    async def _take(self, session: AsyncSession, scene: Scene, task: Task, asked: Climb) -> str:
        if asked.rung == "skip":
            return await _give_up(session, task, asked)
        holder = await people.player(session, task.player)
        if holder is None:
            raise ApplicationError(f"the player of task {task.id} is gone", type="UnknownPlayer", non_retryable=True)
        case = Case(scene, task, holder, await _contact(session, task), asked.now)
        if asked.rung == "remind":
            await self._tell(session, case, "remind", holder, *reminder(case))
            return f"reminded the {_role(scene, task)}"
        reached = await _who(session, case, asked.rung)
        if reached.player is None:
            return await self._nobody(session, case, reached)
        return await self._hand_up(session, case, reached, reached.player)

    async def _hand_up(self, session: AsyncSession, case: Case, reached: Reached, player: Player) -> str:
        """The task is theirs now; who had it hears of it too. An executive gets the whole story in one mail."""
        before = case.holder
        if reached.rung == "executive":
            letter = await executive_letter(session, case, player, reached.passed)
        else:
            letter = taken_letter(case, player, reached.rung, reached.passed)
        case.task.player = player.id
        await self._tell(session, case, reached.rung, player, *letter)
        if before.id != player.id:
            await self._tell(session, case, f"{reached.rung}/from", before, *moved_letter(case, player))
        passed = f" ({', '.join(reached.passed)}: nobody there)" if reached.passed else ""
        whose = {"cover": "its player's cover", "manager": "its player's manager"}
        return f"handed to {whose.get(reached.rung, 'the executive')}{passed}"

    async def _nobody(self, session: AsyncSession, case: Case, reached: Reached) -> str:
        """The ladder ends in the air: its player and the run's owner are told, the task stays where it is."""
        subject, body = reminder(case)
        sentence = f"nobody stands on {', '.join((*reached.passed, reached.rung))}: reminded its player"
        body = f"{body}\nNobody could be found to take it over ({sentence}).\n"
        await self._tell(session, case, f"{reached.rung}/nobody", case.holder, subject, body)
        owner = case.scene.player(case.scene.program.play.owner)
        if owner is not None and owner.id != case.holder.id:
            await self._tell(session, case, f"{reached.rung}/nobody/owner", owner, subject, body)
        return sentence

    async def _tell(
        self, session: AsyncSession, case: Case, rung: str, player: Player, subject: str, body: str
    ) -> None:
        key = notice_key("task", str(case.task.id), rung, case.now.strftime("%Y%m%dT%H%M%S"))
        draft = notices.Draft(key, player.id, subject, body, case.task.run, case.task.id)
        await notices.put(session, draft, self._house.settings.mail_domain)


async def _who(session: AsyncSession, case: Case, rung: Rung) -> Reached:
    """Who stands on this rung or the first one above it where somebody is there and at work.

    Cover and manager are those of the player the task was handed to first: two rungs must not lead down again.
    """
    first = await people.player(session, case.task.first_player) or case.holder
    passed: list[Rung] = []
    for step in UP[UP.index(rung) :]:
        executive = case.scene.player(case.scene.program.play.executive)
        named = {"cover": first.cover, "manager": first.manager, "executive": executive.id if executive else None}[step]
        player = await people.player(session, named) if named else None
        here = player is not None and not absent(player, case.now, case.scene.tenant)
        # The executive gets the story also when absent, or when the task is theirs already as somebody's manager:
        # nobody stands above them.
        if player is not None and (step == "executive" or (here and player.id != case.holder.id)):
            return Reached(step, player, tuple(passed))
        if step != "executive":
            passed.append(step)
    return Reached("executive", None, tuple(passed))


async def _give_up(session: AsyncSession, task: Task, asked: Climb) -> str:
    task.state, task.outcome, task.closed_at, task.closed_by = TaskState.GIVEN_UP, "missed", asked.now, "setpiece"
    await notices.withdraw(session, [task.id], asked.now)
    values: dict[str, object] = {"outcome": "missed"}
    if task.kind == "approval":
        values |= {"state": TouchState.SKIPPED, "reason": "its draft was not approved in time", "settled_at": asked.now}
    await session.execute(update(Touch).where(Touch.key == task.touch).values(**values))
    return "given up: nobody did it in time"


async def _locked(session: AsyncSession, asked: Climb) -> Task:
    account = await session.scalar(select(Task.account).where(Task.id == asked.task, Task.run == asked.run_id))
    if account is None:
        raise ApplicationError(f"{asked.run_id} has no task {asked.task}", type="UnknownTask", non_retryable=True)
    await lock_account(session, account)
    return (await session.scalars(select(Task).where(Task.id == asked.task).with_for_update())).one()


async def _contact(session: AsyncSession, task: Task) -> Contact | None:
    return await people.contact(session, task.contact) if task.contact else None


def _role(scene: Scene, task: Task) -> str:
    slot = next((slot for slot, player in scene.run.roles.items() if player == task.first_player), None)
    return scene.role(slot) if slot else "player"


def _closed(task: Task, sentence: str) -> Climbed:
    return Climbed(state=task.state, outcome=task.outcome, sentence=sentence)


def _log_line(task: Task, asked: Climb, sentence: str) -> Activity:
    return Activity(
        at=asked.now,
        account=task.account,
        contact=task.contact,
        player=task.player,
        run=task.run,
        task=task.id,
        kind="escalation",
        outcome=asked.rung,
        note=sentence,
    )
