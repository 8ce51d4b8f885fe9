"""What of a raw mail is parsed: enough to understand any honest one, little enough that no mail can stop the queue.

The standard library's parser is recursive, looks at every line once for every open multipart, and takes quadratic time
over the parameters of one header. So depth, lines and headers are cut before it sees them. The raw mail stays whole.
"""

import re
from itertools import islice
from typing import Final

MAX_RAW: Final = 12 * 1024 * 1024  # bytes
MAX_LINES: Final = 200_000
MAX_CONTAINERS: Final = 40  # multiparts and mails in mails; nobody nests deeper
MAX_FIELD: Final = 4_000  # bytes of one Content- header

_LINE: Final = re.compile(rb"\r\n|\r|\n")
_CONTAINER: Final = re.compile(
    rb"^content-type:[ \t\r\n]{0,8}[\"']?(?:multipart|message)/", re.IGNORECASE | re.MULTILINE
)
_FIELD: Final = re.compile(rb"^content-[a-z-]{1,40}:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*", re.IGNORECASE | re.MULTILINE)


def bounded(raw: bytes, lines: int = MAX_LINES) -> tuple[bytes, tuple[str, ...]]:
    """The bytes to parse, and what was left out of them, in words."""
    limits: list[str] = []
    kept = raw[:MAX_RAW].lstrip(b"\xef\xbb\xbf \t\r\n\0")
    if len(raw) > MAX_RAW:
        limits.append(f"cut off after {MAX_RAW // (1024 * 1024)} MB")
    last = next(islice(_LINE.finditer(kept), lines, None), None)
    if last is not None:
        kept = kept[: last.end()]
        limits.append(f"cut off after {lines} lines")
    deep = next(islice(_CONTAINER.finditer(kept), MAX_CONTAINERS, None), None)
    if deep is not None:
        kept = kept[: deep.start()]
        limits.append(f"cut off after {MAX_CONTAINERS} multiparts")
    return _FIELD.sub(lambda found: found[0][:MAX_FIELD], kept), tuple(limits)
