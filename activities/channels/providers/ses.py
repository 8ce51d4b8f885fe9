"""Amazon SES v2: the frozen bytes, signed with Signature Version 4. SES puts its own Message-ID and Date in, and cannot
be asked: the `Send` event of the configuration set carries our tag (AWS: SES API v2 SendEmail, header fields).
"""

import base64
import re
from collections.abc import Mapping
from typing import Any, Final

from activities.channels.providers.api import (
    BAD_ADDRESS,
    BAD_REQUEST,
    INACTIVE,
    LATER,
    SENDERS_FAULT,
    Api,
    Said,
    in_json,
)
from activities.channels.providers.aws_signing import Keys, signed
from activities.channels.providers.calling import Answer, Ask
from activities.channels.transport import Accepted

PATH: Final = "/v2/email/outbound-emails"
# x-amzn-ErrorType, of SendEmail and of every AWS API ("Common errors").
BY_TYPE: Final[Mapping[str, Said]] = {
    "AccessDeniedException": SENDERS_FAULT,
    "AccountSuspendedException": SENDERS_FAULT,
    "BadRequestException": BAD_REQUEST,
    "ExpiredTokenException": SENDERS_FAULT,
    "IncompleteSignatureException": SENDERS_FAULT,
    "InvalidClientTokenId": SENDERS_FAULT,
    "InvalidSignatureException": SENDERS_FAULT,
    "LimitExceededException": LATER,
    "MailFromDomainNotVerifiedException": SENDERS_FAULT,
    "MessageRejected": Said(554, "5.6.0"),
    "MissingAuthenticationTokenException": SENDERS_FAULT,
    "NotFoundException": SENDERS_FAULT,  # the configuration set
    "SendingPausedException": SENDERS_FAULT,
    "SignatureDoesNotMatch": SENDERS_FAULT,
    "ThrottlingException": LATER,
    "TooManyRequestsException": LATER,
    "UnrecognizedClientException": SENDERS_FAULT,
}
# What the types leave open is in the words ("Amazon SES email sending errors").
_BY_WORDS: Final[tuple[tuple[re.Pattern[str], Said], ...]] = (
    (re.compile(r"not verified|not authorized", re.I), SENDERS_FAULT),
    (re.compile(r"suppression list", re.I), INACTIVE),
    (re.compile(r"message (?:length|size)|too (?:large|long)", re.I), Said(552, "5.3.4")),
    (re.compile(r"recipient|illegal address|invalid domain name|local address|missing final '@", re.I), BAD_ADDRESS),
)


class Ses(Api):
    """POST /v2/email/outbound-emails. Its key is access-key-id:secret-access-key."""

    name = "ses"
    base = "https://email.{region}.amazonaws.com"

    def address(self) -> str:
        """The region's endpoint."""
        return self.base.format(region=self.provider.region)

    def request(self, recipient: str, mime: bytes, key: str) -> Ask:
        """As `Api.request`; signed at this moment, which is good for five minutes."""
        body: dict[str, Any] = {
            "Destination": {"ToAddresses": [recipient]},
            "Content": {"Raw": {"Data": base64.b64encode(mime).decode()}},
            "EmailTags": [{"Name": "send_key", "Value": key}],
        }
        if self.provider.stream:
            body["ConfigurationSetName"] = self.provider.stream
        plain = in_json(PATH, {}, body)
        access, _, secret = self.key.partition(":")
        keys = Keys(access, secret, self.provider.region or "", "ses")
        url = (self.provider.url or self.address()).rstrip("/") + PATH
        return Ask("POST", PATH, signed(keys, "POST", url, plain.headers, plain.content, self.clock()), plain.content)

    def accepted(self, answer: Answer, mime: bytes) -> Accepted | None:
        """200 with a MessageId, from which the Message-ID in the mail is made."""
        ref = answer.json.get("MessageId")
        if answer.status != 200 or not isinstance(ref, str):
            return None
        region = self.provider.region or ""
        host = "email" if region == "us-east-1" else region
        return Accepted("200 OK", ref=ref, message_id=f"<{ref}@{host}.amazonses.com>")

    def meaning(self, answer: Answer) -> Said | None:
        """By its type, and where the type is broad by its words."""
        said = BY_TYPE.get(_type(answer))
        if said in (BAD_REQUEST, BY_TYPE["MessageRejected"]):
            words = self.words(answer)
            return next((meant for pattern, meant in _BY_WORDS if pattern.search(words)), said)
        return said

    def words(self, answer: Answer) -> str:
        """Its type and message."""
        return f"{_type(answer)} {answer.json.get('message') or answer.json.get('Message') or ''}".strip()


def _type(answer: Answer) -> str:
    """`MessageRejected` of `MessageRejected:http://internal…` or of `com.amazonaws…#MessageRejected`."""
    raw = answer.headers.get("x-amzn-errortype") or str(answer.json.get("__type") or "")
    return raw.partition(":")[0].rpartition("#")[2]
