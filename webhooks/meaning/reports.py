"""What a report says about our mail it gives back: which of our Message-IDs, which tokens in the addresses.

Also the reports that are about no person: authentication, TLS, DMARC aggregates, read receipts.
"""

import re
from collections.abc import Iterable
from typing import Final

from webhooks.meaning.addresses import addresses_in
from webhooks.meaning.model import Evidence
from webhooks.meaning.reading import Mail
from webhooks.meaning.ses_notes import note_of

_MOST: Final = 50  # Message-IDs of one mail; more are no conversation
_LOOKED_AT: Final = 100_000
_MESSAGE_ID: Final = re.compile(r"<([^<>\s@]{1,256}@[^<>\s@]{1,253})>")
_BARE_ID: Final = re.compile(r"^\s*([^<>\s@]{1,256}@[^<>\s@]{1,253})\s*$")
_NAMING: Final = re.compile(
    r"^[ \t>]{0,8}(message-id|in-reply-to|references|x-original-message-id|original-message-id|original-envelope-id):"
    r"[ \t]*([^\n]*(?:\n[ \t]+[^\n]*){0,40})",
    re.IGNORECASE | re.MULTILINE,
)
_ORDER: Final = ("message-id", "x-original-message-id", "original-message-id", "original-envelope-id", "in-reply-to")
# As `records.tokens.make_token` makes them; a letter and a dot before it say what the address is for.
_TOKEN: Final = re.compile(r"\+((?:[A-Za-z]\.)?[A-Za-z0-9_-]{43})@")
_ADDRESSED: Final = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "return-path", "x-forwarded-to")


def ids_in(text: str) -> list[str]:
    """The Message-IDs in a header's value, in angle brackets, in their order."""
    found = [f"<{one}>" for one in _MESSAGE_ID.findall(text)]
    bare = _BARE_ID.match(text)
    return found or ([f"<{bare[1]}>"] if bare else [])


def answered_by(mail: Mail) -> tuple[str, ...]:
    """What a mail says it answers: In-Reply-To, then References from the nearest (RFC 5322, section 3.6.4)."""
    nearest = [one for value in mail.headers.get("in-reply-to", ()) for one in ids_in(value)]
    older = [one for value in mail.headers.get("references", ()) for one in ids_in(value)]
    return tuple(dict.fromkeys((*nearest, *reversed(older))))[:_MOST]


def given_back_by(mail: Mail) -> tuple[str, ...]:
    """The Message-IDs of the mail that a report gives back or names, its own first; then what it says it answers."""
    found: dict[str, list[str]] = {}
    for text in (mail.original, mail.report("message/delivery-status"), *_other_reports(mail), mail.said):
        for name, value in _NAMING.findall(text[:_LOOKED_AT].replace("\r\n", "\n")):
            found.setdefault(name.lower(), []).extend(ids_in(value))
    named = [one for name in _ORDER[:-1] for one in found.get(name, [])]
    threads = [*found.get("in-reply-to", []), *reversed(found.get("references", []))]
    own = ids_in(mail.header("message-id"))
    every = dict.fromkeys((*named, *_noted(mail), *answered_by(mail), *threads))
    return tuple(one for one in every if one not in own)[:_MOST]


def _other_reports(mail: Mail) -> Iterable[str]:
    return (mail.report("message/feedback-report"), mail.report("message/disposition-notification"))


def _noted(mail: Mail) -> list[str]:
    """What a notification of Amazon SES names: the Message-ID we gave, and its own."""
    sent = note_of(mail).get("mail")
    if not isinstance(sent, dict):
        return []
    headers = sent.get("commonHeaders")
    ours = headers.get("messageId") if isinstance(headers, dict) else None
    return [one for value in (ours, sent.get("messageId")) if isinstance(value, str) for one in ids_in(value)]


def tokens_of(mail: Mail) -> tuple[str, ...]:
    """The tokens in the addresses a mail came to, and in those of the mail a report gives back."""
    values = [value for name in _ADDRESSED for value in mail.headers.get(name, ())]
    back = "\n".join(found[0] for found in _BACK_PATH.finditer(mail.original[:_LOOKED_AT]))
    return tuple(dict.fromkeys(_TOKEN.findall("\n".join((*values, back)))))[:_MOST]


_BACK_PATH: Final = re.compile(r"^(?:return-path|reply-to|from):[^\n]{0,2000}", re.IGNORECASE | re.MULTILINE)


def read_report(mail: Mail) -> tuple[Evidence, ...]:
    """What shows that a mail is a machine's report about no person; nothing for any other mail."""
    if mail.report_type in ("tlsrpt", "dmarc"):
        return (Evidence(f"report:{mail.report_type}", "header content-type", mail.report_type),)
    subject = mail.header("subject")
    if _AGGREGATE.search(subject) and _REPORTERS.search(f"{mail.header('from')} {subject}"):
        return (Evidence("report:aggregate", "subject", subject[:120]),)
    return ()


_AGGREGATE: Final = re.compile(r"report[ -]?domain:|dmarc aggregate report|tls report|report-id:", re.IGNORECASE)
_REPORTERS: Final = re.compile(r"submitter:|dmarc|tls-?rpt|noreply|no-reply", re.IGNORECASE)


def plus_address(address: str) -> bool:
    """Whether an address carries a token of ours."""
    return bool(_TOKEN.search(address))


def own_addresses(mail: Mail) -> list[str]:
    """Whom a mail was written to, as far as its headers say."""
    return [one for name in _ADDRESSED[:5] for value in mail.headers.get(name, ()) for one in addresses_in(value)]
