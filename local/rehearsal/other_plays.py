"""The other plays a play speaks of: published in the scratch ledger, never played there."""

from collections.abc import Iterable
from functools import lru_cache

from plays.model import Play, PlayStep
from plays.playbook import PlayFaults, Source, catalog, read_play
from plays.program import Program

DONE = "done"


@lru_cache(maxsize=64)
def of_catalog(play: str) -> Source | None:
    """The play of this name, if the catalog has it and it can be read."""
    path = catalog().get(play)
    try:
        return read_play(path) if path is not None else None
    except PlayFaults:
        return None


def started_by(program: Program) -> Iterable[str]:
    """The plays that a play starts, as its successors, children or beside it."""
    return dict.fromkeys(node.step.play for node in program.nodes.values() if isinstance(node.step, PlayStep))


def usual_outcome(play: str) -> str:
    """How a child play ends unless the scenario says otherwise: as it ends on its own success, else `done`."""
    source = of_catalog(play)
    return _on_success(source.play) if source is not None else DONE


def _on_success(play: Play) -> str:
    handlers = play.on.get(play.success, ()) if play.success else ()
    return next((one.end for one in handlers if one.end is not None), DONE)
