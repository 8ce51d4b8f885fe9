"""Rules about who speaks and who is spoken to: player slots and audiences that are there, and can be found."""

from collections.abc import Iterable, Iterator
from typing import Final

from plays.check_names import Rule, known_words
from plays.checked import Checked, FilePath, Placed
from plays.faults import Fault
from plays.model import (
    AnyStep,
    Audience,
    BaseAnswer,
    EmailStep,
    HandedOut,
    HoldStep,
    NotifyStep,
    WaitStep,
    Written,
)
from plays.suggestions import did_you_mean

ACCOUNT: Final = "account"  # whom a hold may bind beside an audience


def players_exist(checked: Checked) -> Iterator[Fault]:
    """`by`, `from`, `copy`, `owner`, `executive`, a notice's `to` and the base contract's `by` name player slots."""
    play = checked.source.play
    slots: list[tuple[FilePath, str, Placed | None]] = [(("owner",), play.owner, None)]
    if play.executive is not None:
        slots.append((("executive",), play.executive, None))
    for part in type(play.base).model_fields:
        answer = getattr(play.base, part)
        if isinstance(answer, BaseAnswer) and answer.by is not None:
            slots.append((("base", part, "by"), answer.by, None))
    for placed in checked.steps:
        slots += [((*placed.path, key), slot, placed) for key, slot in _slots(placed.step)]
    for path, slot, step in slots:
        if slot not in play.players:
            hint = known_words(slot, play.players, "players")
            if slot in play.audience:
                hint = f"'{slot}' is an audience; players: {', '.join(play.players)}"
            yield checked.fault("unknown-player", path, f"no player slot is called '{slot}'", hint, step=step)


def _slots(step: AnyStep) -> Iterator[tuple[str, str]]:
    if isinstance(step, Written):
        yield "from", step.sender
    if isinstance(step, EmailStep):
        yield from (("copy", slot) for slot in step.copy_to)
    if isinstance(step, HandedOut):
        yield "by", step.by
    if isinstance(step, NotifyStep):
        yield from (("to", slot) for slot in step.to)


def audience_of(step: AnyStep) -> str | None:
    """The audience a step speaks to or listens for, None for one that has none."""
    match step:
        case HoldStep(to=to):
            return None if to == ACCOUNT else to
        case Written(to=to) | HandedOut(to=to) | WaitStep(to=to):
            return to
        case _:
            return None


def audiences_exist(checked: Checked) -> Iterator[Fault]:
    """`to` of whatever reaches or awaits a person of theirs names an audience; so does `besides`."""
    play = checked.source.play
    for placed in checked.steps:
        to = audience_of(placed.step)
        if to is not None and to not in play.audience:
            hint = known_words(to, play.audience, "audience")
            if to in play.players:
                hint = f"'{to}' is a player of ours; audiences: {', '.join(play.audience)}"
            path = (*placed.path, "to")
            yield checked.fault("unknown-audience", path, f"no audience is called '{to}'", hint, step=placed)
    for name, one in play.audience.items():
        yield from _besides(checked, name, one)


def _besides(checked: Checked, name: str, one: Audience) -> Iterator[Fault]:
    audience = checked.source.play.audience
    for group in groups(one):
        for other in group.besides:
            if other == name or other not in audience:
                message = "an audience is not besides itself" if other == name else f"no audience is called '{other}'"
                hint = known_words(other, set(audience) - {name}, "audience")
                yield checked.fault("unknown-audience", ("audience", name, "besides"), message, hint)


def groups(one: Audience) -> Iterable[Audience]:
    """The audience, or the groups it is made of."""
    return one.first or (one,)


def picked_fields_exist(checked: Checked) -> Iterator[Fault]:
    """`pick: form` names a form of this play and a field of it that asks for a contact."""
    for name, one in checked.source.play.audience.items():
        for index, group in enumerate(groups(one)):
            if group.field is None:
                continue
            path = ("audience", name, index, "field") if one.first else ("audience", name, "field")
            form, _, field = group.field.partition(".")
            if form not in checked.forms:
                hint = did_you_mean(form, checked.forms) or f"forms of this play: {', '.join(checked.forms) or 'none'}"
                yield checked.fault("unknown-form", path, f"no form is called '{form}'", hint)
                continue
            asked = {key.rstrip("?"): kind for key, kind in checked.forms[form].ask.items()}
            contacts = [key for key, kind in asked.items() if kind == "contact"]
            if asked.get(field) != "contact":
                there = f"'{field}' of form '{form}' asks for no contact" if field in asked else ""
                message = there or f"form '{form}' does not ask for '{field}'"
                hint = f"one of {', '.join(contacts)}" if contacts else f"add `{field}: contact` to what '{form}' asks"
                yield checked.fault("unknown-field", path, message, hint)


people_rules: Final[tuple[Rule, ...]] = (players_exist, audiences_exist, picked_fields_exist)
