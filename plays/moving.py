"""Where a run of one version of a play stands in another version, or why it cannot be moved. Pure (design.md, 9).

A touch's key holds no version: what was made under a name is never made again under it. What could still reach a person
twice is blocked here: a step that comes again, or another step with the same words.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass

from plays.nodes import Node
from plays.program import Program


class CannotMove(ValueError):
    """The run stays on its version; the sentence says why and what could be done."""


@dataclass(frozen=True)
class Move:
    """Where the run will stand, and what that means."""

    step: str
    same: bool  # it stands at the step it stood at
    passed_over: tuple[str, ...]  # new steps that stand before that place: this run does not make them
    dropped: tuple[str, ...]  # steps to come that are no more


def moved(
    old: Program,
    new: Program,
    step: str,
    made: Set[str],
    old_texts: Mapping[str, str],
    new_texts: Mapping[str, str],
) -> Move:
    """The place of a run that stands at `step` of `old` and has made the touches `made`.

    Raises CannotMove: nothing that follows is there any more, the place is of another kind, or a person would get twice
    what they had.
    """
    target = _target(old, new, step)
    before, after = old.nodes[step], new.nodes[target]
    _same_place(before, after, step == target)
    ahead = reachable(new, target)
    again = sorted(name for name in ahead & made if name != target and not _comes_again(old, name))
    if again:
        raise CannotMove(f"{_named(again)} stand after `{target}` in the new version and were made already")
    if twins := _same_words(ahead - made, made, old_texts, new_texts):
        sentence = "; ".join(f"`{one}` has the words of `{other}`, which was made" for one, other in twins)
        raise CannotMove(f"somebody would read the same twice: {sentence}")
    behind = _behind(new, target)
    return Move(
        step=target,
        same=target == step,
        passed_over=tuple(name for name in new.nodes if name in behind and name not in old.nodes),
        dropped=tuple(name for name in old.nodes if name in reachable(old, step) and name not in new.nodes),
    )


def reachable(program: Program, step: str) -> set[str]:
    """The step and every step a run that stands there may still come to, handlers left out."""
    seen: set[str] = set()
    waiting = [step]
    while waiting:
        name = waiting.pop()
        if name in seen or name not in program.nodes:
            continue
        seen.add(name)
        node = program.nodes[name]
        goes = getattr(node.step, "go", None)
        onward = (program.target(goes),) if node.kind == "go" and isinstance(goes, str) else (node.follows,)
        waiting += [one for one in (*node.branches, *onward) if one is not None]
    return seen


def _target(old: Program, new: Program, step: str) -> str:
    """The step itself, else the first that followed it and is still there."""
    seen: set[str] = set()
    here: str | None = step
    while here is not None and here not in seen:
        if here in new.nodes:
            return here
        seen.add(here)
        here = old.nodes[here].follows
    raise CannotMove(f"neither `{step}` nor anything that follows it is in the new version")


def _same_place(before: Node, after: Node, same: bool) -> None:
    if same and before.kind != after.kind:
        raise CannotMove(f"`{after.name}` is a {after.kind} in the new version, and the run stands at a {before.kind}")
    if (before.on, before.gather) != (after.on, after.gather):
        raise CannotMove(f"`{after.name}` stands in another handler or gathering in the new version")
    if before.track != after.track:
        raise CannotMove(f"`{after.name}` stands in another track in the new version")


def _comes_again(program: Program, name: str) -> bool:
    """True for a step that its own version repeats."""
    node = program.nodes.get(name)
    return node is not None and any(name in reachable(program, one) for one in (node.follows, *node.branches) if one)


def _same_words(
    coming: Set[str], made: Set[str], old_texts: Mapping[str, str], new_texts: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Steps to come that now have, in any language, the text of a touch that was made under another name."""
    had = {text.strip(): key.split(".")[0] for key, text in old_texts.items() if key.split(".")[0] in made}
    found = {
        (step, had[text.strip()])
        for key, text in new_texts.items()
        if (step := key.split(".")[0]) in coming and text.strip() in had and old_texts.get(key) != text
    }
    return sorted(found)


def _behind(program: Program, step: str) -> set[str]:
    """The steps of the main line that lead to `step`."""
    ahead = reachable(program, step)
    return {
        name
        for name, node in program.nodes.items()
        if node.on is None and name not in ahead and step in reachable(program, name)
    }


def _named(names: list[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)
