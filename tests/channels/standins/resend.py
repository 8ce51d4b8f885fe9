"""Resend's POST /emails by its reference: Idempotency-Key for 24 hours, errors by name."""

import uuid
from collections.abc import Mapping

from tests.channels.standins.base import Arrived, StandIn, of_headers
from tests.channels.standins.http import Reply, Request


class ResendStandIn(StandIn):
    """The same key and body: the same answer; the same key with another body: 409."""

    kind = "resend"
    send_path = "/emails"

    def is_let_in(self, request: Request) -> bool:
        assert request.headers.get("user-agent")  # Resend answers 403 without one
        return request.headers.get("authorization") == f"Bearer {self.key}"

    def new_ref(self) -> str:
        return str(uuid.uuid4())

    def idempotency_key(self, request: Request) -> str | None:
        return request.headers.get("idempotency-key")

    def again(self, arrived: Arrived, same: bool) -> Reply:
        return self.yes(arrived) if same else self.error("conflict")

    def arrived(self, request: Request, ref: str) -> Arrived:
        body = request.json
        (tag,) = body["tags"]
        (recipient,) = body["to"]
        return Arrived(
            send_key=tag["value"],
            ref=ref,
            sender=body["from"],
            recipient=recipient,
            subject=body["subject"],
            text=body["text"],
            html=body["html"],
            **of_headers(list(body["headers"].items())),
        )

    def yes(self, arrived: Arrived) -> Reply:
        return Reply(200, {"id": arrived.ref})

    def asked(self, request: Request) -> Reply:
        mine = [one for one in self.mails if request.path == f"/emails/{one.ref}"]
        if not mine:
            return self.error("unknown")
        return Reply(200, {"object": "email", "id": mine[0].ref, "last_event": "delivered"})

    def error(self, trouble: str, recipient: str = "") -> Reply:
        errors: Mapping[str, tuple[int, str, str]] = {
            "busy": (429, "rate_limit_exceeded", "Too many requests. You can only make 2 requests per second."),
            "no-key": (403, "invalid_api_key", "API key is invalid"),
            "failing": (500, "internal_server_error", "An unexpected error occurred."),
            "closed": (503, "service_unavailable", "Try again later."),
            "conflict": (409, "invalid_idempotent_request", "Same idempotency key used with a different payload."),
            "recipient": (422, "validation_error", "Invalid `to` field. The email address needs to follow a format."),
        }
        status, name, message = errors.get(trouble, (404, "not_found", "The requested resource was not found"))
        headers = {"retry-after": "30"} if status in (429, 503) else {}
        return Reply(status, {"statusCode": status, "name": name, "message": message}, headers)
