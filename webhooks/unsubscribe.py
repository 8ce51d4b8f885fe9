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
from records.tables import Account, Contact, Suppression, Touch
from records.tokens import read_token
from settings import Settings
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
        found = await store(database, lambda session: _touch(session, settings, token))
        if found is None:
            return HTMLResponse(gone(_language(request)), status_code=404)
        locale = await store(database, lambda session: _locale(session, found))
        return HTMLResponse(asking(_language(request, locale)))

    @pages.post("/u/{token}", response_class=HTMLResponse)
    async def opt_out(token: str, request: Request) -> HTMLResponse:
        """One click by a mail program or the button of the page; a second one is answered like the first."""
        raw = await read_body(request, MAX_FORM)
        found = await store(database, lambda session: _touch(session, settings, token))
        if found is None:
            return HTMLResponse(gone(_language(request)), status_code=404)
        accepted = await store(database, lambda session: _suppress(session, token, found, raw), STORE_SECONDS)
        for event_id in accepted.to_route:
            router.kick(event_id)
        locale = await store(database, lambda session: _locale(session, found))
        return HTMLResponse(unsubscribed(_language(request, locale)))

    return pages


async def _touch(session: AsyncSession, settings: Settings, token: str) -> Touch | None:
    secret = settings.link_secret.get_secret_value() if settings.link_secret else ""
    name = read_token(secret, token)
    if name is None:
        return None
    mine = select(Touch).where(Touch.message_id == f"<{name}@{settings.mail_domain}>")
    found = (await session.scalars(mine)).one_or_none()
    if found is None:  # a mail of the time when we had another domain; only genuine tokens come here
        earlier = select(Touch).where(Touch.message_id.like(f"<{name}@%"))
        found = (await session.scalars(earlier)).one_or_none()
    return found


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
        Suppression.value.in_(values), Suppression.lifted_at.is_(None), Suppression.channel.is_(None)
    )
    return (await session.scalars(live.limit(1))).first() is not None


async def _locale(session: AsyncSession, touch: Touch) -> str | None:
    contact = await session.get(Contact, touch.contact) if touch.contact else None
    if contact is not None and contact.locale:
        return contact.locale
    account = await session.get(Account, touch.account)
    return account.locale if account else None


def _language(request: Request, locale: str | None = None) -> str:
    """The person's own language, then what their program asks for; English and Russian are spoken."""
    wanted = [
        locale or "",
        *(one.split(";")[0].strip() for one in request.headers.get("accept-language", "").split(",")),
    ]
    return next((one[:2].lower() for one in wanted if one[:2].lower() in ("en", "ru")), "en")
