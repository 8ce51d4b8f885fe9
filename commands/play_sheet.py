"""A play laid out for reading aloud: its facts, and one row a handler. Pure; `plays show` prints it.

Its steps, line by line, are in `play_steps.py`.
"""

from typing import Any

from commands.play_steps import step_lines as step_lines
from plays.model import (
    AnyStep,
    Audience,
    Base,
    BaseAnswer,
    EndStep,
    GoStep,
    Handler,
    Parameter,
    Play,
    PlayerSlot,
    PlayStep,
)
from plays.program import step_kind, step_name


def facts_of(play: Play) -> dict[str, object]:
    """What the head of a play says."""
    start = play.start
    return {
        "purpose": play.purpose,
        "stage": play.stage,
        "starts on": ", ".join(start.on) or "by hand: ./starter.py start " + play.play,
        "when": start.when,
        "held for": start.held_for,
        "once per": start.once_per,
        "unless open": ", ".join(start.unless_open),
        "success": play.success,
        "measure": play.measure,
        "parameters": {name: _parameter(one) for name, one in play.parameters.items()},
        "anchors": {name: _anchor(source) for name, source in play.anchors.items()},
        "lane": f"{play.lane}, priority {play.priority}",
        "meets": ", ".join(f"{meeting}s {other}" for other, meeting in play.meets.items()),
        "owner": play.owner,
        "executive": play.executive,
        "players": {slot: _player(found) for slot, found in play.players.items()},
        "audience": {name: audience_words(found) for name, found in play.audience.items()},
        "a reply": f"holds other touches at the {play.reply_holds}",
        "base contract": _base(play.base),
        "ladder": ", ".join(f"due + {span} {rung}" for span, rung in play.ladder.items()),
        "caps": f"email gap {play.caps.email_gap}, {play.caps.per_account_day} touches an account a day, "
        f"{play.caps.people_at_once} people at once",
        "craft": "; ".join(f"{name}: {why}" for name, why in play.craft.items()),
    }


def _parameter(one: Parameter) -> str:
    kind = " | ".join(one.of) if one.type == "choice" else one.type
    changeable = ", may be changed" if one.change else ""
    return f"{str(one.default).lower() if isinstance(one.default, bool) else one.default} ({kind}{changeable})"


def _anchor(source: str) -> str:
    return "the account's date" if source == "account" else f"set by {source}"


def _player(slot: PlayerSlot) -> str:
    role = f"param.{slot.parameter}, else {slot.role}" if slot.parameter else slot.role
    return role + (f" or {slot.otherwise}" if slot.otherwise else "")


def audience_words(one: Audience) -> str:
    """`champion or user, the most engaged`; `the event's person`; groups one after the other."""
    if one.first:
        return ", else ".join(audience_words(group) for group in one.first)
    who = {"event": "the event's person", "form": f"whom {one.field} names"}.get(one.pick)
    who = who or " or ".join((*one.persona, *one.otherwise))
    every = f"all{f', at most {one.most}' if one.most else ''}: " if one.everyone else ""
    besides = f" besides {' and '.join(one.besides)}" if one.besides else ""
    return f"{every}{who}{besides}{f' if {one.when}' if one.when else ''}"


def _base(base: Base) -> str:
    said = {part: getattr(base, part) for part in type(base).model_fields}
    return ", ".join(words for part, answer in said.items() if (words := _part(part, answer)))


def _part(part: str, answer: BaseAnswer | str) -> str:
    if not isinstance(answer, BaseAnswer):
        return f"{part} off"
    due = ", ".join(f"{span} {rung}" for span, rung in (answer.due or {}).items())
    words = " ".join(filter(None, (f"by {answer.by}" if answer.by else "", f"[{due}]" if due else "")))
    return f"{part} {words}" if words else ""


def handlers_of(play: Play) -> list[dict[str, Any]]:
    """One row a handler: on which event, under which condition, what it does."""
    return [
        {"event": kind, "when": " ".join(handler.when.split()) if handler.when else None, "does": _does(handler)}
        for kind, found in play.on.items()
        for handler in found
    ]


def _does(handler: Handler) -> str:
    way = f"end: {handler.end}" if handler.end else f"go to {handler.go}" if handler.go else "go on"
    return ", then ".join([*(_words(step) for step in handler.steps), way])


def _words(step: AnyStep) -> str:
    match step:
        case GoStep(go=where):
            return f"go to {where}"
        case EndStep(end=word):
            return f"end: {word}"
        case PlayStep(play=play, how=how):
            return f"play {play} as {how}"
        case _:
            return f"{step_kind(step)} {step_name(step) or ''}".strip()
