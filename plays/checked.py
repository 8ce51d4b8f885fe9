"""A play under examination: its steps with their places in the file, and how a fault is made."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

from plays.base import BASE_STEPS, with_base_contract
from plays.faults import Fault
from plays.model import AnyStep, FormStep, GatherStep, RepeatStep, StageStep, SurveyStep, TracksStep
from plays.playbook import SUFFIX, Source, content_folders
from plays.program import Program, Unwalkable, inner_lists, lay_out, step_kind, step_name
from plays.timeline import At, main_way
from plays.wording import text_names
from plays.words import NO_TEXT

STALL = "stall"
FilePath = tuple[str | int, ...]


@dataclass(frozen=True)
class Place:
    """What a step stands in: the event of its handler (or `stall`), and the names of what is around it."""

    on: str | None = None  # None in the main line
    stage: str | None = None
    track: str | None = None  # tracks-name.track
    gather: str | None = None
    repeats: tuple[str, ...] = ()  # outermost first

    def within(self, step: AnyStep, name: str, inner: FilePath) -> "Place":
        """The place of the steps in one of the lists of a step."""
        match step:
            case StageStep():
                here = replace(self, stage=name)
                return replace(here, on=STALL) if inner[0] == "stall" else here
            case TracksStep():
                return replace(self, track=f"{name}.{inner[1]}")
            case GatherStep():
                return replace(self, gather=name)
            case RepeatStep():
                return replace(self, repeats=(*self.repeats, name))
            case _:
                return self


@dataclass(frozen=True)
class Placed:
    """A step, its name (given or counted) and the path to it in the file."""

    step: AnyStep
    name: str
    kind: str
    path: FilePath
    place: Place = Place()

    @property
    def on(self) -> str | None:
        """The event whose handler it belongs to, or `stall`; None in the main line."""
        return self.place.on


@dataclass(frozen=True)
class Wanted:
    """A template some step needs: its name without the language, and the step."""

    name: str
    step: str
    kind: str

    @property
    def head(self) -> str:
        """What the template's first line is called."""
        return "subject" if self.kind in ("email", "survey") else "title"


@dataclass(frozen=True)
class Checked:
    """What the rules look at."""

    source: Source
    steps: tuple[Placed, ...]

    @classmethod
    def of(cls, source: Source) -> "Checked":
        """Find every step of the play, main line first, as `program.lay_out` names them."""
        numbers: dict[str, int] = {}

        def place(steps: tuple[AnyStep, ...], path: FilePath, around: Place) -> Iterator[Placed]:
            for index, step in enumerate(steps):
                kind, name, here = step_kind(step), step_name(step), (*path, index)
                if name is None:
                    numbers[kind] = numbers.get(kind, 0) + 1
                    name = f"{kind}-{numbers[kind]}"
                yield Placed(step, name, kind, here, around)
                for inner, body in inner_lists(step):
                    yield from place(body, (*here, *inner), around.within(step, name, inner))

        def everything() -> Iterator[Placed]:
            yield from place(source.play.steps, ("steps",), Place())
            for event, handlers in source.play.on.items():
                for index, handler in enumerate(handlers):
                    yield from place(handler.steps, ("on", event, index, "steps"), Place(on=event))

        return cls(source, tuple(everything()))

    @cached_property
    def by_identity(self) -> dict[int, Placed]:
        """Each step with its place, by the identity of the step: two waits of a play may be equal."""
        return {id(placed.step): placed for placed in self.steps}

    @cached_property
    def names(self) -> frozenset[str]:
        """The steps that conditions and content may name, those of the base contract included."""
        return frozenset(placed.name for placed in self.steps) | BASE_STEPS

    @cached_property
    def forms(self) -> dict[str, FormStep | SurveyStep]:
        """What asks questions, by name."""
        return {one.name: one.step for one in self.steps if isinstance(one.step, FormStep | SurveyStep)}

    @cached_property
    def stages(self) -> dict[str, Placed]:
        """The stages, by name."""
        return {one.name: one for one in self.steps if one.kind == "stage"}

    @cached_property
    def program(self) -> Program | None:
        """The play laid out; None if two steps share a name, which a rule of its own says."""
        try:
            return lay_out(self.source.play)
        except Unwalkable:
            return None

    @cached_property
    def wanted(self) -> tuple[Wanted, ...]:
        """Every template the play needs, the base contract's included; none if two steps share a name."""
        try:
            nodes = lay_out(with_base_contract(self.source.play)).nodes
        except Unwalkable:
            return ()
        return tuple(
            Wanted(text, name, node.kind)
            for name, node in nodes.items()
            if node.reaches and node.kind not in NO_TEXT
            for text in text_names(node.step, name)
        )

    @cached_property
    def texts(self) -> tuple[tuple[str, Wanted, str], ...]:
        """What is there of them: key (`concrete-help.en`), the step that needs it, template."""
        wanted = {one.name: one for one in self.wanted}
        found = ((key, wanted.get(key.rpartition(".")[0]), text) for key, text in self.source.content.items())
        return tuple((key, one, text) for key, one, text in found if one is not None)

    def file_of(self, key: str) -> Path:
        """The file of a template, or where it would be."""
        paths = [folder / f"{key}{SUFFIX}" for folder in content_folders(self.source.path, self.source.play.play)]
        return next((path for path in paths if path.is_file()), paths[0])

    @cached_property
    def main_way(self) -> tuple[At, ...]:
        """The touches a person of theirs gets if nobody answers, with their times."""
        return main_way(self.source.play.steps)

    def fault(
        self,
        code: str,
        path: FilePath,
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

    def warn(self, code: str, path: FilePath, message: str, hint: str = "", *, step: Placed | None = None) -> Fault:
        """A warning at a path of the file."""
        return self.fault(code, path, message, hint, step=step, severity="warning")
