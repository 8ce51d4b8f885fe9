"""One run while it works: where it stands, what it listens for, which tasks are open, what was asked of it.

Changes of state only; whatever awaits lives in the modules that use this one.
"""

from datetime import datetime
from typing import Final, Literal

from workflows.hearing import Hearing
from workflows.standing import Ending as Ending
from workflows.state import OpenTask

Closing = Literal["done", "given_up", "withdrawn"]
TASKS_KEPT: Final = 200  # that nobody waits for; an endless play hands out more than are ever closed


class Run(Hearing):
    """The whole of it: tasks besides what it stands at and hears."""

    def open_task(self, task: int | None) -> OpenTask | None:
        """The task, if it is one of this run's that are open."""
        return next((one for one in self.state.tasks if one.task == task and one.state == "open"), None)

    def watch_task(self, task: OpenTask) -> None:
        """Keep a task that was handed out, so that its ladder is climbed."""
        self.state.tasks = [*self.state.tasks, task]
        spare = [one for one in self.state.tasks if not one.rungs and one.task not in self._waited]
        for one in spare[: max(0, len(self.state.tasks) - TASKS_KEPT)]:
            self.state.tasks.remove(one)

    def close_task(self, task: OpenTask, state: Closing, outcome: str | None) -> None:
        """The task is done, given up or withdrawn. It is kept while a step waits for it."""
        task.state, task.outcome, task.rungs = state, outcome, []
        for cursor in self.everywhere:
            for item in cursor.items:
                if task.task in item.tasks:
                    item.tasks.remove(task.task)
                    item.came, item.gone = (outcome or state, None) if state == "done" else (item.came, state)
        if task.task not in self._waited:
            self.state.tasks.remove(task)

    @property
    def _waited(self) -> set[int]:
        return {cursor.waiting_task for cursor in self.everywhere if cursor.waiting_task is not None}

    def take_closed(self) -> OpenTask | None:
        """The task the cursor waits for, once it is closed; it is forgotten with that."""
        for task in self.state.tasks:
            if task.task == self.state.waiting_task and task.state != "open":
                self.state.tasks.remove(task)
                return task
        return None

    def drop_waited_task(self) -> None:
        """The step that waits for a task is skipped: its ladder is not climbed any more."""
        self.state.tasks = [task for task in self.state.tasks if task.task != self.state.waiting_task]

    def next_rung(self) -> tuple[datetime, OpenTask] | None:
        """When the next open task climbs, and which."""
        climbing = [task for task in self.state.tasks if task.rungs]
        if not climbing:
            return None
        first = min(climbing, key=lambda task: (task.rungs[0].at, task.task))
        return first.rungs[0].at, first
