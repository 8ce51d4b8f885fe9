"""What is wrong in a template, found without rendering it: the names it uses against those there are."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from plays.facts import DECLARED, TOUCH_FIELDS
from plays.suggestions import did_you_mean
from plays.templates import TemplateFault, known_filters, parsed, split, template_line

OPEN: Final = "open"

# What a template may name. `sender` is whom the mail comes from, or who does the task (also called `player`).
_PERSON: Final = frozenset({"id", "name", "first_name", "title", "email", "phone", "role", "locale"})
KNOWN: Final[dict[str, frozenset[str] | str | None]] = {
    "account": frozenset(DECLARED["account"]),
    "contact": frozenset(DECLARED["contact"]) | {"name", "first_name", "last_name", "email", "phone"},
    "sender": _PERSON,
    "player": _PERSON,
    "run": frozenset(DECLARED["run"]) | {"title"},
    "event": OPEN,
    "touch": OPEN,
    "form": OPEN,
    "param": OPEN,
    "anchors": OPEN,
    "survey": frozenset({"link"}),
    "reason": None,
    "now": None,
    "locale": None,
}
_OPEN_FIELDS: Final = frozenset({"facts", "anchors"})


@dataclass(frozen=True)
class ContentFault:
    """What is wrong in a template, at which line (from 1), and what was probably meant."""

    line: int
    message: str
    suggestion: str


def variables(template: str) -> set[str]:
    """The names a template uses, dotted: `contact.first_name`. Raises TemplateFault if it cannot be read."""
    return {name for name, _ in _uses(template)}


def faults(template: str, head: str, known_steps: frozenset[str] = frozenset()) -> list[ContentFault]:
    """Everything wrong with a template (`head`: subject or title) that can be seen without rendering it."""
    try:
        split(template, head)
        known_filters(template)
    except TemplateFault as fault:
        return [ContentFault(fault.line, fault.message, fault.suggestion)]
    found = [_unknown(name, template_line(template, at), known_steps) for name, at in _uses(template)]
    return [fault for fault in found if fault is not None]


def named(template: str) -> list[tuple[tuple[str, ...], int]]:
    """Everything a template names, in its parts, with the line: `form['check'].angle` is (form, check, angle).

    Nothing for a template that cannot be read.
    """
    try:
        return [(tuple(name.split(".")), template_line(template, at)) for name, at in _uses(template)]
    except TemplateFault:
        return []


def _uses(template: str) -> Iterator[tuple[str, int]]:
    for found in parsed(template).analyze().globals.values():
        for use in found:
            name = ".".join(str(segment) for segment in use.segments if isinstance(segment, str | int))
            yield name, use.span.index


def _unknown(name: str, line: int, known_steps: frozenset[str]) -> ContentFault | None:
    root, _, rest = name.partition(".")
    field, _, deeper = rest.partition(".")
    if root not in KNOWN:
        hint = did_you_mean(root, KNOWN) or f"one of {', '.join(KNOWN)}"
        return ContentFault(line, f"nothing is called '{root}'", hint)
    fields = KNOWN[root]
    if root == "touch" and known_steps:
        return _unknown_touch(field, deeper, line, known_steps)
    if not isinstance(fields, frozenset):
        return None
    if not field:
        return ContentFault(line, f"`{root}` needs one of its fields", f"e.g. {root}.{min(fields)}")
    if field not in fields:
        hint = did_you_mean(field, fields, prefix=f"{root}.") or f"{root} has {', '.join(sorted(fields))}"
        return ContentFault(line, f"{root} has no field '{field}'", hint)
    if deeper and field not in _OPEN_FIELDS:
        return ContentFault(line, f"{root}.{field} is a text and has no '{deeper}'", f"{root}.{field}")
    return None


def _unknown_touch(step: str, field: str, line: int, known_steps: frozenset[str]) -> ContentFault | None:
    if step not in known_steps:
        return ContentFault(line, f"no step is called '{step}'", did_you_mean(step, known_steps))
    if field not in TOUCH_FIELDS:
        return ContentFault(line, f"touch['{step}'] has no field '{field}'", f"one of {', '.join(TOUCH_FIELDS)}")
    return None
