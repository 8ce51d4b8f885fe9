"""Mailgun's messages.mime and events by its reference: multipart, basic auth, errors as one `message`."""

import base64
import time
from email import message_from_bytes, policy

from tests.channels.standins.base import Arrived, StandIn, of_mime
from tests.channels.standins.http import Reply, Request


class MailgunStandIn(StandIn):
    """The account has the one domain us.example. Set `blind` and its events are late."""

    kind = "mailgun"
    send_path = "/v3/us.example/messages.mime"
    blind = False

    def account(self) -> dict[str, str]:
        return {"domain": "us.example"}

    def is_let_in(self, request: Request) -> bool:
        return request.headers.get("authorization") == "Basic " + base64.b64encode(f"api:{self.key}".encode()).decode()

    def new_ref(self) -> str:
        return "20261122.1@us.example"

    def arrived(self, request: Request, ref: str) -> Arrived:
        fields = _fields(request)
        found = of_mime(fields["message"], fields["v:send_key"].decode(), ref, fields["to"].decode())
        return Arrived(**{**found.__dict__, "ref": found.message_id.strip("<>")})

    def yes(self, arrived: Arrived) -> Reply:
        return Reply(200, {"id": f"<{arrived.ref}>", "message": "Queued. Thank you."})

    def asked(self, request: Request) -> Reply:
        if request.path != "/v3/us.example/events":
            return self.error("unknown")
        wanted = request.query["message-id"]
        mine = [one for one in self.mails if one.ref == wanted and not self.blind]
        return Reply(200, {"items": [_event(one) for one in mine], "paging": {}})

    def error(self, trouble: str, recipient: str = "") -> Reply:
        status, message = {
            "busy": (429, "Domain us.example is not allowed to send: request limit exceeded"),
            "no-key": (401, "Forbidden"),
            "failing": (500, "Internal Server Error"),
            "closed": (503, "Service Unavailable"),
            "recipient": (400, "'to' parameter is not a valid address. please check documentation"),
        }.get(trouble, (404, "Domain not found: us.example"))
        headers = {"Retry-After": "30"} if status in (429, 503) else {}
        return Reply(status, {"message": message}, headers)


def _event(arrived: Arrived) -> dict[str, object]:
    return {
        "event": "accepted",
        "timestamp": time.time(),
        "recipient": arrived.recipient,
        "message": {"headers": {"message-id": arrived.ref, "subject": arrived.subject}},
        "user-variables": {"send_key": arrived.send_key},
    }


def _fields(request: Request) -> dict[str, bytes]:
    """The fields of a multipart/form-data body."""
    boundary = request.headers["content-type"].partition("boundary=")[2].encode()
    found: dict[str, bytes] = {}
    for part in request.body.split(b"--" + boundary)[1:-1]:
        head, _, value = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        named = message_from_bytes(head + b"\r\n\r\n", policy=policy.default)
        name = named["Content-Disposition"].params["name"]
        found[name] = value.removesuffix(b"\r\n")
    return found
