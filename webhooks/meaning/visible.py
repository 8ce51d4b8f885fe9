"""What a person wrote: a mail's text without the quoted mail, the signature, the device's line and the lawyers'.

Each line gets one sign (text, quote, marker …); the rules are about the row of signs. Which words make a marker is a
table, `phrases_quotes.py`; what HTML looks like as lines is `visible_html.py`.
"""

import re
from dataclasses import dataclass
from typing import Final

from webhooks.meaning.phrases_quotes import ABOVE, DEVICES, FIELDS, FOOTERS, GIVEN_ON, WROTE, line
from webhooks.meaning.reading import Mail
from webhooks.meaning.visible_html import lines_of_html

LOOKED_AT: Final = 20_000  # characters; nobody writes more, and no pattern may see more
_LONGEST_LINE: Final = 1_000  # characters of one line that are compared with a pattern
_AFTERWORD: Final = 7  # lines below a quote that are still taken for a signature

_TEXT, _EMPTY, _QUOTE, _MARKER, _FIELD, _RULE, _DEVICE, _FOOTER = "teqbhdsf"


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
    lines = _one_marker_a_line(_prepared(text[:LOOKED_AT]).split("\n"))
    page = _Page(lines, "".join(_sign(one) for one in lines))
    for rule in _RULES:
        rule(page)
    return "\n".join(page.lines).strip()


def without_quotes(text: str) -> str:
    """The text down to the first marker of a quoted mail, without quoted lines: all that a machine's answer says."""
    kept: list[str] = []
    for one in _one_marker_a_line(_prepared(text[:LOOKED_AT]).split("\n")):
        sign = _sign(one)
        if sign == _MARKER and any(line.strip() for line in kept):
            break
        if sign not in (_QUOTE, _MARKER):
            kept.append(one)
    return "\n".join(kept)


# --- before lines ----------------------------------------------------------------------------------------------------

_UNSEEN: Final = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad\u202a-\u202e]")
_SIGNED: Final = re.compile(r"\A\s*-----BEGIN PGP SIGNED MESSAGE-----\n(?:Hash: [\w-]{1,20}\n)?\s*")
_ENCLOSED: Final = re.compile(r"^>{3,} ?([^\n>]{1,80}) ?>{3,}$\n(.*?)\n^<{3,} ?\1 ?<{3,}$", re.MULTILINE | re.DOTALL)
_INITIALS: Final = re.compile(r"^((?:[ \t]*[^\W\d_]{0,15}[>|]){1,30})", re.MULTILINE)


def _prepared(text: str) -> str:
    """One kind of line end, no unseen signs, one sign for quotes; no PGP armour."""
    text = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n").replace("\x00", ""))
    text = _SIGNED.sub("", text)
    start = text.find("-----BEGIN PGP SIGNATURE-----")
    end = text.find("-----END PGP SIGNATURE-----", start)
    if start >= 0:
        text = text[:start] + (text[end + len("-----END PGP SIGNATURE-----") :] if end >= 0 else "")
    if 1 < text.count(">>>") <= 40:
        text = _ENCLOSED.sub(lambda found: "> " + found[2].replace("\n", "\n> "), text)
    return _INITIALS.sub(lambda found: re.sub(r"[^\W\d_]{1,15}>|\|", ">", found[1]), text)


# --- a marker over several lines -------------------------------------------------------------------------------------

_STAMP: Final = (
    r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4}|\d{1,2}:\d{2}|\b(?:19|20)\d\d\b|\d{4}年|<[^<>\s]{1,80}@|@[\w.-]{2,60}\.\w{2,}|"
    r"\b\d{1,2}\.? ?(?:de )?[^\W\d_]{3,10}\.?\b"
)
_HAS_STAMP: Final = re.compile(_STAMP, re.IGNORECASE)
_VERB: Final = re.compile(rf"(?:^|[\s>\"”»)\]])(?:{WROTE})(?=[\s:：,]|$)|님이 작성|写道|寫道|のメール", re.IGNORECASE)
_ENDS: Final = re.compile(r"[:：]\s*\**_?\s*$|(?:写道|寫道|작성)[:：]?\s*$")
_OPENS: Final = re.compile(
    r"[\s*_]*(?:on|am|le|el|il|op|den|em|dnia|w dniu|в|на|dne|no dia|în data de|pe|om|u|dana)[\s,]+"
    r"(?:[^\W\d_]{2,14}[.,]{0,2}\s+){0,2}\d",
    re.IGNORECASE,
)
_DATE_FIRST: Final = re.compile(
    r"[\s*_\[(]*(?:[^\W\d_]{2,14}\.?,?\s+)?(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{1,2}\.? [^\W\d_]{3,12}\.? \d{4}|"
    r"\d{4}年|[^\W\d_]{3,12} \d{1,2},? \d{4})",
    re.IGNORECASE,
)
_NAME_AND_ADDRESS: Final = re.compile(r"[<\[(]\s*(?:mailto:)?[^\s<>]{1,80}@[^\s<>]{1,80}")
_NAME_THEN_ADDRESS: Final = re.compile(r"[^<>\n.!?:]{1,60}<\s*(?:mailto:)?[^\s<>]{1,80}@[^\s<>]{1,80}")


