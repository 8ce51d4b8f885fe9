"""Plays one rehearsal: starts the run, lets things happen on their dates, does what our people do, to the end."""

import json
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select, update
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from activities.contracts import HAND_OUT, OPEN_RUN
from local.rehearsal.clockwork import Clockwork
from local.rehearsal.ghosts import ANSWER, EVENT, OPERATOR, Book
from local.rehearsal.people import contact_meant
from local.rehearsal.piece import Piece
from local.rehearsal.players import answer_to, fields_of, outcome_of, when_done
from local.rehearsal.stimuli import Incident
from local.rehearsal.wishes import wish_of
from plays.calendar import add
from records import inbox, tasks
from records.db import Database
from records.tables import Contact, Event, Task
from webhooks.listeners import event_in, listeners
from webhooks.rules import Playbook
from workflows.messages import EVENT_SIGNAL, Answer, Explanation, RunInput, RunResult

SOURCE: Final = "rehearsal"
MADE: Final = "made"


class Performer:
    """One rehearsal under way."""

    def __init__(self, piece: Piece, database: Database, client: Client, workflow: str, task_queue: str) -> None:
        self.piece, self.book = piece, Book()
        self._database, self._client = database, client
        self.workflow, self._task_queue = workflow, task_queue
        self._playbook = Playbook()
        self._clock = Clockwork(client, workflow, piece.begins, self._horizon())
        self._now = piece.begins
        self._count = 0
        self._made: set[str] = set()  # steps that were made once
        self._trouble: Exception | None = None  # met inside an activity; raised where somebody waits

    def _horizon(self) -> datetime:
        return add(self.piece.begins, self.piece.scenario.until, self.piece.zone, self.piece.country)

    async def play(self) -> tuple[RunResult | None, Explanation | None]:
        """To the end or the horizon: the result, or where the run stands. Raises Unplayable."""
        opening = await self._opening()
        for incident in (*self.piece.events(), *self.piece.doings()):
            if incident.when.at is not None:
                self._clock.put(incident.when.at, self._act(incident, incident.when.at))
        handle: WorkflowHandle[Any, RunResult] = await self._client.start_workflow(
            self.piece.play.play,
            RunInput(
                account=self.piece.account,
                event_id=opening,
                requested_by=SOURCE,
                starts_at=self.piece.begins,
                parameters=self.piece.scenario.params,
            ),
            id=self.workflow,
            task_queue=self._task_queue,
            result_type=RunResult,
            static_summary=f"Rehearsal: {self.piece.play.play} at {self.piece.account}",
        )
        ended = await self._clock.run()
        if self._trouble is not None:
            raise self._trouble
        return (await handle.result(), None) if ended else (None, await self._explained())

    async def _explained(self) -> Explanation:
        handle = self._client.get_workflow_handle(self.workflow)
        found: Explanation = await handle.query("explain", result_type=Explanation)
        await handle.terminate("the rehearsal is over")
        return found

    # --- what the run asks of the world ------------------------------------------------------------------------------

    async def heard(self, name: str, asked: Any, answer: Any) -> None:
        """After an activity: write it down, let our people do what they were handed, arm what follows a step."""
        self.book.write(name, asked, answer)
        try:
            await self._react(name, asked, answer)
        except Exception as error:
            self._trouble = self._trouble or error

    async def _react(self, name: str, asked: Any, answer: Any) -> None:
        if name == HAND_OUT and answer.task is not None and answer.outcome is None:
            await self._handed_out(asked, answer.task)
        step = getattr(asked, "step", None)
        if name != OPEN_RUN and getattr(answer, "verdict", "") == MADE and step not in self._made:
            self._made.add(str(step))
            for incident in (*self.piece.events(), *self.piece.doings()):
                if incident.when.step == step:
                    at = add(asked.now, incident.when.span, self.piece.zone, self.piece.country)
                    await self._clock.put_soon(at, self._act(incident, at))

    async def _handed_out(self, asked: Any, number: int) -> None:
        async with self._database.singly() as session:
            task = await session.get_one(Task, number)
        said = answer_to(self.piece.scenario, task, asked.occurrence)
        if said is None:
            return
        at = when_done(said, asked.now, self.piece.zone, self.piece.country)
        outcome = outcome_of(said, task)
        fields = fields_of(self.piece.program.nodes[task.step], said, asked.now, await self._anybody())
        if at <= asked.now:
            await self._done(task, outcome, fields, asked.now)
        else:
            await self._clock.put_soon(at, lambda: self._done(task, outcome, fields, at))

    async def _anybody(self) -> str | None:
        async with self._database.singly() as session:
            query = select(Contact.id).where(Contact.account == self.piece.account).order_by(Contact.id).limit(1)
            return (await session.scalars(query)).one_or_none()

    async def _done(self, task: Task, outcome: str, fields: dict[str, Any], at: datetime) -> None:
        """A player has done a task; its run hears of it as it would from the inbox."""
        async with self._database.begin() as session:
            standing = await session.get_one(Task, task.id)
            if standing.state != "open":
                return
            given: dict[str, Any] = {"given": fields} if fields else {}
            done = await tasks.complete(session, task.id, outcome, "", SOURCE, at, **given)
        self.book.write(ANSWER, standing, (outcome, fields, at))
        await self._tell(done.event_id)

    # --- what happens ------------------------------------------------------------------------------------------------

    async def _opening(self) -> str | None:
        incident = self.piece.opening()
        return await self._accepted(incident, self.piece.begins) if incident else None

    def _act(self, incident: Incident, at: datetime) -> Any:
        async def act() -> None:
            if incident in self.piece.doings():
                await self._operate(incident, at)
            else:
                await self._tell(await self._accepted(incident, at))

        return act

    async def _accepted(self, incident: Incident, at: datetime) -> str:
        """Into the inbox, with what it stops, as a webhook would. The event's id."""
        data = {**incident.data, "account": self.piece.account}
        self._count += 1
        async with self._database.begin() as session:
            if incident.who is not None:
                data["contact"] = await contact_meant(session, self.piece, incident)
            raw = json.dumps(data, ensure_ascii=False).encode()
            accepted = await inbox.accept(session, SOURCE, str(self._count), incident.word, data, at, raw)
            await session.execute(update(Event).where(Event.id == accepted.id).values(received_at=at))
        async with self._database.singly() as session:
            self.book.write(EVENT, incident, await session.get(Event, accepted.id))
        return accepted.id

    async def _tell(self, event_id: str) -> None:
        """Signal the run if it listens, by the rules of the router."""
        async with self._database.singly() as session:
            event = await session.get_one(Event, event_id)
            heard = [run.workflow_id for run in await listeners(session, self._playbook, event)]
            await inbox.settle(session, event_id, "routed" if self.workflow in heard else "ignored", ())
        if self.workflow in heard:
            await self._signal(event)

    async def _signal(self, event: Event) -> None:
        try:
            await self._client.get_workflow_handle(self.workflow).signal(EVENT_SIGNAL, event_in(event))
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise

    async def _operate(self, incident: Incident, at: datetime) -> None:
        """An operator's wish, by the update of that name; what the run answers is written down."""
        handle = self._client.get_workflow_handle(self.workflow)
        answer = await handle.execute_update(incident.word, wish_of(incident), result_type=Answer)
        self.book.write(OPERATOR, (incident, at), answer.sentence)
