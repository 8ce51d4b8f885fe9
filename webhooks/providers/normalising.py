"""From a provider's records to events in our words, by its tables. No provider is known here by name.

An event that cannot be read is parked with the reason and takes none of the others with it (B13, B14).
"""

import hashlib
import re
import uuid
from dataclasses import dataclass
from typing import Any, Final

from records.offers import Offer
from webhooks.forms import UNREADABLE
from webhooks.providers.calls import Call, Unreadable, fragment
from webhooks.providers.dialect import NOTHING, Dialect, Word
from webhooks.providers.values import ADDRESS, address, dig, instant, plain, text
from webhooks.providers.verdicts import status_of, verdict

MAX_ID: Final = 200
MOST: Final = 5000  # events of one request; more than any provider sends
SAID: Final = 300  # characters of the server's words
_ID: Final = re.compile(r"[\x21-\x7e]{1,200}")
_MESSAGE_ID: Final = re.compile(r"<?([^\s<>@]{1,200}@[^\s<>@]{1,200})>?")


@dataclass(frozen=True)
class Source:
    """Whose events they are: the provider's name in the settings, its tables, the domain of our Message-IDs."""

    name: str
    dialect: Dialect
    domain: str


def events_of(source: Source, call: Call) -> list[Offer]:
    """Every event of a genuine request; those that cannot be read are parked. Nothing is raised."""
    try:
        records = source.dialect.records(call)
    except Unreadable as fault:
        return [unreadable(source.name, call, str(fault))]
    if len(records) > MOST:
        return [unreadable(source.name, call, f"the request holds {len(records)} events, more than {MOST}")]
    offers = (_offer(source, call, record) for record in records)
    return [offer for offer in offers if offer is not None]


def unreadable(name: str, call: Call, why: str) -> Offer:
    """A dead-letter copy of a whole request (B12)."""
    digest = hashlib.sha256(call.raw).hexdigest()
    return Offer(name, f"unreadable/{digest}", UNREADABLE, {}, call.received_at, call.raw, parked=why)


def _offer(source: Source, call: Call, record: Any) -> Offer | None:
    """The event of one record; None for what does not concern us."""
    try:
        raw = fragment(record)
    except Unreadable as fault:
        return unreadable(source.name, call, str(fault))
    dialect, fields = source.dialect, source.dialect.fields
    at = instant(record, fields.at, call.received_at)
    named = text(record, fields.name, 100)
    if not isinstance(record, dict) or not named:
        digest = hashlib.sha256(raw).hexdigest()
        why = f"an event without a word for what happened: {dialect.title} may have changed its form"
        return Offer(source.name, f"unreadable/{digest}", UNREADABLE, {}, at, raw, parked=why)
    word = _word(dialect, record, named)
    if word is NOTHING:
        return None
    data = _data(source, record, word or NOTHING)
    external_id = _external_id(dialect, record, named, raw)
    if word is None:
        why = f"'{named}' is no event of {dialect.title} that we know"
        return Offer(source.name, external_id, f"{source.name}.{named}"[:100], data, at, raw, parked=why)
    if word.why_parked:
        return Offer(source.name, external_id, f"{source.name}.{named}"[:100], data, at, raw, parked=word.why_parked)
    return Offer(source.name, external_id, word.kind, data, at, raw)


def _word(dialect: Dialect, record: Any, named: str) -> Word | None:
    """What the record means; None for a word that is not in the table."""
    for finer in dialect.finer:
        if named in finer.of:
            for path in finer.paths:
                value = dig(record, path)
                said = str(value).lower() if isinstance(value, bool) else plain(value, 100).lower()
                if (found := finer.words.get(said)) is not None:
                    return found
    return dialect.words.get(named)


def _data(source: Source, record: Any, word: Word) -> dict[str, Any]:
    """What plays may know of the event: texts and flags, never a structure of the provider's."""
    fields = source.dialect.fields
    data: dict[str, Any] = {
        "message_id": _message_id(source, record),
        "ref": text(record, fields.ref, MAX_ID),
        "email": address(record, fields.email),
        "url": text(record, fields.url) if word.kind == "mail.clicked" else "",
    }
    code, said = text(record, fields.status, 40), text(record, fields.reason, SAID)
    status = status_of(code, said)
    if word.kind in ("mail.deferred", "mail.rejected"):
        data |= {"status": status, "reason": said}
    if word.kind == "bounce":
        judged = verdict(word.bounce, word.blames, status, said, code)
        data |= {"status": status, "said": said, "reason": judged.reason}
    if word.kind == "reply":
        data["kind"] = word.reply
    found = {key: value for key, value in data.items() if value}
    return found | ({"kind": judged.kind, "blames_sender": judged.blames_sender} if word.kind == "bounce" else {})


def _message_id(source: Source, record: Any) -> str:
    """Our Message-ID: of our own key where the provider gives it back, else of a header that it calls so."""
    fields = source.dialect.fields
    try:
        return f"<{uuid.UUID(text(record, fields.key, 64))}@{source.domain}>"
    except ValueError:
        found = _MESSAGE_ID.fullmatch(text(record, fields.message_id, 2 * ADDRESS))
        return f"<{found.group(1)}>" if found else ""


def _external_id(dialect: Dialect, record: Any, named: str, raw: bytes) -> str:
    """The provider's id of the event with its word, else a hash of what tells it from others: a repeat is none."""
    fields = dialect.fields
    given = text(record, fields.id, MAX_ID)
    if given and _ID.fullmatch(given):
        return f"{named[:40].replace(' ', '-')}/{given}" if named.isascii() else given
    identity = (*fields.email, *fields.at, *fields.ref, *fields.message_id, *fields.key, *fields.url, *fields.identity)
    told = [named, *(plain(dig(record, path)) for path in identity)]
    told = told if any(told[1:]) else [named, raw.decode("ascii")]
    return hashlib.sha256("\x1f".join(told).encode("utf-8", "replace")).hexdigest()
