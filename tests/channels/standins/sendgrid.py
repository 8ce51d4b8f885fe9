"""SendGrid's POST /v3/mail/send by its reference: 202 without a body, `errors` with field and help."""

import uuid

from tests.channels.standins.base import Arrived, StandIn, of_headers
from tests.channels.standins.http import Reply, Request

# "Headers: reserved" in the reference; each of them is an error 400.
RESERVED = {
    "x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "content-transfer-encoding",
    "to", "from", "subject", "reply-to", "cc", "bcc",
}  # fmt: skip


class SendGridStandIn(StandIn):
    """Knows no idempotency key and cannot be asked."""

    kind = "sendgrid"
    send_path = "/v3/mail/send"

    def is_let_in(self, request: Request) -> bool:
        return request.headers.get("authorization") == f"Bearer {self.key}"

    def new_ref(self) -> str:
        return uuid.uuid4().hex[:22]

    def arrived(self, request: Request, ref: str) -> Arrived:
        body = request.json
        assert not RESERVED & {name.lower() for name in body["headers"]}
        assert [one["type"] for one in body["content"]] == ["text/plain", "text/html"]
        text, html = (one["value"] for one in body["content"])
        sender = body["from"]
        return Arrived(
            send_key=body["custom_args"]["send_key"],
            ref=ref,
            sender=f"{sender['name']} <{sender['email']}>",
            recipient=body["personalizations"][0]["to"][0]["email"],
            subject=body["subject"],
            text=text,
            html=html,
            **of_headers(list(body["headers"].items())),
        )

    def yes(self, arrived: Arrived) -> Reply:
        return Reply(202, None, {"X-Message-Id": arrived.ref})

    def error(self, trouble: str, recipient: str = "") -> Reply:
        status, message, field = {
            "busy": (429, "too many requests", None),
            "no-key": (401, "The provided authorization grant is invalid, expired, or revoked", None),
            "failing": (500, "internal server error", None),
            "closed": (503, "service not available", None),
            "recipient": (400, "Does not contain a valid address.", "personalizations.0.to.0.email"),
        }.get(trouble, (404, "not found", None))
        headers = {"Retry-After": "30"} if status in (429, 503) else {}
        return Reply(status, {"errors": [{"message": message, "field": field, "help": None}]}, headers)
