"""Forms of bodies that several providers share: one event or a batch, a form as a record, a header block as text."""

from collections.abc import Sequence
from typing import Any, Final

from webhooks.providers.calls import Call, Unreadable
from webhooks.providers.mime import Headers

LAST: Final = ("token", "timestamp", "signature")  # of a form whose fields may stand twice


def one_or_many(call: Call) -> Sequence[Any]:
    """The records of a JSON body: of an array each, else the body itself. Raises Unreadable."""
    return call.json if isinstance(call.json, list) else [whole(call)]


def whole(call: Call) -> dict[str, Any]:
    """A JSON body that must be an object. Raises Unreadable."""
    if not isinstance(call.json, dict):
        raise Unreadable("the body is JSON, but no object")
    return call.json


def head(found: Any) -> dict[str, Any]:
    """The first record of a batch, or the record; an empty one for anything else."""
    first = found[0] if isinstance(found, list) and found else found
    return first if isinstance(first, dict) else {}


def inner(record: Any, key: str) -> dict[str, Any]:
    """The object under a key; an empty one where there is none."""
    found = record.get(key) if isinstance(record, dict) else None
    return found if isinstance(found, dict) else {}


def listed(record: Any, key: str) -> list[Any]:
    """The list under a key; an empty one where there is none."""
    found = record.get(key) if isinstance(record, dict) else None
    return found[:1000] if isinstance(found, list) else []


def words(record: Any, key: str) -> str:
    """The text under a key as it is, however long; empty where there is none."""
    found = record.get(key) if isinstance(record, dict) else None
    return found if isinstance(found, str) else ""


def form_record(call: Call) -> dict[str, str]:
    """A form's texts under their names. The first of a name counts; of what proves the form, the last.

    Mailgun mixes a sender's own variables into the form: before what is signed, after everything else.
    """
    record: dict[str, str] = {}
    for part in call.parts:
        if not part.filename and (part.name in LAST or part.name not in record):
            record[part.name] = part.text
    return record


def block(text: str) -> Headers:
    """A block of headers as it stood in the mail, unfolded."""
    headers: list[tuple[str, str]] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if line[:1] in (" ", "\t") and headers:
            name, value = headers.pop()
            headers.append((name, f"{value} {line.strip()}"))
        elif (colon := line.find(":")) > 0:
            headers.append((line[:colon].strip(), line[colon + 1 :].strip()))
    return headers[:1000]
