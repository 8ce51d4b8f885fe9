"""Any small play built from all kinds of steps, and anything that may happen to its run, for property tests."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

from hypothesis import strategies as st

from tests.workflows.builders import play

Draw = Callable[[st.SearchStrategy[Any]], Any]
Steps = list[dict[str, Any]]
EVENTS: Final = ("reply", "bounce", "meeting.booked", "intro.made", "deal.slipped", "anchor.moved", "run.ended")
DEEPEST: Final = 3
BY: Final = {"by": "adr", "to": "champion", "reason": "news"}


@dataclass(frozen=True)
class Happening:
    """One thing that happens to a run: time passes, an event comes, a task is closed, an operator asks."""

    kind: str
    value: Any = None


HAPPENINGS: Final = st.lists(
    st.one_of(
        st.builds(Happening, st.just("days"), st.integers(1, 12)),
        st.builds(Happening, st.just("event"), st.sampled_from(EVENTS)),
        st.builds(Happening, st.just("close"), st.integers(0, 3)),
        st.builds(Happening, st.just("ask"), st.sampled_from(["pause", "resume", "skip", "send_now", "override"])),
    ),
    max_size=8,
)


class _Maker:
    """Draws steps with names of their own."""

    def __init__(self, draw: Draw) -> None:
        self.draw, self.numbers, self.stages = draw, count(1), ["start"]

    def steps(self, depth: int, most: int = 2) -> Steps:
        """A list of steps, at least one; more where it is the play itself."""
        made: Steps = []
        for _ in range(self.draw(st.integers(1 if depth else 3, most))):
            kinds = [*SIMPLE, *(NESTED if depth < DEEPEST else ())]
            made += self.one(self.draw(st.sampled_from(kinds)), depth)
        return made

    def one(self, kind: str, depth: int) -> Steps:
        """One step of this kind, with the condition or time it may have."""
        name = f"{kind}-{next(self.numbers)}x"
        made = SIMPLE[kind](name) if kind in SIMPLE else NESTED[kind](self, name, depth + 1)
        if kind == "go":
            made["go"] = self.draw(st.sampled_from(self.stages))
            return [{"wait": "2d"}, made]  # a way back without a wait is refused when a play is checked
        return [made | self.draw(st.sampled_from([{}, {}, {"after": "1d"}, {"when": "a"}, {"at": "renewal - 2d"}]))]

    def stage(self, name: str, depth: int) -> dict[str, Any]:
        """A stage, to which later steps may go back."""
        stall = self.draw(st.sampled_from([{}, {"stall": {"3d": [{"notify": f"stalled-{name}", "to": "boss"}]}}]))
        self.stages.append(name)
        return {"stage": name, "steps": self.steps(depth), **stall}

    def repeat(self, name: str, depth: int) -> dict[str, Any]:
        """Rounds, some of them without an end."""
        more = self.draw(st.sampled_from([{}, {"most": 2}, {"until": "a"}]))
        return {"repeat": name, "every": ["5d", "9d"], "steps": self.steps(depth), **more}

    def tracks(self, name: str, depth: int) -> dict[str, Any]:
        """Two tracks. Their stages are nothing that others may go to."""
        before = list(self.stages)
        of = {track: {"steps": self.steps(depth, 2)} for track in ("left", "right")}
        self.stages = before
        return {"tracks": name, "of": of, "need": self.draw(st.sampled_from(["all", "any"]))}

    def choose(self, name: str, depth: int) -> dict[str, Any]:
        """Two branches."""
        return {"choose": [{"when": "a", "steps": self.steps(depth, 2)}, {"else": self.steps(depth, 2)}], "name": name}

    def gather(self, name: str, depth: int) -> dict[str, Any]:
        """A task, a call and an event."""
        of = [{"task": f"{name}-task", "by": "adr"}, {"call": f"{name}-call", **BY}]
        more = self.draw(st.sampled_from([{}, {"within": "6d"}]))
        need = self.draw(st.sampled_from(["all", "any", 2]))
        return {"gather": name, "of": of, "for": "intro.made", "need": need, **more}


SIMPLE: Final[dict[str, Callable[[str], dict[str, Any]]]] = {
    "email": lambda name: {"email": name, "from": "adr", "to": "champion"},
    "survey": lambda name: {"survey": name, "from": "adr", "to": "champion", "ask": {"score": "number"}},
    "call": lambda name: {"call": name, **BY, "due": {"2d": "remind", "9d": "skip"}},
    "social": lambda name: {"social": name, **BY, "go_on": True},
    "parcel": lambda name: {"parcel": name, **BY},
    "ads": lambda name: {"ads": name, "by": "adr"},
    "meeting": lambda name: {"meeting": name, **BY},
    "task": lambda name: {"task": name, "by": "adr"},
    "form": lambda name: {"form": name, "by": "adr", "ask": {"note": "text"}},
    "notify": lambda name: {"notify": name, "to": "boss"},
    "hold": lambda name: {"hold": name, "to": "account", "lasts": "5d"},
    "webhook": lambda name: {"webhook": name, "to": "crm"},
    "wait": lambda name: {"wait": "4d", "for": ["meeting.booked"], "where": "a", "name": name},
    "play": lambda name: {"play": "nurture", "as": "child", "within": "9d", "name": name},
    "set": lambda name: {"set": {"strategy": "light"}, "name": name},
    "go": lambda name: {"when": "a", "name": name},
    "end": lambda name: {"end": "early", "when": "a", "name": name},
}
NESTED: Final[dict[str, Callable[[_Maker, str, int], dict[str, Any]]]] = {
    "stage": _Maker.stage,
    "repeat": _Maker.repeat,
    "tracks": _Maker.tracks,
    "choose": _Maker.choose,
    "gather": _Maker.gather,
}


@st.composite
def plays(draw: Draw) -> Any:
    """Any small play, with a handler of each form or none."""
    maker = _Maker(draw)
    steps = maker.steps(0, 5)
    forms: Sequence[dict[str, Any]] = [
        {"end": "replied"},
        {"steps": [{"task": "answer", "by": "adr"}], "end": "replied"},
        {"steps": [{"email": "sorry", "from": "adr", "to": "champion", "after": "1d"}]},
        {"go": maker.stages[-1]},
        {"steps": [{"task": "look", "by": "adr"}], "go": "start"},
    ]
    kinds = draw(st.lists(st.sampled_from(["reply", "bounce", "deal.slipped"]), unique=True, max_size=2))
    chosen = draw(st.lists(st.sampled_from(forms), unique_by=str, min_size=len(kinds), max_size=len(kinds)))
    more = {"anchors": {"renewal": "account"}, "parameters": {"strategy": {"default": "full", "change": True}}}
    return play(*steps, on=dict(zip(kinds, chosen, strict=True)), **more)
