"""Texts of strangers on their way into Postgres: bounded, and without what it cannot keep."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, Final

from webhooks.meaning.model import Meaning, Returned

_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")  # NUL and half characters: neither text nor jsonb takes them


def text(value: str, longest: int) -> str:
    """The text, cut, with a sign for what cannot be kept."""
    return _UNSTORABLE.sub("�", value[:longest])


def clean(meaning: Meaning) -> Meaning:
    """The same with nothing in it that cannot be looked up. A Message-ID with such a sign is not ours."""
    return replace(
        meaning,
        sender=text(meaning.sender, 320),
        message_id=text(meaning.message_id, 1000),
        answers=tuple(one for one in meaning.answers if not _UNSTORABLE.search(one)),
        tokens=tuple(one for one in meaning.tokens if not _UNSTORABLE.search(one)),
        complained=text(meaning.complained, 320),
        returned=tuple(_cleaned(one) for one in meaning.returned[:100]),
    )


def _cleaned(one: Returned) -> Returned:
    return replace(
        one,
        address=text(one.address, 320),
        said=text(one.said, 300),
        status=text(one.status, 20),
        reason=text(one.reason, 60),
    )


def evidence_of(meaning: Meaning) -> list[dict[str, str]]:
    """The rules a verdict rests on, for `mails.evidence`."""
    return [{name: text(str(value), 300) for name, value in asdict(one).items()} for one in meaning.evidence[:50]]


def raw_of(mail: str, kind: str, data: Mapping[str, Any]) -> bytes:
    """What the event was made from: the mail itself is kept once, in `mails`."""
    return json.dumps({"mail": mail, "type": kind, "data": data}, sort_keys=True).encode()
