"""Rules about what templates make when they are filled in: text that comes to an end and fits a mail."""

import re
from collections.abc import Iterator
from typing import Any, Final

from plays import content_faults
from plays.check_names import Rule
from plays.checked import Checked
from plays.content import ContentError, render_email, render_guide
from plays.faults import Fault

_MAKES_MORE: Final = re.compile(r"\{%-?\s*(?:for|assign|capture)\b")


def templates_come_to_an_end(checked: Checked) -> Iterator[Fault]:
    """A template with loops is filled in once with stand-ins: what makes more than a mail may have is told now."""
    for key, one, text in checked.texts:
        loop = _MAKES_MORE.search(text)
        if loop is None:
            continue
        try:
            (render_email if one.head == "subject" else render_guide)(text, _stand_ins(text))
        except ContentError as error:
            if error.code == "limit":
                line, hint = text.count("\n", 0, loop.start()) + 1, "fewer turns, or less text in each"
                yield Fault(str(checked.file_of(key)), line, 1, one.step, "", "template", str(error), hint)


def _stand_ins(text: str) -> dict[str, Any]:
    """A word for everything the template names."""
    data: dict[str, Any] = {}
    for parts, _ in content_faults.named(text):
        inner = data
        for part in parts[:-1]:
            found = inner.setdefault(part, {})
            inner = found if isinstance(found, dict) else {}
        inner.setdefault(parts[-1], "word")
    return data


filled_rules: Final[tuple[Rule, ...]] = (templates_come_to_an_end,)
