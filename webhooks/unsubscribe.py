"""Unsubscribe links: GET shows a page with one button and changes nothing, POST suppresses at once (RFC 8058).

Mail scanners fetch links, so a GET must never unsubscribe; no cookie, login or second question is asked.
"""

import hashlib
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from records.db import Database
from records.inbox import Accepted, accept
from records.tables import Suppression, Touch
from settings import Settings
from webhooks.links import language_of, locale_of, touch_of
from webhooks.pages import asking, gone, unsubscribed
from webhooks.reading import read_body
from webhooks.router import Router
from webhooks.storing import store

SOURCE = "unsubscribe"
MAX_FORM = 16 * 1024  # bytes; `List-Unsubscribe=One-Click` has 26
STORE_SECONDS = 10.0  # the recipient's lock may be held by a mail on its way


def routes(settings: Settings, database: Database, router: Router) -> APIRouter:
    """`/u/{token}`."""
    pages = APIRouter()

    @pages.get("/u/{token}", response_class=HTMLResponse)
    async def page(token: str, request: Request) -> HTMLResponse:
        """Ask, in the person's language. Nothing changes."""
        found = await store(database, lambda session: touch_of(session, settings, token, "unsubscribe"))
        if found is None:
            return HTMLResponse(gone(language_of(request)), status_code=404)
        locale = await store(database, lambda session: locale_of(session, found))
        return HTMLResponse(asking(language_of(request, locale)))

    @pages.post("/u/{token}", response_class=HTMLResponse)
    async def opt_out(token: str, request: Request) -> HTMLResponse:
        """One click by a mail program or the button of the page; a second one is answered like the first."""
        raw = await read_body(request, MAX_FORM)
        found = await store(database, lambda session: touch_of(session, settings, token, "unsubscribe"))
        if found is None:
            return HTMLResponse(gone(language_of(request)), status_code=404)
        accepted = await store(database, lambda session: _suppress(session, token, found, raw), STORE_SECONDS)
        for event_id in accepted.to_route:
            router.kick(event_id)
        locale = await store(database, lambda session: locale_of(session, found))
        return HTMLResponse(unsubscribed(language_of(request, locale)))

    return pages


async def _suppress(session: AsyncSession, token: str, touch: Touch, raw: bytes) -> Accepted:
    """The external id is a hash: the token itself would be a working link in our tables and logs."""
    external_id = hashlib.sha256(token.encode()).hexdigest()[:32]
    data, now = {"message_id": touch.message_id}, datetime.now(UTC)
    accepted = await accept(session, SOURCE, external_id, "unsubscribed", data, now, raw)
    if accepted.new or await _suppressed(session, touch):
        return accepted
    # They came back to us in between, and now they leave again: that is news.
    return await accept(session, SOURCE, f"{external_id}-{now:%Y%m%d%H%M%S}", "unsubscribed", data, now, raw)


async def _suppressed(session: AsyncSession, touch: Touch) -> bool:
    values = [value for value in (touch.address, touch.contact) if value]
    live = select(Suppression.id).where(
        Suppression.value.in_(values),
        Suppression.lifted_at.is_(None),
        Suppression.channel.is_(None),
        Suppression.purpose.is_(None),
    )
    return (await session.scalars(live.limit(1))).first() is not None
