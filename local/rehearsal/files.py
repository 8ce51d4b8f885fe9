"""Rehearsals as tests: `plays/catalog/rehearsals/<play>.yaml`. Read, and compared with what was played."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import ndiff
from itertools import groupby
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from local.rehearsal.faults import Unplayable, gravest
from local.rehearsal.piece import Piece, made_up
from local.rehearsal.scenario import Expect, Part, Scenario
from plays.playbook import CATALOG, PlayFaults, Source, catalog, read_play
from plays.yaml_source import YamlFault, read_yaml

FOLDER: Final = CATALOG / "rehearsals"
ACCOUNTS: Final = "accounts"


class Rehearsals(Part):
    """What stands in one file."""

    play: str
    rehearsals: tuple[Scenario, ...]


@dataclass(frozen=True)
class Booked:
    """One rehearsal of a file, ready to be played."""

    path: Path
    number: int  # from 1
    piece: Piece

    @property
    def name(self) -> str:
        """`usage-drop 2: a positive reply`."""
        return f"{self.piece.play.play} {self.number}: {self.piece.scenario.title}"


def paths(folder: Path = FOLDER) -> dict[str, Path]:
    """The files of a folder by play."""
    return {path.stem: path for path in sorted(folder.glob("*.yaml")) if path.stem != ACCOUNTS}


def read_rehearsals(path: Path) -> Rehearsals:
    """A file of rehearsals. Raises Unplayable with file, line and what is wrong."""
    try:
        spot = read_yaml(path.read_bytes())
    except OSError as error:
        raise Unplayable(f"{path} cannot be read: {error.strerror}") from None
    except YamlFault as fault:
        raise Unplayable(f"{path.name}:{fault.line}: {fault.message}; {fault.suggestion}") from None
    try:
        return Rehearsals.model_validate(spot.value)
    except ValidationError as error:
        where, what = gravest(error)
        raise Unplayable(f"{path.name}:{spot.at(where)[0]}: {what}") from None


def booked(path: Path, source: Source | None = None) -> list[Booked]:
    """Every rehearsal of a file, with its play from beside or from the catalog. Raises Unplayable."""
    read = read_rehearsals(path)
    source = source or _play_of(path, read.play)
    found: list[Booked] = []
    for number, scenario in enumerate(read.rehearsals, 1):
        try:
            found.append(Booked(path, number, made_up(source, scenario)))
        except Unplayable as error:
            raise Unplayable(f"{path.name}, rehearsal {number} ({scenario.title}): {error}") from None
    return found


def _play_of(path: Path, play: str) -> Source:
    beside = path.parent.parent / f"{play}.yaml"
    where = beside if beside.is_file() else catalog().get(play)
    if where is None:
        raise Unplayable(f"{path.name}: there is no play '{play}' beside it, nor in the catalog")
    try:
        return read_play(where)
    except PlayFaults as error:
        raise Unplayable(f"{where} cannot be read as a play; see: ./starter.py plays check {where}") from error


def difference(expected: Expect | None, found: Expect) -> list[str]:
    """Lines of a diff, `-` expected and `+` found; none when it is as expected."""
    before, after = _lines(expected) if expected is not None else [], _lines(found)
    if before == after:
        return []
    return [line.rstrip() for line in ndiff(before, after) if not line.startswith("?")]


def in_order(touches: Sequence[str]) -> list[str]:
    """Touches of one minute in the order of their words: which of two tracks came first in it is nobody's promise."""
    return [line for _, minute in groupby(touches, _minute) for line in sorted(minute)]


def _minute(line: str) -> list[str]:
    return line.split()[:4]


def _lines(expect: Expect) -> list[str]:
    """An expectation as text, for a diff that people read."""
    lists = (("touches", in_order(expect.touches)), ("skipped", sorted(expect.skipped)), ("open", sorted(expect.open)))
    inner = [line for name, items in lists if items for line in (f"{name}:", *(f"  {item}" for item in items))]
    return [f"outcome: {expect.outcome}", *inner]
