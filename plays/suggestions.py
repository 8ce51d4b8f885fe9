"""What was probably meant: the nearest known word to a misspelt one."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word nearest to this one, None if none is near."""
    if not word or len(word) > 200:
        return None
    found = get_close_matches(word.lower(), [*known], n=1, cutoff=0.6)
    return found[0] if found else None


def did_you_mean(word: str, known: Iterable[str], prefix: str = "") -> str:
    """`did you mean concrete-help?`, or nothing."""
    found = nearest(word, known)
    return f"did you mean {prefix}{found}?" if found else ""
