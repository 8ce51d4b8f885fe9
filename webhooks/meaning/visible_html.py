"""HTML of a mail as lines of text: what is quoted gets `>`, what a mail program added as signature is left out."""

import re
from html.parser import HTMLParser
from typing import Final

_BLOCKS: Final = frozenset(
    (
        "p",
        "div",
        "tr",
        "table",
        "ul",
        "ol",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "pre",
        "section",
        "article",
        "header",
        "footer",
        "center",
    )
)
_UNSEEN: Final = frozenset(("style", "script", "head", "title", "template", "noscript"))
_VOID: Final = frozenset(
    ("br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "source", "track", "wbr")
)
_DEEPEST: Final = 200  # elements inside one another that are followed

# Marks of the quoted mail: from there on to the end of the element, or (an empty anchor) of the whole mail.
_QUOTES: Final = re.compile(
    r"\b(?:yahoo_quoted|ydp\w*yahoo_quoted|protonmail_quote|zmail_extra|tutanota_quote|gmail_quote_container|"
    r"mail-quote-collapse|moz-forward-container|WordSection0quoted|quoted_?mail)\b",
    re.IGNORECASE,
)
_REST: Final = re.compile(
    r"\b(?:divRplyFwdMsg|appendonsend|OLK_SRC_BODY_SECTION|mail-editor-reference-message-container|replySplit|"
    r"stopSpelling|zwchr|isForwardContent|lineBreakAtBeginningOfMessage0|reply-intro|x_divRplyFwdMsg|ymail_android_quote)\b",
    re.IGNORECASE,
)
_SIGNATURES: Final = re.compile(
    r"\b(?:gmail_signature(?:_prefix)?|moz-signature|ms-outlook-mobile-signature|Signature|yahoo-signature|"
    r"ydp\w*signature|protonmail_signature_block|signature_block|AppleMailSignature|mobile-signature)\b"
)
_RULE: Final = "\n________________\n"


class _Reader(HTMLParser):
    """Walks over the tags without a tree, so that no depth of them can hurt."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = [""]
        self.open: list[tuple[str, str]] = []  # tag, what it began: quote, unseen or nothing

    def _count(self, what: str) -> int:
        return sum(1 for _, began in self.open if began == what)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        marks = " ".join(value or "" for name, value in attrs if name in ("class", "id", "name", "data-marker"))
        if _REST.search(marks) or (tag == "hr"):
            self._write(_RULE)
        elif tag == "br":
            self._write("\n")
        if tag in _BLOCKS or tag in ("blockquote", "li"):
            self._end_line()
        if tag in _VOID or len(self.open) >= _DEEPEST:
            return
        self.open.append((tag, self._began(tag, marks)))

    def _began(self, tag: str, marks: str) -> str:
        if tag in _UNSEEN or _SIGNATURES.search(marks):
            return "unseen"
        return "quote" if tag == "blockquote" or _QUOTES.search(marks) else ""

    def handle_endtag(self, tag: str) -> None:
        places = [place for place, (name, _) in enumerate(self.open) if name == tag]
        if tag in _BLOCKS or tag in ("blockquote", "li"):
            self._end_line()
        if places:
            del self.open[places[-1] :]
        if tag in ("p", "blockquote") and self.lines[-1] == "":
            self._write("\n")

    def handle_data(self, data: str) -> None:
        if not self._count("unseen"):
            within_pre = any(tag == "pre" for tag, _ in self.open)
            words = data if within_pre else re.sub(r"[ \t\r\n\f]+", " ", data)
            self._write(words if self.lines[-1].strip("> ") or within_pre else words.lstrip(" "))

    def _end_line(self) -> None:
        if self.lines[-1].strip("> "):
            self._write("\n")

    def _write(self, words: str) -> None:
        depth = min(self._count("quote"), 5)
        mark = ">" * depth + " " if depth else ""
        for place, piece in enumerate(words.split("\n")):
            if place:
                self.lines.append("")
            if piece and not self.lines[-1]:
                self.lines[-1] = mark
            self.lines[-1] += piece


_STRAY: Final = re.compile(r"<(?![a-zA-Z/!?][^<>]*>)")  # one that opens no tag makes the library's parser quadratic


def _without_comments(markup: str) -> str:
    first, *others = markup.split("<!--")
    return first + "".join(one.partition("-->")[2] for one in others)


def lines_of_html(markup: str) -> str:
    """The words of the markup, a line for each block; quoted blocks begin with `>`. Never raises."""
    reader = _Reader()
    try:
        reader.feed(_STRAY.sub("&lt;", _without_comments(markup)))
        reader.close()
    except (AssertionError, ValueError):  # the standard library's parser gives up on some broken declarations
        reader.lines.append(re.sub(r"<[^<>]{0,2000}>", " ", markup))
    text = "\n".join(one.replace("\xa0", " ").rstrip() for one in reader.lines)
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n")
