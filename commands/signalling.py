"""Sends one event: checked here, then signed through the running webhooks, else straight into the inbox."""

import asyncio
import json
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from commands.failures import Refused, Wrong
from commands.instants import instant
from commands.routing import route_now
from commands.suggestions import did_you_mean
from commands.targets import existing

if TYPE_CHECKING:
    from commands.connections import House

OPS = "ops"  # the source of events that no webhook carried
GLANCE = 0.1  # seconds between two looks at the inbox
SETTLED = ("routed", "unmatched", "ignored", "parked", "held")


@dataclass(frozen=True)
class Told:
    """What the person typed."""

    event: str
    account: str | None = None
    contact: str | None = None
    email: str | None = None
    data: tuple[str, ...] = ()
    at: str | None = None
    id: str | None = None


@dataclass(frozen=True)
class Answer:
    """What became of the event: its id in the inbox, the way it went, its state and the sentences about it."""

    id: str
    way: str
    new: bool
    state: str
    account: str | None
    contact: str | None
    reason: str

    def lines(self) -> list[str]:
        """For people."""
        if not self.new:
            return [f"{self.id} had come in before; a second copy changes nothing. It is {self.state}: {self.reason}"]
        who = " ".join(filter(None, (self.account, self.contact))) or "nobody known"
        lines = [f"Accepted as {self.id} ({self.way}), about {who}."]
        if self.state == "received":
            return [*lines, f"It waits to be routed: see ./starter.py inbox show {self.id}"]
        return [*lines, f"{self.state}: {self.reason}" if self.reason else self.state]


async def send(house: "House", told: Told, wait: float) -> Answer:
    """Send it and wait up to `wait` seconds for what becomes of it. Raises Wrong before anything is sent."""
    data, occurred_at = await _checked(house, told)
    external = told.id or f"cli_{uuid.uuid4().hex[:16]}"
    posted = await _by_webhook(house, told.event, data, occurred_at, external)
    event_id, way, new = posted or await _straight(house, told.event, data, occurred_at, external)
    return await _outcome(house, event_id, way, new, wait)


async def _checked(house: "House", told: Told) -> tuple[dict[str, Any], datetime]:
    from plays.events import FAMILIES, is_event_kind
    from webhooks.event_forms import FORMS, OWN_KINDS
    from webhooks.forms import normalise

    own = told.event in OWN_KINDS
    if own or not is_event_kind(told.event):
        why = "is raised by Setpiece itself" if own else "is no kind of event"
        families = " and ".join(f"{family}NAME" for family in FAMILIES)
        raise Wrong(
            f"'{told.event}' {why}.{did_you_mean(told.event, list(FORMS))} "
            f"docs/events.md lists them: {', '.join(FORMS)}, {families}."
        )
    named = {"account": told.account, "contact": told.contact, "email": told.email}
    data: dict[str, Any] = dict(pair(text) for text in told.data) | {key: who for key, who in named.items() if who}
    if not {"account", "contact", "email", "message_id"} & data.keys():
        raise Wrong("Say whom it is about: --account, --contact or --email.")
    async with house.session() as session:
        if told.account:
            await existing(session, told.account, None)
        if told.contact:
            await existing(session, None, told.contact)
    now = datetime.now(UTC)
    occurred_at = instant(told.at, house.settings.tenant_zone, now) if told.at else now
    if occurred_at > now:
        raise Wrong(f"'{told.at}' is in the future: an event has happened.")
    read = normalise({"type": told.event, "occurred_at": occurred_at.isoformat(), "data": data}, now)
    if read.parked:
        raise Wrong(f"This is no {told.event}: {read.parked}. Nothing was sent. docs/events.md shows each form.")
    return read.data, occurred_at


def pair(text: str) -> tuple[str, Any]:
    """`drop_pct=45` as a key and a value; numbers, true, false and null are read as such. Raises Wrong without `=`."""
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise Wrong(f"'{text}' is no KEY=VALUE, e.g. --data drop_pct=45.")
    try:
        read = json.loads(value)
    except ValueError:
        return key.strip(), value
    return key.strip(), read if not isinstance(read, dict | list) else value


async def _by_webhook(
    house: "House", kind: str, data: dict[str, Any], occurred_at: datetime, external: str
) -> tuple[str, str, bool] | None:
    """None when there is no secret or nobody listens. Raises Refused when the webhooks do not accept it."""
    from plays.ids import event_id
    from webhooks.sending import sign_and_post

    secrets = house.settings.webhook_secrets
    source = next(iter(secrets), None)
    if source is None:
        return None
    try:
        reply = await sign_and_post(
            house.settings.webhooks_url,
            secrets[source][0].get_secret_value(),
            source,
            kind,
            data,
            external,
            occurred_at,
        )
    except (OSError, ValueError):  # nobody there, or somebody else's server on this port
        return None
    if reply.status not in (200, 202):
        said = reply.body.get("detail") or reply.body
        raise Refused(f"The webhooks at {house.settings.webhooks_url} refused it ({reply.status}): {said}")
    return event_id(source, external), "through the webhooks", reply.body.get("new", True) is not False


async def _straight(
    house: "House", kind: str, data: dict[str, Any], occurred_at: datetime, external: str
) -> tuple[str, str, bool]:
    from records.inbox import accept
    from webhooks.sending import body_of

    async with house.session() as session:
        raw = body_of(kind, data, occurred_at)
        accepted = await accept(session, OPS, external, kind, data, occurred_at, raw)
    for event_id in (accepted.id, *accepted.raised):
        await route_now(house, event_id)
    return accepted.id, "straight into the inbox: no webhooks run here", accepted.new


async def _outcome(house: "House", event_id: str, way: str, new: bool, wait: float) -> Answer:
    from records import inbox

    deadline = time.monotonic() + wait
    while True:
        async with house.session() as session:
            event = await inbox.event(session, event_id)
        if event is None:
            raise Refused(f"The webhooks keep their events in another database than this one: {event_id} is not here.")
        if event.state in SETTLED or time.monotonic() > deadline:
            return Answer(event.id, way, new, event.state, event.account, event.contact, event.reason)
        await asyncio.sleep(GLANCE)
