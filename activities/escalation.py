"""The letters of a ladder: reminder, taken over, handed on, and the whole story in one mail for an executive.

They go to our own people and may name theirs. Nothing here reaches Temporal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from activities.letters import commands, moment, person
from activities.scene import Scene
from plays.events import Rung, TouchState
from records import people
from records.tables import Contact, Player, Task

Letter = tuple[str, str]  # subject, body
_SHOWN = 10  # touches of the run in the story


@dataclass(frozen=True)
class Case:
    """A task that was not done in time."""

    scene: Scene
    task: Task
    holder: Player  # who has it now
    contact: Contact | None
    now: datetime

    @property
    def late(self) -> str:
        """How long it is overdue, in words."""
        over = self.now - (self.task.due_at or self.task.handed_at)
        hours = max(over, timedelta()) // timedelta(hours=1)
        return f"{hours // 24} days and {hours % 24} hours" if hours >= 48 else f"{hours} hours"

    def at(self, instant: datetime, reader: Player) -> str:
        """An instant on the reader's clock."""
        return moment(instant, reader.zone or self.scene.tenant.zone)


def reminder(case: Case) -> Letter:
    """To the player: it is late."""
    task, holder = case.task, case.holder
    body = [f"This task is not done yet; it is {case.late} overdue.", "", task.guide, "", *_about(case, holder)]
    return f"Reminder: {task.title}", "\n".join([*body, "", *_what_to_do(task)]) + "\n"


def taken_letter(case: Case, player: Player, rung: Rung, passed: Sequence[Rung]) -> Letter:
    """To the cover or manager: it is yours now, and why."""
    task = case.task
    as_whom = {"cover": "their cover", "manager": "their manager"}.get(rung, rung)
    body = [
        f"{case.holder.name} has not done this task; it is {case.late} overdue. As {as_whom} you have it now.",
        *_nobody(passed),
        "",
        task.guide,
        "",
        *_about(case, player),
        "",
        *_what_to_do(task),
    ]
    return f"Now yours: {task.title}", "\n".join(body) + "\n"


def moved_letter(case: Case, player: Player) -> Letter:
    """To whom the task was taken from."""
    body = (
        f"Task {case.task.id} was not done in time and is with {player.name} now.\n"
        f"If you have done it meanwhile, say so to {player.name}, or close it:\n\n{commands(case.task)}\n"
    )
    return f"Handed on: {case.task.title}", body


async def executive_letter(session: AsyncSession, case: Case, executive: Player, passed: Sequence[Rung]) -> Letter:
    """The whole story: what, who, since when, what is at stake, what to do. Nothing has to be looked up elsewhere."""
    task, scene = case.task, case.scene
    first = await people.player(session, task.first_player)
    account, play = scene.account, scene.program.play
    tier = account.tier and f"tier {account.tier}"
    body = [
        f"{executive.name}, a task at {account.name} has climbed to you: nobody below has done it.",
        *_nobody(passed),
        "",
        "WHAT",
        f"  {task.title}",
        *(f"  {line}" for line in task.guide.splitlines()),
        "",
        "WHO",
        f"  first handed to {first.name if first else task.first_player}"
        + (f", now with {case.holder.name}" if first is None or first.id != case.holder.id else ""),
        *([f"  it is about {person(case.contact)}"] if case.contact else []),
        "",
        "SINCE WHEN",
        f"  handed out {case.at(task.handed_at, executive)}",
        *([f"  due {case.at(task.due_at, executive)}, {case.late} ago"] if task.due_at else []),
        *(f"  {case.at(datetime.fromisoformat(one['at']), executive)}: {one['sentence']}" for one in task.climbed),
        "",
        "WHAT IS AT STAKE",
        f"  {account.name}: {', '.join(filter(None, (tier, account.segment, account.lifecycle)))}",
        *(f"  {name.replace('_', ' ')}: {value}" for name, value in sorted(account.anchors.items())),
        f"  {play.title}: {' '.join(play.purpose.split())}",
        *_so_far(case, executive),
        "",
        "WHAT TO DO",
        *(f"  {line}" for line in _what_to_do(task)),
        "  To see everything about the run:",
        f"      starter.py runs show {scene.run.workflow_id}",
    ]
    return f"Escalated to you: {task.title} ({account.name})", "\n".join(body) + "\n"


def _so_far(case: Case, reader: Player) -> list[str]:
    """What the run has done until now."""
    done = [one for one in case.scene.touches if one.state in (TouchState.MADE, TouchState.IN_DOUBT) and one.settled_at]
    if not done:
        return ["  nothing has been done at the account in this run yet"]
    lines = [
        f"    {case.at(one.settled_at, reader)}: {one.channel} '{one.step}'"
        + (f", {one.outcome}" if one.outcome else "")
        + (", replied" if one.replied_at else "")
        for one in done[-_SHOWN:]
        if one.settled_at
    ]
    return [f"  done so far in {case.scene.run.id}:", *lines]


def _about(case: Case, reader: Player) -> list[str]:
    task, scene = case.task, case.scene
    lines = [f"Account: {scene.account.name} ({scene.account.id})"]
    lines += [f"Contact: {person(case.contact)}"] if case.contact else []
    lines += [f"Handed out: {case.at(task.handed_at, reader)}"]
    lines += [f"Due: {case.at(task.due_at, reader)}"] if task.due_at else []
    return lines


def _what_to_do(task: Task) -> list[str]:
    return ["When it is done, type one of:", *commands(task).splitlines()]


def _nobody(passed: Sequence[Rung]) -> list[str]:
    return [f"Nobody could be found as {' or '.join(passed)}, so it came straight to you."] if passed else []
