"""From the inbox to the runs: signal the open runs that listen, start the plays that begin on the event.

Everything that must not wait was done when the event was accepted (`records/stops.py`). Temporal away means that
events wait in order and are tried again; a run that has ended is a normal answer, not an error (B17, B18).
"""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

import structlog
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from plays.events import ORIGIN
from records import inbox
from records.db import Database
from records.tables import Event
from settings import Settings
from webhooks.health import answers
from webhooks.listeners import event_in, listeners
from webhooks.logs import origin
from webhooks.rules import Playbook, Ruling, rule
from workflows.messages import EventIn
from workflows.starting import signal_run, start_run

LEASE: Final = timedelta(seconds=30)
RPC: Final = timedelta(seconds=5)
ATTEMPTS: Final = 12  # of an event whose routing fails while Temporal is there; then it is parked for a person
AT_ONCE: Final = 16
KICKED: Final = 64
_AWAY: Final = (
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.CANCELLED,
    RPCStatusCode.RESOURCE_EXHAUSTED,
    RPCStatusCode.UNAUTHENTICATED,
)
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Routed:
    """What became of an event: its state and what was done, in sentences without personal data."""

    state: str
    sentences: tuple[str, ...] = ()


class Started(Protocol):
    """What starting a run answers (`workflows.starting.Started`)."""

    @property
    def workflow_id(self) -> str:
        """`play/account`."""

    @property
    def already_open(self) -> bool:
        """True when the play had an open run at the account."""


class Start(Protocol):
    """`workflows.starting.start_run`."""

    def __call__(
        self, client: Client, settings: Settings, play: str, account: str, event_id: str | None, by: str
    ) -> Awaitable[Started]:
        """Start the play at the account, or find its run open."""


class TemporalAway(Exception):
    """Temporal does not answer: the event waits."""


