"""What a genuine call holds, and storing it: events into the inbox, mails into `mails`, all before the answer.

A batch is stored in bounded transactions; one event that cannot be stored is parked and takes no other with it (B14).
"""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from records import mails, seen_tokens
from records.db import Database
from records.inbox import Accepted, Offer, accept_all
from records.mails import Arrival
from webhooks.forms import UNREADABLE
from webhooks.providers.accounts import Route
from webhooks.providers.calls import Call, Unreadable
from webhooks.providers.dialect import Received, Sort
from webhooks.providers.normalising import Source, events_of, unreadable
from webhooks.refusals import Refusal
from webhooks.storing import store

CHUNK: Final = 50  # events of one transaction
WRITERS: Final = 2  # transactions at once: more would only wait for each other's accounts, and then for nothing
WRONG: Final[dict[tuple[Route, Sort], str]] = {
    ("events", "inbound"): "this is a mail that came in; post it to …/inbound",
    ("inbound", "event"): "this is a delivery event; post it to …/events",
}
log = structlog.get_logger(__name__)


class Reused(Exception):
    """The token has proved another body before (B9)."""


@dataclass(frozen=True)
class Read:
    """What a call holds."""

    offers: Sequence[Offer] = ()
    arrivals: Sequence[Arrival] = ()


@dataclass(frozen=True)
class Taken:
    """What was stored. `new` counts what was not there before."""

    count: int
    new: int
    parked: int
    to_route: Sequence[str] = ()


def read(source: Source, call: Call, route: Route) -> Read:
    """Events or mails of a genuine call. Raises Refusal 400 when it came to the other one's URL (B15)."""
    try:
        sort = source.dialect.sort(call)
    except Unreadable as fault:
        return Read([unreadable(source.name, call, str(fault))])
    if (route, sort) in WRONG:
        raise Refusal(400, f"{source.dialect.title}: {WRONG[route, sort]}")
    if route == "events":
        return Read(events_of(source, call))
    try:
        received = source.dialect.mails(call)
    except Unreadable as fault:
        return Read([unreadable(source.name, call, str(fault))])
    parked = [_without_mail(source.name, call, one) for one in received if not one.there]
    return Read(parked, [_arrival(source.name, one) for one in received if one.there])


def _arrival(name: str, one: Received) -> Arrival:
    """Without an id of the provider's, the mail's own bytes are its id."""
    external_id = one.external_id or hashlib.sha256(one.raw).hexdigest()
    return Arrival(name, one.mailbox, external_id, one.raw)


def _without_mail(name: str, call: Call, one: Received) -> Offer:
    named = one.external_id or hashlib.sha256(call.raw).hexdigest()
    return Offer(name, f"no-mail/{named}", UNREADABLE, {}, call.received_at, call.raw, parked=one.why_parked)


class Intake:
    """Stores what calls hold in one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._slots = asyncio.Semaphore(WRITERS)

    async def take(self, name: str, found: Read, proved: tuple[str, str] | None) -> Taken:
        """Store and commit; `proved` is a token with the hash of the body it came with.

        Raises Refusal 503 when Postgres does not answer, Reused when the token has proved another body before.
        What of a batch was stored until then is no new event when the provider sends it again.
        """
        accepted: list[Accepted] = []
        for at in range(0, max(len(found.offers), 1), CHUNK):
            accepted += await self._chunk(name, found.offers[at : at + CHUNK], proved)
        kept = await self._keep(found.arrivals)
        new = sum(one.new for one in accepted) + kept
        parked = sum(bool(one.parked) for one in found.offers)
        routed = [event_id for one in accepted for event_id in one.to_route]
        return Taken(len(found.offers) + len(found.arrivals), new, parked, routed)

    async def _chunk(self, name: str, offers: Sequence[Offer], proved: tuple[str, str] | None) -> list[Accepted]:
        async def work(session: AsyncSession) -> list[Accepted]:
            if proved and not await seen_tokens.spend(session, name, *proved):
                raise Reused
            return await accept_all(session, offers) if offers else []

        try:
            async with self._slots:
                return await store(self._database, work)
        except (Refusal, Reused):
            raise
        except Exception as error:
            return await self._one_by_one(name, offers, proved, error)

    async def _one_by_one(
        self, name: str, offers: Sequence[Offer], proved: tuple[str, str] | None, error: Exception
    ) -> list[Accepted]:
        if len(offers) > 1:
            return [done for one in offers for done in await self._chunk(name, [one], proved)]
        if not offers or offers[0].parked:
            raise error
        log.error("an event could not be stored", provider=name, error=type(error).__name__)
        why = f"it could not be stored as {offers[0].kind}: {type(error).__name__}"
        return await self._chunk(name, [replace(offers[0], data={}, parked=why)], proved)

    async def _keep(self, arrivals: Sequence[Arrival]) -> int:
        if not arrivals:
            return 0
        return len(await store(self._database, lambda session: mails.keep(session, arrivals)))
