"""A phrase: one row of the tables `phrases_*.py`, and how rows are looked for in a text. The words are in the tables.

Text and patterns are compared without case and accents, with one kind of quotation mark and space; patterns may
therefore be written as people write, and people may write without accents.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from webhooks.meaning.model import Evidence

LOOKED_AT: Final = 20_000
_SIGNS: Final = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "`": "'",
        "´": "'",
        "ʼ": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "«": '"',
        "»": '"',
        "–": "-",
        "—": "-",
        "\u00a0": " ",
        "\u202f": " ",
        "\u2009": " ",
        "ł": "l",
        "Ł": "L",
        "ß": "ss",
        "ø": "o",
        "Ø": "O",
        "æ": "ae",
    }
)


def fold(text: str) -> str:
    """Small letters without accents; й and ё lose theirs, too."""
    plain = unicodedata.normalize("NFKD", text.translate(_SIGNS))
    return "".join(one for one in plain if not unicodedata.combining(one)).casefold()


def folded_pattern(words: str) -> str:
    """A regular expression for folded text; its escapes keep their case."""
    return re.sub(r"\\.|[^\\]+", lambda found: found[0] if found[0][0] == "\\" else fold(found[0]), words)


@dataclass(frozen=True)
class Phrase:
    """A row of a table."""

    rule: str  # its name, once in all tables: `away.de.abwesend`
    language: str  # of two letters; `any`
    words: str  # a regular expression
    says: str  # what it means, a word of its table
    weight: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "pattern", re.compile(folded_pattern(self.words)))

    pattern: re.Pattern[str] = None  # type: ignore[assignment]  # made of the words


def table(says: str, weight: int, rows: dict[str, str]) -> tuple[Phrase, ...]:
    """Rows that say the same: `{"de.office": "nicht im buro"}`; the language stands before the dot."""
    return tuple(Phrase(f"{says}.{name}", name[:2], words, says, weight) for name, words in rows.items())


@dataclass(frozen=True)
class Hit:
    """A phrase that was found."""

    phrase: Phrase
    sentence: "Sentence"
    start: int
    end: int

    @property
    def evidence(self) -> Evidence:
        """What is kept of it."""
        return Evidence(self.phrase.rule, self.sentence.where, self.sentence.folded[self.start : self.end][:120])


@dataclass(frozen=True)
class Sentence:
    """A piece of the text that is looked at by itself."""

    text: str  # as written, on one line
    folded: str
    where: str  # `subject`, `body line 3`


_ENDS: Final = re.compile(r"(?<=[.!?…;])(?<!\b\d\.)(?<!\b\d\d\.)(?<!\b[^\W\d_]\.)(?<!\b[^\W\d_]{2}\.)(?<!\bSept\.)\s+")


def sentences(text: str, first_line: int = 1) -> list[Sentence]:
    """The sentences of a text: lines of a paragraph are read together, an empty line or a list's dash ends one."""
    found: list[Sentence] = []
    started, lines = first_line, list[str]()
    for number, one in enumerate([*text[:LOOKED_AT].splitlines(), ""], first_line):
        if not one.strip() or re.match(r"\s*(?:[-*•]|\d+[.)])\s", one):
            found.extend(_split(" ".join(lines), f"body line {started}"))
            started, lines = number, []
        if one.strip():
            lines.append(one.strip())
            started = number if len(lines) == 1 else started
    return found


def sentence(text: str, where: str) -> Sentence:
    """A text that is one sentence whatever is in it, such as a subject."""
    whole = " ".join(text[:1000].split())
    return Sentence(whole, fold(whole), where)


def _split(text: str, where: str) -> Iterator[Sentence]:
    for piece in _ENDS.split(text):
        whole = " ".join(piece.split())
        if whole:
            yield Sentence(whole, fold(whole), where)


def find(phrases: Iterable[Phrase], among: Iterable[Sentence]) -> list[Hit]:
    """Every phrase of the table that is in the sentences, each once in a sentence."""
    pieces = list(among)
    found = []
    for phrase in phrases:
        for piece in pieces:
            match = phrase.pattern.search(piece.folded)
            if match is not None:
                found.append(Hit(phrase, piece, match.start(), match.end()))
    return found
