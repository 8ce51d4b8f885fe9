"""Rules about other plays: those this one names, and what starting one another comes to."""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from plays.check_names import Rule
from plays.checked import Checked, FilePath, Placed
from plays.faults import Fault
from plays.model import Play, PlayStep
from plays.suggestions import did_you_mean
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


play_rules: Final[tuple[Rule, ...]] = (named_plays_exist,)
