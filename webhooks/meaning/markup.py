"""HTML as plain text, in one pass over it: hostile markup costs no more than friendly markup of the same size.

What is left of a mail's HTML is for reading its words only; nothing of it is ever shown as HTML.
"""

import re
from html import unescape
from typing import Final

MAX_MARKUP: Final = 400_000  # characters that are looked at

# No pattern here may run past the next `<`: a million of them are then a million short looks, not a million long ones.
_OPENING: Final = re.compile(r"<(style|script|head|title)\b|<!--", re.IGNORECASE)
_BLOCKS: Final = re.compile(r"<\s{0,3}(?:br|/p|/div|/tr|/li|/h\d|/blockquote|hr)\b[^<>]*>", re.IGNORECASE)
_TAGS: Final = re.compile(r"</?[A-Za-z!?][^<>]*>")
_LINES: Final = re.compile(r"\n{3,}")


def text_of_html(markup: str) -> str:
    """The words of HTML, a line for each block."""
    seen = _seen(markup[:MAX_MARKUP].replace("\r\n", "\n"))
    return _LINES.sub("\n\n", unescape(_TAGS.sub("", _BLOCKS.sub("\n", seen))))


def _seen(markup: str) -> str:
    """The markup without what nobody sees: comments, styles, scripts, the head."""
    lowered = markup.lower() if markup.isascii() else _ascii_lowered(markup)
    kept: list[str] = []
    missing: set[str] = set()
    at = 0
    for found in _OPENING.finditer(markup):
        name = (found[1] or "").lower()
        closing = f"</{name}" if name else "-->"
        if found.start() < at or closing in missing:
            continue
        end = lowered.find(closing, found.end())
        if end < 0:
            missing.add(closing)  # looked for once, however often it is opened
            continue
        kept.append(markup[at : found.start()])
        after = lowered.find(">", end)
        at = after + 1 if after >= 0 else len(markup)
    return "".join((*kept, markup[at:]))


def _ascii_lowered(markup: str) -> str:
    """Small letters, of the same length: `lower()` makes two letters of some one outside ASCII."""
    return markup.translate({upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)})
