"""How each provider wraps its events into a body."""

import json
from collections.abc import Callable, Sequence
from typing import Any, Final
from urllib.parse import urlencode


def _array(records: Sequence[Any]) -> tuple[bytes, dict[str, str]]:
    return json.dumps(list(records)).encode(), {"content-type": "application/json"}


def _single(records: Sequence[Any]) -> tuple[bytes, dict[str, str]]:
    (record,) = records
    return json.dumps(record).encode(), {"content-type": "application/json"}


def _form(records: Sequence[Any]) -> tuple[bytes, dict[str, str]]:
    body = urlencode({"mandrill_events": json.dumps(list(records))}).encode()
    return body, {"content-type": "application/x-www-form-urlencoded"}


def _event_data(records: Sequence[Any]) -> tuple[bytes, dict[str, str]]:
    (record,) = records
    return json.dumps({"event-data": record}).encode(), {"content-type": "application/json"}


def _msys(records: Sequence[Any]) -> tuple[bytes, dict[str, str]]:
    return _array([{"msys": {"message_event": record}} for record in records])


WRAPPERS: Final[dict[str, Callable[[Sequence[Any]], tuple[bytes, dict[str, str]]]]] = {
    "sendgrid": _array,
    "mailgun": _event_data,
    "postmark": _single,
    "ses": _single,
    "resend": _single,
    "brevo": _single,
    "mailjet": _array,
    "sparkpost": _msys,
    "mandrill": _form,
    "mailersend": _single,
}
BATCHING: Final = ("sendgrid", "mailjet", "sparkpost", "mandrill")
