"""SES v2 SendEmail by its reference: Signature Version 4 checked, its own Message-ID put in, errors by type."""

import base64
import re
import uuid
from dataclasses import replace
from datetime import UTC, datetime

from activities.channels.providers.aws_signing import Keys, signed
from tests.channels.standins.base import Arrived, StandIn, of_mime
from tests.channels.standins.http import Reply, Request

REGION = "eu-central-1"


class SesStandIn(StandIn):
    """Cannot be asked; replaces Message-ID and Date."""

    kind = "ses"
    send_path = "/v2/email/outbound-emails"
    key = "AKIDEXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

    def account(self) -> dict[str, str]:
        return {"region": REGION, "stream": "plays"}

    def is_let_in(self, request: Request) -> bool:
        access, _, secret = self.key.partition(":")
        given = re.fullmatch(
            r"AWS4-HMAC-SHA256 Credential=(\S+), SignedHeaders=(\S+), Signature=([0-9a-f]{64})",
            request.headers.get("authorization", ""),
        )
        if given is None or given[1].split("/")[0] != access:
            return False
        at = datetime.strptime(request.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        plain = {name: request.headers[name] for name in given[2].split(";") if name not in ("host", "x-amz-date")}
        keys, url = Keys(access, secret, REGION, "ses"), f"http://{request.headers['host']}{request.target}"
        right = signed(keys, request.method, url, plain, request.body, at)["authorization"]
        return right == request.headers["authorization"] and {"host", "x-amz-date"} <= set(given[2].split(";"))

    def new_ref(self) -> str:
        return f"0107{uuid.uuid4().hex[:12]}-{uuid.uuid4()}-000000"

    def arrived(self, request: Request, ref: str) -> Arrived:
        body = request.json
        assert body["ConfigurationSetName"] == "plays"
        (tag,) = body["EmailTags"]
        assert tag["Name"] == "send_key"
        (recipient,) = body["Destination"]["ToAddresses"]
        mime = base64.b64decode(body["Content"]["Raw"]["Data"])
        return replace(of_mime(mime, tag["Value"], ref, recipient), message_id=f"<{ref}@{REGION}.amazonses.com>")

    def yes(self, arrived: Arrived) -> Reply:
        return Reply(200, {"MessageId": arrived.ref})

    def error(self, trouble: str, recipient: str = "") -> Reply:
        status, kind, message = {
            "busy": (429, "TooManyRequestsException", "Too many requests"),
            "no-key": (403, "InvalidSignatureException", "The request signature we calculated does not match"),
            "failing": (500, "InternalFailure", "The request processing has failed"),
            "closed": (503, "ServiceUnavailable", "The request has failed due to a temporary failure"),
            "recipient": (400, "BadRequestException", "Illegal address"),
        }.get(trouble, (404, "NotFoundException", "not found"))
        headers = {"x-amzn-ErrorType": f"{kind}:http://internal.amazon.com/coral/com.amazonaws.services.ses/"}
        return Reply(status, {"message": message}, headers | ({"Retry-After": "30"} if status in (429, 503) else {}))
