"""Rules about the names of a play and its steps, and what every rule is made of. Who is named: `check_people.py`."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from plays.base import BASE_STEPS
from plays.checked import Checked, Placed
from plays.events import EVENT_KINDS, FAMILIES, is_event_kind
from plays.faults import Fault
from plays.model import GatherStep, GoStep, WaitStep
from plays.nodes import OWN_NAME, START
from plays.schema import FILE, FIRST_LINE
from plays.suggestions import did_you_mean

Rule = Callable[[Checked], Iterator[Fault]]


def known_words(word: str, known: Iterable[str], what: str) -> str:
    """What was probably meant, else what there is."""
    names = list(known)
    return did_you_mean(word, names) or (f"{what}: {', '.join(names)}" if names else f"add it under `{what}:`")


def file_name(checked: Checked) -> Iterator[Fault]:
    """The file is called as the play is, so that both can be found."""
    play, path = checked.source.play.play, checked.source.path
    if path.stem != play:
        yield checked.fault(
            "file-name", ("play",), f"the play is called '{play}', its file {path.name}", f"call the file {play}.yaml"
        )


def schema_is_named(checked: Checked) -> Iterator[Fault]:
    """Beside a schema, a play says in its first line that it is held to it, so that editors help."""
    path = checked.source.path
    if (path.parent / FILE).is_file() and checked.source.text.split("\n", 1)[0].strip() != FIRST_LINE:
        message = "the first line does not name the schema that editors check by"
        yield Fault(str(path), 1, 1, None, "", "no-schema", message, f"begin with the line {FIRST_LINE}", "warning")


def names_are_unique(checked: Checked) -> Iterator[Fault]:
    """Conditions and the ledger tell steps apart by name."""
    seen: dict[str, Placed] = {}
    for placed in checked.steps:
        path = (*placed.path, placed.kind if placed.kind in OWN_NAME else "name")
        if placed.name in BASE_STEPS:
            message = f"the base contract has a step called '{placed.name}'"
            yield checked.fault("duplicate-step", path, message, "give this one its own name", step=placed)
        elif placed.name in seen:
            line, _ = checked.source.spot.at(seen[placed.name].path)
            message = f"two steps are called '{placed.name}', the first in line {line}"
            named = placed.kind in OWN_NAME or getattr(placed.step, "name", None)
            hint = "give each step its own name" if named else f"give this one a `name:`, e.g. {placed.kind}-again"
            yield checked.fault("duplicate-step", path, message, hint, step=placed)
        seen.setdefault(placed.name, placed)


def events_exist(checked: Checked) -> Iterator[Fault]:
    """Handlers, waits, gathers, anchors, `start.on` and `success` name events of the vocabulary."""
    play = checked.source.play
    named: list[tuple[tuple[str | int, ...], str, Placed | None]] = [(("on", kind), kind, None) for kind in play.on]
    named += [(("start", "on"), kind, None) for kind in play.start.on]
    named += [(("anchors", name), kind, None) for name, kind in play.anchors.items() if kind != "account"]
    if play.success:
        named.append((("success",), play.success, None))
    for placed in checked.steps:
        if isinstance(placed.step, WaitStep | GatherStep):
            named += [((*placed.path, "for"), kind, placed) for kind in placed.step.events]
    for path, kind, step in named:
        if not is_event_kind(kind):
            hint = did_you_mean(kind, EVENT_KINDS)
            hint = hint or f"one of {', '.join(EVENT_KINDS)}, {', '.join(f'{family}…' for family in FAMILIES)}"
            if path[0] == "anchors":
                hint = did_you_mean(kind, ("account", *EVENT_KINDS)) or "`account`, or the event that sets it"
            yield checked.fault("unknown-event", path, f"there is no event '{kind}'", hint, step=step)


def start_is_sound(checked: Checked) -> Iterator[Fault]:
    """`held_for` needs an event; a play does not meet itself."""
    play = checked.source.play
    if play.start.held_for is not None and not play.start.on:
        yield checked.fault("start", ("start", "held_for"), "`held_for` needs the event that is held", "add `on:`")
    for name in play.meets:
        if name == play.play:
            message = "a play does not meet itself: there is one run of it at an account"
            yield checked.fault("meets-itself", ("meets", name), message, "remove it")


def stages_are_there(checked: Checked) -> Iterator[Fault]:
    """`go` leads to a stage or to `start`; stages stand in the main line, not inside one another."""
    for placed in checked.steps:
        if isinstance(placed.step, GoStep):
            yield from _target(checked, placed.step.go, (*placed.path, "go"), placed)
        if placed.kind == "stage":
            yield from _stands_right(checked, placed)
    for event, handlers in checked.source.play.on.items():
        for index, handler in enumerate(handlers):
            if handler.go is not None:
                yield from _target(checked, handler.go, ("on", event, index, "go"), None)


def _target(checked: Checked, go: str, path: tuple[str | int, ...], step: Placed | None) -> Iterator[Fault]:
    if go != START and go not in checked.stages:
        is_step = go in checked.names
        message = f"'{go}' is a step and no stage; a run jumps to stages only" if is_step else f"no stage is '{go}'"
        hint = (
            known_words(go, [*checked.stages, START], "there are") if not is_step else f"put it into `- stage: {go}…`"
        )
        yield checked.fault("unknown-stage", path, message, hint, step=step)


def _stands_right(checked: Checked, placed: Placed) -> Iterator[Fault]:
    place = placed.place
    around = (
        f"track '{place.track}'"
        if place.track
        else f"repeat '{place.repeats[-1]}'"
        if place.repeats
        else f"stage '{place.stage}'"
        if place.stage
        else f"the handler of {place.on}"
        if place.on
        else ""
    )
    if around:
        message = f"a stage stands in the main line; this one stands in {around}"
        yield checked.fault(
            "stage-place", (*placed.path, "stage"), message, "move it out, or drop `stage:`", step=placed
        )


name_rules: Final[tuple[Rule, ...]] = (
    file_name,
    schema_is_named,
    names_are_unique,
    events_exist,
    start_is_sound,
    stages_are_there,
)
