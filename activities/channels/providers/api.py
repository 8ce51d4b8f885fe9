"""A provider's HTTP API as a Transport. A provider fills the holes: how the request looks, which answer is a yes, what
its errors mean in SMTP's words, and how to ask what became of a mail.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final

from activities.channels.envelope import envelope
from activities.channels.providers.calling import LAST_WORD, Answer, Ask, Caller
from activities.channels.providers.decoding import message_id_of, send_key
from activities.channels.transport import (
    Accepted,
    BeforeDot,
    Broken,
    Found,
    Look,
    Refusal,
    Sought,
    Unanswered,
    Unreachable,
)
from settings import Provider

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Said:
    """What an answer means in SMTP: its code, its enhanced code (RFC 3463), and our own words where they help."""

    code: int
    enhanced: str
    words: str = ""


SENDERS_FAULT: Final = Said(454, "4.7.0")  # our key, our account, our domain: never the recipient's
LATER: Final = Said(451, "4.7.0")
NO_SUCH_PERSON: Final = Said(550, "5.1.1")
BAD_ADDRESS: Final = Said(553, "5.1.3")
BAD_REQUEST: Final = Said(554, "5.5.4")
INACTIVE: Final = Said(550, "5.1.1", "inactive recipient")
# Statuses whose meaning all six document alike. A 4xx was not accepted; of a 5xx nobody knows.
BY_STATUS: Final[Mapping[int, Said]] = {
    400: BAD_REQUEST,
    401: SENDERS_FAULT,
    402: SENDERS_FAULT,
    403: SENDERS_FAULT,
    408: Said(451, "4.4.2"),
    413: Said(552, "5.3.4", "the mail is larger than the provider takes"),
    422: BAD_REQUEST,
    429: LATER,
}
NOT_AN_API: Final = Said(454, "4.3.5", "this address is not the provider's API")


class Api(ABC):
    """The template. `name` is the provider's kind, as the ledger has it; `called` is our name of the account."""

    name: ClassVar[str]
    base: ClassVar[str]
    utf8: ClassVar[bool] = False  # takes a local part outside ASCII (RFC 6531)

    def __init__(
        self, provider: Provider, called: str, *, within: float = LAST_WORD, clock: Clock | None = None
    ) -> None:
        """`within` is the seconds an answer may take; `clock` tells how old an idempotency key is."""
        self.provider, self.called = provider, called
        self.clock: Clock = clock or (lambda: datetime.now(UTC))
        key = provider.key.get_secret_value().strip() if provider.key else ""
        self.key = key
        self.caller = Caller(provider.url or self.address(), [key, *key.split(":")], within)

    # --- a provider's holes ------------------------------------------------------------------------------------------

    def address(self) -> str:
        """Where the API is, unless the settings name another place."""
        return self.base

    @abstractmethod
    def request(self, recipient: str, mime: bytes, key: str) -> Ask:
        """The request that sends this mail; the same bytes for the same mail. Raises Refusal."""

    @abstractmethod
    def accepted(self, answer: Answer, mime: bytes) -> Accepted | None:
        """The yes in this answer; None when it is not this provider's yes."""

    def meaning(self, answer: Answer) -> Said | None:
        """What an error means where its status alone does not tell; None leaves it to the status."""
        return None

    def words(self, answer: Answer) -> str:
        """The provider's own words in an error."""
        return str(answer.json.get("message") or answer.text)

    def is_unknown(self, answer: Answer) -> bool:
        """True for an error after which nobody knows whether the mail was accepted."""
        return answer.status >= 500 and not (answer.status == 503 and answer.after)

    async def look_up(self, sought: Sought) -> Found:
        """SILENT, for an API that cannot be asked: its webhooks tell."""
        return Found(Look.SILENT, f"{self.name} cannot be asked; its webhooks tell")

    # --- what all do alike -------------------------------------------------------------------------------------------

    async def open(self, sender: str, recipient: str) -> "ApiDelivery":
        """Nothing to connect. Raises Unreachable without a key, Refusal for an address the API cannot be given."""
        if not self.key:
            raise Unreachable(
                f"the provider `{self.called}` has no key to send with; "
                "give it one in SETPIECE_PROVIDERS. Nothing was sent"
            )
        recipient = envelope(recipient)
        if not self.utf8 and not recipient.rpartition("@")[0].isascii():
            raise Refusal(550, f"5.6.7 {self.name} takes no address outside ASCII; the mail was not sent")
        return ApiDelivery(self, recipient)

    async def send(self, recipient: str, mime: bytes, before_dot: BeforeDot | None = None) -> Accepted:
        """The request, written once. Raises Broken, Refusal, Unanswered."""
        key = send_key(message_id_of(mime))
        ask = self.request(recipient, mime, key)
        try:
            answer = await self.caller.write(ask, before_dot)
        except (Broken, Unanswered) as error:
            raise type(error)(f"{self.called}: {error}") from error
        return self.verdict(answer, mime)

    def verdict(self, answer: Answer, mime: bytes) -> Accepted:
        """What the answer to the request means. Raises Refusal, Unanswered."""
        yes = self.accepted(answer, mime)
        if yes is not None:
            return yes
        if 200 <= answer.status < 300 or self.is_unknown(answer):
            raise Unanswered(f"{self.called}: an answer that says neither yes nor no (HTTP {answer.status})")
        said = self.meaning(answer) or BY_STATUS.get(answer.status)
        if said is None:
            said = NOT_AN_API if answer.status < 500 else Said(451, "4.3.2")
        raise Refusal(said.code, self._refusal_text(said, answer), answer.after)

    def _refusal_text(self, said: Said, answer: Answer) -> str:
        theirs = self.caller.without_secrets(self.words(answer))
        own = f"{said.words}: " if said.words else ""
        where = f"; look at `{self.called}` in SETPIECE_PROVIDERS" if said.code == SENDERS_FAULT.code else ""
        return f"{said.enhanced} {own}{theirs} (HTTP {answer.status}){where}"

    async def repeated(self, sought: Sought, life: timedelta) -> Found | None:
        """What the identical request, written again, says; None when the key may have been forgotten (A15).

        Such a repeat is the one mail if the first request never arrived, so it is made only where that is wanted.
        """
        if not sought.repeat or self.clock() - sought.claimed_at >= life:
            return None
        try:
            yes = await self.send(sought.recipient, sought.mime)
        except (Broken, Unanswered) as error:
            return Found(Look.SILENT, str(error))
        except Refusal as refusal:
            look = Look.SILENT if refusal.passing else Look.ABSENT
            return Found(look, f"the same request again: {refusal.text}")
        return Found(Look.THERE, "the same request again was answered as the first", yes.ref)

    async def close(self) -> None:  # noqa: B027 - nothing is kept open, and that is right for all six
        """Nothing is kept open."""


class ApiDelivery:
    """One mail to one recipient."""

    def __init__(self, api: Api, recipient: str) -> None:
        self._api, self._recipient = api, recipient

    async def begin(self) -> None:
        """An API has no 354."""

    async def finish(self, mime: bytes, before_dot: BeforeDot | None = None) -> Accepted:
        """As `Delivery.finish`."""
        return await self._api.send(self._recipient, mime, before_dot)

    async def close(self) -> None:
        """Nothing is left open."""


def in_json(path: str, headers: Mapping[str, str], body: Mapping[str, Any]) -> Ask:
    """A POST of this object, always as the same bytes."""
    content = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return Ask("POST", path, {"content-type": "application/json", "accept": "application/json", **headers}, content)
