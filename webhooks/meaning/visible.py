"""What a person wrote: a mail's text without the quoted mail, the signature, the device's line and the lawyers'.

Each line gets one sign (text, quote, marker …); the rules are about the row of signs. The signs are given in
`visible_lines.py`, by the table `phrases_quotes.py`; what HTML looks like as lines is `visible_html.py`.
"""

import re
from dataclasses import dataclass
from typing import Final

from webhooks.meaning.reading import Mail
from webhooks.meaning.visible_html import lines_of_html
from webhooks.meaning.visible_lines import DEVICE, FIELD, MARKER, QUOTE, RULE, TEXT, lines_of, sign_of, signs_of

LOOKED_AT: Final = 20_000  # characters; nobody writes more, and no pattern may see more
_AFTERWORD: Final = 7  # lines below a quote that are still taken for a signature


@dataclass
class _Page:
    """Lines and the sign of each."""

    lines: list[str]
    signs: str

    def cut(self, start: int, end: int) -> None:
        del self.lines[start:end]
        self.signs = self.signs[:start] + self.signs[end:]

    def without(self, sign: str) -> None:
        self.lines = [one for one, its in zip(self.lines, self.signs, strict=True) if its != sign]
        self.signs = self.signs.replace(sign, "")


def visible_text(mail: Mail) -> str:
    """What the person wrote in this mail; empty when that is nothing. Of a mail in both forms, the plain one speaks."""
    plain = "\n".join(part.text for part in mail.parts if part.kind in ("text/plain", "text"))
    if plain.strip():
        return visible_of_text(plain)
    return visible_of_html("\n".join(part.text for part in mail.parts if part.kind == "text/html"))


def visible_of_html(markup: str) -> str:
    """The same of HTML: quotes become lines with `>`, then the rules of plain text hold."""
    return visible_of_text(lines_of_html(markup[: LOOKED_AT * 10]))


def visible_of_text(text: str) -> str:
    """The same of a plain text. Answers between the quotes stay where they are, with their quotes."""
    lines = lines_of(text[:LOOKED_AT])
    page = _Page(lines, signs_of(lines))
    for rule in _RULES:
        rule(page)
    return "\n".join(page.lines).strip()


def without_quotes(text: str) -> str:
    """The text down to the first marker of a quoted mail, without quoted lines: all that a machine's answer says."""
    kept: list[str] = []
    for one in lines_of(text[:LOOKED_AT]):
        sign = sign_of(one)
        if sign == MARKER and any(line.strip() for line in kept):
            break
        if sign not in (QUOTE, MARKER):
            kept.append(one)
    return "\n".join(kept)


# --- rules over the row of signs -------------------------------------------------------------------------------------


def _cut_at_rule(page: _Page) -> None:
    """A line of dashes ends what was written: signature, footer, or Outlook's line above the quoted mail."""
    found = re.search(r"[df]", page.signs)
    while found is not None and TEXT not in page.signs[: found.start()] and found[0] == RULE:
        page.cut(found.start(), found.end())  # nothing is written above it
        found = re.search(r"[df]", page.signs)
    if found is not None:
        page.cut(found.start(), len(page.lines))


def _drop_devices(page: _Page) -> None:
    page.without(DEVICE)


def _answer_below(page: _Page) -> None:
    """Quote first, then the answer: only the answer was written."""
    if re.fullmatch(r"(?:b[^t]*)+b?[bqeh]+t[et]*", page.signs) and page.signs.startswith("b"):
        answer = re.search(r"t[et]*$", page.signs)
        if answer is not None:
            page.cut(0, answer.start())


_BELOW: Final = re.compile(r"t(e*b[eqbh]*([te]*))$")


def _answer_above(page: _Page) -> None:
    """A marker with a quote, and little or nothing below it."""
    while (found := _BELOW.search(page.signs)) is not None and found[2].count(TEXT) < _AFTERWORD:
        page.cut(found.start(1), len(page.lines))


def _cut_at_fields(page: _Page) -> None:
    """Three fields of a header together: the mail below them is another's."""
    found = re.search(r"[tq]([eqb]*)h(?:[et]?h){2,}", page.signs)
    if found is not None:
        page.cut(found.start(1), len(page.lines))


def _drop_markers(page: _Page) -> None:
    page.without(MARKER)


def _drop_leading_fields(page: _Page) -> None:
    """A mail that is only passed on: its header goes, its text stays."""
    found = re.match(r"[eb]*h(?:[et]{0,2}h){2,}", page.signs)
    if found is not None:
        page.cut(0, found.end())


def _cut_trailing_quotes(page: _Page) -> None:
    """Quotes below everything that was written."""
    if TEXT in page.signs or FIELD in page.signs:
        found = re.search(r"[eqb]*$", page.signs)
        if found is not None:
            page.cut(found.start(), len(page.lines))


_RULES: Final = (
    _cut_at_rule,
    _drop_devices,
    _answer_below,
    _answer_above,
    _cut_trailing_quotes,
    _cut_at_fields,
    _drop_leading_fields,
    _drop_markers,
    _cut_trailing_quotes,
)
