"""What is wrong in a condition, found without evaluating it, in words for the person who writes plays."""

import re
from collections.abc import Set
from typing import Final, NamedTuple

from plays.facts import ANCHOR, DECLARED, EVENT, FORM, PARAM, TOUCH, TOUCH_FIELDS
from plays.suggestions import did_you_mean, nearest

MAX_LENGTH: Final = 2000
_MAX_MACROS: Final = 2  # comprehensions: `all`, `exists` … inside one another multiply


class ConditionFault(NamedTuple):
    """What is wrong in a condition, where (both counted from 1), and what would be right."""

    column: int
    message: str
    suggestion: str
    line: int = 1


_TOKEN: Final = re.compile(
    r"""(?P<text>[rRbB]{0,2}(?:'''[\s\S]*?'''|\"\"\"[\s\S]*?\"\"\"|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"))"""
    r"|(?P<comment>//[^\n]*)|(?P<name>[A-Za-z_]\w*)|(?P<sign>[^\s\w])|(?P<number>\d[\w.]*)"
)
_MACROS: Final = frozenset({"all", "exists", "exists_one", "map", "filter"})


class Token(NamedTuple):
    """A piece of a condition: text, name, sign or number, and where it begins."""

    kind: str
    text: str
    at: int


def position(text: str, at: int) -> tuple[int, int]:
    """Line and column, from 1, of a place in a condition."""
    before = text[:at]
    return before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1


def tokens_of(text: str) -> list[Token]:
    """The pieces of a condition, without its comments."""
    found = (Token(one.lastgroup or "", one[0], one.start()) for one in _TOKEN.finditer(text))
    return [token for token in found if token.kind != "comment"]


def static_faults(text: str) -> list[ConditionFault]:
    if len(text) > MAX_LENGTH:
        return [
            ConditionFault(1, f"a condition is at most {MAX_LENGTH} characters; this has {len(text)}", "shorten it")
        ]
    if not text.strip() or (not text.isascii() and _unreadable(text)):
        return [ConditionFault(1, "there is no condition here" if not text.strip() else "unreadable characters", "")]
    macros = [token for token in tokens_of(text) if token.kind == "name" and token.text in _MACROS]
    if len(macros) > _MAX_MACROS:
        line, column = position(text, macros[_MAX_MACROS].at)
        return [ConditionFault(column, f"at most {_MAX_MACROS} of {', '.join(sorted(_MACROS))}", "split it", line)]
    return []


def _unreadable(text: str) -> bool:
    return any(0xD800 <= ord(sign) <= 0xDFFF for sign in text)


def touch_faults(text: str, known_steps: Set[str]) -> list[ConditionFault]:
    """`touch` may only be asked for one named step and one of its fields."""
    found: list[ConditionFault] = []
    tokens = [*tokens_of(text), *[Token("end", "", len(text))] * 5]
    for index, token in enumerate(tokens):
        if token.text != TOUCH or token.kind != "name" or (index and tokens[index - 1].text == "."):
            continue
        line, column = position(text, token.at)
        step, rest = key_after(tokens, index + 1)
        if step is None:
            found.append(ConditionFault(column, "`touch` asks for one step by its name", "touch['step-name']", line))
        elif step not in known_steps:
            found.append(ConditionFault(column, f"no step is called '{step}'", did_you_mean(step, known_steps), line))
        else:
            field, _ = key_after(tokens, rest)
            if field not in TOUCH_FIELDS:
                message = f"touch['{step}'] has no field '{field}'" if field else f"touch['{step}'] alone says nothing"
                hint = did_you_mean(field or "", TOUCH_FIELDS) or f"one of {', '.join(TOUCH_FIELDS)}"
                found.append(ConditionFault(column, message, hint, line))
    return found


