"""Five providers' list APIs as their documentation answers, with pages, refused keys, limits and faults."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

KEY = "a-key-of-the-tests"
Rows = Sequence[Mapping[str, Any]]


@dataclass
class StandIn:
    """What it has on its lists, and how it misbehaves."""

    lists: Mapping[str, Rows] = field(default_factory=dict)
    busy: int = 0  # how many answers are 429 first
    broken: int = 0  # … and then 503
    wrong: Any = None  # what it answers instead of a list
    elsewhere: str = ""  # where Mailgun's next page lies
    asked: Counter[str] = field(default_factory=Counter)

    def app(self) -> FastAPI:
        """Served on a port of the loopback."""
        app = FastAPI()
        app.middleware("http")(self._guard)
        app.get("/v3/suppression/{name}")(self.sendgrid)
        app.get("/v3/smtp/blockedContacts")(self.brevo)
        app.get("/v3/{domain}/{name}")(self.mailgun)
        app.get("/message-streams")(self.streams)
        app.get("/message-streams/{stream}/suppressions/dump")(self.postmark)
        app.get("/v2/email/suppression/addresses")(self.ses)
        return app

    async def _guard(self, request: Request, call_next: Any) -> Response:
        self.asked[request.url.path] += 1
        if not _proven(request):
            return JSONResponse({"errors": [{"message": "authorization required"}]}, 401)
        if self.busy:
            self.busy -= 1
            return JSONResponse({"errors": [{"message": "too many requests"}]}, 429, {"retry-after": "0"})
        if self.broken:
            self.broken -= 1
            return Response("upstream", 503)
        if self.wrong is not None:
            return JSONResponse(self.wrong)
        answer: Response = await call_next(request)
        return answer

    async def sendgrid(self, name: str, limit: int, offset: int) -> Rows:
        """At most 500 a page."""
        assert limit <= 500
        return self.lists.get(name, ())[offset : offset + limit]

    async def mailgun(self, request: Request, name: str, limit: int, page: str = "") -> dict[str, Any]:
        """`paging.next` is there even when nothing comes any more."""
        start = int(page or 0)
        rows = self.lists.get(name, ())[start : start + min(limit, 2)]
        base = self.elsewhere or str(request.base_url)
        return {"items": rows, "paging": {"next": f"{base}v3/mg.us.example/{name}?page={start + 2}&limit={limit}"}}

    async def streams(self) -> dict[str, Any]:
        """Two that send and one that receives."""
        kinds = {"outbound": "Transactional", "broad cast": "Broadcasts", "inbound": "Inbound"}
        return {"MessageStreams": [{"ID": name, "MessageStreamType": kind} for name, kind in kinds.items()]}

    async def postmark(self, stream: str) -> dict[str, Any]:
        """All of a stream at once."""
        assert stream != "inbound"
        return {"Suppressions": self.lists.get(stream, ())}

    async def ses(self, PageSize: int, NextToken: str = "") -> dict[str, Any]:
        """Two a page; a token needs its encoding."""
        start = int(NextToken.removeprefix("a+/= ") or 0)
        rows = self.lists.get("ses", ())
        more = {"NextToken": f"a+/= {start + 2}"} if start + 2 < len(rows) else {}
        return {"SuppressedDestinationSummaries": rows[start : start + 2], **more}

    async def brevo(self, limit: int, offset: int) -> dict[str, Any]:
        """At most 100 a page; an empty one has no `contacts`."""
        rows = self.lists.get("blocked", ())[offset : offset + min(limit, 100)]
        return {"count": len(self.lists.get("blocked", ())), **({"contacts": rows} if rows else {})}


def _proven(request: Request) -> bool:
    """Each provider's own way."""
    headers = request.headers
    given = headers.get("authorization", "")
    signed = "Credential=AKID/" in given and "SignedHeaders=accept;host;x-amz-date" in given
    return (
        given in (f"Bearer {KEY}", "Basic YXBpOmEta2V5LW9mLXRoZS10ZXN0cw==")
        or headers.get("x-postmark-server-token") == KEY
        or headers.get("api-key") == KEY
        or (signed and "/eu-west-1/ses/aws4_request" in given)
    )
