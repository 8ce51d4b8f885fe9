"""What the tour reads from the records, and the one thing it writes: closing a task, as a player would."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from commands.failures import Refused
from commands.routing import route_now

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from commands.connections import House
    from records.tables import Player, Run, Task, Touch
    from workflows.messages import Explanation


class Reading:
    """Reads by workflow ID (`play/account`), of the newest run."""

    def __init__(self, house: "House") -> None:
        self._house = house

    async def fresh_account(self, play: str, lifecycle: str, owner: str, with_persona: str | None = None) -> str:
        """An account no play has worked yet and this one may; `owner` is the role that gets its first task.

        From the end of the list (`make run` takes from its beginning), those in English first.
        Raises Refused when all were used.
        """
        from records.overview import untouched_accounts

        async with self._house.session() as session:
            accounts = list(reversed(await untouched_accounts(session, lifecycle=lifecycle)))
            usable = [one for one in accounts if await _suits(session, play, one, with_persona)]
            for account in [one for one in usable if await _in_english(session, one, owner)] + usable:
                return account
        raise Refused(
            f"Every sample account that is a {lifecycle} has had a run, so none is left for the tour. "
            "To begin anew, stop Setpiece, remove its folder .setpiece and start it again."
        )

    async def run_in(self, workflow: str, states: Sequence[str]) -> "Run | None":
        """The run once it is in one of these states."""
        run = await self._run(workflow)
        return run if run and run.state in states else None

    async def open_task(self, workflow: str, step: str = "", kind: str = "") -> "Task | None":
        """The run's open task of this step or kind."""
        from records import runs

        run = await self._run(workflow)
        if run is None:
            return None
        async with self._house.session() as session:
            found = await runs.open_tasks(session, run.id)
        return next((task for task in found if step in ("", task.step) and kind in ("", task.kind)), None)

    async def task(self, number: int) -> "Task":
        """A task that exists."""
        from records import tasks

        async with self._house.session() as session:
            found = await tasks.get(session, number)
        if found is None:
            raise Refused(f"Task {number} is gone.")
        return found

    async def climbed(self, number: int, rung: str) -> "Task | None":
        """The task once it has climbed to this rung."""
        task = await self.task(number)
        return task if any(one.get("rung") == rung for one in task.climbed) else None

    async def touch(self, workflow: str, step: str, state: str) -> "Touch | None":
        """The run's touch of this step once it is in this state."""
        from records import touches

        run = await self._run(workflow)
        if run is None:
            return None
        async with self._house.session() as session:
            found = await touches.of_run(session, run.id)
        return next((touch for touch in found if touch.step == step and touch.state == state), None)

    async def address(self, player: str) -> str:
        """Where notices to this player go."""
        from records import people

        async with self._house.session() as session:
            found = await people.player(session, player)
        return found.email if found else ""

    async def executive(self, workflow: str) -> "Player":
        """Whom the executive rung of the run's play climbs to."""
        from plays.program import program_of
        from records import people, versions

        run = await self._run(workflow)
        async with self._house.session() as session:
            version = await versions.get(session, run.play, run.version) if run else None
            slot = program_of(version.definition).play.executive if version else None
            found = await people.player(session, run.roles.get(slot or "", "")) if run else None
        if found is None:
            raise Refused(f"Nobody plays the executive in {workflow}.")
        return found

    async def stands_at(self, workflow: str, step: str) -> "Explanation | None":
        """What the living run says of itself, once it, or one of its tracks, stands at this step."""
        from commands.run_story import ask

        said, _ = await ask(self._house, workflow)
        return said if said and step in (said.step, *(one.step for one in said.tracks)) else None

    async def complete(
        self, task: "Task", outcome: str | None, note: str, answers: Mapping[str, Any] | None = None
    ) -> None:
        """Close a task as its player, a form with its answers; the run is told at once."""
        from records import tasks

        async with self._house.session() as session:
            completed = await tasks.complete(session, task.id, outcome, note, task.player, given=answers)
        await route_now(self._house, completed.event_id)

    def stack_pid(self, name: str) -> int:
        """The process id stack.json has for one application now; 0 when it has none."""
        try:
            stack = json.loads((self._house.settings.folder / "stack.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return 0
        return int(stack.get("pids", {}).get(name, 0))

    async def _run(self, workflow: str) -> "Run | None":
        from records.overview import newest

        play, _, account = workflow.partition("/")
        async with self._house.session() as session:
            return await newest(session, play, account)


async def _suits(session: "AsyncSession", play: str, account: str, persona: str | None) -> bool:
    """Whether the play would be admitted, and the person it writes to first may be written to."""
    from records import people, versions
    from records.runs import admission

    version = await versions.latest(session, play)
    if version is None or (await admission(session, version, account, datetime.now(UTC))).verdict != "admitted":
        return False
    contacts = await people.contacts_of(session, account)
    return any(one.email and one.consent_basis and persona in (None, one.persona) for one in contacts)


async def _in_english(session: "AsyncSession", account: str, role: str) -> bool:
    from records import accounts, people

    found, holder = await accounts.account(session, account), await people.role_holder(session, account, role)
    return all((one.locale if one else None) in (None, "en") for one in (found, holder))
