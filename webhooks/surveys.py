"""Survey links: GET shows the questions and changes nothing, POST takes the answers. Who has the link may answer.

Mail scanners fetch links, so a GET never answers anything. There is no cookie and no login a foreign page could use;
a POST that a browser says comes from another site is refused all the same. Answered again, the newest answers stand.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.ext.asyncio import AsyncSession

from plays.asking import fitted, questions
from records.db import Database
from records.inbox import Accepted, accept
from records.surveys import GIVEN, asked_in
from records.tables import Touch
from settings import Settings
from webhooks.event_forms import About
from webhooks.links import language_of, locale_of, touch_of
from webhooks.reading import read_body
from webhooks.refusals import Refusal
from webhooks.router import Router
from webhooks.storing import store
from webhooks.survey_pages import amiss, asking, bounded, gone, thanks

SOURCE: Final = "survey"
MAX_FORM: Final = 256 * 1024  # bytes; thirty answers of four thousand characters, percent-encoded, and no more
MOST_FIELDS: Final = 64
_RESERVED: Final = frozenset({*About.model_fields, "kind", "task", "outcome", "touch", "step", "at", GIVEN})
Ask = Mapping[str, Any]


def routes(settings: Settings, database: Database, router: Router) -> APIRouter:
    """`/s/{token}`."""
    pages = APIRouter()

    async def found(token: str) -> tuple[Touch, Ask, str | None] | None:
        return await store(database, lambda session: _survey(session, settings, token))

    @pages.get("/s/{token}", response_class=HTMLResponse)
    async def page(token: str, request: Request) -> HTMLResponse:
        """The questions, in the person's language. Nothing changes."""
        survey = await found(token)
        if survey is None:
            return HTMLResponse(gone(language_of(request)), status_code=404)
        _, ask, locale = survey
        return HTMLResponse(asking(language_of(request, locale), questions(ask), {}))

    @pages.post("/s/{token}", response_class=HTMLResponse)
    async def answer(token: str, request: Request) -> HTMLResponse:
        """The answers, kept before the thanks; or the questions again, with what does not fit."""
        _refuse_foreign(request, settings)
        given = _given(await read_body(request, MAX_FORM))
        survey = await found(token)
        if survey is None:
            return HTMLResponse(gone(language_of(request)), status_code=404)
        touch, ask, locale = survey
        language = language_of(request, locale)
        fields = {one.field for one in questions(ask)}
        mine = {name: value for name, value in given.items() if name in fields}
        answers, faults = fitted(ask, mine)
        if faults or not bounded(answers):
            wrong = amiss(questions(ask), mine)
            return HTMLResponse(asking(language, questions(ask), mine, wrong), status_code=422)
        accepted = await store(database, lambda session: _accept(session, token, touch, answers))
        for event_id in accepted.to_route:
            router.kick(event_id)
        return HTMLResponse(thanks(language))

    return pages


async def _survey(session: AsyncSession, settings: Settings, token: str) -> tuple[Touch, Ask, str | None] | None:
    touch = await touch_of(session, settings, token, "survey")
    ask = await asked_in(session, touch) if touch is not None else None
    return (touch, ask, await locale_of(session, touch)) if touch is not None and ask is not None else None


async def _accept(session: AsyncSession, token: str, touch: Touch, answers: Mapping[str, Any]) -> Accepted:
    """The external id is a hash: the token would be a working link. The same answers within a second are one."""
    now = datetime.now(UTC)
    raw = json.dumps(answers, ensure_ascii=False, sort_keys=True).encode()
    name = hashlib.sha256(token.encode()).hexdigest()[:24]
    external_id = f"{name}-{now:%Y%m%d%H%M%S}-{hashlib.sha256(raw).hexdigest()[:8]}"
    plain = {field: value for field, value in answers.items() if field not in _RESERVED}
    data = {**plain, GIVEN: dict(answers), "message_id": touch.message_id}
    if touch.contact:
        data["contact"] = touch.contact
    return await accept(session, SOURCE, external_id, "survey.answered", data, now, raw)


def _given(raw: bytes) -> dict[str, str]:
    """The fields of the form, of several with one name the last. Raises Refusal for what is no form."""
    try:
        pairs = parse_qsl(raw.decode("utf-8"), max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:
        raise Refusal(400, "this is no form of ours; nothing was taken") from None
    return dict(pairs)


def _refuse_foreign(request: Request, settings: Settings) -> None:
    """A browser that says another site sent the form is believed."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        raise Refusal(415, "answers come from the form of the page; nothing was taken")
    site, origin = request.headers.get("sec-fetch-site", ""), request.headers.get("origin", "")
    ours = {request.headers.get("host", ""), urlsplit(settings.public_url or "").netloc}  # a proxy may change the first
    if site == "cross-site" or (origin not in ("", "null") and urlsplit(origin).netloc not in ours):
        raise Refusal(403, "answers come from the form of the page itself; nothing was taken")
