"""Which text a touch is made from: its own, one of its variants, a shared one, or the next of a library. Pure.

Texts are named without their language. Reading them is `playbook.py`, filling them in `content.py`.
"""

import hashlib
from collections.abc import Collection

from plays.model import AnyStep, EmailStep, Touch


def text_names(step: AnyStep, name: str) -> tuple[str, ...]:
    """Every text that a step called `name` may be made from; none for a step that has no text."""
    if not isinstance(step, Touch):
        return ()
    if isinstance(step, EmailStep) and step.library:
        return step.library
    return tuple(text_name(step, name, variant) for variant in step.variants) or (text_name(step, name),)


def text_name(step: Touch, name: str, variant: str | None = None) -> str:
    """The text of one variant, or of a step without variants: that of another name where the step says so."""
    named = step.text or name
    return f"{named}.{variant}" if variant else named


def variant_of(step: Touch, run: str, name: str, contact: str | None) -> str | None:
    """The variant this person gets in this run, by the weights; the same however often it is asked. None without."""
    if not step.variants:
        return None
    total = sum(step.variants.values())
    digest = hashlib.sha256(f"{run}/{name}/{contact or '-'}".encode()).digest()
    point = int.from_bytes(digest[:8], "big") % total
    for variant, weight in step.variants.items():
        if point < weight:
            return variant
        point -= weight
    raise AssertionError("the weights are positive and add up to the total")


def next_of_library(library: tuple[str, ...], sent: Collection[str]) -> str | None:
    """The first text that was never sent to the person; None when all of them were."""
    return next((name for name in library if name not in sent), None)
