"""What a good rep would object to: reasons, channels, numbers and gaps of touches. Warnings, each with its why.

A play that has it so on purpose answers under `craft:` by the warning's name, and is not told again.
"""

from collections.abc import Iterator
from typing import Final

from plays.check_names import Rule
from plays.checked import Checked
from plays.faults import Fault
from plays.model import CallStep, EmailStep, HandedOut, SurveyStep, Touch


def touches_have_reasons(checked: Checked) -> Iterator[Fault]:
    """Base contract B9: no touch without something new; the same reason twice running is not new."""
    last: str | None = None
    for placed in checked.steps:
        step = placed.step
        if not isinstance(step, Touch):
            continue
        reaches_them = isinstance(step, EmailStep | CallStep)
        if step.reason is None and reaches_them:
            message = f"this {placed.kind} has no `reason`: what is new that makes it worth their time?"
            yield checked.fault("no-reason", placed.path, message, "add `reason:`", step=placed)
        if step.reason is not None and step.reason == last:
            message = "the same reason as the touch before it"
            yield checked.fault("same-reason", (*placed.path, "reason"), message, step=placed, severity="warning")
        last = step.reason


def channels_are_mixed(checked: Checked) -> Iterator[Fault]:
    """People take things in by different routes: read, hear, hold."""
    kinds = [p.kind for p in checked.steps if p.on is None and isinstance(p.step, EmailStep | SurveyStep | HandedOut)]
    if len(kinds) > 2 and len(set(kinds)) == 1:
        message = f"the whole play is one channel: {kinds[0]}"
        yield checked.fault("one-channel", ("steps",), message, "mix in a call or a task", severity="warning")


craft_rules: Final[tuple[Rule, ...]] = (touches_have_reasons, channels_are_mixed)
