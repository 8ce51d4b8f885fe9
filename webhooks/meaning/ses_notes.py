"""Amazon SES notifications that come as mail: JSON in the body, sent by SNS to an e-mail subscription.

The same JSON over HTTPS is a provider's webhook with a signature; as mail it is trusted no more than a bounce.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

from webhooks.meaning.reading import Mail

_LOOKED_AT: Final = 200_000
_KINDS: Final = ('"notificationType"', '"eventType"')


def noted(mail: Mail) -> Iterator[tuple[str, str, str, str]]:
    """Address, action, status and words of each recipient of a bounce or delivery (AWS: notification contents)."""
    note = note_of(mail)
    for one in _rows(note.get("bounce"), "bouncedRecipients"):
        if isinstance(address := one.get("emailAddress"), str):
            yield address, _text(one, "action"), _text(one, "status"), _text(one, "diagnosticCode")
    delivery = note.get("delivery")
    if isinstance(delivery, dict) and isinstance(delivery.get("recipients"), list):
        for address in delivery["recipients"]:
            if isinstance(address, str):
                yield address, "delivered", "2.0.0", _text(delivery, "smtpResponse")


def note_of(mail: Mail) -> dict[str, Any]:
    """The notification in a mail; empty when there is none or it cannot be read."""
    said = mail.said[:_LOOKED_AT]
    start = said.find("{")
    if start < 0 or not any(kind in said for kind in _KINDS):
        return {}
    try:
        found, _ = json.JSONDecoder(strict=False).raw_decode(said[start:])
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def complained_in(mail: Mail) -> list[str]:
    """Who marked a mail as spam, by a notification about a complaint."""
    rows = _rows(note_of(mail).get("complaint"), "complainedRecipients")
    return [one["emailAddress"] for one in rows if isinstance(one.get("emailAddress"), str)]


def _rows(holder: object, name: str) -> list[dict[str, Any]]:
    rows = holder.get(name) if isinstance(holder, dict) else None
    return [one for one in rows if isinstance(one, dict)] if isinstance(rows, list) else []


def _text(row: dict[str, Any], name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else ""
