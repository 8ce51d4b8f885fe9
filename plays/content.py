"""Content: a template and what is known make a mail or a guide, or an error that names what is missing.

A template file is `subject: …` (a mail) or `title: …` (a guide), a line of `---`, then the body as plain paragraphs.
The HTML part is made here from the rendered text; nothing in a value becomes markup.
"""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from liquid.exceptions import LiquidError, ResourceLimitError, UndefinedError

from plays.content_faults import KNOWN
from plays.content_faults import faults as faults
from plays.content_faults import variables as variables
from plays.refusals import ContentError as ContentError
from plays.refusals import refuse_control, refuse_empty_greeting, refuse_leftovers
from plays.refusals import refuse_control_characters as refuse_control_characters
from plays.templates import Missing, TemplateFault, parsed, split

MAX_SUBJECT: Final = 200  # characters
_CLOCK: Final = ("now", "today")  # Liquid's own read the clock; ours is passed in
_JUNK: Final = frozenset({"", "none", "null", "undefined", "nan", "n/a", "[object object]"})


@dataclass(frozen=True)
class EmailText:
    """A rendered mail, without addresses, footer and headers."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Guide:
    """A rendered guide for a player: of a call, a task or a notice."""

    title: str
    text: str


def render_email(template: str, data: Mapping[str, Any]) -> EmailText:
    """The mail of a template. `data` has the roots of KNOWN; None, "" and words like "None" count as not known.

    Raises ContentError: nothing half-filled, no control character, no line break in the subject.
    """
    subject, text = _render(template, "subject", data)
    refuse_empty_greeting(text)
    return EmailText(subject, text, html_of(text))


def edited_email(subject: str, text: str) -> EmailText:
    """An email as its sender has reworded it: no template any more, but held to what a rendered one is held to.

    Raises ContentError.
    """
    line, body = _fit("subject", subject.strip(), text.strip())
    refuse_empty_greeting(body)
    return EmailText(line, body, html_of(body))


def render_guide(template: str, data: Mapping[str, Any]) -> Guide:
    """The guide of a template. Raises ContentError."""
    return Guide(*_render(template, "title", data))


def html_of(text: str) -> str:
    """Plain text as HTML: paragraphs, line breaks, http and https links; everything else escaped."""
    blocks = [block for block in re.split(r"\n[ \t]*\n", text.strip()) if block.strip()]
    paragraphs = ["<br>\n".join(_linked(row) for row in block.strip("\n").splitlines()) for block in blocks]
    return "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)


def _render(template: str, head: str, data: Mapping[str, Any]) -> tuple[str, str]:
    try:
        first, body = split(template, head)
        theirs = {name: value for name in KNOWN if (value := _tidy(data.get(name))) is not None}
        known = {name: Missing(name, token=None) for name in _CLOCK} | theirs
        line, text = _filled(first, known).strip(), _filled(body, known).strip()
    except TemplateFault as fault:
        raise ContentError("syntax", f"the template cannot be read (line {fault.line}): {fault.message}") from None
    return _fit(head, line, text, tuple(_words(theirs)))


def _fit(head: str, line: str, text: str, spoken: Sequence[str] = ()) -> tuple[str, str]:
    """The text as it may go out. Raises ContentError."""
    if len(line) > MAX_SUBJECT:
        raise ContentError("limit", f"the {head} is {len(line)} characters long; at most {MAX_SUBJECT} are sent")
    refuse_control_characters(line, head)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    refuse_control(text, "body", allowed="\n\t")
    for part, value in ((head, line), ("body", text)):
        if not value:
            raise ContentError("empty", f"the {part} is empty once it is filled in")
        refuse_leftovers(value, part, spoken)
    return line, text


def _words(value: Any) -> Iterator[str]:
    """Every text among the values."""
    match value:
        case str():
            yield value
        case Mapping():
            for one in value.values():
                yield from _words(one)
        case list():
            for one in value:
                yield from _words(one)


def _filled(template: str, known: dict[str, Any]) -> str:
    try:
        return parsed(template).render(**known)
    except TemplateFault:
        raise
    except UndefinedError as error:
        name = _missing_name(error)
        raise ContentError("missing", f"'{name}' is not known and has no default", name) from None
    except ResourceLimitError:
        raise ContentError("limit", "the template makes more text or loops than a mail may have") from None
    except LiquidError as error:
        raise ContentError("render", str(error).split("\n")[0]) from None
    except (ArithmeticError, TypeError, ValueError, RecursionError, MemoryError) as error:
        raise ContentError("render", f"the template cannot be filled in: {type(error).__name__}") from None


def _missing_name(error: UndefinedError) -> str:
    token = error.token
    path = re.match(r"[\w.\-\[\]'\"]+", token.source[token.start_index :]) if token else None
    return path[0] if path else str(error.message or error).split("'")[1]


def _tidy(value: Any, depth: int = 6) -> Any:
    """Plain data only; what stands for nothing becomes not known."""
    match value:
        case str():
            return None if value.strip().lower() in _JUNK else value
        case Mapping() if depth:
            tidied = {str(key): _tidy(one, depth - 1) for key, one in value.items()}
            return {key: one for key, one in tidied.items() if one is not None}
        case list() | tuple() if depth:
            return [one for one in (_tidy(item, depth - 1) for item in value) if one is not None]
        case None | bool() | int():
            return value
        case float():
            return None if value != value else int(value) if value.is_integer() else value
        case _ if hasattr(value, "isoformat"):
            return value.isoformat()
        case _:
            return str(value)


_LINK: Final = re.compile(r"https?://[^\s<>\"'`{}|\\^\u201c\u201d\u00ab\u00bb]+", re.IGNORECASE)


def _linked(row: str) -> str:
    parts, at = [], 0
    for found in _LINK.finditer(row):
        address = found[0].rstrip(".,;:!?)]")
        parts += [html.escape(row[at : found.start()]), f'<a href="{html.escape(address)}">{html.escape(address)}</a>']
        at = found.start() + len(address)
    return "".join([*parts, html.escape(row[at:])])
