"""What a recorded history is made from."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from plays.model import Play
from tests.workflows.world import Going, World


@dataclass(frozen=True)
class Scenario:
    """A play, what the world answers, and what happens to the run."""

    play: Play
    happen: Callable[[Going], Awaitable[None]]
    prepare: Callable[[World], None] = lambda world: None
