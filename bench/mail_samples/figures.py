"""One figure over the samples: how many came out right, and which did not."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    name: str
    right: int
    of: int
    target: float | None  # the share that must be right; None for a figure that is only shown
    wrong: tuple[str, ...] = ()  # a line for each that was not: which, what was expected, what came out

    @property
    def share(self) -> float:
        """0 to 1; 1 where there is nothing to be right about."""
        return self.right / self.of if self.of else 1.0

    @property
    def missed(self) -> bool:
        """Whether a target is set and not reached."""
        return self.target is not None and self.share < self.target


def figure(name: str, target: float | None, faults: Iterable[str]) -> Figure:
    """A figure of one verdict a case: an empty text for a case that came out right, else what was wrong."""
    every = tuple(faults)
    wrong = tuple(one for one in every if one)
    return Figure(name, len(every) - len(wrong), len(every), target, wrong)
