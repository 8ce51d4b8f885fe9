"""Where rehearsals are played: scratch ledgers, one worker on a task queue of its own, as many slots as wanted.

async with Theatre.opened(database_url, client, settings, slots=4) as theatre:
    performance = await theatre.play(piece)
"""

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from pydantic import SecretStr
from temporalio import activity
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import Worker

from activities.registry import Activities
from local.rehearsal.cast import cast
from local.rehearsal.ghosts import AnyEndpoint, GhostCaller, GhostTransport, Played, name_of, surrounded
from local.rehearsal.performance import Performance, performance_of
from local.rehearsal.performer import Performer
from local.rehearsal.piece import Piece
from local.rehearsal.skipping import stamped
from plays.ids import rehearsal_id
from records.db import LOCK_SPACE
from records.scratch import Keeper, Scratch
from settings import Settings
from workflows.play import PlayWorkflow
from workflows.sandbox import shared

NOWHERE: Final = "https://rehearsal.invalid"
CACHED_RUNS: Final = 100


@dataclass
class Slot:
    """A scratch ledger and the real activities upon it; one rehearsal at a time."""

    scratch: Scratch
    activities: Mapping[str, Played]
    performer: Performer | None = None


class Theatre:
    """Open as long as its `async with`."""

    def __init__(self, client: Client, settings: Settings, slots: list[Slot], task_queue: str) -> None:
        self._client, self._settings, self._task_queue = stamped(client), settings, task_queue
        self._free: asyncio.Queue[Slot] = asyncio.Queue()
        self._playing: dict[str, Slot] = {}
        self.slots = slots
        for slot in slots:
            self._free.put_nowait(slot)

    @classmethod
    @contextlib.asynccontextmanager
    async def opened(
        cls, database_url: str, client: Client, settings: Settings, *, slots: int = 1
    ) -> AsyncIterator[Self]:
        """Make the scratch ledgers and the worker; drop them at the end, and what killed rehearsals left behind.

        Raises NoTables when the database has not been brought up to date.
        """
        async with Keeper(database_url) as keeper:
            for dead in await keeper.clean():
                await _terminate_all(client, dead)
            made = [await keeper.make() for _ in range(slots)]
            queue = made[0].name  # whoever finds the schema left behind finds its runs
            known = _ghostly(settings, queue)
            theatre = cls(client, known, [Slot(one, _activities(one, known)) for one in made], queue)
            async with theatre._worker(client):
                yield theatre

    async def play(self, piece: Piece) -> Performance:
        """Play one rehearsal, as soon as a slot is free. Raises Unplayable."""
        slot = await self._free.get()
        try:
            return await asyncio.create_task(self._play(piece, slot))  # a task has a context of its own
        finally:
            self._free.put_nowait(slot)

    async def _play(self, piece: Piece, slot: Slot) -> Performance:
        began = time.perf_counter()
        LOCK_SPACE.set(slot.scratch.name)
        await slot.scratch.empty()
        await cast(slot.scratch, piece)
        workflow = rehearsal_id(piece.play.play, piece.account, secrets.token_hex(4))
        performer = Performer(piece, slot.scratch.database, self._client, workflow, self._task_queue)
        slot.performer = performer
        self._playing[workflow] = slot
        try:
            ended, standing = await performer.play()
            async with slot.scratch.database.begin() as session:
                found = await performance_of(session, performer, ended, standing, self._settings.tenant_zone)
        finally:
            del self._playing[workflow]
            slot.performer = None
            await self._terminated(workflow)
        return found.took(time.perf_counter() - began)

    async def _terminated(self, workflow: str) -> None:
        """Nobody goes on with it. It is over already, unless something went wrong."""
        with contextlib.suppress(RPCError):
            await self._client.get_workflow_handle(workflow).terminate("the rehearsal is over")

    def _worker(self, client: Client) -> Worker:
        real = self.slots[0].activities
        return Worker(
            client,
            task_queue=self._task_queue,
            workflows=[PlayWorkflow],
            activities=surrounded(real, self._activities_here, self._after, self._failed),
            workflow_runner=shared(PlayWorkflow),
            max_cached_workflows=CACHED_RUNS,
        )

    def _activities_here(self) -> Mapping[str, Played]:
        slot = self._slot()
        LOCK_SPACE.set(slot.scratch.name)
        return slot.activities

    async def _after(self, name: str, asked: Any, answer: Any) -> Any:
        performer = self._slot().performer
        return answer if performer is None else await performer.heard(name, asked, answer)

    def _failed(self, name: str, error: Exception) -> None:
        performer = self._slot().performer
        if performer is not None:
            performer.failed(name, error)

    def _slot(self) -> Slot:
        """The slot of the run whose activity is being played."""
        return self._playing[str(activity.info().workflow_id)]


def _ghostly(settings: Settings, queue: str) -> Settings:
    """The installation's settings, but for what would lead out of the theatre."""
    return settings.model_copy(
        update={
            "task_queue": queue,
            "public_url": NOWHERE,
            "webhook_endpoints": AnyEndpoint(),
            "environment": "test",  # its players send from nowhere: no domain to activate, no mailbox with a quota
            "mailboxes": {},
            "link_secret": SecretStr("links of rehearsals lead nowhere"),
        }
    )


def _activities(scratch: Scratch, settings: Settings) -> dict[str, Played]:
    """The real activities on the scratch ledger. Without a client no other run is told or started."""
    real = Activities(scratch.database, GhostTransport(), settings, None, GhostCaller())
    return {name_of(one): one for one in real.all()}


async def _terminate_all(client: Client, queue: str) -> None:
    """End the runs of a rehearsal that was killed: nobody would ever go on with them."""
    query = f"TaskQueue = '{queue}' AND ExecutionStatus = 'Running'"
    async for one in client.list_workflows(query):
        with contextlib.suppress(RPCError):
            await client.get_workflow_handle(one.id).terminate("its rehearsal was killed")
