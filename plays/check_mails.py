"""What a good rep would object to in the words of mails. Warnings, named in `craft.py`. Templates: `check_texts.py`."""

import re
from collections.abc import Iterator
from typing import Final

from plays.check_names import Rule
from plays.checked import Checked
from plays.faults import Fault
from plays.templates import TemplateFault, parsed, split

_FEWEST, _MOST = 40, 130
_WORD: Final = re.compile(r"\w[\w’'-]*")
_TAG: Final = re.compile(r"\{%-?\s*(\w+)[^%]*%\}")
_VALUE: Final = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_HOLLOW: Final = re.compile(
    "just checking in|checking in on|touching base|circling back"
    "|просто уточняю|просто хотел[аи]? (?:уточнить|напомнить)",
    re.IGNORECASE,
)


def mails_are_neither_long_nor_empty(checked: Checked) -> Iterator[Fault]:
    """40 to 130 words, however the conditions in it fall; and something brought."""
    for key, one, text in checked.texts:
        for line, code, message, hint in _of_mail(text) if one.head == "subject" else ():
            yield Fault(str(checked.file_of(key)), line, 1, one.step, "", code, message, hint, "warning")


def _of_mail(template: str) -> Iterator[tuple[int, str, str, str]]:
    try:
        parsed(template)  # bounded, which the patterns here are not
        _, body = split(template, "subject")
    except TemplateFault:
        return  # templates_are_sound says so
    fewest, most = words(body)
    if fewest > _MOST:
        yield 3, "long-mail", f"at least {fewest} words; a mail has {_FEWEST} to {_MOST}", "say less"
    elif most < _FEWEST:
        yield 3, "long-mail", f"at most {most} words; a mail has {_FEWEST} to {_MOST}", "say what they get from it"
    hollow = _HOLLOW.search(template)
    if hollow is not None:
        line = template.count("\n", 0, hollow.start()) + 1
        yield line, "checking-in", f"“{hollow[0]}” asks for attention and gives nothing", "say what is new"


def words(body: str) -> tuple[int, int]:
    """How many words a mail has at least and at most, whichever way its conditions fall. A value counts as one."""
    pieces = _TAG.split(_VALUE.sub(" value ", body))
    stack: list[_Branches] = [_Branches()]
    for index, piece in enumerate(pieces):
        if index % 2 == 0:
            stack[-1].add(len(_WORD.findall(piece)))
        elif piece in ("if", "unless", "case"):
            stack.append(_Branches(beginning=piece != "case"))
        elif piece in ("elsif", "else", "when") and len(stack) > 1:
            stack[-1].turn(last=piece == "else")
        elif piece in ("endif", "endunless", "endcase") and len(stack) > 1:
            inner = stack.pop()
            stack[-1].add(*inner.bounds())
    return stack[0].bounds(whole=True)


class _Branches:
    """The word counts of the branches of one condition; the last is being counted."""

    def __init__(self, *, beginning: bool = True) -> None:
        self._counts: list[tuple[int, int]] = [(0, 0)] if beginning else []
        self._closed = False

    def add(self, fewest: int, most: int | None = None) -> None:
        if self._counts:
            low, high = self._counts[-1]
            self._counts[-1] = low + fewest, high + (fewest if most is None else most)

    def turn(self, *, last: bool) -> None:
        self._counts.append((0, 0))
        self._closed = self._closed or last

    def bounds(self, *, whole: bool = False) -> tuple[int, int]:
        """Without an `else` none of the branches may be taken; `whole` is the text itself."""
        found = self._counts or [(0, 0)]
        fewest = min(low for low, _ in found) if self._closed or whole else 0
        return fewest, max(high for _, high in found)


mail_rules: Final[tuple[Rule, ...]] = (mails_are_neither_long_nor_empty,)
