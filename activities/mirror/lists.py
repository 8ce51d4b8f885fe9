"""What each provider's lists look like, as its API's pages say: who is on them, why, since when. Reads only.

SendGrid "Suppressions", Mailgun "Suppressions", Postmark "Suppressions API", Amazon SES v2 ListSuppressedDestinations,
Brevo "Get the list of blocked or unsubscribed transactional contacts". Resend has no list that can be read.
"""

import base64
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, Literal
from urllib.parse import quote

from activities.channels.providers.aws_signing import Keys, signed
from activities.mirror.asking import Asking, Headers, ListError
from settings import Provider

Cause = Literal["bounced", "complained", "unsubscribed", "blocked"]
SENDGRID_PAGE: Final = 500
MAILGUN_PAGE: Final = 1_000
SES_PAGE: Final = 1_000
BREVO_PAGE: Final = 100


@dataclass(frozen=True)
class Entry:
    """One address on a list."""

    address: str
    cause: Cause
    at: datetime | None


Reader = Callable[[Provider, Asking], AsyncIterator[Entry]]


@dataclass(frozen=True)
class Source:
    """How one kind of provider is asked."""

    base: str
    proof: Callable[[Provider, str], Headers]
    entries: Reader


async def _sendgrid(provider: Provider, ask: Asking) -> AsyncIterator[Entry]:
    """Not its blocks: they are refusals of single mails, mostly for our reputation."""
    lists: tuple[tuple[str, Cause], ...] = (
        ("bounces", "bounced"),
        ("invalid_emails", "bounced"),
        ("spam_reports", "complained"),
        ("unsubscribes", "unsubscribed"),
    )
    for name, cause in lists:
        offset = 0
        while rows := _rows(await ask.page(f"/v3/suppression/{name}?limit={SENDGRID_PAGE}&offset={offset}")):
            for row in rows:
                yield Entry(_text(row, "email"), cause, _moment(row.get("created")))
            if len(rows) < SENDGRID_PAGE:
                break
            offset += SENDGRID_PAGE


async def _mailgun(provider: Provider, ask: Asking) -> AsyncIterator[Entry]:
    if not provider.domain:
        raise ListError("its `domain` is not set")
    lists: tuple[tuple[str, Cause], ...] = (
        ("bounces", "bounced"),
        ("complaints", "complained"),
        ("unsubscribes", "unsubscribed"),
    )
    for name, cause in lists:
        path = f"/v3/{quote(provider.domain, safe='')}/{name}?limit={MAILGUN_PAGE}"
        while rows := _rows(page := await ask.page(path), "items"):
            for row in rows:
                yield Entry(_text(row, "address"), cause, _moment(row.get("created_at")))
            path = _text(_record(page.get("paging")), "next")
            if not path:
                break


async def _postmark(provider: Provider, ask: Asking) -> AsyncIterator[Entry]:
    """Of every stream, the archived ones too."""
    streams = _rows(
        await ask.page("/message-streams?MessageStreamType=All&IncludeArchivedStreams=true"), "MessageStreams"
    )
    for stream in streams:
        if _text(stream, "MessageStreamType") == "Inbound":
            continue
        path = f"/message-streams/{quote(_text(stream, 'ID'), safe='')}/suppressions/dump"
        for row in _rows(await ask.page(path), "Suppressions"):
            by_them = _text(row, "Origin") == "Recipient"
            causes: dict[str, Cause] = {"HardBounce": "bounced", "SpamComplaint": "complained"}
            cause = causes.get(_text(row, "SuppressionReason"), "unsubscribed" if by_them else "blocked")
            yield Entry(_text(row, "EmailAddress"), cause, _moment(row.get("CreatedAt")))


async def _ses(provider: Provider, ask: Asking) -> AsyncIterator[Entry]:
    token = ""
    while True:
        after = f"NextToken={quote(token, safe='')}&" if token else ""
        page = await ask.page(f"/v2/email/suppression/addresses?{after}PageSize={SES_PAGE}")
        for row in _rows(page, "SuppressedDestinationSummaries"):
            cause: Cause = "complained" if _text(row, "Reason") == "COMPLAINT" else "bounced"
            yield Entry(_text(row, "EmailAddress"), cause, _moment(row.get("LastUpdateTime")))
        token = _text(page, "NextToken")
        if not token:
            return


