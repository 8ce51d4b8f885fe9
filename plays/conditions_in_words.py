"""Conditions as people say them: `form['diagnose'].cause == "season"` is `diagnose cause: season`.

For pictures and pages; what a condition means is decided by CEL alone. What is not recognised stays as written.
"""

import re
from typing import Final

_RULES: Final = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"!\s*touch\[['\"]([\w-]+)['\"]\]\.(replied|made|opened|clicked)", r"\1 not \2"),
        (r"touch\[['\"]([\w-]+)['\"]\]\.(replied|made|opened|clicked)", r"\1 \2"),
        (r"touch\[['\"]([\w-]+)['\"]\]\.(?:outcome|state)", r"\1"),
        (r"form\[['\"]([\w-]+)['\"]\]\.(\w+)", r"\1 \2"),
        (r"anchor\[['\"](\w+)['\"]\]", r"days to \1"),
        (r"\bparam\.(\w+)", r"\1"),
        (r"\baccount\.facts\.(\w+)", r"the account’s \1"),
        (r"\baccount\.(\w+)", r"the account’s \1"),
        (r"\bcontact\.(?:facts\.)?(\w+)", r"the person’s \1"),
        (r"\bevent\.(\w+)", r"the event’s \1"),
        (r"\bhas\(([^()]+)\)", r"\1 is known"),
        (r"\s*==\s*true\b", ""),
        (r"\s*==\s*false\b", " not"),
        (r"\s*==\s*['\"]([^'\"]*)['\"]", r": \1"),
        (r"\s*!=\s*['\"]([^'\"]*)['\"]", r": not \1"),
        (r"\s*==\s*", " is "),
        (r"\s*!=\s*", " is not "),
        (r"\s*>=\s*", " at least "),
        (r"\s*<=\s*", " at most "),
        (r"\s*>\s*", " over "),
        (r"\s*<\s*", " under "),
        (r"\s*&&\s*", " and "),
        (r"\s*\|\|\s*", " or "),
        (r"\bin\s*\[([^\]]*)\]", r"one of \1"),
        (r"['\"]", ""),
    )
)


def in_words(condition: str | None) -> str:
    """The condition in words, on one line."""
    said = " ".join((condition or "").split())
    for pattern, words in _RULES:
        said = pattern.sub(words, said)
    return said.replace("-", " ").strip()
