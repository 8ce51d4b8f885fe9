"""What a condition names, and which literal values it compares that with: `form['x'].cause == "season"`. Pure.

Read from the words of the condition, without evaluating it; what is compared in another way is not seen.
"""

import ast
from dataclasses import dataclass
from typing import Final

from plays.condition_faults import Token, key_after, position, tokens_of
from plays.facts import ANCHOR, FORM, PARAM, TOUCH

ROOTS: Final = frozenset({FORM, PARAM, ANCHOR, TOUCH})
Literal = str | float | bool


@dataclass(frozen=True)
class Compared:
    """A value that something is compared with, and where it stands (line and column from 1)."""

    value: Literal
    line: int
    column: int


@dataclass(frozen=True)
class Use:
    """One place where a condition names something: `form['diagnose'].cause` is (form, diagnose, cause)."""

    root: str
    key: str | None
    field: str | None
    line: int
    column: int
    compared: tuple[Compared, ...] = ()


_END: Final = Token("end", "", 0)


def uses(text: str) -> list[Use]:
    """Every use of a form, a parameter, an anchor or a touch in a condition, in its order."""
    tokens = [*tokens_of(text), *[_END] * 6]
    found: list[Use] = []
    for index, token in enumerate(tokens):
        if token.kind != "name" or token.text not in ROOTS or (index and tokens[index - 1].text == "."):
            continue
        key, behind = key_after(tokens, index + 1)
        field = None
        if key is not None and token.text in (FORM, TOUCH):
            field, behind = key_after(tokens, behind)
        compared = (*_right_of(text, tokens, behind), *_left_of(text, tokens, index))
        found.append(Use(token.text, key, field, *position(text, token.at), compared))
    return found


def _right_of(text: str, tokens: list[Token], index: int) -> list[Compared]:
    """`== "x"`, `!= "x"` or `in ["x", "y"]` behind a name."""
    if tokens[index].text in ("=", "!") and tokens[index + 1].text == "=":
        return _values(text, [tokens[index + 2]] if not _goes_on(tokens, index + 3) else [])
    if tokens[index].text == "in" and tokens[index + 1].text == "[":
        end = next((at for at in range(index + 2, len(tokens)) if tokens[at].text in ("]", "")), index)
        return _values(text, tokens[index + 2 : end])
    return []


def _left_of(text: str, tokens: list[Token], index: int) -> list[Compared]:
    """`"x" ==` before a name."""
    if index > 2 and tokens[index - 1].text == "=" and tokens[index - 2].text in ("=", "!"):
        before = tokens[index - 4].text if index > 3 else ""
        return _values(text, [tokens[index - 3]] if before not in ("+", "-", "*", "/", ".", "[") else [])
    return []


def _goes_on(tokens: list[Token], index: int) -> bool:
    """True if the literal is only the beginning of a longer expression."""
    return tokens[index].text in ("+", "-", "*", "/", ".", "[", "%")


def _values(text: str, tokens: list[Token]) -> list[Compared]:
    found = [(token, _value(token)) for token in tokens]
    return [Compared(value, *position(text, token.at)) for token, value in found if value is not None]


def _value(token: Token) -> Literal | None:
    if token.kind == "text":
        try:
            return str(ast.literal_eval(token.text))
        except (SyntaxError, ValueError):
            return None
    if token.text in ("true", "false"):
        return token.text == "true"
    if token.kind == "number":
        try:
            return float(token.text)
        except ValueError:
            return None
    return None