_BREVO: Final[Mapping[str, Cause]] = {
    "hardBounce": "bounced",
    "contactFlaggedAsSpam": "complained",
    "unsubscribedViaMA": "unsubscribed",
    "unsubscribedViaEmail": "unsubscribed",
    "unsubscribedViaApi": "unsubscribed",
}


async def _brevo(provider: Provider, ask: Asking) -> AsyncIterator[Entry]:
    offset = 0
    while True:
        page = await ask.page(f"/v3/smtp/blockedContacts?limit={BREVO_PAGE}&offset={offset}&sort=asc")
        rows = _rows(page, "contacts") if "contacts" in _record(page) else []  # left out of an empty page
        for row in rows:
            code = _text(_record(row.get("reason")), "code")
            yield Entry(_text(row, "email"), _BREVO.get(code, "blocked"), _moment(row.get("blockedAt")))
        if len(rows) < BREVO_PAGE:
            return
        offset += BREVO_PAGE


def _key(provider: Provider) -> str:
    if provider.key is None or not provider.key.get_secret_value().strip():
        raise ListError("its `key` is not set")
    return provider.key.get_secret_value()


def _always(headers: Callable[[Provider], Mapping[str, str]]) -> Callable[[Provider, str], Headers]:
    """The same headers whatever is asked for."""

    def proof(provider: Provider, base: str) -> Headers:
        given = {"accept": "application/json", "user-agent": "Setpiece", **headers(provider)}
        return lambda url: given

    return proof


def _aws(provider: Provider, base: str) -> Headers:
    access, found, secret = _key(provider).partition(":")
    if not found or not provider.region:
        raise ListError("its `key` is access-key-id:secret-access-key, and it needs a `region`")
    keys = Keys(access, secret, provider.region, "ses")
    return lambda url: signed(keys, "GET", url, {"accept": "application/json"}, b"", datetime.now(UTC))


SOURCES: Final[Mapping[str, Source]] = {
    "sendgrid": Source(
        "https://api.sendgrid.com", _always(lambda one: {"authorization": f"Bearer {_key(one)}"}), _sendgrid
    ),
    "mailgun": Source(
        "https://api.mailgun.net",
        _always(lambda one: {"authorization": f"Basic {base64.b64encode(f'api:{_key(one)}'.encode()).decode()}"}),
        _mailgun,
    ),
    "postmark": Source(
        "https://api.postmarkapp.com", _always(lambda one: {"x-postmark-server-token": _key(one)}), _postmark
    ),
    "ses": Source("https://email.{region}.amazonaws.com", _aws, _ses),
    "brevo": Source("https://api.brevo.com", _always(lambda one: {"api-key": _key(one)}), _brevo),
}


def _rows(page: Any, name: str = "") -> list[dict[str, Any]]:
    """The list of a page. Raises ListError when it is none: then the API has changed, and nothing is concluded."""
    found = (page.get(name) if isinstance(page, dict) else None) if name else page
    if not isinstance(found, list):
        raise ListError("its answer is not of the form its documentation gives; nothing was lost")
    return [row for row in found if isinstance(row, dict)]


def _record(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(row: Any, name: str) -> str:
    value = row.get(name) if isinstance(row, dict) else None
    return value.strip() if isinstance(value, str) else ""


def _moment(value: Any) -> datetime | None:
    """An instant as seconds since 1970, ISO 8601 or as in a mail; None for anything else."""
    for read in _READERS:
        try:
            at = read(value)
        except (TypeError, ValueError, OverflowError, OSError, AttributeError):
            continue
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    return None


def _readers() -> Iterator[Callable[[Any], datetime]]:
    yield lambda value: datetime.fromtimestamp(_number(value), UTC)
    yield datetime.fromisoformat
    yield lambda value: parsedate_to_datetime(value.replace("UTC", "GMT"))


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    return float(value)


_READERS: Final = tuple(_readers())
