"""The Liquid that content is written in: strict, bounded, without loaders, with a short list of tags and filters.

Values are data: Liquid inside them is text and is never read as Liquid. Templates reach plain data only, by key.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from typing import Any, ClassVar, Final

from liquid import Environment, FalsyStrictUndefined
from liquid.exceptions import FilterArgumentError, LiquidError
from liquid.filter import with_context
from liquid.template import BoundTemplate

from plays.suggestions import did_you_mean

MAX_TEMPLATE: Final = 32 * 1024  # characters
MAX_MARKUP: Final = 500  # `{{ }}` and `{% %}` in one template
_MAX_MARKUP_LENGTH: Final = 400  # characters of one of them
TAGS: Final = frozenset(
    {"assign", "break", "capture", "case", "comment", "continue", "echo", "for", "if", "unless"}
    | {"#", "output", "content", "illegal"}  # Liquid's own names for comments, `{{ }}` and plain text
)
# Not `replace`, `escape`, `base64…`, `url…`: they can blow a text up, or fight with our own escaping.
FILTERS: Final = frozenset({
    "append", "at_least", "at_most", "capitalize", "ceil", "date", "default", "divided_by", "downcase", "first",
    "floor", "join", "last", "lstrip", "minus", "modulo", "plus", "prepend", "remove", "round", "rstrip", "size",
    "slice", "sort", "split", "squish", "strip", "times", "truncate", "truncatewords", "uniq", "upcase",
})  # fmt: skip


class Missing(FalsyStrictUndefined):
    """A fact nobody knows: `if` takes it as no, `default` fills it, writing it is an error that names it."""

    force_liquid_default = True


class _Environment(Environment):
    block_nesting_limit: ClassVar[int] = 12
    context_depth_limit: ClassVar[int] = 12
    loop_iteration_limit: ClassVar[int | None] = 1_000
    local_namespace_limit: ClassVar[int | None] = 50_000
    output_stream_limit: ClassVar[int | None] = 100_000


class TemplateFault(ValueError):
    """A template that cannot be read: the line (from 1) and what was probably meant."""

    def __init__(self, message: str, line: int, suggestion: str = "") -> None:
        self.message, self.line, self.suggestion = message, line, suggestion
        super().__init__(message)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    found = _Environment(undefined=Missing, strict_filters=True, autoescape=False)
    found.tags = {name: tag for name, tag in found.tags.items() if name in TAGS}
    found.filters = {name: _bounded(filter_) for name, filter_ in found.filters.items() if name in FILTERS}
    found.filters["date"] = _date
    return found


@lru_cache(maxsize=2048)
def parsed(text: str) -> BoundTemplate:
    """The template, read once. Raises TemplateFault."""
    if len(text) > MAX_TEMPLATE:
        raise TemplateFault(f"a template is at most {MAX_TEMPLATE} characters; this has {len(text)}", 1)
    _survey(text)
    try:
        return _environment().from_string(text)
    except LiquidError as error:
        raise _fault(error, text) from None


_SIGN: Final = re.compile(r"\{\{|\{%|\}\}|%\}")
_CLOSES: Final = {"{{": "}}", "{%": "%}"}


def _survey(text: str) -> None:
    """Every `{{` and `{%` is closed, before Liquid looks: 30,000 open ones keep its lexer busy for seven minutes."""
    opened: re.Match[str] | None = None
    count = 0
    for sign in _SIGN.finditer(text):
        if opened is None and sign[0] in _CLOSES:
            opened, count = sign, count + 1
        elif opened is not None and sign[0] == _CLOSES[opened[0]]:
            if sign.start() - opened.start() > _MAX_MARKUP_LENGTH:
                raise TemplateFault("this markup is too long", template_line(text, opened.start()), "say less in it")
            opened = None
        elif opened is not None and sign[0] in _CLOSES:
            break
    if opened is not None:
        hint = f"close it with {_CLOSES[opened[0]]}"
        raise TemplateFault(f"`{opened[0]}` is not closed", template_line(text, opened.start()), hint)
    if count > MAX_MARKUP:
        raise TemplateFault(f"a template has at most {MAX_MARKUP} places to fill in; this has {count}", 1)


def known_filters(text: str) -> None:
    """Raises TemplateFault for the first filter of a template that does not exist."""
    for name, spans in parsed(text).analyze().filters.items():
        if name not in FILTERS:
            line = template_line(text, spans[0].index)
            hint = did_you_mean(name, FILTERS) or f"one of {', '.join(sorted(FILTERS))}"
            raise TemplateFault(f"there is no filter '{name}'", line, hint)


def split(template: str, head: str) -> tuple[str, str]:
    """The head line and the body of a template. Raises TemplateFault."""
    text = template.removeprefix("\ufeff").replace("\r\n", "\n")
    first, _, rest = text.partition("\n")
    name, colon, line = first.partition(":")
    if name.strip().lower() != head or not colon:
        raise TemplateFault(f"the first line is not `{head}: …`", 1, f"write `{head}: …` there")
    rule, _, body = rest.partition("\n")
    if rule.strip() != "---":
        raise TemplateFault("the second line is not `---`", 2, "write `---` there; the body comes after it")
    if not line.strip():
        raise TemplateFault(f"the {head} is empty", 1, f"write `{head}: …`")
    return line.strip(), body


def template_line(text: str, index: int) -> int:
    """The line (from 1) of a position in a text."""
    return text.count("\n", 0, max(index, 0)) + 1


def _fault(error: LiquidError, text: str) -> TemplateFault:
    at = error.token.start_index if error.token is not None and error.token.start_index >= 0 else len(text)
    message = " ".join(str(error.message or error).split("\n")[0].split())
    tag = re.match(r"unexpected tag '(\w+)'", message)
    if tag:
        hint = did_you_mean(tag[1], TAGS) or "tags are if, unless, case, for, assign, capture, comment"
        return TemplateFault(f"there is no tag '{tag[1]}'", template_line(text, at), hint)
    hint = "close the tag it began with" if "end of" in message or "endif" in message else ""
    return TemplateFault(message, template_line(text, at), hint)


def _bounded(filter_: Callable[..., Any]) -> Callable[..., Any]:
    """The filter with texts of at most what a mail may hold, in and out."""

    def call(*values: Any, **named: Any) -> Any:
        found = filter_(*values, **named)
        if isinstance(found, str | list) and len(found) > MAX_TEMPLATE:
            raise FilterArgumentError("the text grows too long", token=None)
        if isinstance(found, int) and abs(found) > 10**30:
            raise FilterArgumentError("the number grows too big", token=None)
        return found

    for name in ("with_context", "with_environment"):
        if getattr(filter_, name, False):
            setattr(call, name, True)
    return call


_MONTHS: Final = {
    "ru": "января,февраля,марта,апреля,мая,июня,июля,августа,сентября,октября,ноября,декабря",
    "en": "January,February,March,April,May,June,July,August,September,October,November,December",
}
_DAYS: Final = {
    "ru": "понедельник,вторник,среда,четверг,пятница,суббота,воскресенье",
    "en": "Monday,Tuesday,Wednesday,Thursday,Friday,Saturday,Sunday",
}


@with_context
def _date(value: Any, form: str = "%-d %B %Y", *, context: Any) -> str:
    """`{{ account.anchors.renewal | date: "%-d %B" }}` -> `3 December`, `3 декабря`: in the language of the template.

    Knows %d %-d %m %Y %B %A %H %M. Takes dates and ISO texts, never the clock.
    """
    try:
        at = value if isinstance(value, date) else datetime.fromisoformat(str(value))
    except ValueError:
        raise FilterArgumentError(f"'{str(value)[:40]}' is no date; write 2026-11-23", token=None) from None
    language = str(context.resolve("locale", default="en"))[:2]
    language = language if language in _MONTHS else "en"
    hour, minute = (at.hour, at.minute) if isinstance(at, datetime) else (0, 0)
    words = {"%d": f"{at.day:02}", "%-d": str(at.day), "%m": f"{at.month:02}", "%Y": str(at.year)}
    words |= {"%H": f"{hour:02}", "%M": f"{minute:02}"}
    words |= {"%B": _MONTHS[language].split(",")[at.month - 1], "%A": _DAYS[language].split(",")[at.weekday()]}
    return re.sub(r"%-?[a-zA-Z]", lambda found: words.get(found[0], found[0]), str(form)[:200])
