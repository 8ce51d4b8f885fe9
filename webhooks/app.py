"""The web surface: `POST /events/{source}`, what mail providers report, unsubscribe and survey links, `GET /healthz`.
Verify, store, answer.

What an event means is `records/stops.py` (in the same transaction) and `router.py` (after the answer).
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from temporalio.client import Client

from records.db import Database
from records.inbox import Offer
from settings import Settings
from webhooks import surveys, unsubscribe
from webhooks.armour import Armour
from webhooks.forms import UNREADABLE, Incoming, normalise
from webhooks.gathering import Gatherer
from webhooks.health import health
from webhooks.mail.listening import Listening
from webhooks.providers import routes as providers
from webhooks.reading import read_body
from webhooks.refusals import Refusal, answer_refusal
from webhooks.router import Router
from webhooks.signatures import SecretError, Signatures, Verdict
from webhooks.strict_json import Malformed, parse
from webhooks.sweeper import Sweeper

MAX_ID: Final = 256
log = structlog.get_logger(__name__)


def create_app(
    settings: Settings,
    database: Database,
    client: Client,
    *,
    router: Router | None = None,
    desk: providers.Desk | None = None,
) -> FastAPI:
    """The app with its real parts. Raises SecretError when a secret is missing or empty."""
    signatures = Signatures(settings.webhook_secrets)
    if settings.link_secret is None or not settings.link_secret.get_secret_value().strip():
        raise SecretError("no secret for unsubscribe links: set SETPIECE_LINK_SECRET to a long random text")
    routing = router or Router(database, client, settings)
    reports = desk or providers.Desk(settings, database, routing)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with Sweeper(database, routing), Listening(settings, database, routing):
            yield

    app = FastAPI(title="Setpiece webhooks", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Armour)
    app.add_exception_handler(Refusal, answer_refusal)
    # A plain route: FastAPI's own parsing would read the body before it is bounded, and costs as much as the rest.
    app.add_route("/events/{source}", _events(settings, database, signatures, routing), methods=["POST"])
    app.include_router(providers.routes(reports))
    app.include_router(unsubscribe.routes(settings, database, routing))
    app.include_router(surveys.routes(settings, database, routing))

    @app.get("/healthz")
    async def healthz() -> JSONResponse:
        return await health(database, client)

    return app


def _events(
    settings: Settings, database: Database, signatures: Signatures, router: Router
) -> Callable[[Request], Awaitable[Response]]:
    gatherer = Gatherer(database)

    async def take(request: Request) -> Response:
        """Read, verify, understand, store with its stops, answer 202; only then tell the runs."""
        source = str(request.path_params["source"])
        raw = await read_body(request, settings.max_body)
        _verify(signatures, source, raw, request)
        external_id = _external_id(request)
        received_at = datetime.now(UTC)
        try:
            incoming = normalise(parse(raw), received_at)
        except Malformed as fault:
            await gatherer.accept(_unreadable(source, external_id, received_at, raw, str(fault)))
            raise Refusal(400, f"{fault}; kept for a look, not acted on") from None
        accepted = await gatherer.accept(_offer(source, external_id, incoming, raw))
        log.debug("event taken", event_id=accepted.id, kind=incoming.kind, new=accepted.new, state=accepted.state)
        for event_id in accepted.to_route:
            router.kick(event_id)
        return JSONResponse({"id": accepted.id, "new": accepted.new}, status_code=202)

    return take


def _verify(signatures: Signatures, source: str, raw: bytes, request: Request) -> None:
    match signatures.verify(source, raw, request.headers):
        case Verdict.UNKNOWN_SOURCE:
            raise Refusal(404, "nothing is here")
        case Verdict.FORGED:
            log.warning("event refused", source=source, why="signature")
            why = "see Standard Webhooks; the clock may be 5 minutes off, the body is UTF-8"
            raise Refusal(401, f"the signature does not fit: {why}")


def _external_id(request: Request) -> str:
    external_id = request.headers["webhook-id"]
    if len(external_id) > MAX_ID or not external_id.isascii() or not external_id.isprintable():
        raise Refusal(400, f"webhook-id is longer than {MAX_ID} characters or not printable")
    return external_id


def _offer(source: str, external_id: str, incoming: Incoming, raw: bytes) -> Offer:
    return Offer(source, external_id, incoming.kind, incoming.data, incoming.occurred_at, raw, parked=incoming.parked)


def _unreadable(source: str, external_id: str, received_at: datetime, raw: bytes, why: str) -> Offer:
    """A dead-letter copy under an id of its own, so that the corrected body is new when it comes (B12)."""
    return Offer(source, f"{external_id}#unreadable", UNREADABLE, {}, received_at, raw, parked=why)
