"""The lines of a text and the sign of each: text, quote, marker, field, rule, device, footer. No cutting here."""

import re
from typing import Final

from webhooks.meaning.phrases_quotes import ABOVE, DEVICES, FIELDS, FOOTERS, GIVEN_ON, WROTE, line

_LONGEST_LINE: Final = 1_000  # characters of one line that are compared with a pattern

TEXT, EMPTY, QUOTE, MARKER, FIELD, RULE, DEVICE, FOOTER = "teqbhdsf"


def lines_of(text: str) -> list[str]:
    """The lines of a text, one kind of line end; a marker that was wrapped is one line again."""
    return _one_marker_a_line(_prepared(text).split("\n"))


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


def signs_of(lines: list[str]) -> str:
    """The sign of each line; "Kim wrote:" right above a quote is a marker without any date, too."""
    signs = [sign_of(one) for one in lines]
    for place in range(len(lines) - 1):
        if (
            signs[place] == TEXT
            and _QUOTED_NEXT.match("".join(signs[place + 1 : place + 3]))
            and _says_who(lines[place])
        ):
            signs[place] = MARKER
    return "".join(signs)


_QUOTED_NEXT: Final = re.compile(rf"{EMPTY}?{QUOTE}")


def _says_who(words: str) -> bool:
    return len(words) < 100 and bool(_ENDS.search(words)) and bool(_VERB.search(words))


def sign_of(words: str) -> str:
    """The sign of a line."""
    words = words[:_LONGEST_LINE]
    if not words.strip():
        return EMPTY
    if words.lstrip()[:1] == ">":
        return QUOTE
    if _RULER.fullmatch(words) or (len(words) < 120 and _ABOVE_LINE.search(words)):
        return RULE
    if len(words) < 160 and _DEVICE_LINE.fullmatch(words):
        return DEVICE
    if _DASHED.fullmatch(words) or _GIVEN.fullmatch(words) or is_marker(words):
        return MARKER
    if _FIELD_LINE.match(words):
        return FIELD
    return FOOTER if _FOOTER_LINE.match(words) else TEXT
