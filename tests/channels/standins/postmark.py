"""Postmark's POST /email and outbound search by its reference: errors are 422 with an ErrorCode."""

import uuid

from tests.channels.standins.base import Arrived, StandIn, of_headers
from tests.channels.standins.http import Reply, Request


class PostmarkStandIn(StandIn):
    """One server with the stream `outbound`."""

    kind = "postmark"
    send_path = "/email"

    def is_let_in(self, request: Request) -> bool:
        return request.headers.get("x-postmark-server-token") == self.key

    def new_ref(self) -> str:
        return str(uuid.uuid4())

    def arrived(self, request: Request, ref: str) -> Arrived:
        body = request.json
        headers = [(one["Name"], one["Value"]) for one in body["Headers"]]
        assert ("X-PM-KeepID", "true") in headers  # else Postmark puts its own Message-ID in
        assert body["MessageStream"] == "outbound"
        return Arrived(
            send_key=body["Metadata"]["send_key"],
            ref=ref,
            sender=body["From"],
            recipient=body["To"],
            subject=body["Subject"],
            text=body["TextBody"],
            html=body["HtmlBody"],
            **of_headers(headers),
        )

    def yes(self, arrived: Arrived) -> Reply:
        said = {"To": arrived.recipient, "SubmittedAt": "2026-11-22T08:00:00.0000000Z", "MessageID": arrived.ref}
        return Reply(200, said | {"ErrorCode": 0, "Message": "OK"})

    def asked(self, request: Request) -> Reply:
        if request.path != "/messages/outbound":
            return self.error("unknown")
        asked = request.query
        assert {"count", "offset"} <= set(asked)
        mine = [
            {"MessageID": one.ref, "Status": "Sent", "Metadata": {"send_key": one.send_key}}
            for one in self.mails
            if one.recipient == asked["recipient"] and one.send_key == asked["metadata_send_key"]
        ]
        return Reply(200, {"TotalCount": len(mine), "Messages": mine})

    def error(self, trouble: str, recipient: str = "") -> Reply:
        inactive = (
            "You tried to send to a recipient that has been marked as inactive. Found inactive addresses: "
            f"{recipient}. Inactive recipients are ones that have generated a hard bounce, a spam complaint, or a "
            "manual suppression."
        )
        status, code, message = {
            "busy": (429, 429, "Rate limit exceeded."),
            "no-key": (401, 10, "The Server Token you provided in the X-Postmark-Server-Token header was invalid."),
            "failing": (500, None, "Internal server error"),
            "closed": (503, 100, "The Postmark API is offline for maintenance."),
            "recipient": (422, 406, inactive),
        }.get(trouble, (404, None, "Not found"))
        headers = {"Retry-After": "30"} if status == 429 else {}
        return Reply(status, {"ErrorCode": code, "Message": message}, headers)
