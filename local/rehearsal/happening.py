"""What happens in a rehearsal: into the scratch inbox with all it stops and changes, then to the run if it listens."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from local.rehearsal.ghosts import EVENT, Book
from local.rehearsal.people import contact_meant
from local.rehearsal.piece import Piece
from local.rehearsal.stimuli import Incident
from records import inbox
from records.db import Database
from records.tables import Event, Touch
from webhooks.listeners import event_in, listeners
from webhooks.rules import Playbook
from workflows.messages import EVENT_SIGNAL, EventIn

SOURCE: Final = "rehearsal"
# Events that speak of a mail: the one named by `step=` or `after`, else the last one the person was sent.
_OF_A_MAIL: Final = frozenset({"reply", "bounce", "unsubscribed", "complaint", "survey.answered"})


class Happenings:
    """The way in for the events of one rehearsal."""

    def __init__(self, piece: Piece, database: Database, client: Client, workflow: str, book: Book) -> None:
        self._piece, self._database, self._client = piece, database, client
        self._workflow, self._book = workflow, book
        self._playbook = Playbook()
        self._count = 0

    async def opening(self, incident: Incident) -> str:
        """The event that starts the run: kept, and told to nobody. Its id."""
        (name, *_) = await self._accepted(incident, self._piece.begins)
        await self.settle([name])
        return name

    async def happen(self, incident: Incident, at: datetime) -> None:
        """Accept an event as a webhook would, and tell the run of it and of what follows from it."""
        for name in await self._accepted(incident, at):
            await self.tell(name)

    async def tell(self, event_id: str) -> None:
        """Signal the run if it listens, by the rules of the router."""
        async with self._database.singly() as session:
            event = await session.get_one(Event, event_id)
            heard = self._workflow in [run.workflow_id for run in await listeners(session, self._playbook, event)]
        await self.settle([event_id], heard=heard)
        if heard:
            await self.signal(event_in(event))

    async def signal(self, event: EventIn) -> None:
        """Tell the run, unless it is over."""
        try:
            await self._client.get_workflow_handle(self._workflow).signal(EVENT_SIGNAL, event)
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise

    async def settle(self, events: Iterable[str], *, heard: bool = True) -> None:
        """They were routed, as far as there was anybody to hear them."""
        async with self._database.begin() as session:
            for name in events:
                await inbox.settle(session, name, "routed" if heard else "ignored", ())

    async def _accepted(self, incident: Incident, at: datetime) -> tuple[str, ...]:
        """Its id, and those of the events that follow from it."""
        self._count += 1
        async with self._database.begin() as session:
            data = await self._data(session, incident)
            raw = json.dumps(data, ensure_ascii=False).encode()
            accepted = await inbox.accept(session, SOURCE, str(self._count), incident.word, data, at, raw)
            named = (accepted.id, *accepted.raised)
            await session.execute(update(Event).where(Event.id.in_(named)).values(received_at=at))
        async with self._database.singly() as session:
            self._book.write(EVENT, incident, await session.get(Event, accepted.id))
        return named

    async def _data(self, session: AsyncSession, incident: Incident) -> dict[str, Any]:
        data = {**incident.data, "account": self._piece.account}
        if incident.who is not None:
            data["contact"] = await contact_meant(session, self._piece, incident)
        step = data.pop("step", None) or incident.when.step or None
        if incident.word in _OF_A_MAIL or incident.word.startswith("mail."):
            mail = await self._mail(session, data.get("contact"), step)
            data |= {"message_id": mail} if mail else {}
        return data

    async def _mail(self, session: AsyncSession, contact: str | None, step: str | None) -> str | None:
        """The Message-ID of the mail that is meant."""
        query = select(Touch.message_id).where(Touch.message_id.is_not(None), Touch.settled_at.is_not(None))
        query = query.where(Touch.contact == contact) if contact else query
        query = query.where(Touch.step == step) if step else query
        return (await session.scalars(query.order_by(Touch.settled_at.desc(), Touch.key).limit(1))).one_or_none()