def key_after(tokens: list[Token], index: int) -> tuple[str | None, int]:
    """The key of `.key` or `['key']` at the index, and the index behind it."""
    first, second, third = tokens[index], tokens[index + 1], tokens[index + 2] if index + 2 < len(tokens) else None
    if first.text == "." and second.kind == "name":
        return second.text, index + 2
    if first.text == "[" and second.kind == "text" and third is not None and third.text == "]":
        return second.text.lstrip("rRbB").strip("'\""), index + 3
    return None, index


_ERROR: Final = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")


def compile_faults(text: str, answer: str) -> list[ConditionFault]:
    found = []
    for line, column, message in _ERROR.findall(answer):
        undeclared = re.search(r"undeclared reference to '([^']*)'", message)
        if undeclared:
            found.append(_undeclared(text, undeclared[1], int(line), int(column)))
        else:
            found.append(ConditionFault(int(column), *_said(message), int(line)))
    if not found and "recursion limit" in answer:
        found.append(ConditionFault(1, "the condition is nested too deep", "split it over a `choose`"))
    return found


_UNREADABLE: Final = re.compile(r"(?:mismatched|extraneous|no viable alternative at) input '(.*?)'")


def _said(message: str) -> tuple[str, str]:
    """The message and, where the parser stumbled, what to do about it."""
    stumbled = _UNREADABLE.search(message)
    if stumbled is None:
        return in_words(message), ""
    if "<EOF>" in stumbled[1]:
        return "the condition ends too early", "write what comes after the last word or sign"
    return f"'{stumbled[1]}' cannot stand here", "texts are quoted; signs are ==, !=, <, >, &&, || and !"


def _undeclared(text: str, name: str, line: int, column: int) -> ConditionFault:
    rows = text.splitlines()
    row = rows[line - 1] if line <= len(rows) else ""
    start = row.rfind(name.split(".")[0], 0, column + len(name))
    column = start + 1 if start >= 0 else column
    root, _, field = name.partition(".")
    if root in DECLARED and field:
        known = DECLARED[root]
        hint = did_you_mean(field, known, prefix=f"{root}.") or f"{root} has {', '.join(known)}"
        return ConditionFault(column, f"{root} has no field '{field}'", hint, line)
    if root in DECLARED:
        return ConditionFault(
            column, f"`{root}` needs one of its fields", f"e.g. {root}.{next(iter(DECLARED[root]))}", line
        )
    roots = [*DECLARED, EVENT, TOUCH, FORM, PARAM, ANCHOR]
    meant = nearest(root, roots)
    hint = f"did you mean {meant}{'.' + field if field else ''}?" if meant else f"one of {', '.join(roots)}"
    return ConditionFault(column, f"nothing is called '{name}'", hint, line)


_TYPES: Final = {
    "string": "a text", "int": "a whole number", "int64": "a whole number", "uint": "a whole number",
    "double": "a number", "bool": "true or false", "null_type": "null", "dyn": "a fact", "bytes": "bytes",
    "timestamp": "a moment", "duration": "a length of time",
}  # fmt: skip


def type_words(kind: str) -> str:
    kind = kind.strip().lower()
    return _TYPES.get(kind, "a list" if kind.startswith("list") else "a map" if kind.startswith("map") else kind)


_OVERLOAD: Final = re.compile(
    r"[Nn]o matching overloads? (?:for '([^']+)' applied to|found : ([^\s(]+))\s*'?(\(.*\))?'?"
)


def in_words(message: str) -> str:
    """CEL's own words, put for a person who writes plays."""
    overload = _OVERLOAD.search(message)
    if overload:
        sign = (overload[1] or overload[2]).replace("@", "").strip("_") or "this"
        kinds = re.split(r",\s*(?![^(<]*[)>])", (overload[3] or "()").strip("()"))
        between = " and ".join(type_words(kind) for kind in kinds if kind)
        return f"`{sign}` does not work between {between}" if between else f"`{sign}` needs true or false on both sides"
    message = re.sub(r" \(in container ''\)", "", message)
    return re.sub(r", expecting \{.*\}| expecting \{.*\}", "", message).removeprefix("Syntax error: ")
