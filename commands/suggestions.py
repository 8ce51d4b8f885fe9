"""'Did you mean …': the nearest of what exists, for a word that does not."""

from collections.abc import Iterable
from difflib import get_close_matches

from commands.failures import Wrong


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """A question that names the nearest choices, with a space in front; empty when none is near."""
    by_fold = {choice.casefold(): choice for choice in choices}
    near = [by_fold[found] for found in get_close_matches(word.casefold(), list(by_fold), n=3, cutoff=0.6)]
    near += [choice for fold, choice in by_fold.items() if word and fold.startswith(word.casefold())][:3]
    named = list(dict.fromkeys(near))[:3]
    return f" Did you mean {' or '.join(named)}?" if named else ""


def unknown(what: str, word: str, choices: Iterable[str], where: str) -> Wrong:
    """The failure for a word that names nothing; `where` is the command that lists what exists."""
    known = list(choices)
    return Wrong(f"There is no {what} '{word}'.{did_you_mean(word, known)} `{where}` lists them.")