class Router:
    """Routes events, each account's in the order they came. Several may work side by side."""

    def __init__(self, database: Database, client: Client, settings: Settings, *, start: Start = start_run) -> None:
        self._database, self._client, self._settings, self._start = database, client, settings, start
        self._playbook = Playbook()
        self._away = False
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._kicked: set[asyncio.Task[None]] = set()

    def kick(self, event_id: str) -> None:
        """Route soon, without waiting for it. When much is under way or Temporal is away, the sweeper does it."""
        if self._away or len(self._kicked) >= KICKED:
            return
        task = asyncio.create_task(self._route_quietly(event_id))
        self._kicked.add(task)
        task.add_done_callback(self._kicked.discard)

    async def close(self) -> None:
        """Wait for what was kicked."""
        await asyncio.gather(*self._kicked)

    async def route_due(self, limit: int = 200) -> int:
        """Route what is due, oldest first, until nothing is left or `limit` is reached. Returns how many."""
        if self._away and not await answers(self._client, RPC.total_seconds()):
            return 0
        self._away = False
        count = 0
        while count < limit and not self._away:
            async with self._database.begin() as session:
                batch = await inbox.due(session, min(limit - count, AT_ONCE * 4))
            if not batch:
                break
            await asyncio.gather(*(self._route_quietly(event_id) for event_id in batch))
            count += len(batch)
        return count

    async def route(self, event_id: str) -> Routed:
        """Route one event now. State `received` means that it waits: for Temporal, an older event, another router."""
        async with self._database.singly() as session:
            event = await inbox.claim(session, event_id, LEASE)
        if event is None:
            return await self._standing(event_id)
        try:
            routed, until = await self._deliver(event)
        except TemporalAway as error:
            self._away = True
            await self._put_back(event, timedelta(seconds=1))
            log.warning("temporal is away", event_id=event.id, why=str(error))
            return Routed("received", ("Temporal does not answer; the event waits and is tried again",))
        except Exception as error:
            return await self._failed(event, error)
        async with self._database.singly() as session:
            await inbox.settle(session, event.id, routed.state, routed.sentences, held_until=until)
        log.info("event routed", event_id=event.id, kind=event.kind, state=routed.state, account=event.account)
        return routed

    async def _route_quietly(self, event_id: str) -> None:
        """For tasks nobody waits for: whatever goes wrong is logged, and the event's lease runs out."""
        async with self._slots:
            try:
                await self.route(event_id)
            except Exception as error:
                log.error("routing failed", event_id=event_id, error=type(error).__name__, at=origin(error))

    async def _standing(self, event_id: str) -> Routed:
        async with self._database.begin() as session:
            event = await inbox.event(session, event_id)
        if event is None:
            raise LookupError(f"no event '{event_id}' in the inbox")
        return Routed(event.state, (event.reason,) if event.reason else ())

    async def _deliver(self, event: Event) -> tuple[Routed, datetime | None]:
        """Signal the runs that listen (the first time only), then see which plays start."""
        sentences: list[str] = []
        async with self._database.singly() as session:
            runs = await listeners(session, self._playbook, event) if event.held_until is None else []
        joined = set()
        for run in runs:
            if await self._signal(run.workflow_id, event_in(event)):
                joined.add(run.play)
                sentences.append(f"told {run.id}")
            else:
                sentences.append(f"{run.id} had ended already")
        echo = event.data.get("origin") == ORIGIN
        rulings = [] if echo else await self._rule(event, joined)
        sentences += ["it comes of a call of ours: no play starts on it"] if echo else []
        sentences += [ruling.reason for ruling in rulings if ruling.reason]
        sentences += [await self._begin(ruling.play, event) for ruling in rulings if ruling.start]
        until = min((ruling.until for ruling in rulings if ruling.until), default=None)
        told = bool(joined) or any(ruling.start for ruling in rulings) or event.held_until is not None
        state = "held" if until else "routed" if told else "ignored"
        return Routed(state, tuple(sentences or ["no open run listens, and no play starts on it"])), until

    async def _rule(self, event: Event, joined: set[str]) -> Sequence[Ruling]:
        now = datetime.now(UTC)
        async with self._database.singly() as session:
            plays = await self._playbook.started_by(session, event.kind)
            return [
                await rule(session, event, play, now, self._settings.tenant_zone)
                for play in plays
                if play.play not in joined
            ]

    async def _signal(self, workflow_id: str, event: EventIn) -> bool:
        """False if there is no open run under this id (B17). Raises TemporalAway."""
        try:
            return await signal_run(self._client, workflow_id, event)
        except (RPCError, RuntimeError) as error:
            raise _away(error) from error

    async def _begin(self, play: str, event: Event) -> str:
        """Start the play; if its run is open by now, tell that (B18)."""
        try:
            started = await asyncio.wait_for(
                self._start(self._client, self._settings, play, event.account or "", event.id, "rule"),
                RPC.total_seconds(),
            )
        except (RPCError, RuntimeError, TimeoutError) as error:
            raise _away(error) from error
        if not started.already_open:
            return f"started {started.workflow_id}"
        await self._signal(started.workflow_id, event_in(event))
        return f"{started.workflow_id} was open already and was told"

    async def _failed(self, event: Event, error: Exception) -> Routed:
        """Not Temporal's absence: try again with growing waits, at last park it so that its account's others go on."""
        reason = f"routing failed {event.attempts} times: {type(error).__name__}"
        log.error(reason, event_id=event.id, at=origin(error))
        if event.attempts >= ATTEMPTS:
            async with self._database.begin() as session:
                await inbox.settle(session, event.id, "parked", [reason])
            return Routed("parked", (reason,))
        await self._put_back(event, timedelta(seconds=min(2**event.attempts, 300)))
        return Routed(event.state, (reason,))

    async def _put_back(self, event: Event, wait: timedelta) -> None:
        async with self._database.begin() as session:
            await inbox.put_back(session, event.id, wait)


def _away(error: Exception) -> Exception:
    """TemporalAway for an unreachable server; the error itself for everything else."""
    match error:
        case RPCError():
            return TemporalAway(error.message) if error.status in _AWAY else error
        case TimeoutError():
            return TemporalAway("no answer in time")
        case RuntimeError() if "client connect" in str(error):  # a lazy client's first call; it has no type of its own
            return TemporalAway(str(error))
        case _:
            return error
