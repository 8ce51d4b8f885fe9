"""Rules about names: steps, player slots, audiences and events that are there. Each takes a Checked, yields faults."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from plays.base import BASE_STEPS
from plays.checked import Checked, Placed
from plays.events import EVENT_KINDS, TRIGGER_PREFIX, is_event_kind
from plays.faults import Fault
from plays.model import AnyStep, CallStep, EmailStep, NotifyStep, TaskStep, WaitStep
from plays.program import step_name
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


def names_are_unique(checked: Checked) -> Iterator[Fault]:
    """Conditions and the ledger tell steps apart by name."""
    seen: dict[str, Placed] = {}
    for placed in checked.steps:
        path = (*placed.path, placed.kind if placed.kind not in ("wait", "choose", "end") else "name")
        if placed.name in BASE_STEPS:
            message = f"the base contract has a step called '{placed.name}'"
            yield checked.fault("duplicate-step", path, message, "give this one its own name", step=placed)
        elif placed.name in seen:
            line, _ = checked.source.spot.at(seen[placed.name].path)
            message = f"two steps are called '{placed.name}', the first in line {line}"
            named = step_name(placed.step) is not None or placed.kind in ("email", "call", "task", "notify")
            hint = "give each step its own name" if named else f"give this one a `name:`, e.g. {placed.kind}-again"
            yield checked.fault("duplicate-step", path, message, hint, step=placed)
        seen.setdefault(placed.name, placed)


def players_exist(checked: Checked) -> Iterator[Fault]:
    """`by`, `from`, `owner`, `executive` and a notice's `to` name player slots."""
    play = checked.source.play
    slots: list[tuple[tuple[str | int, ...], str, Placed | None]] = [(("owner",), play.owner, None)]
    if play.executive is not None:
        slots.append((("executive",), play.executive, None))
    for placed in checked.steps:
        slots += [((*placed.path, key), slot, placed) for key, slot in _slots(placed.step)]
    for path, slot, step in slots:
        if slot not in play.players:
            hint = known_words(slot, play.players, "players")
            yield checked.fault("unknown-player", path, f"no player slot is called '{slot}'", hint, step=step)


def _slots(step: AnyStep) -> list[tuple[str, str]]:
    match step:
        case EmailStep():
            return [("from", step.sender)]
        case CallStep() | TaskStep():
            return [("by", step.by)]
        case NotifyStep():
            return [("to", slot) for slot in step.to]
        case _:
            return []


def audiences_exist(checked: Checked) -> Iterator[Fault]:
    """`to` of emails, calls and tasks names an audience; so does `besides`."""
    audience = checked.source.play.audience
    for placed in checked.steps:
        if isinstance(placed.step, EmailStep | CallStep | TaskStep) and placed.step.to is not None:
            to = placed.step.to
            if to not in audience:
                hint = known_words(to, audience, "audience")
                yield checked.fault(
                    "unknown-audience", (*placed.path, "to"), f"no audience is called '{to}'", hint, step=placed
                )
    for name, one in audience.items():
        for other in one.besides:
            if other == name or other not in audience:
                message = "an audience is not besides itself" if other == name else f"no audience is called '{other}'"
                hint = known_words(other, set(audience) - {name}, "audience")
                yield checked.fault("unknown-audience", ("audience", name, "besides"), message, hint)


def events_exist(checked: Checked) -> Iterator[Fault]:
    """Handlers, waits, `start.on` and `success` name events of the vocabulary."""
    play = checked.source.play
    named: list[tuple[tuple[str | int, ...], str, Placed | None]] = [(("on", kind), kind, None) for kind in play.on]
    named += [(("start", "on"), kind, None) for kind in play.start.on]
    if play.success:
        named.append((("success",), play.success, None))
    for placed in checked.steps:
        if isinstance(placed.step, WaitStep):
            named += [((*placed.path, "for"), kind, placed) for kind in placed.step.events]
    for path, kind, step in named:
        if not is_event_kind(kind):
            hint = did_you_mean(kind, EVENT_KINDS) or f"one of {', '.join(EVENT_KINDS)}, {TRIGGER_PREFIX}…"
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


_LANE: Final = re.compile(r"^lane:\s*[\"']?([a-z0-9-]+)", re.MULTILINE)


def met_plays_exist(checked: Checked) -> Iterator[Fault]:
    """`meets` names plays or lanes; only a warning, as it may name a play that is kept elsewhere."""
    play, folder = checked.source.play, checked.source.path.parent
    if not play.meets:
        return
    known = {play.lane}
    for path in sorted(folder.glob("*.yaml")):
        known |= {path.stem, *_LANE.findall(path.read_text(encoding="utf-8", errors="replace"))}
    for name in play.meets:
        if name not in known:
            message = f"no play or lane beside this one is called '{name}'"
            hint = did_you_mean(name, sorted(known))
            yield checked.fault("unknown-play", ("meets", name), message, hint, severity="warning")


name_rules: Final[tuple[Rule, ...]] = (
    file_name,
    names_are_unique,
    players_exist,
    audiences_exist,
    events_exist,
    start_is_sound,
    met_plays_exist,
)
