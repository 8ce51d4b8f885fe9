"""`POST /providers/{name}/events` and `/inbound`: read, prove, store, commit, answer 200. What was refused leaves a
line in the log and a count, nothing else.
"""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from records.db import Database
from settings import Settings
from webhooks.providers.accounts import Account, Route, accounts
from webhooks.providers.calls import Call, Unreadable, fragment
from webhooks.providers.proofs import Basic, Forged, Later
from webhooks.providers.sns import Fetch, fetch
from webhooks.providers.taking import Intake, Read, Reused, read
from webhooks.reading import read_body
from webhooks.refusals import Refusal
from webhooks.router import Router

MAX_EVENTS: Final = 1024 * 1024  # bytes; the largest batch that any of them documents
_LARGE: Final = 128 * 1024  # beyond it, reading goes to a thread: others are not to wait for it
NOT_OURS: Final = "the request does not prove who sent it; see docs/providers.md for what goes where"
log = structlog.get_logger(__name__)


@dataclass
class Desk:
    """Takes the calls of every configured provider. Raises SecretError when one of them could not be verified."""

    settings: Settings
    database: Database
    router: Router
    fetched: Fetch = fetch
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)  # (provider, why) since the start

    def __post_init__(self) -> None:
        self.accounts: Mapping[str, Account] = accounts(self.settings, self.fetched)
        self._intake = Intake(self.database)

    async def take(self, request: Request, route: Route) -> Response:
        """One request, from its first byte to its answer."""
        name = str(request.path_params["name"])
        limit = MAX_EVENTS if route == "events" else self.settings.max_mail
        raw = await read_body(request, limit)
        account = self.accounts.get(name)
        call = self._call(request, raw)
        if account is None:
            await _pretend(call)
            raise Refusal(404, "nothing is here")
        token = await self._prove(account, call, route)
        if account.sns is not None and (done := await self._greeted(account, call)):
            return done
        found = await _aside(raw, lambda: read(account.source, call, route))
        try:
            proved = (token, _fingerprint(call)) if token else None
            taken = await self._intake.take(account.source.name, found, proved)
        except Reused:
            raise self._refused(account, route, "token used before") from None
        for event_id in taken.to_route:
            self.router.kick(event_id)
        log.debug("provider call taken", provider=name, route=route, new=taken.new, parked=taken.parked)
        return JSONResponse({"taken": taken.count, "new": taken.new, "parked": taken.parked})

    def _call(self, request: Request, raw: bytes) -> Call:
        base = (self.settings.public_url or str(request.base_url)).rstrip("/")
        query = f"?{request.url.query}" if request.url.query else ""
        headers = {key.lower(): value for key, value in request.headers.items()}
        return Call(raw, headers, self.now(), f"{base}{request.url.path}{query}")

    async def _prove(self, account: Account, call: Call, route: Route) -> str | None:
        try:
            return await account.prove(call, route)
        except Forged as forged:
            raise self._refused(account, route, forged.why) from None
        except Later as why:
            raise _later(account, str(why)) from None

    def _refused(self, account: Account, route: Route, why: str) -> Refusal:
        name = account.source.name
        self.refused[name, why] += 1
        log.warning("provider call refused", provider=name, route=route, why=why, times=self.refused[name, why])
        refusal = Refusal(401, NOT_OURS)
        if account.asks:
            refusal.headers["WWW-Authenticate"] = 'Basic realm="webhooks"'
        return refusal

    async def _greeted(self, account: Account, call: Call) -> Response | None:
        """SNS itself has something to say: that it may report here, or that it no longer will."""
        assert account.sns is not None  # noqa: S101  # its only caller has looked
        try:
            said = await account.sns.answer(call)
        except Later as why:
            raise _later(account, str(why)) from None
        if said is None:
            return None
        log.warning("sns", provider=account.source.name, said=said)
        return JSONResponse({"taken": 0, "new": 0, "parked": 0})


def _later(account: Account, why: str) -> Refusal:
    log.warning("provider call put off", provider=account.source.name, why=why)
    return Refusal(503, "it cannot be checked now; nothing was taken, send it again", retry_after=30)


async def _pretend(call: Call) -> None:
    """An unknown name costs what a known one does: nobody learns our providers by asking (B21)."""
    try:
        await Basic(("nobody:at-all",)).check(call)
    except Forged:
        return


async def _aside(raw: bytes, work: Callable[[], Read]) -> Read:
    return work() if len(raw) < _LARGE else await asyncio.to_thread(work)


def _fingerprint(call: Call) -> str:
    """The hash of what a body says: the same for a retry whose form has another boundary."""
    try:
        said = [[part.name, part.value.hex()] for part in call.parts] if call.is_form else call.json
        return hashlib.sha256(fragment(said)).hexdigest()
    except Unreadable:
        return hashlib.sha256(call.raw).hexdigest()


def routes(desk: Desk) -> APIRouter:
    """The two routes; plain ones, because FastAPI's own parsing would read the body before it is bounded."""
    api = APIRouter()
    api.add_route("/providers/{name}/events", _handler(desk, "events"), methods=["POST"])
    api.add_route("/providers/{name}/inbound", _handler(desk, "inbound"), methods=["POST"])

    async def there(request: Request) -> Response:
        account = desk.accounts.get(str(request.path_params["name"]))
        if account is None or not account.tries_first:
            raise Refusal(404, "nothing is here")
        return Response()

    for route in ("events", "inbound"):
        api.add_route(f"/providers/{{name}}/{route}", there, methods=["HEAD"])
    return api


def _handler(desk: Desk, route: Route) -> Callable[[Request], Awaitable[Response]]:
    async def take(request: Request) -> Response:
        return await desk.take(request, route)

    return take
