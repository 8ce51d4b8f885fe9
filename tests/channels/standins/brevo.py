"""Brevo's POST /v3/smtp/email and event report by its reference: headers.idempotencyKey, errors by code."""

import json
import uuid
from email.header import decode_header, make_header

from tests.channels.standins.base import Arrived, StandIn, of_headers
from tests.channels.standins.http import Reply, Request


class BrevoStandIn(StandIn):
    """A key seen before is refused as `duplicate_parameter`. Set `blind` and its events are late."""

    kind = "brevo"
    send_path = "/v3/smtp/email"
    blind = False

    def is_let_in(self, request: Request) -> bool:
        return request.headers.get("api-key") == self.key

    def new_ref(self) -> str:
        return f"<2026112208.{uuid.uuid4().int % 10**11}@smtp-relay.mailin.fr>"

    def idempotency_key(self, request: Request) -> str | None:
        return str(uuid.UUID(request.json["headers"]["idempotencyKey"]))

    def again(self, arrived: Arrived, same: bool) -> Reply:
        return Reply(400, {"code": "duplicate_parameter", "message": "idempotencyKey was used before"})

    def arrived(self, request: Request, ref: str) -> Arrived:
        body = request.json
        (recipient,) = body["to"]
        (tag,) = body["tags"]
        headers = of_headers(list(body["headers"].items()))
        return Arrived(
            send_key=tag,
            ref=ref,
            sender=f"{make_header(decode_header(body['sender']['name']))} <{body['sender']['email']}>",
            recipient=recipient["email"],
            subject=body["subject"],
            text=body["textContent"],
            html=body["htmlContent"],
            **headers | {"message_id": ref},
        )

    def yes(self, arrived: Arrived) -> Reply:
        return Reply(201, {"messageId": arrived.ref})

    def asked(self, request: Request) -> Reply:
        if request.path != "/v3/smtp/statistics/events":
            return self.error("unknown")
        wanted = json.loads(request.query["tags"])
        events = [
            {"email": one.recipient, "messageId": one.ref, "event": "requests", "tag": one.send_key}
            for one in self.mails
            if one.send_key in wanted and not self.blind
        ]
        return Reply(200, {"events": events} if events else {})

    def error(self, trouble: str, recipient: str = "") -> Reply:
        status, code, message = {
            "busy": (429, "too_many_requests", "You have exceeded the rate limit"),
            "no-key": (401, "unauthorized", "Key not found"),
            "failing": (500, "internal_error", "Something went wrong"),
            "closed": (503, "service_unavailable", "Try again later"),
            "recipient": (400, "invalid_parameter", "email is not valid in to"),
        }.get(trouble, (404, "document_not_found", "not found"))
        headers = {"Retry-After": "30"} if status in (429, 503) else {}
        return Reply(status, {"code": code, "message": message}, headers)
