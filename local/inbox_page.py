"""The inbox page: what the mail sink has kept, for people and as JSON. It only reads, and trusts no byte of a mail."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from email.message import EmailMessage
from typing import Any

from pydantic import TypeAdapter, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from local import inbox_html
from local.mail_faults import Fault, Faults
from local.mail_store import Arrival, MailStore, header, parse

PAGE = 100  # messages a page
# A web page elsewhere must not read mails by pointing a name of its own at 127.0.0.1.
HOSTS = ["127.0.0.1", "localhost", "[::1]"]
PRIVATE = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
Endpoint = Callable[[Request], Awaitable[Response]]


def inbox(store: MailStore, faults: Faults | None) -> Starlette:
    """The page over this store; with `faults`, tests can also plan faults and read the counts."""
    page = InboxPage(store)
    routes = [
        Route("/", page.index),
        Route("/healthz", page.health),
        Route("/messages/{id:int}", page.message),
        Route("/messages/{id:int}/html", page.html),
        Route("/messages/{id:int}/raw", page.raw),
        Route("/api/messages", page.api_list),
        Route("/api/messages/{id:int}", page.api_message),
    ]
    if faults is not None:
        control = FaultControl(faults)
        routes += [
            Route("/api/faults", control.plan, methods=["PUT"]),
            Route("/api/attempts", control.attempts),
            Route("/api/counts", control.counts),
        ]
    return Starlette(routes=routes, middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)])


class InboxPage:
    """The answers of the page."""

    def __init__(self, store: MailStore) -> None:
        self._store = store

    async def index(self, request: Request) -> Response:
        """All mails, newest first; `?to=` filters by recipient, `?before=` continues."""
        to, arrivals, older = self._asked(request)
        nonce = inbox_html.nonce()
        body = inbox_html.list_page(arrivals, to=to, total=len(self._store), older=older, nonce=nonce)
        return _page(body, nonce)

    async def message(self, request: Request) -> Response:
        """One mail: headers of interest, text, HTML in a frame of its own."""
        arrival, message = self._found(request)
        nonce = inbox_html.nonce()
        text, html = part_text(message, "plain"), part_text(message, "html")
        return _page(inbox_html.message_page(arrival, headers_of(message), text, bool(html), nonce=nonce), nonce)

    async def html(self, request: Request) -> Response:
        """The HTML body alone, for the frame: no scripts, nothing loaded from anywhere, links open outside."""
        _, message = self._found(request)
        body = '<!doctype html><base target="_blank">' + (part_text(message, "html") or "")
        policy = inbox_html.MAIL_POLICY
        return HTMLResponse(_clean(body), headers={**PRIVATE, "Content-Security-Policy": policy})

    async def raw(self, request: Request) -> Response:
        """The message exactly as it came."""
        arrival, _ = self._found(request)
        headers = {**PRIVATE, "Content-Disposition": f'inline; filename="{arrival.id:06d}.eml.txt"'}
        return Response(self._store.raw(arrival.id), media_type="text/plain; charset=utf-8", headers=headers)

    async def api_list(self, request: Request) -> Response:
        """The list as JSON; takes `to`, `before`, `limit`."""
        _, arrivals, older = self._asked(request)
        return _json({"total": len(self._store), "messages": [asdict(arrival) for arrival in arrivals], "older": older})

    async def api_message(self, request: Request) -> Response:
        """One message as JSON, with all its headers and both bodies."""
        arrival, message = self._found(request)
        headers = [[name, header_text] for name, header_text in all_headers(message)]
        bodies = {"text": part_text(message, "plain"), "html": part_text(message, "html")}
        return _json(asdict(arrival) | {"headers": headers} | bodies)

    async def health(self, request: Request) -> Response:
        """That it works, and how many messages it has."""
        return _json({"ok": True, "messages": len(self._store)})

    def _asked(self, request: Request) -> tuple[str, list[Arrival], int | None]:
        to = request.query_params.get("to", "").strip()
        before, limit = _number(request, "before"), _number(request, "limit")
        limit = min(limit if limit is not None else PAGE, 1000)
        found = self._store.newest(to=to, before=before, limit=limit + 1)
        shown = found[:limit]
        return to, shown, shown[-1].id if shown and len(found) > limit else None

    def _found(self, request: Request) -> tuple[Arrival, EmailMessage]:
        arrival = self._store.find(request.path_params["id"])
        if arrival is None:
            raise HTTPException(404, "There is no such message in this inbox.")
        return arrival, parse(self._store.raw(arrival.id))


class FaultControl:
    """For tests: what the sink shall do wrong, and what it has counted."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    async def plan(self, request: Request) -> Response:
        """Replace the planned faults by a JSON list of them; an empty list means: behave."""
        try:
            planned = TypeAdapter(list[Fault]).validate_json(await request.body())
        except ValidationError as error:
            raise HTTPException(422, str(error)) from error
        self._faults.plan(*planned)
        return Response(status_code=204)

    async def attempts(self, request: Request) -> Response:
        """Every DATA command since the sink started."""
        return _json([attempt.model_dump() for attempt in self._faults.attempts])

    async def counts(self, request: Request) -> Response:
        """The totals over them."""
        return _json(self._faults.counts().model_dump())


def part_text(message: EmailMessage, subtype: str) -> str | None:
    """The text of the plain or HTML body, None when there is none; undecodable bytes become a mark."""
    try:
        part = message.get_body((subtype,))
    except (KeyError, ValueError, AttributeError, TypeError):  # the parser's ways with malformed structures
        return None
    if part is None:
        return None
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    try:
        text = content.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:  # a charset nobody knows
        text = content.decode("utf-8", "replace")
    return text.replace("\r\n", "\n")


def headers_of(message: EmailMessage) -> list[tuple[str, str]]:
    """The headers a reader of plays wants to see, those that are there."""
    found = [(name, header(message, name)) for name in inbox_html.HEADERS]
    return [(name, text) for name, text in found if text]


def all_headers(message: EmailMessage) -> list[tuple[str, str]]:
    """Every header as it came, names repeated as often as they occur."""
    return [(name, _clean(" ".join(str(value).split()))) for name, value in message.raw_items()]


def _clean(text: str) -> str:
    """Text that can be encoded: what a parser keeps of broken bytes becomes a mark."""
    return text.encode("utf-8", "replace").decode()


def _number(request: Request, name: str) -> int | None:
    given = request.query_params.get(name)
    if given is None:
        return None
    if not given.isdecimal() or len(given) > 12:
        raise HTTPException(400, f"'{name}' must be a number.")
    return int(given)


def _page(body: str, nonce: str) -> Response:
    return HTMLResponse(_clean(body), headers={**PRIVATE, "Content-Security-Policy": inbox_html.page_policy(nonce)})


def _json(content: Any) -> Response:
    return JSONResponse(content, headers=PRIVATE)
