"""What is different between two versions of a play, in sentences for the person who decides whether to move runs.

Steps are told apart by name: a step with another name is another step, and the ledger knows it as one.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from plays.model import AnyStep, Play
from plays.nodes import Node, inner_lists, step_kind
from plays.program import Program

_INSIDE: Final = frozenset(
    {"steps", "choose", "of", "stall"}
)  # keys that hold further steps: these speak for themselves
_LONG: Final = 120


def differences(old: Program, new: Program, old_texts: Mapping[str, str], new_texts: Mapping[str, str]) -> list[str]:
    """Sentences in the order of the newer version: the play itself, its steps, its handlers, its texts. Empty: none."""
    return [
        *_of_play(old.play, new.play),
        *_of_steps(old, new),
        *_of_handlers(old.play, new.play),
        *_of_texts(old_texts, new_texts),
    ]


def _of_play(old: Play, new: Play) -> Iterator[str]:
    before, after = (_plain(one, exclude={"steps", "on"}) for one in (old, new))
    yield from _keys("the play", before, after)


def _plain(piece: Any, exclude: set[str] | None = None) -> dict[str, Any]:
    found: dict[str, Any] = piece.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude=exclude)
    return found


def _keys(whose: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for key in dict.fromkeys((*after, *before)):
        was, now = before.get(key), after.get(key)
        if was == now:
            continue
        if isinstance(was, dict) and isinstance(now, dict):
            yield from _keys(f"{whose}, {key}", was, now)
        elif was is None:
            yield f"{whose} now says `{key}: {_said(now)}`"
        elif now is None:
            yield f"{whose} does not say `{key}: {_said(was)}` any more"
        else:
            yield f"{whose}: `{key}` was {_said(was)}, is {_said(now)}"


def _said(value: Any) -> str:
    match value:
        case list() | tuple():
            words = ", ".join(map(_said, value))
        case dict():
            words = "{" + ", ".join(f"{key}: {_said(one)}" for key, one in value.items()) + "}"
        case _:
            words = " ".join(str(value).split())
    return words if len(words) <= _LONG else words[: _LONG - 1] + "…"


def _of_steps(old: Program, new: Program) -> Iterator[str]:
    for name, node in new.nodes.items():
        if name not in old.nodes:
            yield f"{node.kind} `{name}` is new, {_place(new, node)}"
        else:
            yield from _of_step(old.nodes[name], node)
    for name, node in old.nodes.items():
        if name not in new.nodes:
            yield f"{node.kind} `{name}` is gone"
    yield from _moved(old, new)


def _of_step(before: Node, after: Node) -> Iterator[str]:
    whose = f"{after.kind} `{after.name}`"
    if before.kind != after.kind:
        yield f"`{after.name}` was a {before.kind}, is a {after.kind}"
        return
    yield from _keys(whose, _own_keys(before.step), _own_keys(after.step))
    if isinstance(before.step, type(after.step)) and _inner_conditions(before.step) != _inner_conditions(after.step):
        yield f"{whose} has other ways or conditions"


def _own_keys(step: AnyStep) -> dict[str, Any]:
    return _plain(step, exclude={name for name in type(step).model_fields if name in _INSIDE})


def _inner_conditions(step: AnyStep) -> list[Any]:
    """What a step with others inside says of them: conditions of branches and tracks, times of stalls."""
    if step_kind(step) == "choose":
        return [getattr(branch, "when", None) for branch in getattr(step, "choose", ())]
    if step_kind(step) == "tracks":
        return [(name, track.when) for name, track in getattr(step, "of", {}).items()]
    return [path for path, _ in inner_lists(step) if path[0] == "stall"]


def _place(program: Program, node: Node) -> str:
    before = [one.name for one in program.nodes.values() if one.follows == node.name or node.name in one.branches]
    return f"after `{before[0]}`" if before else "at the beginning" if program.first == node.name else "in a handler"


def _moved(old: Program, new: Program) -> Iterator[str]:
    """Steps whose order among those that both versions have is another."""
    both = [name for name in new.nodes if name in old.nodes]
    was = {name: index for index, name in enumerate(name for name in old.nodes if name in new.nodes)}
    furthest = -1
    for name in both:
        if was[name] < furthest:
            yield f"`{name}` comes later than it did"
        furthest = max(furthest, was[name])


def _of_handlers(old: Play, new: Play) -> Iterator[str]:
    for kind in dict.fromkeys((*new.on, *old.on)):
        before, after = ([_handler(one) for one in play.on.get(kind, ())] for play in (old, new))
        if before == after:
            continue
        if not before:
            yield f"on `{kind}` the play now does something"
        elif not after:
            yield f"on `{kind}` the play does nothing any more"
        else:
            yield f"on `{kind}` the play does something else, or under other conditions"


def _handler(handler: Any) -> Any:
    return handler.model_dump(mode="json", by_alias=True)


def _of_texts(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for name in sorted({*old, *new}):
        step, _, locale = name.rpartition(".")
        if name not in old:
            yield f"text `{step}` ({locale}) is new"
        elif name not in new:
            yield f"text `{step}` ({locale}) is gone"
        elif old[name] != new[name]:
            yield f"text `{step}` ({locale}) is changed: {_lines_changed(old[name], new[name])}"


def _lines_changed(before: str, after: str) -> str:
    first_before, first_after = before.split("\n", 1)[0], after.split("\n", 1)[0]
    if first_before != first_after:
        return f"‘{_said(first_before)}’ is now ‘{_said(first_after)}’"
    changed = len(set(after.splitlines()) ^ set(before.splitlines()))
    return f"{changed} line{'' if changed == 1 else 's'} of its body"
