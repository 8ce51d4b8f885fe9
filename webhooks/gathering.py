"""Events that come at the same time share a commit: a flood costs Postgres a transaction a batch, not one each.

Nobody waits for company: while one batch is being committed, the next gathers. Events that stop something go by
themselves, because they may have to wait for a mail on its way to the same person.
"""

import asyncio
from typing import Final

from plays.ids import event_id
from records.db import Database
from records.inbox import Accepted, Offer, accept_all
from webhooks.refusals import Refusal, not_stored
from webhooks.storing import store

MOST: Final = 64
WRITERS: Final = 2  # one commits while the other gathers; more only make the batches smaller
Waiting = tuple[Offer, "asyncio.Future[Accepted]"]


class Gatherer:
    """Takes events into the inbox of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[Waiting] = []
        self._writers: set[asyncio.Task[None]] = set()
        self._under_way: dict[str, asyncio.Task[list[Accepted]]] = {}

    async def accept(self, offer: Offer) -> Accepted:
        """Store the event, with what it stops, and commit. Raises Refusal 503 when Postgres does not answer."""
        if offer.stops:
            return await self._alone(offer)
        future: asyncio.Future[Accepted] = asyncio.get_running_loop().create_future()
        self._waiting.append((offer, future))
        if len(self._writers) < WRITERS:
            writer = asyncio.create_task(self._write())
            self._writers.add(writer)
            writer.add_done_callback(self._writers.discard)
        return await future

    async def _alone(self, offer: Offer) -> Accepted:
        """Copies that come while the first is being stored wait for it, and not each for its locks."""
        name = event_id(offer.source, offer.external_id)
        if name in self._under_way:
            await asyncio.shield(self._under_way[name])
            return Accepted(name, new=False)
        first = self._under_way[name] = asyncio.create_task(self._accepted([offer]))
        first.add_done_callback(lambda task: self._stored(name, task))
        return (await asyncio.shield(first))[0]

    def _stored(self, name: str, task: "asyncio.Task[list[Accepted]]") -> None:
        del self._under_way[name]
        if not task.cancelled():
            task.exception()  # looked at, also when every sender has gone

    async def _accepted(self, offers: list[Offer]) -> list[Accepted]:
        return await store(self._database, lambda session: accept_all(session, offers))

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            await self._commit(batch)

    async def _commit(self, batch: list[Waiting]) -> None:
        try:
            accepted = await self._accepted([offer for offer, _ in batch])
        except Refusal:
            # Those who came meanwhile would wait as long for the same answer.
            late, self._waiting = self._waiting, []
            for _, future in [*batch, *late]:
                _refuse(future, not_stored())
        except Exception as error:
            await self._one_by_one(batch, error)
        else:
            for (_, future), one in zip(batch, accepted, strict=True):
                if not future.done():
                    future.set_result(one)

    async def _one_by_one(self, batch: list[Waiting], error: Exception) -> None:
        """One event that cannot be stored does not take the others with it."""
        if len(batch) == 1:
            _refuse(batch[0][1], error)
            return
        for one in batch:
            await self._commit([one])


def _refuse(future: "asyncio.Future[Accepted]", error: Exception) -> None:
    if not future.done():  # the sender may have gone
        future.set_exception(error)
