"""Texts of strangers on their way into Postgres: bounded, and without what it cannot keep."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from webhooks.meaning.model import Meaning

_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")  # NUL and half characters: neither text nor jsonb takes them


def text(value: str, longest: int) -> str:
    """The text, cut, with a sign for what cannot be kept."""
    return _UNSTORABLE.sub("�", value[:longest])


def evidence_of(meaning: Meaning) -> list[dict[str, str]]:
    """The rules a verdict rests on, for `mails.evidence`."""
    return [{name: text(str(value), 300) for name, value in asdict(one).items()} for one in meaning.evidence[:50]]


def raw_of(mail: str, kind: str, data: Mapping[str, Any]) -> bytes:
    """What the event was made from: the mail itself is kept once, in `mails`."""
    return json.dumps({"mail": mail, "type": kind, "data": data}, sort_keys=True).encode()
