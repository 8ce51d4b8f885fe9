"""Rules about what a step says: threads, ladders, times. Each takes a Checked, yields faults."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from plays.check_names import Rule, known_words
from plays.checked import Checked, FilePath, Placed
from plays.faults import Fault
from plays.model import AnyStep, CallStep, EmailStep, NotifyStep, RepeatStep, Touch
from plays.spans import Span
from plays.words import NO_TEXT

_LONGEST: Final = timedelta(days=3 * 366)


def threads_go_back(checked: Checked) -> Iterator[Fault]:
    """`thread` names an email that stands before."""
    before: list[str] = []
    emails = [placed.name for placed in checked.steps if placed.kind == "email"]
    for placed in checked.steps:
        if isinstance(placed.step, EmailStep) and placed.step.thread is not None:
            thread = placed.step.thread
            if thread not in before:
                known = thread in emails
                message = f"'{thread}' comes after this email" if known else f"no email is called '{thread}'"
                hint = known_words(thread, before, "emails before this one") if before else "remove `thread:`"
                yield checked.fault("thread", (*placed.path, "thread"), message, hint, step=placed)
        if placed.kind == "email":
            before.append(placed.name)


def ladders_reach_somebody(checked: Checked) -> Iterator[Fault]:
    """An `executive` rung needs an executive; the base contract's own tasks need a ladder (B8)."""
    play = checked.source.play
    if not play.ladder:
        message = "the ladder has no rungs, and the answer to every reply climbs it"
        yield checked.fault("no-ladder", ("ladder",), message, "leave `ladder:` out, or give it rungs")
    if "executive" in play.ladder.values() and play.executive is None:
        message = "the ladder ends at an executive and the play names none"
        yield checked.fault("no-executive", ("ladder",), message, "add `executive:` with a player slot")
    for placed in checked.steps:
        key = "approve" if isinstance(placed.step, EmailStep) else "due"
        due = getattr(placed.step, key, None)
        path = (*placed.path, key)
        if due is None:
            continue
        if not due:
            yield checked.fault("empty-due", path, f"`{key}` says nothing", f"`{key}: 24h`", step=placed)
        if "executive" in due.values() and play.executive is None:
            message = "it climbs to an executive and the play names none"
            yield checked.fault("no-executive", path, message, "add `executive:` with a player slot", step=placed)


def spans_are_sane(checked: Checked) -> Iterator[Fault]:
    """No wait of more than three years: it is a slip of the keyboard."""
    play = checked.source.play
    spans: list[tuple[FilePath, Span | None, Placed | None]] = [
        (("start", "held_for"), play.start.held_for, None),
        (("start", "once_per"), play.start.once_per, None),
        (("caps", "email_gap"), play.caps.email_gap, None),
        *((("ladder",), span, None) for span in play.ladder),
    ]
    for placed in checked.steps:
        spans += [((*placed.path, *inner), span, placed) for inner, span in spans_of(placed.step)]
    for path, span, step in spans:
        if span is not None and span.rough > _LONGEST:
            yield checked.fault("span", path, f"{span} is more than three years", "a shorter time", step=step)


def spans_of(step: AnyStep) -> Iterator[tuple[FilePath, Span | None]]:
    """Every length of time a step says, with its path inside the step."""
    yield ("after",), step.after
    if step.at is not None:
        yield ("at",), step.at.span
    for key in ("wait", "expires", "within", "norm", "lasts"):
        if isinstance(found := getattr(step, key, None), Span):
            yield (key,), found
    for key in ("due", "approve", "stall"):
        yield from (((key,), span) for span in getattr(step, key, None) or ())
    if isinstance(step, RepeatStep):
        yield from ((("every",), span) for span in step.every)
    if isinstance(step, Touch) and step.quota is not None:
        yield ("quota", "per"), step.quota.per


def times_are_sane(checked: Checked) -> Iterator[Fault]:
    """A touch can happen before it expires, a hold holds, a length that is awaited is one."""
    for placed in checked.steps:
        for key, why in (("expires", "it would expire at once"), ("lasts", "it would be over at once")):
            span = getattr(placed.step, key, None)
            if isinstance(span, Span) and not span.count:
                yield checked.fault(key, (*placed.path, key), why, "`2d`", step=placed)
        within = getattr(placed.step, "within", None)
        if isinstance(within, Span) and not within.count:
            yield checked.fault("within", (*placed.path, "within"), "it would be over at once", "`2d`", step=placed)


def windows_are_sane(checked: Checked) -> Iterator[Fault]:
    """A notice has no window; a call keeps office hours."""
    for placed in checked.steps:
        step = placed.step
        if not isinstance(step, Touch):
            continue
        path = (*placed.path, "window")
        if step.window is not None and isinstance(step, NotifyStep):
            yield checked.fault("window", path, "a notice to our own people has no window", "remove it", step=placed)
        elif step.window is not None and placed.kind in NO_TEXT:
            yield checked.fault(
                "window", path, f"a {placed.kind} reaches nobody and has no window", "remove it", step=placed
            )
        if step.window in ("any", "management") and isinstance(step, CallStep):
            message = "calls are made on weekdays from 09:00 to 17:00"
            yield checked.fault("window", path, message, "`window: calls`", step=placed, severity="warning")


def moments_hang_on_anchors(checked: Checked) -> Iterator[Fault]:
    """`at` names an anchor the play declares; `late` says something only beside `at`."""
    anchors = checked.source.play.anchors
    for placed in checked.steps:
        step = placed.step
        if step.at is not None and step.at.anchor not in anchors:
            message = f"no anchor is called '{step.at.anchor}'"
            hint = known_words(step.at.anchor, anchors, "anchors")
            yield checked.fault("unknown-anchor", (*placed.path, "at"), message, hint, step=placed)
        if isinstance(step, Touch) and step.late != "skip" and step.at is None:
            message = "`late` is for a step that is due `at` a moment; this one is due whenever it is reached"
            yield checked.fault("late", (*placed.path, "late"), message, "remove it, or say `at:`", step=placed)


step_rules: Final[tuple[Rule, ...]] = (
    threads_go_back,
    ladders_reach_somebody,
    spans_are_sane,
    times_are_sane,
    windows_are_sane,
    moments_hang_on_anchors,
)
