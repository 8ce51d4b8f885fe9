"""Why an operator's wish is refused, in a sentence; empty when it is not. Looks at the run, changes nothing."""

import re
from collections.abc import Mapping
from typing import Final

from plays.model import Parameter
from plays.program import Node
from workflows.run import Run

_DATE: Final = re.compile(r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")


def standing_at(run: Run, step: str | None, kind: str | None = None) -> Node | None:
    """The step that is meant: the one named, else the next the run stands at (of this kind)."""
    fitting = _standing(run, step, kind)
    return fitting[0] if fitting else None


def _standing(run: Run, step: str | None, kind: str | None) -> list[Node]:
    nodes = [node for one in run.moving if (node := run.node_at(one)) is not None]
    return [node for node in nodes if step in (None, node.name) and kind in (None, node.kind)]


def elsewhere(run: Run, step: str | None) -> str:
    """The operator saw another step than the run stands at by now, or must say which of several is meant."""
    at = [one.step for one in run.moving if one.step is not None]
    if step is None:
        several = len(at) > 1 and run.state.stuck is None  # what failed stands at the cursor
        return f"the run stands at {_named(at)}: say which, as step" if several else ""
    return "" if step in at else f"the run stands at {_named(at)} by now, not at {step}"


def skip_refused(run: Run, step: str | None) -> str:
    """Why no step can be skipped."""
    if run.troubled is not None:
        return ""
    if standing_at(run, None) is None:
        return "the run is between two steps; try again in a moment"
    return elsewhere(run, step)


def send_now_refused(run: Run, step: str | None) -> str:
    """Why the touch cannot be made now."""
    if run.state.paused is not None:
        return "the run is paused; resume it first"
    if wrong := elsewhere(run, step):
        return wrong
    node = standing_at(run, step)
    if node is None or not node.reaches:
        return f"the run stands at {node.name if node is not None else None}, which is no touch"
    waiting = next(one.waiting_task for one in run.moving if one.step == node.name)
    if waiting is not None:
        return f"{node.name} is handed out: task {waiting} is open"
    return f"{node.name} is being sent just now" if run.sending and run.state.step == node.name else ""


def override_refused(run: Run, step: str | None) -> str:
    """Why there is no gathering to be called complete."""
    if step is not None and (wrong := elsewhere(run, step)):
        return wrong
    gathering = [node.name for node in _standing(run, step, "gather")]
    if gathering:
        return f"the run gathers {_named(gathering)}: say which, as step" if len(gathering) > 1 else ""
    at = [one.step for one in run.moving if one.step is not None]
    return f"the run stands at {_named(at)}, which gathers nothing"


def reassign_refused(run: Run, slot: str, player: str) -> str:
    """Why the slot cannot go to the player."""
    roles = run.state.roles
    if slot not in roles:
        return f"this run has no player slot '{slot}'; it has {', '.join(sorted(roles))}"
    return f"{slot} is {player} already" if roles[slot] == player else ""


def change_refused(run: Run, wanted: Mapping[str, str | int | float | bool]) -> str:
    """Why the parameters cannot be changed: all that is wrong, one after the other."""
    known = run.program.play.parameters
    if not wanted:
        return f"say which parameters get which value; this play has {_named(sorted(known)) or 'none'}"
    return "; ".join(filter(None, (_fault(name, value, known) for name, value in sorted(wanted.items()))))


def _fault(name: str, value: str | int | float | bool, known: Mapping[str, Parameter]) -> str:
    parameter = known.get(name)
    if parameter is None:
        return f"this play has no parameter '{name}'; it has {_named(sorted(known)) or 'none'}"
    if not parameter.change:
        return f"{name} is not to be changed while a run goes on"
    fits = {
        "choice": f"one of {', '.join(parameter.of)}" if value not in parameter.of else "",
        "number": "a number" if isinstance(value, bool | str) else "",
        "yes-no": "true or false" if not isinstance(value, bool) else "",
        "date": "a date like 2026-03-31" if not (isinstance(value, str) and _DATE.match(value)) else "",
        "text": "a text" if not isinstance(value, str) else "",
    }[parameter.type]
    return f"{name} is {fits}, not {value!r}" if fits else ""


def _named(steps: list[str]) -> str:
    return ", ".join(steps)
