"""Parameters of plays as they are typed: `strategy=light`. What fits is `plays/parameters.py`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from commands.failures import Wrong

if TYPE_CHECKING:
    from plays.model import Parameter, Play, Scalar


def typed(play: "Play", pairs: Sequence[str], *, change: bool = False) -> "dict[str, Scalar]":
    """The values with the types the play declares; `change`: its run goes on already. Raises Wrong with every fault."""
    from plays.parameters import faults

    values: dict[str, Scalar] = {}
    amiss: list[str] = []
    for text in pairs:
        name, equals, raw = text.partition("=")
        if not equals or not name.strip():
            raise Wrong(f"'{text}' is no NAME=VALUE, e.g. strategy=light. Nothing was changed.")
        parameter = play.parameters.get(name.strip())
        values[name.strip()] = raw if parameter is None else _read(parameter, raw)
    amiss += faults(play, values, change=change)
    if amiss:
        raise Wrong(f"{'; '.join(amiss)}. Nothing was changed.")
    return values


def _read(parameter: "Parameter", raw: str) -> "Scalar":
    """As the declared type, where the text can be read so; else as it was typed, for the fault to say."""
    from plays.asking import Asked, Unfit, answer

    if parameter.type not in ("number", "yes-no"):
        return raw.strip() if parameter.type in ("choice", "date") else raw
    try:
        value: Scalar = answer(Asked("value", True, parameter.type), raw)
    except Unfit:
        return raw
    return value