def is_marker(words: str) -> bool:
    """True for a line that introduces a quote: who wrote it, when, and a colon."""
    if not _ENDS.search(words) or len(words) > 400:
        return False
    if _VERB.search(words) and _HAS_STAMP.search(words):
        return True
    return bool(_DATE_FIRST.match(words) and (_NAME_AND_ADDRESS.search(words) or re.search(r"\d{1,2}:\d{2}", words)))


def _one_marker_a_line(lines: list[str]) -> list[str]:
    """Mail programs wrap the line that introduces a quote; put it together again."""
    found: list[str] = []
    place = 0
    while place < len(lines):
        end = _end_of_marker(lines, place)
        found.append(
            " ".join(one.strip() for one in lines[place:end] if one.strip()) if end > place + 1 else lines[place]
        )
        place = end
    return found


def _begins(words: str) -> bool:
    return bool(_OPENS.match(words) or _DATE_FIRST.match(words))


def _end_of_marker(lines: list[str], place: int) -> int:
    """Where the marker that begins here ends; the next line when none begins here."""
    first = lines[place][:_LONGEST_LINE]
    if not first.strip() or first.lstrip().startswith(">") or is_marker(first):
        return place + 1
    if not (_begins(first) or _NAME_THEN_ADDRESS.match(first)) or _ENDS.search(first):
        return place + 1
    joined = first.strip()
    for end in range(place + 1, min(place + 6, len(lines))):
        nearest = lines[end][:_LONGEST_LINE].strip()
        if (nearest.startswith(">") and not _ENDS.search(nearest)) or _begins(nearest):
            break
        joined = f"{joined} {nearest}".strip()
        if len(joined) > 400:
            break
        if _ENDS.search(nearest):
            return end + 1 if is_marker(joined) else place + 1
    return place + 1


# --- the sign of a line ----------------------------------------------------------------------------------------------

_RULER: Final = re.compile(r"[\s*]*[-_,=+~#*—–ᐧ]+[\s\-_,=+~#*—–ᐧ]*")
_DASHED: Final = re.compile(r"[\s>]*[-_=]{3,}\s*[^\W\d_][^\n]{2,70}?\s*:?[-_=]{3,}\s*:?\s*")
_GIVEN: Final = line(GIVEN_ON)
_FIELD_LINE: Final = re.compile(rf"[\s|]*[*_]{{0,2}}(?:{FIELDS})[*_]{{0,2}}\s?[:：][*_]{{0,2}}(?:\s|$)", re.IGNORECASE)
_DEVICE_LINE: Final = line(rf"[\[(<]?(?:{DEVICES})")
_FOOTER_LINE: Final = re.compile(rf"[\s*_>\-–—\"(]*(?:{FOOTERS})", re.IGNORECASE)
_ABOVE_LINE: Final = re.compile(ABOVE, re.IGNORECASE)


def _sign(words: str) -> str:
    words = words[:_LONGEST_LINE]
    if not words.strip():
        return _EMPTY
    if words.lstrip()[:1] == ">":
        return _QUOTE
    if _RULER.fullmatch(words) or (len(words) < 120 and _ABOVE_LINE.search(words)):
        return _RULE
    if len(words) < 160 and _DEVICE_LINE.fullmatch(words):
        return _DEVICE
    if _DASHED.fullmatch(words) or _GIVEN.fullmatch(words) or is_marker(words):
        return _MARKER
    if _FIELD_LINE.match(words):
        return _FIELD
    return _FOOTER if _FOOTER_LINE.match(words) else _TEXT


# --- rules over the row of signs -------------------------------------------------------------------------------------


def _cut_at_rule(page: _Page) -> None:
    """A line of dashes ends what was written: signature, footer, or Outlook's line above the quoted mail."""
    found = re.search(r"[df]", page.signs)
    while found is not None and _TEXT not in page.signs[: found.start()] and found[0] == _RULE:
        page.cut(found.start(), found.end())  # nothing is written above it
        found = re.search(r"[df]", page.signs)
    if found is not None:
        page.cut(found.start(), len(page.lines))


def _drop_devices(page: _Page) -> None:
    page.without(_DEVICE)


def _answer_below(page: _Page) -> None:
    """Quote first, then the answer: only the answer was written."""
    if re.fullmatch(r"(?:b[^t]*)+b?[bqeh]+t[et]*", page.signs) and page.signs.startswith("b"):
        answer = re.search(r"t[et]*$", page.signs)
        if answer is not None:
            page.cut(0, answer.start())


_BELOW: Final = re.compile(r"t(e*b[eqbh]*([te]*))$")


def _answer_above(page: _Page) -> None:
    """A marker with a quote, and little or nothing below it."""
    while (found := _BELOW.search(page.signs)) is not None and found[2].count(_TEXT) < _AFTERWORD:
        page.cut(found.start(1), len(page.lines))


def _cut_at_fields(page: _Page) -> None:
    """Three fields of a header together: the mail below them is another's."""
    found = re.search(r"[tq]([eqb]*)h(?:[et]?h){2,}", page.signs)
    if found is not None:
        page.cut(found.start(1), len(page.lines))


def _drop_markers(page: _Page) -> None:
    page.without(_MARKER)


def _drop_leading_fields(page: _Page) -> None:
    """A mail that is only passed on: its header goes, its text stays."""
    found = re.match(r"[eb]*h(?:[et]{0,2}h){2,}", page.signs)
    if found is not None:
        page.cut(0, found.end())


def _cut_trailing_quotes(page: _Page) -> None:
    """Quotes below everything that was written."""
    if _TEXT in page.signs or _FIELD in page.signs:
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
