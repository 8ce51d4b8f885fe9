"""Rules about other plays: those this one names, and what starting one another comes to."""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeGuard

from pydantic import ValidationError

from plays.check_names import Rule
from plays.checked import Checked, FilePath, Placed
from plays.faults import Fault
from plays.model import AnyStep, Play, PlayStep
from plays.program import Unwalkable, lay_out
from plays.suggestions import did_you_mean
from plays.ways import reached_at_once, takes_time
from plays.yaml_source import YamlFault, read_yaml

_LANE: Final = re.compile(r"^lane:\s*[\"']?([a-z0-9-]+)", re.MULTILINE)


def named_plays_exist(checked: Checked) -> Iterator[Fault]:
    """`meets`, `start.unless_open` and `play:` steps name plays; only a warning, as one may be kept elsewhere."""
    play, folder = checked.source.play, checked.source.path.parent
    plays = frozenset({play.play, *(path.stem for path in folder.glob("*.yaml"))})
    lanes = {play.lane, *(_lane_of(path, path.stat().st_mtime_ns) for path in folder.glob("*.yaml"))} - {""}
    for name in play.meets:
        if name not in plays | lanes:
            message = f"no play or lane beside this one is called '{name}'"
            yield checked.warn("unknown-play", ("meets", name), message, did_you_mean(name, sorted(plays | lanes)))
    others: list[tuple[FilePath, str, Placed | None]] = [
        (("start", "unless_open"), name, None) for name in play.start.unless_open
    ]
    others += [((*one.path, "play"), one.step.play, one) for one in checked.steps if isinstance(one.step, PlayStep)]
    for path, name, step in others:
        if name not in plays:
            message = f"no play beside this one is called '{name}'"
            yield checked.warn("unknown-play", path, message, did_you_mean(name, sorted(plays)), step=step)


@lru_cache(maxsize=512)
def _lane_of(path: Path, _changed: int) -> str:
    found = _LANE.search(path.read_text(encoding="utf-8", errors="replace"))
    return found[1] if found else ""


_OWN_EVENTS: Final = {
    "run.ended": "every end of a run, its own too,",
    "task.done": "every task that is closed, its own too,",
}


def no_play_starts_itself(checked: Checked) -> Iterator[Fault]:
    """Neither by an event that its own runs raise, nor as a play of its own."""
    play = checked.source.play
    start = play.start
    for kind in start.on:
        if kind in _OWN_EVENTS and start.when is None and start.once_per is None:
            message = f"a play that starts itself: {_OWN_EVENTS[kind]} would start it again"
            yield checked.fault(
                "starts-itself", ("start", "on"), message, "say which by `when:`, or how often by `once_per:`"
            )
    for placed in checked.steps:
        step = placed.step
        if not isinstance(step, PlayStep) or step.play != play.play:
            continue
        path = (*placed.path, "play")
        if step.how != "successor":
            message = f"a play that starts itself as a {step.how}: an account has one open run of a play"
            yield checked.fault("starts-itself", path, message, "`go: start`, or another play", step=placed)
        elif play.play in at_once(play):
            message = "a play that is its own successor, with no wait on the way: it would start without end"
            yield checked.warn("starts-itself", path, message, "put a `wait:` before it, or `go: start`", step=placed)


def successors_take_time(checked: Checked) -> Iterator[Fault]:
    """Plays that hand over to one another come to a wait somewhere."""
    play = checked.source.play
    for placed in checked.steps:
        step = placed.step
        if isinstance(step, PlayStep) and step.how == "successor" and step.play != play.play:
            circle = _circle(checked, step.play)
            if circle and step.play in at_once(play):
                message = f"plays that hand over in a circle without a wait: {' -> '.join([play.play, *circle])}"
                yield checked.warn(
                    "circle", (*placed.path, "play"), message, "put a `wait:` into one of them", step=placed
                )


def _circle(checked: Checked, first: str) -> list[str]:
    """The plays from this one back to the one under examination, each handing over at once; empty if none does."""
    home = checked.source.play.play
    came: dict[str, str | None] = {first: None}
    todo = [first]
    while todo:
        name = todo.pop()
        if name == home:
            return _way(came, name)
        other = beside(checked, name)
        for after in sorted(at_once(other)) if other is not None else ():
            if after not in came:
                came[after] = name
                todo.append(after)
    return []


def _way(came: dict[str, str | None], name: str | None) -> list[str]:
    way: list[str] = []
    while name is not None:
        way.append(name)
        name = came[name]
    return way[::-1]


def at_once(play: Play) -> frozenset[str]:
    """The plays that a run of this one may hand over to without any time passing since its start."""
    try:
        program = lay_out(play)
    except Unwalkable:
        return frozenset()
    found = (program.nodes[name].step for name in reached_at_once(program, program.first))
    return frozenset(step.play for step in found if _hands_over_at_once(step))


def _hands_over_at_once(step: AnyStep) -> TypeGuard[PlayStep]:
    return isinstance(step, PlayStep) and step.how == "successor" and not takes_time(step)


def beside(checked: Checked, name: str) -> Play | None:
    """Another play of the same folder, without its texts, if there is one that can be read."""
    path = checked.source.path.parent / f"{name}.yaml"
    try:
        return _read(path, path.stat().st_mtime_ns)
    except OSError:
        return None


@lru_cache(maxsize=256)
def _read(path: Path, _changed: int) -> Play | None:
    try:
        return Play.model_validate(read_yaml(path.read_bytes()).value)
    except (YamlFault, ValidationError):
        return None


play_rules: Final[tuple[Rule, ...]] = (named_plays_exist, no_play_starts_itself, successors_take_time)
