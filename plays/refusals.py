"""What must not go out: places nobody filled in, greetings without a name, hidden and control characters.

The last look at a rendered text before it becomes a mail (reliability.md F2, F4, F13).
"""

import re
import unicodedata
from collections.abc import Iterable
from email.errors import HeaderParseError
from email.header import decode_header
from typing import Final


class ContentError(ValueError):
    """Content that must not go out. `code`: missing, limit, syntax, render, control, leftover, greeting, empty."""

    def __init__(self, code: str, message: str, name: str = "") -> None:
        self.code, self.name = code, name
        super().__init__(message)


_PLACEHOLDER: Final = re.compile(
    r"\{\{|\}\}|\{%|%\}|\bundefined\b|\bTODO\b|\blorem ipsum\b|<(?:first|last)? ?name>"
    r"|\[(?:your |insert |the )?(?:first |last |full )?(?:name|firstname|lastname|company|account|title|date|link"
    r"|url|todo|tbd|xxx?|topic|имя|фамилия|компания|дата|ссылка|тема)\]",
    re.IGNORECASE,
)
_MARKS: Final = re.compile(r"\{\{|\}\}|\{%|%\}")
_GREETING: Final = re.compile(
    r"^\s*(?:(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)"
    r"|здравствуйте|привет|добрый (?:день|вечер)|доброе утро)(?:\s+|\s*,\s*)(?:none|null|nan)?\s*[,!.:]"
    r"|(?:dear|уважаем\w+)\s*[,!.:])",
    re.IGNORECASE,
)


def refuse_control_characters(value: str, what: str) -> None:
    """Refuse a header value that is, or decodes to, more than one line (CVE-2024-6923), or hides or turns text (F4,
    F13). Raises ContentError with code control."""
    for form in (value, _decoded(value)):
        refuse_control(form, what, allowed="")


def refuse_control(value: str, what: str, allowed: str) -> None:
    for sign in value:
        hidden = unicodedata.category(sign) in ("Cc", "Zl", "Zp", "Cs") or sign in _BIDI
        if hidden and sign not in allowed:
            raise ContentError("control", f"the {what} holds the control character U+{ord(sign):04X}", what)


_BIDI: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


def _decoded(value: str) -> str:
    try:
        parts = decode_header(value)
        return "".join(
            part.decode(code or "ascii", "replace") if isinstance(part, bytes) else part for part, code in parts
        )
    except (HeaderParseError, LookupError, ValueError):
        raise ContentError("control", "it holds an encoded word that cannot be decoded") from None


def refuse_leftovers(value: str, what: str, spoken: Iterable[str] = ()) -> None:
    """Refuse places nobody filled in. Liquid's own marks are text where they stand in a value (`spoken`), word for
    word: a firm may be called `{{ seven }}`. Raises ContentError with code leftover."""
    for words in spoken:
        if _MARKS.search(words):
            value = value.replace(words, _MARKS.sub("", words))
    found = _PLACEHOLDER.search(value)
    if found:
        raise ContentError("leftover", f"the {what} still holds '{found[0]}': a place nobody filled in", found[0])


def refuse_empty_greeting(text: str) -> None:
    if _GREETING.match(text):
        raise ContentError("greeting", f"the greeting has no name in it: '{text.splitlines()[0][:60]}'")
