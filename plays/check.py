"""A play's faults: everything that reading its shape cannot see. All of them at once, with file, line, step, field.

The rules stand in `check_*.py`, by what they look at. A version with an error is never published; a warning of the
craft (`craft.py`) is not told where the play answers it.
"""

from dataclasses import replace
from pathlib import Path
from typing import Final

from plays.check_conditions import condition_rules
from plays.check_craft import craft_rules
from plays.check_filled import filled_rules
from plays.check_gathers import gather_rules
from plays.check_mails import mail_rules
from plays.check_names import name_rules
from plays.check_parameters import parameter_rules
from plays.check_people import people_rules
from plays.check_plays import play_rules
from plays.check_steps import step_rules
from plays.check_texts import text_rules
from plays.check_uses import use_rules
from plays.check_ways import way_rules
from plays.checked import Checked
from plays.craft import CRAFT
from plays.faults import Fault as Fault
from plays.playbook import PlayFaults, Source, read_play

_RULES: Final = (
    *name_rules,
    *people_rules,
    *play_rules,
    *parameter_rules,
    *step_rules,
    *gather_rules,
    *way_rules,
    *condition_rules,
    *use_rules,
    *text_rules,
    *filled_rules,
    *craft_rules,
    *mail_rules,
)


def check(source: Source | Path | str) -> list[Fault]:
    """Every fault of a play, errors and warnings, in the order of the file. Never raises for a bad play."""
    if not isinstance(source, Source):
        try:
            source = read_play(source)
        except PlayFaults as error:
            return error.faults
    checked, answered = Checked.of(source), source.play.craft.keys() & CRAFT.keys()
    found = [_answerable(fault) for rule in _RULES for fault in rule(checked) if fault.code not in answered]
    return sorted(dict.fromkeys(found), key=lambda fault: (fault.file != str(source.path), fault.file, fault.line))


def _answerable(fault: Fault) -> Fault:
    """A warning of the craft says under which name a play may answer it."""
    if fault.code not in CRAFT or fault.severity == "error":
        return fault
    hint = f"{fault.suggestion}, or say why not: `craft: {{{fault.code}: …}}`"
    return replace(fault, suggestion=hint)
