"""A play under examination: its steps with their places in the file, and how a fault is made."""

from dataclasses import dataclass
from typing import Literal

from plays.base import BASE_STEPS
from plays.faults import Fault
from plays.model import AnyStep
from plays.playbook import Source
from plays.program import inner_lists, step_kind, step_name


@dataclass(frozen=True)
class Placed:
    """A step, its name (given or counted) and the path to it in the file."""

    step: AnyStep
    name: str
    kind: str
    path: tuple[str | int, ...]
    on: str | None  # the event whose handler it belongs to, None in the main line


@dataclass(frozen=True)
class Checked:
    """What the rules look at."""

    source: Source
    steps: tuple[Placed, ...]

    @classmethod
    def of(cls, source: Source) -> "Checked":
        """Find every step of the play, main line first, as `program.lay_out` names them."""
        play, numbers, found = source.play, dict[str, int](), list[Placed]()

        def place(steps: tuple[AnyStep, ...], path: tuple[str | int, ...], on: str | None) -> None:
            for index, step in enumerate(steps):
                kind, name, here = step_kind(step), step_name(step), (*path, index)
                if name is None:
                    numbers[kind] = numbers.get(kind, 0) + 1
                    name = f"{kind}-{numbers[kind]}"
                found.append(Placed(step, name, kind, here, on))
                for inner, body in inner_lists(step):
                    place(body, (*here, *inner), "stall" if inner[0] == "stall" else on)

        place(play.steps, ("steps",), None)
        for event, handlers in play.on.items():
            for index, handler in enumerate(handlers):
                place(handler.steps, ("on", event, index, "steps"), event)
        return cls(source, tuple(found))

    @property
    def names(self) -> frozenset[str]:
        """The steps that conditions and content may name, those of the base contract included."""
        return frozenset(placed.name for placed in self.steps) | BASE_STEPS

    def fault(
        self,
        code: str,
        path: tuple[str | int, ...],
        message: str,
        hint: str = "",
        *,
        step: Placed | None = None,
        severity: Literal["error", "warning"] = "error",
        shift: tuple[int, int] = (0, 0),
    ) -> Fault:
        """A fault at a path of the file; `shift` moves on by lines and columns inside the value."""
        line, column = self.source.spot.at(path)
        field = next((str(part) for part in reversed(path) if isinstance(part, str)), "")
        at = (line + shift[0], column + shift[1])
        return Fault(str(self.source.path), *at, step.name if step else None, field, code, message, hint, severity)
